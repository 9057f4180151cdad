"""Any rows at all: inserted by another client, written by us, read by others, equal."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from base64 import b64decode
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers._server import Database as Real
from sqlalchemy import JSON, Column, LargeBinary, inspect, types
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import declarative_base

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import by_url
from sqlsess_cli.core.database import Asked, Database
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.select import select_from
from sqlsess_cli.core.run import run
from sqlsess_cli.formats._base import FORMATS, Style
from sqlsess_cli.interrupts import Interrupts
from sqlsess_cli.sinks import encoded

Cells = tuple[Any, ...]
NULL = "\x01"  # no generated text has it alone

TYPES = {
    "sqlite": "id INTEGER PRIMARY KEY, number BIGINT, exact TEXT, ratio DOUBLE, name TEXT,"
    " raw BLOB, day DATE, at DATETIME, document JSON",
    "mariadb": "id INTEGER PRIMARY KEY, number BIGINT, exact DECIMAL(38, 10), ratio DOUBLE,"
    " name TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, raw BLOB, day DATE, at DATETIME(6),"
    " document JSON",
    "postgresql": "id INTEGER PRIMARY KEY, number BIGINT, exact NUMERIC(38, 10),"
    " ratio DOUBLE PRECISION, name TEXT, raw BYTEA, day DATE, at TIMESTAMP, document JSON",
}

Base: Any = declarative_base()


class Row(Base):
    __tablename__ = "things"
    id = Column(types.Integer, primary_key=True)
    number = Column(types.BigInteger)
    exact = Column(types.Numeric(38, 10).with_variant(types.Text(), "sqlite"))
    ratio = Column(types.Double)
    name = Column(types.Text)
    raw = Column(LargeBinary)
    day = Column(types.Date)
    at = Column(types.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql"))
    document = Column(JSON)


# PostgreSQL has no NUL in text; a lone \x01 is how NULL is spelled here.
MEMORY = sqlite3.connect(":memory:")  # whose old versions misread some floats of many digits
texts = st.one_of(
    st.sampled_from(["", "\\N", "\\", '"', '""', ",", "\n", "\r\n", "\t", "'", "NULL", "%s",
                     "\x1b[0m",
                     "\u2028", "\u202e", "日本", "👩‍👩‍👧", "e\u0301"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x01"), max_size=20),
)  # fmt: skip
documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), texts),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(texts, inside, max_size=3),
    max_leaves=6,
)
cells: Sequence[st.SearchStrategy[Any]] = (
    st.integers(-(2**63), 2**63 - 1),
    # By its text: arithmetic would keep 28 digits.
    st.integers(-(10**38) + 1, 10**38 - 1).map(lambda number: Decimal(f"{number}e-10")),
    # MariaDB has one zero, and reads the smallest numbers less exactly than it writes them.
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
    .map(lambda x: x or 0.0)
    .filter(lambda x: x == MEMORY.execute(f"SELECT {x!r}").fetchone()[0]),
    texts,
    st.binary(max_size=20),
    st.dates(),
    st.datetimes(),
    documents.filter(lambda value: value is not None),  # null and NULL look alike in a document
)
rows = st.lists(st.tuples(*(st.none() | cell for cell in cells)), max_size=4)

Write = Callable[[list[Cells]], dict[str, str]]


@pytest.fixture
def connection(database: Real):
    """An independent connection to a database with the table."""
    with closing(database.server.connect(database.name, database.user)) as opened:
        opened.cursor().execute(f"CREATE TABLE things ({TYPES[database.kind]})")
        yield opened


@pytest.fixture
def console(database: Real) -> Database:
    return Database(by_url(database.url, "--url"), Config([], {}), Asked())


class Kept:
    """A sink that keeps what it was given."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


