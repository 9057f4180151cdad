"""Every format over one table of every type of each database, byte for byte, and read back equal.

`SQLSESS_GOLDEN=write pytest tests/databases/test_every_type.py` writes the files anew, for a change
that is meant; read the diff before it is committed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from base64 import b64decode
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, time
from pathlib import Path
from typing import Any

import every_type
import pytest
from servers._server import Database
from servers.program import Finished

from sqlsess_cli.formats._base import FORMATS

NOTHING = ("null", "None", "text")
NULL = "\\0 nothing"  # no cell says that

Run = Callable[..., Finished]
Ask = Callable[..., Finished]

GOLDEN = Path(__file__).parents[1] / "golden"
WAYS = {
    "mapped": ("query", "Thing", "-m", "models.py", "--order", "id"),
    "reflected": ("query", "things", "--order", "id"),
    "sql": ("sql", "SELECT * FROM things ORDER BY id"),
}


@pytest.fixture
def things(database: Database, folder: Path) -> Database:
    """A database that has the table, filled by another client; and a module that maps it."""
    kind = database.kind
    said = [*every_type.BEFORE.get(kind, []), every_type.create(kind), *every_type.inserts(kind)]
    execute(database, said)
    (folder / "models.py").write_text(every_type.models(kind))
    return database


@pytest.fixture
def ask(things: Database, run: Run) -> Ask:
    """`ask("mapped", "csv")`: the table, in one of the ways and formats."""

    def asked(way: str, format_: str, *words: str) -> Finished:
        done = run(*WAYS[way], "--url", things.url, "-f", format_, *words)
        assert (done.code, done.err) == (0, ""), done
        return done

    return asked


def execute(database: Database, statements: list[str]) -> None:
    """Run statements on one connection of an independent driver."""
    server = database.server
    with closing(server.connect(database.name, database.user)) as connection:
        cursor = connection.cursor()
        if database.kind in every_type.FIRST:
            cursor.execute(every_type.FIRST[database.kind])
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("way", WAYS)
def test_each_format_writes_its_golden_file(ask: Ask, things: Database, way: str):
    wrong = []
    for name in FORMATS.names:
        found = ask(way, name).out_bytes
        path = GOLDEN / things.kind / f"{way}.{name}"
        if os.environ.get("SQLSESS_GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(found)
        if not path.exists() or path.read_bytes() != found:
            wrong.append(path.name)
    assert wrong == []


# --- the same files read back, without us: they hold what the table holds


@pytest.mark.parametrize("way", WAYS)
def test_inserts_load_the_same_rows_again(things: Database, way: str):
    table = "result" if way == "sql" else "things"
    said = (GOLDEN / things.kind / f"{way}.sql").read_bytes().decode()
    before = stored(things, "things")
    clear = every_type.create(things.kind, table) if way == "sql" else "DELETE FROM things"
    execute(things, [clear, said.rstrip().removesuffix(";")])
    assert stored(things, table) == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("format_", ["tsv", "json", "jsonl"])
def test_what_is_read_back_is_equal(things: Database, way: str, format_: str):
    text = (GOLDEN / things.kind / f"{way}.{format_}").read_bytes().decode()
    names, rows = READERS[format_](text)
    load_and_compare(things, names, rows, document=format_ != "tsv")


@pytest.mark.parametrize("way", WAYS)
def test_csv_is_read_back_equal(things: Database, ask: Ask, way: str):
    # Python's reader does not tell an empty field from a quoted one, so NULL is spelled here.
    names, *rows = csv.reader(io.StringIO(ask(way, "csv", "--null", NULL).out, newline=""))
    cells = [[None if cell == NULL else cell for cell in row] for row in rows]
    load_and_compare(things, names, cells, document=False)


# An object is made of what is inserted, and Python has none for these: by column, a pattern.
NO_OBJECT = {
    "sqlite": {},
    "mariadb": {"day": "^0000", "at": "^0000", "moment": "^0000", "hour": "^-|^[0-9]{3}|^24"},
    "postgresql": {
        **dict.fromkeys(("day", "at", "moment", "days"), "infinity|BC|[0-9]{5}-"),
        "span": "mon|year|-1 days?|^2[4-9]|-00", "document": "e400",
        "hour": "^24", "hour_zone": "^24",
    },
}  # fmt: skip


@pytest.mark.parametrize("way", ["mapped", "reflected"])
def test_what_a_query_prints_is_inserted_again(things: Database, run: Run, way: str) -> None:
    for name, pattern in NO_OBJECT[things.kind].items():
        matches = f"`{name}` RLIKE" if things.kind == "mariadb" else f"{name}::text ~"
        things.execute(f"UPDATE things SET {name} = NULL WHERE {matches} '{pattern}'")
    before = stored(things, "things")
    flags = ("--url", things.url)
    printed = run(*WAYS[way], *flags, "-f", "json")
    execute(things, ["DELETE FROM things"])
    words = ["Thing", "-m", "models.py"] if way == "mapped" else ["things"]
    done = run("insert", *words, "-", "--yes", *flags, input=printed.out_bytes)
    assert done.code == 0, done
    pairs = [pair for old, new in zip(before, stored(things, "things"), strict=True)
             for pair in zip(old, new, strict=True) if pair[0] != pair[1]]  # fmt: skip
    assert [pair for pair in pairs if not same_json(*map(str, pair))] == []


def same_json(old: str, new: str) -> bool:
    """Whether they differ as JSON may: in how a number is written, and in what null is."""
    if {old, new} <= {"null", "None", "'null'", "'text'", "text"}:
        return True
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return False


def load_and_compare(
    database: Database, names: list[str], rows: list[list[Any]], *, document: bool
) -> None:
    """Insert the cells by an independent driver, as parameters; the table is as it was."""
    before = stored(database, "things")
    columns = {item.name: item.type for item in every_type.COLUMNS[database.kind]}
    assert names == list(columns)
    mark = "?" if database.kind == "sqlite" else "%s"
    casts = [f"CAST({mark} AS {type_})" if database.kind == "postgresql" else mark
             for type_ in columns.values()]  # fmt: skip
    insert = f"INSERT INTO things VALUES ({', '.join(casts)})".replace(
        "INTEGER PRIMARY KEY", "INTEGER"
    )
    execute(database, ["DELETE FROM things"])
    with closing(database.server.connect(database.name, database.user)) as connection:
        cursor = connection.cursor()
        if database.kind in every_type.FIRST:
            cursor.execute(every_type.FIRST[database.kind])
        for row in rows:
            given = [
                None if cell is None else parameter(cell, type_, database.kind, document=document)
                for cell, type_ in zip(row, columns.values(), strict=True)
            ]
            cursor.execute(insert, given)
    after = stored(database, "things")
    if document:  # where JSON's null and NULL are the same
        hides = {index for index, type_ in enumerate(columns.values()) if is_json(type_)}
        width = len(after[0]) // len(columns)  # in SQLite each value has its type beside it
        before, after = (
            [["?" if index // width in hides and cell in NOTHING else cell
              for index, cell in enumerate(row)] for row in rows]
            for rows in (before, after)
        )  # fmt: skip
    for number, (one, other) in enumerate(zip(before, after, strict=True), 1):
        assert other == one, f"row {number}"


def stored(database: Database, table: str) -> list[list[object]]:
    """The rows of a table as an independent driver has them, JSON without its layout."""
    columns = every_type.COLUMNS[database.kind]
    if database.kind == "postgresql":  # as the database itself writes each value
        wanted = [f"{item.name}::text" for item in columns]
    elif database.kind == "sqlite":
        wanted = [part for item in columns for part in (f"{item.name}", f"typeof({item.name})")]
        columns = [item for item in columns for _ in range(2)]
    else:  # a FLOAT is written with less digits than it has
        wanted = [f"`{item.name}`" + " + 0e0" * (item.type == "FLOAT") for item in columns]
    rows = database.rows(f"SELECT {', '.join(wanted)} FROM {table} ORDER BY id")
    return [
        [canonical(cell) if is_json(item.type) and isinstance(cell, str) else same(cell)
         for cell, item in zip(row, columns, strict=True)]
        for row in rows
    ]  # fmt: skip


def same(cell: object) -> object:
    """A value that is equal to another one only if it is the same: 0.0 is not -0.0."""
    return repr(cell)


# --- readers


class Number(str):
    """A number of a JSON text, with the digits that are written."""

    __slots__ = ()


def parsed(text: str) -> Any:
    """JSON with each digit, and each key also if it comes twice."""
    return json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=tuple)


def canonical(text: str) -> str:
    """JSON without its layout."""
    try:
        return compact(parsed(text))
    except ValueError:  # the database's word for the type of it
        return text


def compact(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, tuple):
        return f"{{{','.join(f'{json.dumps(key)}:{compact(item)}' for key, item in value)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(compact, value))}]"
    return json.dumps(value)


def read_tsv(text: str) -> tuple[list[str], list[list[str | None]]]:
    escapes = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}

    def cell(field: str) -> str | None:
        if field == "\\N":
            return None
        return re.sub(r"\\(.)", lambda match: escapes[match[1]], field)

    names, *rows = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    return names, [[cell(field) for field in row] for row in rows]


def read_documents(
    documents: list[tuple[tuple[str, Any], ...]],
) -> tuple[list[str], list[list[Any]]]:
    names = [name for name, _ in documents[0]]
    return names, [[value for _, value in document] for document in documents]


def read_json(text: str) -> tuple[list[str], list[list[Any]]]:
    return read_documents(parsed(text))


def read_jsonl(text: str) -> tuple[list[str], list[list[Any]]]:
    return read_documents([parsed(line) for line in text.splitlines()])


READERS = {"tsv": read_tsv, "json": read_json, "jsonl": read_jsonl}


def is_json(type_: str) -> bool:
    return type_.startswith("JSON")


def parameter(cell: Any, type_: str, kind: str, *, document: bool) -> object:
    """What to give a driver for a cell; `document` says that it is a value out of JSON."""
    word = type_.partition("(")[0].partition(" ")[0]
    if word in ("BLOB", "BYTEA", "BINARY"):
        return b64decode(dict(cell)["$base64"]) if document else bytes.fromhex(cell[2:])
    if is_json(type_):
        # A JSON text that the database gave as a text is a string in a document.
        as_text = not document or (isinstance(cell, str) and not isinstance(cell, Number))
        return cell if as_text and is_text_of_json(cell) else compact(cell)
    if type_.endswith("[]"):
        return cell if isinstance(cell, list) or cell.startswith("{") else parsed(cell)
    if word == "BOOLEAN" and kind != "postgresql":
        return {"true": 1, "false": 0, True: 1, False: 0}.get(cell, cell)
    if kind == "mariadb" and word in ("YEAR", "BIT"):  # a text would mean something else
        return int(cell)
    return sqlite_text(cell, word) if kind == "sqlite" else cell


def is_text_of_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def sqlite_text(cell: Any, word: str) -> object:
    """How SQLAlchemy's types have it in SQLite, where a column takes any text."""
    if word == "DATETIME":
        return datetime.fromisoformat(cell).isoformat(" ", "microseconds")
    if word == "TIME":
        return time.fromisoformat(cell).isoformat("microseconds")
    if word == "CHAR":
        return cell.replace("-", "")
    return float(cell) if word == "DOUBLE" else cell
