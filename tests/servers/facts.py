"""How the databases differ, by name: a test asks for a fact, not for a database.

Each fact stands with statements that prove it: it holds where one of the alternatives runs through
as the ordinary account, and its last answer, if there is one, is true. tests/test_servers.py runs
them all on all three.
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("sqlite", "mariadb", "postgresql")
TABLE = "CREATE TABLE probe (a INTEGER)"
DEFERRED = "REFERENCES probe (a) DEFERRABLE INITIALLY DEFERRED"
NAN = "CAST('NaN' AS DOUBLE PRECISION)"
UUID = "123e4567-e89b-12d3-a456-426614174000"


@dataclass(frozen=True, slots=True)
class Fact:
    """Where something holds, and alternatives of statements that prove it."""

    kinds: frozenset[str]
    probes: tuple[tuple[str, ...], ...]


def holds(kinds: str, *probes: tuple[str, ...]) -> Fact:
    return Fact(frozenset(kinds.split()), probes)


FACTS: dict[str, Fact] = {
    # transactions
    "transactional ddl": holds("sqlite postgresql", ("BEGIN", TABLE, "ROLLBACK", TABLE)),
    "non-transactional tables": holds("mariadb", (f"{TABLE} ENGINE=MyISAM",)),
    "read-only transactions": holds("mariadb postgresql", ("START TRANSACTION READ ONLY",)),
    "isolation levels": holds(
        "mariadb postgresql", ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",)
    ),
    "two-phase commit": holds(
        "mariadb postgresql",
        (TABLE, "BEGIN", "PREPARE TRANSACTION 'probe'", "ROLLBACK PREPARED 'probe'"),
        ("XA START 'probe'", "XA END 'probe'", "XA PREPARE 'probe'", "XA ROLLBACK 'probe'"),
    ),
    "deferred constraints": holds(
        "sqlite postgresql",
        (
            f"CREATE TABLE probe (a INTEGER PRIMARY KEY, b INTEGER {DEFERRED})",
            "BEGIN",
            "INSERT INTO probe VALUES (1, 2)",
            "INSERT INTO probe VALUES (2, 1)",
            "COMMIT",
        ),
    ),
    "row locks": holds("mariadb postgresql", (TABLE, "SELECT * FROM probe FOR UPDATE")),
    "statement timeout": holds(
        "mariadb postgresql", ("SET statement_timeout = 1000",), ("SET max_statement_time = 1",)
    ),
    # what a server has and a file has not
    "accounts": holds("mariadb postgresql", ("SELECT current_user",)),
    # objects of the schema
    "schemas": holds("postgresql", ("CREATE SCHEMA probe",)),
    "sequences": holds("mariadb postgresql", ("CREATE SEQUENCE probe",)),
    "materialized views": holds("postgresql", ("CREATE MATERIALIZED VIEW probe AS SELECT 1 AS a",)),
    "partial indexes": holds(
        "sqlite postgresql", (TABLE, "CREATE INDEX probe_a ON probe (a) WHERE a > 1")
    ),
    "table comments": holds(
        "mariadb postgresql",
        (TABLE, "COMMENT ON TABLE probe IS 'x'"),
        (TABLE, "ALTER TABLE probe COMMENT = 'x'"),
    ),
    # types
    "arrays": holds("postgresql", ("SELECT ARRAY[1, 2]",)),
    "booleans": holds("postgresql", ("SELECT CAST('yes' AS BOOLEAN)",)),
    "uuids": holds(
        "mariadb postgresql",
        (f"SELECT CAST(CAST('{UUID.upper()}' AS UUID) AS CHAR(36)) = '{UUID}'",),
    ),
    "jsonb": holds("postgresql", ("""SELECT CAST('{"a": 1}' AS JSONB)""",)),
    "intervals": holds("postgresql", ("SELECT INTERVAL '1 day'",)),
    "time zones": holds("postgresql", ("SELECT TIMESTAMPTZ '2024-01-01 00:00:00+02'",)),
    "not a number": holds("postgresql", (f"SELECT {NAN} = {NAN} AND {NAN} > 1",)),
    "exact decimals": holds(
        "mariadb postgresql",
        (
            "CREATE TABLE probe (a DECIMAL(30, 10))",
            "INSERT INTO probe VALUES (12345678901234567890.0123456789)",
            "SELECT count(*) FROM probe WHERE a <> 12345678901234567890",
        ),
    ),
    "untyped cells": holds("sqlite", (TABLE, "INSERT INTO probe VALUES ('x')")),
    # the language
    "insert returning": holds(
        "sqlite mariadb postgresql", (TABLE, "INSERT INTO probe VALUES (1) RETURNING a")
    ),
    "update returning": holds(
        "sqlite postgresql",
        (TABLE, "INSERT INTO probe VALUES (1)", "UPDATE probe SET a = 2 RETURNING a"),
    ),
    "case-insensitive text": holds("mariadb", ("SELECT 'a' = 'A'",)),
    "backslash escapes": holds("mariadb", (r"SELECT length('\n') = 1",)),
}


def supports(kind: str, *facts: str) -> bool:
    """Whether all the facts hold for a kind; a name that is no fact is a KeyError."""
    wanted = [FACTS[fact] for fact in facts]  # all of them, so that none is misspelled unseen
    return all(kind in fact.kinds for fact in wanted)
