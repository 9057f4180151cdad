"""One command is one transaction on one connection, and what the database sees of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from servers._server import Database
from servers.facts import KINDS
from servers.program import Finished, Spawned

Run = Callable[..., Finished]

# An application whose models are a witness: they write down what happens to any engine or session.
WITNESS = """
from sqlalchemy import Column, Engine, Integer, event
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()

class Thing(Base):
    __tablename__ = "things"
    id = Column(Integer, primary_key=True)

def note(text):
    with open("witness", "a") as file:
        file.write(text + "\\n")

event.listen(Engine, "connect", lambda *_: note("connect"))
event.listen(Engine, "close", lambda *_: note("close"))
event.listen(Engine, "close_detached", lambda *_: note("close"))
event.listen(Engine, "begin", lambda *_: note("begin"))
event.listen(Engine, "commit", lambda *_: note("commit"))
event.listen(Engine, "rollback", lambda *_: note("rollback"))
event.listen(Session, "after_transaction_create", lambda *_: note("session"))
"""


@pytest.fixture
def witness(folder: Path, run: Run) -> Callable[..., list[str]]:
    """`witness("query", "Thing", …)`: run it; what happened to engines and sessions meanwhile."""
    (folder / "models.py").write_text(WITNESS)

    def watch(*words: str, code: int = 0) -> list[str]:
        done = run(*words, "-m", "models.py")
        assert done.code == code, done
        notes = (folder / "witness").read_text().splitlines()
        (folder / "witness").unlink()
        return notes

    return watch


@pytest.fixture
def things(database: Database) -> Database:
    """A database with the witness's table."""
    database.execute("CREATE TABLE things (id INTEGER PRIMARY KEY)")
    return database


@pytest.mark.parametrize(
    "words",
    [
        ("query", "Thing"),
        ("query", "things", "id>3", "--count"),
        ("sql", "SELECT 1; SELECT * FROM things; SELECT 2", "-f", "jsonl"),
        ("db", "ping"),
    ],
)
def test_a_command_that_reads_is_one_transaction_and_ends_in_rollback(
    witness: Callable[..., list[str]], things: Database, words: tuple[str, ...]
) -> None:
    notes = witness(*words, "--url", things.url)
    assert notes.count("connect") == notes.count("session") == notes.count("begin") == 1
    assert notes.count("commit") == 0
    assert "rollback" in notes


def test_what_is_known_without_a_database_asks_none(
    witness: Callable[..., list[str]], things: Database
) -> None:
    assert "connect" not in witness("models", "Thing", "--url", things.url)


def test_a_command_that_writes_is_one_transaction_and_ends_in_commit(
    witness: Callable[..., list[str]], things: Database
) -> None:
    text = "INSERT INTO things VALUES (1); INSERT INTO things VALUES (2)"
    notes = witness("sql", text, "--write", "--url", things.url)
    assert [note for note in notes if note != "close"] == ["session", "connect", "begin", "commit"]
    assert things.value("SELECT count(*) FROM things") == 2


def test_a_command_that_fails_is_one_transaction_and_ends_in_rollback(
    witness: Callable[..., list[str]], things: Database
) -> None:
    text = "INSERT INTO things VALUES (1); INSERT INTO things VALUES (1)"
    notes = witness("sql", text, "--write", "--url", things.url, code=5)
    assert [note for note in notes if note != "close"] == [
        "session",
        "connect",
        "begin",
        "rollback",
    ]
    assert things.rows("SELECT * FROM things") == []


def test_each_of_several_databases_is_one_transaction(
    witness: Callable[..., list[str]], fresh: Callable[[str], Database]
) -> None:
    databases = [fresh(kind) for kind in KINDS]
    for database in databases:
        database.execute("CREATE TABLE things (id INTEGER PRIMARY KEY)")
    places = [word for database in databases for word in ("--db", database.url)]
    notes = witness("query", "Thing", *places)
    assert notes.count("connect") == notes.count("session") == notes.count("begin") == len(KINDS)
    assert notes.count("commit") == 0


# --- reading is read-only at the database, not by looking at words


WRITING_FUNCTION = {
    "mariadb": "CREATE FUNCTION w() RETURNS INTEGER MODIFIES SQL DATA"
    " BEGIN INSERT INTO things VALUES (9); RETURN 1; END",
    "postgresql": "CREATE FUNCTION w() RETURNS INTEGER LANGUAGE SQL"
    " AS 'INSERT INTO things VALUES (9) RETURNING 1'",
}


@pytest.mark.needs("accounts")
def test_a_function_that_writes_is_refused(run: Run, things: Database) -> None:
    things.execute(WRITING_FUNCTION[things.kind], "CREATE VIEW sly AS SELECT w() AS one")
    for words in (("sql", "SELECT w()"), ("query", "sly"), ("sql", "SELECT w()", "--read-only")):
        done = run(*words, "--url", things.url)
        assert done.code == 6, done
        assert done.err.endswith(f"rolled back: nothing was changed on {things.where}\n")
    assert things.rows("SELECT * FROM things") == []
    assert run("sql", "SELECT w()", "--url", things.url, "--write").code == 0
    assert things.rows("SELECT * FROM things") == [(9,)]


WRITES = {
    "sqlite": [
        "WITH a AS (SELECT 1) DELETE FROM things",
        "PRAGMA user_version = 5",
        "PRAGMA journal_mode = wal",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'other.db'",
    ],
    "mariadb": [
        "REPLACE INTO things VALUES (1)",
        "SELECT 1 INTO OUTFILE 'x'",
        "SET SESSION TRANSACTION READ WRITE",
        "/*!50000 DELETE FROM things */",
        "LOCK TABLES things WRITE",
    ],
    "postgresql": [
        "WITH a AS (DELETE FROM things RETURNING id) SELECT * FROM a",
        "EXPLAIN ANALYZE DELETE FROM things",
        "SELECT set_config('transaction_read_only', 'off', true); DELETE FROM things",
        "SET TRANSACTION READ WRITE; DELETE FROM things",
        "DO $$ BEGIN DELETE FROM things; END $$",
    ],
}


