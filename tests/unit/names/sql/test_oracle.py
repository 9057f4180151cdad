"""What is proposed is taken, and SQLite is asked whether it understands it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.completion.ours import known
from sqlsess_cli.names.sql.dialects import style_of
from sqlsess_cli.names.sql.propose import proposals
from sqlsess_cli.names.sql.schema import Table

SCHEMA = known()
WRITTEN = style_of("sqlite").written
TAKEN = {"column", "condition", "join", "list", "value", "cte"}


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sqlite3.Connection]:
    """The schema of the corpus, empty."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("attach ':memory:' as sales")
        for table in SCHEMA.tables:
            columns = ", ".join(WRITTEN(column.name) for column in table.columns)
            connection.execute(f"create table {named(table)} ({columns})")
        yield connection


def named(table: Table) -> str:
    return ".".join(WRITTEN(name) for name in (table.schema, table.name) if name)


def fault(sqlite: sqlite3.Connection, statement: str) -> str:
    """What SQLite says of a statement; nothing if it understands it."""
    try:
        sqlite.execute(f"explain {statement}")
    except sqlite3.OperationalError as error:
        return str(error)
    return ""


def accepted(sqlite: sqlite3.Connection, before: str, after: str = "") -> int:
    """How many of the candidates between two texts make statements."""
    count = 0
    for item in proposals(before + after, len(before), SCHEMA, "sqlite"):
        if item.kind in TAKEN:
            made = before[: item.start] + item.text + after
            wrong = fault(sqlite, made)
            if item.kind == "list" and wrong:
                # It can be as many columns as it likes; but no name in it is unknown.
                assert "same number" in wrong or "values for" in wrong, made
            else:
                assert not wrong, made
            count += 1
    return count


@pytest.mark.parametrize("alias", ["", " t"])
def test_joins(sqlite: sqlite3.Connection, alias: str) -> None:
    counts = {
        table.name: accepted(sqlite, f"select 1 from {named(table)}{alias} join ")
        for table in SCHEMA.tables
    }
    assert counts["students"] >= 8
    assert sum(counts.values()) > 30
    for table in SCHEMA.tables:
        for word in ("c", "te", "stu", "i"):  # what is meant may be further away
            accepted(sqlite, f"select 1 from {named(table)}{alias} join {word}")


@pytest.mark.parametrize("style", ["{0} join {1}", "{0} a join {1} b", "{0} a join {1}"])
def test_conditions(sqlite: sqlite3.Connection, style: str) -> None:
    count = 0
    for one in SCHEMA.tables:
        for other in SCHEMA.tables:
            if one is not other or style.count(" ") > 2:
                sources = style.format(named(one), named(other))
                count += accepted(sqlite, f"select 1 from {sources} on ")
    assert count > 500


QUERIES = [
    "select | from students",
    'select | from "Order Lines"',
    "select | from students s join courses c on true join sales.invoices i on true",
    "select 1 from students s, enrolments e where |",
    "with q as (select s.*, 1 b from students s), r (a) as (select b from q) select | from r, q",
    "with recursive up (id) as (select id from students union all select | from up) select 1",
    "select * from (select id, upper(first_name) as big from students) where |",
    "select * from students s where exists (select 1 from enrolments e where |)",
    "select state, lower(email) as low, count(*) from students group by |",
    "select state as st, count(*) as n from students group by state order by |",
    "select id from students union select | from courses",
    "insert into students (|) select 1",
    "update students set email = | where id = 1",
    "update students set state = |",
    "delete from students where state in (|)",
    "insert into rooms (number) values (1) on conflict do update set seats = |",
    "select sum(grade) over (partition by |) from enrolments",
    "select case state when | then 1 end from students",
]


@pytest.mark.parametrize("marked", QUERIES)
def test_queries(sqlite: sqlite3.Connection, marked: str) -> None:
    before, _, after = marked.partition("|")
    assert accepted(sqlite, before, after) >= 1
