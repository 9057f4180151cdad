"""What `models` calls the types of tables that nobody mapped: all that their database says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from servers._server import Database
from servers.program import Finished

MADE = {
    "sqlite": [
        "CREATE TABLE t (a INT PRIMARY KEY, b, c VARCHAR(20), d DECIMAL(5,2), e TIMESTAMP)",
        "CREATE TABLE counted (id integer PRIMARY KEY)",
    ],
    "mariadb": [
        (
            "CREATE TABLE t (a INTEGER UNSIGNED PRIMARY KEY, b POINT, c INET6,"
            " d BIGINT(20) UNSIGNED, e INTEGER(7) ZEROFILL, f VARCHAR(20) COLLATE utf8mb4_bin,"
            " g TIMESTAMP(3), h YEAR, i DECIMAL(5,2), j BIT(3))"
        ),
        "CREATE TABLE counted (id INTEGER UNSIGNED PRIMARY KEY AUTO_INCREMENT)",
    ],
    "postgresql": [
        "CREATE TYPE pair AS (a INTEGER, b TEXT)",
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b TIMESTAMPTZ, c TIMESTAMP, d TIMETZ,"
            " e INTEGER[], f NUMERIC(4,2)[], g POINT, h XML, i pair, j pair[],"
            " k VARCHAR(20), l TIMESTAMP(3))"
        ),
        "CREATE TABLE counted (id SERIAL PRIMARY KEY)",
    ],
}
SHOWN = {
    "sqlite": {"a": "INTEGER", "b": "", "c": "VARCHAR(20)", "d": "NUMERIC(5, 2)", "e": "DATETIME"},
    "mariadb": {
        "a": "INTEGER UNSIGNED", "b": "point", "c": "inet6", "d": "BIGINT UNSIGNED",
        "e": "INTEGER(7) UNSIGNED ZEROFILL", "f": "VARCHAR(20)", "g": "TIMESTAMP(3)", "h": "YEAR",
        "i": "DECIMAL(5, 2)", "j": "BIT(3)",
    },
    "postgresql": {
        "a": "INTEGER", "b": "TIMESTAMP WITH TIME ZONE", "c": "TIMESTAMP",
        "d": "TIME WITH TIME ZONE", "e": "INTEGER[]", "f": "NUMERIC(4, 2)[]", "g": "point",
        "h": "xml", "i": "pair", "j": "pair[]", "k": "VARCHAR(20)", "l": "TIMESTAMP(3)",
    },
}  # fmt: skip


def test_types_are_called_as_the_database_has_them(
    run: Callable[..., Finished], database: Database
) -> None:
    database.execute(*MADE[database.kind])
    done = run("models", "t", "--url", database.url)
    rows = [line.split("\t") for line in done.out.splitlines()[1:]]
    assert {name: type_ for name, type_, *_ in rows} == SHOWN[database.kind]
    assert done.err == ""


def test_a_key_is_auto_only_where_the_database_counts(
    run: Callable[..., Finished], database: Database
) -> None:
    database.execute(*MADE[database.kind])
    for table, counts in (("t", False), ("counted", True)):
        done = run("models", table, "--url", database.url, "-f", "json")
        assert json.loads(done.out)["columns"][0]["autoincrement"] is counts


MODELS = """
from sqlalchemy import ARRAY, Column, DateTime, Integer
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.orm import declarative_base


class Thing(declarative_base()):
    __tablename__ = "things"
    a = Column(Integer, primary_key=True)
    b = Column(ARRAY(Integer))
    c = Column(mysql.INTEGER(unsigned=True))
    d = Column(postgresql.TIMESTAMP(timezone=True))
    e = Column(DateTime)
"""


def test_types_of_mapped_classes_are_called_as_their_dialect_does(
    run: Callable[..., Finished], fresh: Callable[[str], Database], folder: Path
) -> None:
    (folder / "models.py").write_text(MODELS)
    done = run("models", "thing", "-m", "models.py", "--url", fresh("sqlite").url, "-f", "json")
    assert [column["type"] for column in json.loads(done.out)["columns"]] == [
        "INTEGER", "INTEGER[]", "INTEGER UNSIGNED", "TIMESTAMP WITH TIME ZONE", "DATETIME",
    ]  # fmt: skip
