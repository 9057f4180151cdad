"""Databases with something in them: Chinook, employees, and a million rows."""

from __future__ import annotations

import os
import re

from servers._server import Database, Missing

SAMPLES = ("chinook", "employees", "million")
CHINOOK = {"sqlite": "Sqlite", "mariadb": "MySql", "postgresql": "PostgreSql"}
EMPLOYEES = {"sqlite": "sqlite", "mariadb": "mysql", "postgresql": "postgres"}
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What only the native clients understand, what names another database than ours, and FLUSH.
INCLUDE = re.compile(r"^(?:source|\\i|\.read) +(\S+) *;?$", re.MULTILINE)
DROPPED = re.compile(
    r"^(?:\\c |\\echo |USE |DROP DATABASE |CREATE DATABASE |flush ).*$", re.MULTILINE
)

# How each writes a row per number, a moment, and an integer that does not overflow.
COUNTED = "SELECT 1 AS i UNION ALL SELECT i + 1 FROM s WHERE i < 1000000"
SERIES = {
    "sqlite": f"(WITH RECURSIVE s AS ({COUNTED}) SELECT i FROM s) AS s",
    "mariadb": "(SELECT seq AS i FROM seq_1_to_1000000) AS s",
    "postgresql": "generate_series(1, 1000000) AS s(i)",
}
STAMP = {"sqlite": "DATETIME", "mariadb": "DATETIME", "postgresql": "TIMESTAMP"}
MOMENT = {
    "sqlite": "datetime(1704067200 + i * 31, 'unixepoch')",
    "mariadb": "'2024-01-01' + INTERVAL i * 31 SECOND",
    "postgresql": "timestamp '2024-01-01' + i * interval '31 second'",
}
WIDE = {"sqlite": "i", "mariadb": "i", "postgresql": "i::bigint"}
BEFORE = {"mariadb": "SET unique_checks = 0, foreign_key_checks = 0; BEGIN;"}  # no undo per row
AFTER = {"mariadb": "COMMIT;", "postgresql": "ANALYZE events;"}


def data_folder() -> str:
    """Where the sample data lies.

    Raises:
        Missing: it does not, as on a user's machine.
    """
    default = os.path.join(os.path.dirname(ROOT), "shared", "data")
    folder = os.environ.get("SQLSESS_DATA", default)
    if not os.path.isdir(os.path.join(folder, "chinook")):
        raise Missing(f"sample data not found in {folder} (set SQLSESS_DATA)")
    return folder


def load(sample: str, database: Database) -> None:
    """Fill an empty database with a sample; a test may do so to have a copy that it can change."""
    script = SCRIPTS[sample](database.kind)
    database.server.script(script, database.name, database.user)


def read_script(path: str) -> str:
    """A script of a native client as plain SQL, the files it includes put in place."""
    with open(path, encoding="utf-8") as file:
        text = DROPPED.sub("", file.read())
    folder = os.path.dirname(path)

    def included(found: re.Match[str]) -> str:
        # Not every file ends its last statement, and MariaDB refuses an empty one.
        return read_script(os.path.join(folder, found[1])).rstrip().rstrip(";") + ";"

    return INCLUDE.sub(included, text)


def chinook(kind: str) -> str:
    """A music shop: 11 tables, 15,607 rows."""
    return read_script(f"{data_folder()}/chinook/Chinook_{CHINOOK[kind]}.sql")


def employees(kind: str) -> str:
    """A company's history, the small edition: composite keys, two views, 13,086 rows."""
    return read_script(f"{data_folder()}/employees/{EMPLOYEES[kind]}/dataset_small/employee.sql")


def million(kind: str) -> str:
    """The table `events`: 1,000,000 rows, the same on all three, made inside the server."""
    return f"""
CREATE TABLE events (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL, ts {STAMP[kind]} NOT
    NULL, amount DECIMAL(12, 2) NOT NULL, kind VARCHAR(20) NOT NULL, note VARCHAR(80));
{BEFORE.get(kind, "")}
INSERT INTO events SELECT i, 1 + {WIDE[kind]} * 7919 % 50000, {MOMENT[kind]},
    {WIDE[kind]} * 104729 % 10000000 / 100.0,
    CASE i % 6 WHEN 0 THEN 'view' WHEN 1 THEN 'click' WHEN 2 THEN 'purchase' WHEN 3 THEN 'refund'
        WHEN 4 THEN 'signup' ELSE 'logout' END,
    CASE i % 10 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'first order, gift wrapped'
        WHEN 3 THEN 'said "thanks" twice' WHEN 4 THEN 'café à emporter' WHEN 5 THEN '配送済み 東京'
        WHEN 6 THEN '😀 happy customer' ELSE 'plain ascii text' END
    FROM {SERIES[kind]};
{AFTER.get(kind, "")}
"""


SCRIPTS = {"chinook": chinook, "employees": employees, "million": million}
