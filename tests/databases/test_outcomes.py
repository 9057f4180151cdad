"""Whatever ends a write, the last line says what another client then finds in the database."""

from __future__ import annotations

import resource
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished, Spawned

Run = Callable[..., Finished]

mariadb = pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
postgresql = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def t(database: Database) -> Database:
    """A database with a table t that holds 1."""
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    return database


@pytest.fixture
def write(run: Run, t: Database) -> Run:
    """`write("INSERT …")`: run it, with --write, on the database."""
    return lambda text, *words: run("sql", text, "--write", "--url", t.url, *words)


def rows(database: Database) -> list[int]:
    return [row[0] for row in database.rows("SELECT a FROM t ORDER BY a")]


def ended(done: Finished) -> tuple[int, str]:
    """The exit code, and the first word of the last line."""
    return done.code, done.err.splitlines()[-1].partition(":")[0]


# --- MariaDB: a transaction that is ended by what our reading does not see

PROCEDURES = [
    "CREATE PROCEDURE commits() BEGIN INSERT INTO t VALUES (5); COMMIT; END",
    "CREATE PROCEDURE rolls_back() BEGIN ROLLBACK; END",
    "CREATE PROCEDURE turns_on() BEGIN SET autocommit = 1; END",
    "CREATE PROCEDURE only_writes() BEGIN INSERT INTO t VALUES (5); END",
    "CREATE PROCEDURE answers() BEGIN SELECT 1 AS a; INSERT INTO t VALUES (5); SELECT 2 AS b; END",
    "CREATE PROCEDURE fails_late() BEGIN SELECT 1 AS a; INSERT INTO t VALUES (1); END",
]
HIDING = {
    "CALL commits()": [1, 2, 5],
    "CALL rolls_back()": [1],
    "CALL turns_on()": [1, 2],
    "EXECUTE IMMEDIATE 'COMMIT'": [1, 2],
    "PREPARE p FROM 'CREATE TABLE other (a INTEGER)'; EXECUTE p": [1, 2],
    "SET STATEMENT max_statement_time = 9 FOR CALL commits()": [1, 2, 5],
}


@mariadb
@pytest.mark.parametrize("hiding", HIDING)
@pytest.mark.parametrize("end", ["INSERT INTO t VALUES (1)", "KILL CONNECTION_ID()", "SELECT 1"])
def test_an_end_out_of_our_sight_is_unknown(write: Run, t: Database, hiding: str, end: str) -> None:
    t.execute(*PROCEDURES)
    done = write(f"INSERT INTO t VALUES (2); {hiding}; {end}")
    assert ended(done) == (8, "unknown"), done
    assert done.err.startswith("error: ")
    eventually(lambda: not t.sessions(), what="the server to notice")
    assert rows(t) == HIDING[hiding]


@mariadb
def test_a_procedure_that_ends_nothing_is_undone(write: Run, t: Database) -> None:
    t.execute(*PROCEDURES)
    done = write("CALL only_writes(); SET @x = 1; INSERT INTO t VALUES (1)")
    assert ended(done) == (5, "rolled back"), done
    assert rows(t) == [1]
    assert ended(write("CALL only_writes()")) == (0, "committed")
    assert rows(t) == [1, 5]


@mariadb
def test_every_answer_of_a_procedure_is_shown_and_every_failure_told(
    write: Run, t: Database
) -> None:
    t.execute(*PROCEDURES)
    done = write("CALL answers(); SELECT 3 AS c", "-f", "jsonl")
    assert (done.code, done.out) == (0, '{"a":1}\n{"b":2}\n{"c":3}\n')
    done = write("INSERT INTO t VALUES (7); CALL fails_late()", "-f", "jsonl")
    assert done.out == '{"a":1}\n'
    assert ended(done) == (5, "rolled back"), done
    assert "Duplicate entry" in done.err
    assert rows(t) == [1, 5]


@mariadb
def test_a_loss_with_tables_without_transactions_is_unknown(write: Run, t: Database) -> None:
    t.execute("CREATE TABLE m (a INTEGER) ENGINE = MyISAM")
    assert ended(write("INSERT INTO m VALUES (2); KILL CONNECTION_ID()")) == (8, "unknown")
    assert t.value("SELECT count(*) FROM m") == 1
    t.execute("DROP TABLE m")
    done = write("INSERT INTO t VALUES (2); KILL CONNECTION_ID()")
    assert ended(done) == (4, "rolled back"), done


@mariadb
@pytest.mark.parametrize(
    ("definition", "outcome", "left"),
    [
        ("DROP TABLE nowhere", (7, "committed"), [1, 2]),
        ("CREATE TABLE t (a INTEGER)", (7, "committed"), [1, 2]),
        ("CREATE TABL u (a INTEGER)", (5, "rolled back"), [1]),
        ("CREATE TABLE u (a INTEGER); INSERT INTO t VALUES (1)", (7, "committed"), [1, 2]),
        ("CREATE TABLE u (a INTEGER); EXECUTE IMMEDIATE 'COMMIT'; SELECT b FROM u",
         (8, "unknown"), [1, 2]),
    ],
)  # fmt: skip
def test_a_definition_commits_what_came_before(
    write: Run, t: Database, definition: str, outcome: tuple[int, str], left: list[int]
) -> None:
    assert ended(write(f"INSERT INTO t VALUES (2); {definition}")) == outcome
    assert rows(t) == left


# --- locks