def test_nothing_is_written_without_write(run: Run, things: Database, folder: Path) -> None:
    things.execute("INSERT INTO things VALUES (7)")
    everywhere = ["DROP TABLE things", "SELECT 1; DELETE FROM things"]
    for text in (*everywhere, *WRITES[things.kind]):
        done = run("sql", text, "--url", things.url, "-f", "jsonl")
        assert done.code in {5, 6}, (text, done)
        assert done.err.splitlines()[-1].startswith(("rolled back: ", "hint: ")), done
        assert things.rows("SELECT * FROM things") == [(7,)], text
    assert os.listdir(folder) == []


# --- SQLite's own


@pytest.mark.needs("transactional ddl")
def test_definitions_are_undone_with_the_rest(run: Run, things: Database) -> None:
    text = "CREATE TABLE other (a INTEGER); DROP TABLE things; SELECT * FROM nowhere"
    assert run("sql", text, "--write", "--url", things.url).code == 5
    assert things.rows("SELECT * FROM things") == []
    assert run("query", "other", "--url", things.url).code == 2


NESTED = '''
from sqlalchemy import text
from sqlalchemy.orm import Session

class Nested(Session):
    """A session whose every insert is preceded by one in a savepoint of its own."""

    def execute(self, statement, *args, **kwargs):
        if "INSERT" in str(statement):
            with self.begin_nested():
                super().execute(text("INSERT INTO things VALUES (1)"))
        return super().execute(statement, *args, **kwargs)
'''


def test_a_released_savepoint_is_undone_with_the_rest(
    run: Run, things: Database, folder: Path
) -> None:
    (folder / "nested.py").write_text(NESTED)
    (folder / "c.toml").write_text(
        f'[db.x]\nurl = "{things.url}"\n[factory]\nclass_ = "nested:Nested"\n'
    )
    text = "INSERT INTO things VALUES (2); SELECT * FROM nowhere"
    done = run("sql", text, "--write", "-C", "c.toml", "--db", "x")
    assert (done.code, done.err.splitlines()[-1]) == (5, "rolled back: nothing was changed on x")
    assert things.rows("SELECT * FROM things") == []
    assert run("sql", text.partition(";")[0], "--write", "-C", "c.toml").code == 0
    assert things.rows("SELECT * FROM things ORDER BY id") == [(1,), (2,)]


LONG_ANSWER = {
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 50000)"
    " SELECT i FROM s",
    "mariadb": "SELECT seq FROM seq_1_to_50000",
    "postgresql": "SELECT * FROM generate_series(1, 50000)",
}


def test_what_is_read_in_one_command_is_one_state(
    spawn: Callable[..., Spawned], things: Database
) -> None:
    """Another client commits while we stand in the middle of the first answer."""
    if things.kind == "sqlite":
        things.execute("PRAGMA journal_mode = wal")
    count = "SELECT count(*) AS n FROM things"
    level = "serializable" if things.kind == "sqlite" else "repeatable read"
    text = f"{count}; {LONG_ANSWER[things.kind]}; {count}"
    reading, writing = os.pipe()
    words = ("sql", text, "--url", things.url, "-f", "jsonl", "--isolation", level)
    process = spawn(*words, stdout=writing)
    os.close(writing)
    with open(reading, "rb") as reader:
        assert reader.readline() == b'{"n":0}\n' or things.kind == "postgresql"
        things.execute("INSERT INTO things VALUES (1)")
        last = reader.read().splitlines()[-1]
    assert process.wait().code == 0
    assert last in (b'{"n":0}', b'{"count":0}')


def test_an_empty_file_is_an_empty_database(run: Run, folder: Path) -> None:
    (folder / "empty.db").touch()
    assert run("models", "--db", "empty.db").code == 0
    assert run("sql", "CREATE TABLE t (a)", "--write", "--db", "empty.db").code == 0
    assert run("query", "t", "--db", "empty.db").out == "a\n"


def test_a_file_that_cannot_be_written_is_read(run: Run, folder: Path) -> None:
    path = folder / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert run("query", "t", "--db", "x.db").code == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert os.listdir(folder) == ["x.db"]


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"], indirect=True)
@pytest.mark.parametrize("more", [(), ("--write",)])
@pytest.mark.parametrize(
    "settings",
    [
        '[db.x.engine]\nisolation_level = "AUTOCOMMIT"',
        '[db.x.factory]\nexecution_options = { isolation_level = "AUTOCOMMIT" }',
        "[db.x.connect]\nautocommit = true",
    ],
)
def test_a_connection_that_commits_by_itself_is_not_used(
    run: Callable[..., Finished],
    database: Database,
    folder: Path,
    settings: str,
    more: tuple[str, ...],
) -> None:
    """With it nothing could be rolled back, and PostgreSQL would not even only read."""
    database.execute("CREATE TABLE kept (id integer)")
    (folder / "auto.toml").write_text(f'[db.x]\nurl = "{database.url}"\n{settings}\n')
    text = "insert into kept values (1); insert into nowhere values (1)"
    done = run("sql", text, "-C", "auto.toml", *more)
    assert (done.code, "commits by itself" in done.err) == (3, True), done.err
    assert database.value("SELECT count(*) FROM kept") == 0
