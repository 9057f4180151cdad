"""What a command without --write still does, and what it says of itself; and dry runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database, Server
from servers.inside import run_inside

READS = {
    "sqlite": [
        "PRAGMA table_info(t)", "EXPLAIN QUERY PLAN SELECT * FROM t", "PRAGMA query_only",
        "SELECT 'a\\'", "SELECT replace('attach', 'a', 'b')",
    ],
    "mariadb": [
        "SHOW TABLES", "SET STATEMENT max_statement_time = 9 FOR SELECT * FROM t",
        "SELECT IF(1, 2, 3) INTO @x", "DESCRIBE t", "SELECT 'it\\'s global'", 'SELECT "a\\"b"',
        "SELECT 'ü\\' into outfile'", "SELECT @@global.max_error_count", "HELP 'kill'",
    ],
    "postgresql": [
        "SHOW search_path", "EXPLAIN DELETE FROM t", "DECLARE c CURSOR FOR SELECT 1",
        "SET LOCAL search_path = public", "SELECT E'\\''", "SELECT 'a\\'",
        "SELECT set_config('app.tenant', '7', true)", "SELECT 'pg_terminate_backend(1)'",
        "SELECT count(*) AS setval, query_to_xml('select 1', true, true, '') FROM t",
        "SELECT pg_backend_pid(), pg_stat_get_numscans(0), pg_current_wal_lsn()",
    ],
}  # fmt: skip
LAYERS = {
    "sqlite": ["authorizer", "query_only"],
    "mariadb": ["session READ ONLY", "transaction READ ONLY"],
    "postgresql": ["transaction READ ONLY"],
}


@pytest.fixture
def place(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment, and an empty current directory."""
    monkeypatch.chdir(folder)
    return {"HOME": str(home), "PATH": os.environ["PATH"]}


def test_what_only_reads_is_let_through(database: Database, place: dict[str, str]) -> None:
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    for text in ("SELECT * FROM t", "WITH x AS (SELECT a FROM t) SELECT * FROM x"):
        assert run_inside("sql", text, "--url", database.url, environ=place).out == "a\n1\n"
    for text in READS[database.kind]:
        done = run_inside("sql", text, "--url", database.url, environ=place)
        assert done.code == 0, (text, done)


def test_the_layers_that_hold_are_shown(database: Database, place: dict[str, str]) -> None:
    done = run_inside("db", "show", database.url, "-f", "json", environ=place)
    shown = json.loads(done.out)
    assert shown["reading"] == [*LAYERS[database.kind], "scanner", "rollback"]
    assert "a program's own connections" in shown["reading_limits"]


@pytest.mark.needs("non-transactional tables")
def test_a_sandbox_refuses_what_an_account_may_not_see(
    database: Database, place: dict[str, str], server_of: Callable[[str], Server], kind: str
) -> None:
    server = server_of(kind)
    for sql in (
        "CREATE TABLE t (a INTEGER)",
        "CREATE TABLE m (a INTEGER) ENGINE = MyISAM",
        "CREATE FUNCTION w() RETURNS INTEGER BEGIN INSERT INTO m VALUES (1); RETURN 1; END",
        "CREATE USER sees IDENTIFIED BY 'p'",
        f"GRANT SELECT, INSERT, EXECUTE ON `{database.name}`.* TO sees",
    ):
        server.execute(sql, database.name)
    try:
        url = f"mysql+pymysql://sees:p@127.0.0.1:{server.port}/{database.name}"
        done = run_inside("sql", "select w()", "--sandbox", "--url", url, environ=place)
        assert (done.code, "hidden from this account" in done.err) == (6, True), done
        assert run_inside("sql", "insert into t values (1)", "--sandbox", "--url", url,
                          environ=place).code == 0  # fmt: skip
    finally:
        server.execute("DROP USER sees")
    assert database.rows("SELECT * FROM m") == []


@pytest.mark.needs("non-transactional tables")
def test_a_dry_run_follows_triggers(database: Database, place: dict[str, str]) -> None:
    database.execute(
        "CREATE TABLE log (a INTEGER) ENGINE = MyISAM",
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER)",
        "INSERT INTO t VALUES (1, 1)",
        "CREATE TABLE plain (a INTEGER PRIMARY KEY)",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE TRIGGER added AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.a)",
        "CREATE TRIGGER altered BEFORE UPDATE ON t FOR EACH ROW INSERT INTO log VALUES (OLD.a)",
        "CREATE TRIGGER gone AFTER DELETE ON t FOR EACH ROW INSERT INTO log VALUES (OLD.a)",
    )
    writes = ("insert t a=2", "update t 1 --set b=5", "delete t 1")
    for words in map(str.split, writes):
        for more in ([], ["--bulk"]):
            done = run_inside(*words, *more, "--dry-run", "--url", database.url, environ=place)
            expected = "log, where the trigger of t leads, is a table without transactions (MyISAM)"
            assert (done.code, expected in done.err) == (6, True), done
    assert (database.rows("SELECT * FROM log"), database.rows("SELECT * FROM t")) == ([], [(1, 1)])
    assert run_inside("insert", "plain", "a=2", "--dry-run", "--url", database.url,
                      environ=place).code == 0  # fmt: skip


@pytest.mark.needs("non-transactional tables")
def test_a_sandbox_knows_databases_apart(
    database: Database, place: dict[str, str], fresh: Callable[[str], Database]
) -> None:
    other = fresh(database.kind)
    database.execute("CREATE TABLE kept (a INTEGER)", "INSERT INTO kept VALUES (1)")
    other.execute("CREATE TABLE kept (a INTEGER) ENGINE = MyISAM", "INSERT INTO kept VALUES (1)")
    for text, code in (
        ("delete from kept", 0),
        (f"delete from {other.name}.kept", 6),
        (f"delete from `{other.name}` . `kept`", 6),
        (f"use {other.name}; delete from kept", 6),
    ):
        done = run_inside("sql", text, "--sandbox", "--url", database.url, environ=place)
        assert done.code == code, (text, done)
    assert (database.rows("SELECT a FROM kept"), other.rows("SELECT a FROM kept")) == (
        [(1,)],
        [(1,)],
    )


@pytest.mark.needs("non-transactional tables")
def test_a_sandbox_sends_nothing_of_a_script_that_cannot_be_undone(
    database: Database, place: dict[str, str], folder: Path
) -> None:
    database.execute(
        "CREATE TABLE t (a INTEGER)",
        "CREATE TABLE m (a INTEGER) ENGINE = MyISAM",
        "CREATE TRIGGER added AFTER INSERT ON t FOR EACH ROW INSERT INTO m VALUES (NEW.a)",
    )
    (folder / "script.sql").write_text("delete from t;\n\ninsert into t values (1);\n")
    words = ("sql", "@script.sql", "--sandbox", "--show-sql", "--url", database.url)
    done = run_inside(*words, environ=place)
    assert (done.code, "delete" in done.err) == (6, False), done
    assert "error: script.sql:3:1: m, where the trigger of t leads" in done.err