@pytest.mark.needs("accounts")
def test_the_victim_of_a_deadlock_is_rolled_back(
    spawn: Callable[..., Spawned], t: Database
) -> None:
    """MariaDB chooses who has done less, PostgreSQL who notices: both times it is us."""
    t.execute("CREATE TABLE u (a INTEGER)", "INSERT INTO t VALUES (2)")
    wait = {"mariadb": "sleep(2)", "postgresql": "pg_sleep(2)"}[t.kind]
    with closing(t.server.connect(t.name, t.user)) as other:
        cursor = other.cursor()
        cursor.execute("BEGIN")
        for _ in range(200):
            cursor.execute("INSERT INTO u VALUES (1)")
        cursor.execute("UPDATE t SET a = 20 WHERE a = 2")
        text = f"UPDATE t SET a = 10 WHERE a = 1; SELECT {wait}; UPDATE t SET a = 30 WHERE a = 2"
        process = spawn("sql", text, "--write", "--url", t.url, "-f", "jsonl")
        eventually(lambda: [item for item in t.processes() if "sleep" in item.sql], what="sleep")

        def cross() -> None:
            cursor.execute("UPDATE t SET a = 40 WHERE a = 1")
            cursor.execute("COMMIT")

        thread = Thread(target=cross)
        thread.start()
        done = process.wait()
        thread.join(30)
    assert ended(done) == (5, "rolled back"), done
    assert "eadlock" in done.err
    assert rows(t) == [20, 40]


@mariadb
def test_a_lock_that_is_waited_for_too_long(write: Run, t: Database) -> None:
    with closing(t.server.connect(t.name, t.user)) as other:
        cursor = other.cursor()
        cursor.execute("BEGIN")
        cursor.execute("UPDATE t SET a = 20 WHERE a = 1")
        setting = "SET innodb_lock_wait_timeout = 1"
        done = write(f"{setting}; INSERT INTO t VALUES (2); UPDATE t SET a = 30 WHERE a = 1")
    assert ended(done) == (5, "rolled back"), done
    assert "hint: another transaction was in the way; --retries N repeats it" in done.err
    assert rows(t) == [1]


# --- PostgreSQL


@postgresql
def test_a_constraint_that_is_looked_at_in_commit(write: Run, t: Database) -> None:
    t.execute("CREATE TABLE u (a INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
    done = write("INSERT INTO t VALUES (2); INSERT INTO u VALUES (9)")
    assert ended(done) == (5, "rolled back"), done
    assert rows(t) == [1]


@postgresql
def test_a_constraint_that_a_sandbox_would_never_come_to(run: Run, t: Database) -> None:
    t.execute("CREATE TABLE u (a INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
    done = run("sql", "INSERT INTO u VALUES (9)", "--sandbox", "--url", t.url)
    assert ended(done) == (5, "rolled back"), done
    done = run("insert", "u", "-", "--bulk", "--dry-run", "--url", t.url, input='{"a": 9}')
    assert ended(done) == (5, "rolled back"), done


@postgresql
def test_a_backslash_hides_no_commit(write: Run, t: Database) -> None:
    """Where it escapes, our reading would see a string that holds the COMMIT."""
    hidden = r"select 'a\''; commit; insert into t values (3); select '\''"
    for text in (f"set standard_conforming_strings = off; {hidden}", hidden):
        for words in ((), ("--url", f"{t.url}?options=-cstandard_conforming_strings%3Doff")):
            done = write(f"insert into t values (2); {text}; insert into t values (1)", *words)
            assert ended(done)[1] == "rolled back", done
            assert rows(t) == [1]


# --- SQLite


@sqlite
def test_a_reader_that_keeps_commit_from_its_end(write: Run, t: Database) -> None:
    with closing(t.server.connect(t.name)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM t").fetchall()
        done = write("INSERT INTO t VALUES (2)")
    assert ended(done) == (5, "rolled back"), done
    assert "database is locked" in done.err
    assert rows(t) == [1]


@sqlite
def test_a_full_disk_undoes_all(run: Run, t: Database) -> None:
    many = "WITH RECURSIVE c(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM c WHERE i < 99999)"
    path = Path(t.server.path(t.name))
    limit = path.stat().st_size + 50_000

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    text = f"INSERT INTO t VALUES (2); INSERT INTO t {many} SELECT i FROM c"
    done = run("sql", text, "--write", "--url", t.url, preexec_fn=limited)
    assert ended(done) == (5, "rolled back"), done
    assert rows(t) == [1]


@sqlite
@pytest.mark.parametrize("how", ["INSERT OR ROLLBACK INTO t", "INSERT OR FAIL INTO t"])
def test_a_conflict_that_ends_the_transaction(write: Run, t: Database, how: str) -> None:
    done = write(f"INSERT INTO t VALUES (2); {how} VALUES (3), (1)")
    assert ended(done) == (5, "rolled back"), done
    assert rows(t) == [1]


CHECKING = """
from sqlalchemy import Column, Engine, Integer, event
from sqlalchemy.orm import declarative_base

class T(declarative_base()):
    __tablename__ = "t"
    a = Column(Integer, primary_key=True)

event.listen(Engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=on"))
"""


@sqlite
def test_a_key_that_is_looked_at_in_commit(write: Run, t: Database, folder: Path) -> None:
    t.execute("CREATE TABLE u (a REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
    (folder / "models.py").write_text(CHECKING)
    text = "INSERT INTO t VALUES (2); INSERT INTO u VALUES (9)"
    assert ended(write(text, "-m", "models.py")) == (5, "rolled back")
    assert rows(t) == [1]
