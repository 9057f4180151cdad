"""Statements that do more than somebody who only looks would want."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from benchmarks.faults.seen import SERVERS, Seen, fault
from benchmarks.faults.trial import Trial, asks

BOTH = (
    "DROP TABLE t", "TRUNCATE TABLE t", "DELETE FROM t", "DELETE FROM t WHERE 1=1",
    "DELETE FROM t WHERE a > 0", "UPDATE t SET b = 'z'", "UPDATE t SET b = 'z' WHERE a = a",
    "ALTER TABLE t DROP COLUMN b", "DROP VIEW v", "DROP INDEX i{on}",
    "/* look */ DELETE FROM t", "INSERT INTO t SELECT a + 10, b FROM t",
)  # fmt: skip
OWN = {
    "mariadb": (
        "/*!50000 DELETE FROM t */", "REPLACE INTO t VALUES (1, 'z')", "CALL empty_it()",
        "DELETE t FROM t JOIN t AS u ON t.a = u.a",
        "INSERT INTO t VALUES (1, 'z') ON DUPLICATE KEY UPDATE b = 'z'",
        "RENAME TABLE t TO gone", "CREATE OR REPLACE TABLE t (a INTEGER)",
        "EXECUTE IMMEDIATE 'DELETE FROM t'", "ANALYZE DELETE FROM t",
        "SET STATEMENT max_statement_time=9 FOR DELETE FROM t",
    ),
    "postgresql": (
        "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
        "EXPLAIN ANALYZE DELETE FROM t", "CALL empty_it()", "DO $$ BEGIN DELETE FROM t; END $$",
        "MERGE INTO t USING (SELECT 1 AS a) AS s ON t.a = s.a WHEN MATCHED THEN DELETE",
        "INSERT INTO t VALUES (1, 'z') ON CONFLICT (a) DO UPDATE SET b = 'z'",
        "SELECT emptied()", "ALTER TABLE t RENAME TO gone",
        "CREATE TABLE u AS SELECT * FROM t", "DROP SCHEMA public CASCADE",
    ),
}  # fmt: skip
ROUTINES = {
    "mariadb": ("CREATE PROCEDURE empty_it() DELETE FROM t",),
    "postgresql": (
        "CREATE PROCEDURE empty_it() LANGUAGE SQL AS 'DELETE FROM t'",
        "CREATE FUNCTION emptied() RETURNS void LANGUAGE SQL AS 'DELETE FROM t'",
    ),
}
NO_GUARD = "it asks nothing, by default"


def dangerous(kind: str) -> list[str]:
    """22 of them."""
    on = " ON t" if kind == "mariadb" else ""
    return [*(sql.format(on=on) for sql in BOTH), *OWN[kind]]


def prepare(trial: Trial) -> None:
    """Something that could be lost."""
    trial.database.execute(
        "INSERT INTO t VALUES (1, 'x'), (2, 'y')", "CREATE VIEW v AS SELECT a FROM t",
        "CREATE INDEX i ON t (b)", *ROUTINES[trial.kind],
    )  # fmt: skip


def state(trial: Trial) -> list[Any]:
    """What is there, as another client finds it."""
    tables = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = "
        + ("database()" if trial.kind == "mariadb" else "'public'")
        + " ORDER BY table_name"
    )
    found: list[Any] = trial.database.rows(tables)
    with suppress(Exception):  # of a table that is gone, in the words of either driver
        found += trial.database.rows("SELECT a, b FROM t ORDER BY a")
    return found


@fault(31, "22 dangerous statements are not just executed", SERVERS, psql=NO_GUARD,
       mariadb=NO_GUARD)  # fmt: skip
def guarded(trial: Trial) -> Seen:
    """Ours only reads unless it is told to write; the others ask at their prompts."""
    prepare(trial)
    statements = dangerous(trial.kind)
    if trial.ours:
        count = sum(_held(trial, sql) for sql in statements)
    else:
        count = len(_asked(trial, statements))
    of = len(statements)
    verdict = "ok" if count == of else "part" if count > of / 2 else "BAD"
    return Seen(verdict, f"{count} of {of}")


def _held(trial: Trial, sql: str) -> bool:
    """Whether nothing comes of it."""
    before = state(trial)
    done = trial.run(["sql", sql])
    return state(trial) == before and done.code != 0


def _asked(trial: Trial, statements: list[str]) -> list[str]:
    """Those that the prompt asks about, before it looks whether they could be done; answered no."""
    found = []
    terminal = trial.prompt()
    for sql in statements:
        trial.typed(terminal, f"{sql};")
        if asks(terminal):
            found.append(sql)
            terminal.send("n\r")
    return found