def written(console: Database, format_: str, *, mapped: bool) -> str:
    """The table as we write it: as a class, or as it is reflected."""
    sink = Kept()
    _, block = console.begin(Interrupts(os._exit), write=False)
    with block as session:
        entity = Entity.of(inspect(Row)) if mapped else console.entity("things", session)
        statement, selected = select_from(entity, Query(order=["id"]))
        result = run(session, statement, selected=selected)
        assert result is not None
        null = NULL if format_ == "csv" else None
        FORMATS.load(format_).write(result, sink, Style(null=null))
    return encoded(sink.text).decode()


def insert(connection: Any, kind: str, wanted: list[Cells]) -> None:
    cursor = connection.cursor()
    cursor.execute("DELETE FROM things")
    mark = "?" if kind == "sqlite" else "%s"
    for number, row in enumerate(wanted, 1):
        given = [stored(cell, kind, index) for index, cell in enumerate(row)]
        marks = ", ".join([mark] * (len(row) + 1))
        cursor.execute(f"INSERT INTO things VALUES ({marks})", (number, *given))


def stored(cell: Any, kind: str, index: int) -> object:
    """A value as the driver takes it; the last one is JSON."""
    if cell is None:
        return None
    if index == len(cells) - 1:
        return json.dumps(cell)
    if kind == "sqlite" and isinstance(cell, datetime):
        return cell.isoformat(" ", "microseconds")
    if kind == "sqlite" and isinstance(cell, Decimal | date):
        return f"{cell:f}" if isinstance(cell, Decimal) else cell.isoformat()
    return cell


def read(cell: Any, index: int, *, document: bool) -> object:
    """A cell as the value that was inserted."""
    readers: Sequence[Callable[[Any], object]] = (
        int, Decimal, float, str,
        lambda value: b64decode(value["$base64"]) if document else bytes.fromhex(value[2:]),
        date.fromisoformat, datetime.fromisoformat,
        lambda value: value if document else json.loads(value),
    )  # fmt: skip
    return None if cell is None else readers[index](cell)


def read_csv(text: str) -> list[Cells]:
    _, *found = csv.reader(io.StringIO(text, newline=""))
    return [tuple(read(None if cell == NULL else cell, index, document=False)
                  for index, cell in enumerate(row[1:])) for row in found]  # fmt: skip


def read_documents(found: list[dict[str, Any]]) -> list[Cells]:
    cells = (enumerate(list(row.values())[1:]) for row in found)
    return [tuple(read(cell, index, document=True) for index, cell in row) for row in cells]


def parse(text: str) -> Any:
    # A float only keeps the digits that it needs, so that an exact number is not read as one.
    return json.loads(text, parse_float=Decimal)


@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(wanted=rows)
def test_random_rows_come_back_as_they_were(
    wanted: list[Cells], database: Real, connection: Any, console: Database
):
    insert(connection, database.kind, wanted)
    for mapped in (True, False):
        assert read_csv(written(console, "csv", mapped=mapped)) == wanted
        assert read_documents(parse(written(console, "json", mapped=mapped))) == as_documents(
            wanted, database.kind, mapped=mapped
        )
        lines = written(console, "jsonl", mapped=mapped).splitlines()
        assert read_documents([parse(line) for line in lines]) == as_documents(
            wanted, database.kind, mapped=mapped
        )
        loads_again(connection, written(console, "sql", mapped=mapped))


def as_documents(wanted: list[Cells], kind: str, *, mapped: bool) -> list[Cells]:
    """The rows; MariaDB's JSON is a text to whoever does not know better."""
    if kind != "mariadb" or mapped:
        return wanted
    return [(*row[:-1], None if row[-1] is None else json.dumps(row[-1])) for row in wanted]


def loads_again(connection: Any, text: str) -> None:
    """The INSERTs give the same rows as before."""
    cursor = connection.cursor()

    def everything() -> str:
        cursor.execute("SELECT * FROM things ORDER BY id")
        return repr([tuple(row) for row in cursor.fetchall()])

    before = everything()
    cursor.execute("DELETE FROM things")
    if text:
        cursor.execute(text.rstrip().removesuffix(";"))
    assert everything() == before
