"""The measured rows: made by a rule, so that what a tool prints can be compared with the source."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

Row = tuple[Any, ...]

BEGAN = datetime(2024, 1, 1)  # noqa: DTZ001  the databases' columns have no zone either
ACTIONS = ("view", "click", "purchase", "refund", "signup", "logout")
NOTES = (
    "paid in full", None, "", "first order, gift wrapped", 'said "thanks" twice', None,
    "café à emporter", "配送済み 東京", "😀 happy customer", "a note without any surprise",
)  # fmt: skip
WORDS = (*NOTES, "two\nlines", "a\ttab and a \\ backslash", " blanks around ", "NULL")
RATIOS = (0.1 + 0.2, 1e300, -1e-300, 2.5, None)
SIX = (
    ("Ada", "Lovelace", "Analysis", 9.5), ("Alan", "Turing", "Logic", 9.0),
    ("Edgar", "Codd", "Relations", 8.5), ("Emmy", "Noether", "Algebra", 10.0),
    ("Grace", "Hopper", "Compilers", 9.25), ("Kurt", "Gödel", "Logic", None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its rows and how each database declares it.

    Attributes:
        columns: name and kind of each.
        make: the row of a number, counted from 1.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    make: Callable[[int], Row]
    key: str = "id"

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [name for name, _ in self.columns]

    def rows(self, count: int) -> Iterator[Row]:
        """The first rows."""
        return map(self.make, range(1, count + 1))

    def declared(self, database: str) -> str:
        """The CREATE TABLE."""
        place = ("sqlite", "mariadb", "postgresql").index(database)
        columns = ", ".join(f"{name} {TYPES[kind][place]}" for name, kind in self.columns)
        return f"CREATE TABLE {self.name} ({columns}, PRIMARY KEY ({self.key}))"


TYPES = {
    "integer": ("INTEGER", "INTEGER", "INTEGER"),
    "big": ("BIGINT", "BIGINT", "BIGINT"),
    "money": ("DECIMAL(12, 2)", "DECIMAL(12, 2)", "NUMERIC(12, 2)"),
    "exact": ("TEXT", "DECIMAL(30, 10)", "NUMERIC(30, 10)"),
    "float": ("FLOAT", "DOUBLE", "DOUBLE PRECISION"),
    "date": ("DATE", "DATE", "DATE"),
    "time": ("TIME", "TIME(6)", "TIME"),
    "datetime": ("DATETIME", "DATETIME(6)", "TIMESTAMP"),
    "boolean": ("BOOLEAN", "BOOLEAN", "BOOLEAN"),
    "text": ("VARCHAR(80)", "VARCHAR(80)", "VARCHAR(80)"),
    "bytes": ("BLOB", "BLOB", "BYTEA"),
    "json": ("JSON", "JSON", "JSON"),
}


def event(number: int) -> Row:
    """A narrow row."""
    return (
        number,
        1 + number * 7919 % 50_000,
        BEGAN + timedelta(seconds=37 * number),
        Decimal(number * 104_729 % 1_000_000_000).scaleb(-2),
        ACTIONS[number % len(ACTIONS)],
        NOTES[number * 7 % len(NOTES)],
    )


def kinds(number: int) -> Row:
    """A row with a value of every type; integers beyond what a float holds, and exact decimals."""
    seconds, micros = divmod(number * 7907, 86_400)
    moment = BEGAN + timedelta(days=number % 9000, seconds=micros, microseconds=seconds % 1000)
    ratio = RATIOS[number % len(RATIOS)]
    document = {"id": number, "tags": ["a", 'b"c', "ü"], "none": None}
    return (
        number,
        (1 << 53) + number if number % 2 else -number,
        Decimal(f"{12_345_678_901_234_567_890 + number}.{number * 1_000_003 % 10**10:010}"),
        ratio and ratio * number,
        moment.date(),
        moment.time(),
        moment,
        number % 3 == 0,
        WORDS[number * 5 % len(WORDS)],
        None if number % 7 == 0 else number.to_bytes(4, "little") + b'\x00\xff\n"',
        str(UUID(int=number * (1 << 64) + number)),
        None if number % 5 == 0 else json.dumps(document, ensure_ascii=False),
    )


STUDENTS = Table(
    "students",
    (("first_name", "text"), ("last_name", "text"), ("course", "text"), ("score", "float")),
    lambda number: SIX[number - 1],
    key="first_name, last_name",
)
EVENTS = Table(
    "events",
    (
        ("id", "integer"), ("user_id", "integer"), ("ts", "datetime"), ("amount", "money"),
        ("kind", "text"), ("note", "text"),
    ),
    event,
)  # fmt: skip
KINDS = Table(
    "kinds",
    (
        ("id", "integer"), ("big", "big"), ("exact", "exact"), ("ratio", "float"), ("day", "date"),
        ("clock", "time"), ("moment", "datetime"), ("flag", "boolean"), ("words", "text"),
        ("data", "bytes"), ("token", "text"), ("document", "json"),
    ),
    kinds,
)  # fmt: skip
USERS = Table(
    "users",
    (("id", "integer"), ("name", "text")),
    lambda number: (number, f"user {number} 東京" if number % 9 == 0 else f"user {number}"),
)
VISITS = Table(
    "visits",
    (("user_id", "integer"), ("number", "integer"), ("page", "text"), ("began", "datetime")),
    lambda number: (
        1 + (number - 1) // EACH, number, WORDS[number % 8], BEGAN + timedelta(seconds=number)
    ),
    key="user_id, number",
)  # fmt: skip
TABLES = {table.name: table for table in (STUDENTS, EVENTS, KINDS, USERS, VISITS)}
EACH = 10  # visits of a user


def counted(table: Table, count: int) -> int:
    """How many rows a table has when the largest have `count`."""
    users = max(10, count // 500)
    return {"students": len(SIX), "users": users, "visits": users * EACH}.get(table.name, count)


def make_sqlite(path: str, count: int) -> None:
    """The SQLite file, unless it is there already."""
    if os.path.exists(path):
        return
    partly = f"{path}.part"
    if os.path.exists(partly):
        os.remove(partly)
    connection = sqlite3.connect(partly)
    for table in TABLES.values():
        connection.execute(table.declared("sqlite"))
        marks = ", ".join("?" * len(table.columns))
        rows = (tuple(map(_stored, row)) for row in table.rows(counted(table, count)))
        connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
    connection.commit()
    connection.close()
    os.rename(partly, path)


def make_wide(path: str) -> None:
    """A SQLite file of many tables of many columns, unless it is there already."""
    if os.path.exists(path):
        return
    columns = ", ".join(f"column_{number} TEXT" for number in range(1, 50))
    connection = sqlite3.connect(f"{path}.part")
    for number in range(1000):
        connection.execute(f"CREATE TABLE table_{number} (id INTEGER PRIMARY KEY, {columns})")
    connection.commit()
    connection.close()
    os.rename(f"{path}.part", path)


def _stored(value: Any) -> Any:
    """A value as SQLite holds it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value) if isinstance(value, Decimal | date | time) else value


def lines(table: Table, count: int) -> Iterator[str]:
    r"""Rows as both servers load them: tabs between the fields, \N for NULL."""
    for row in table.rows(count):
        yield "\t".join(map(_field, row)) + "\n"


def _field(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    text = value if isinstance(value, str) else str(value)
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n")
