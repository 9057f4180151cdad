"""A connection or a server that is lost in the middle: what is told is what is so."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._process import Daemon
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished, Program, Spawned
from servers.proxy import Proxy

Run = Callable[..., Finished]
Spawn = Callable[..., Spawned]

SLEEP = {"mariadb": "SELECT sleep(60)", "postgresql": "SELECT pg_sleep(60)"}
KILL = {"mariadb": "KILL {}", "postgresql": "SELECT pg_terminate_backend({})"}
on_servers = pytest.mark.needs("accounts")


@pytest.fixture
def students(database: Database) -> Database:
    database.execute("CREATE TABLE students (name VARCHAR(20))")
    return database


@on_servers
@pytest.mark.parametrize("delivered", [False, True], ids=["before", "after"])
def test_a_connection_lost_before_commit_changed_nothing(
    run: Run, students: Database, *, delivered: bool
) -> None:
    script = "INSERT INTO students VALUES ('Ada'); INSERT INTO students VALUES ('cut here')"
    with Proxy(students, b"cut here", delivered=delivered) as proxy:
        done = run("sql", script, "--write", "--url", proxy.url)
        where = proxy.where
    assert (done.code, done.out) == (4, "")
    assert proxy.cut is not None
    first, *_, last = done.err.splitlines()
    assert first.startswith(f"error: the connection to {where} was lost")
    assert last == f"rolled back: nothing was changed on {where}"
    eventually(lambda: not students.sessions(), what="the server to notice")
    assert students.value("SELECT count(*) FROM students") == 0


@on_servers
def test_a_connection_lost_while_rows_are_read(run: Run, million: Database) -> None:
    text = b"FETCH FORWARD" if million.kind == "postgresql" else b"events"
    with Proxy(million, text, delivered=False) as proxy:
        done = run("sql", "SELECT * FROM events", "--url", proxy.url)
    assert done.code == 4
    assert "was lost" in done.err
    assert done.err.splitlines()[-1].startswith("rolled back: nothing was changed on ")


@on_servers
def test_a_connection_that_the_server_ends_changed_nothing(
    spawn: Spawn, students: Database
) -> None:
    sleep = SLEEP[students.kind]
    words = f"INSERT INTO students VALUES ('Ada'); {sleep}; INSERT INTO students VALUES ('Bob')"
    process = spawn("sql", words, "--write", "--url", students.url)
    (seen,) = eventually(
        lambda: [item for item in students.processes() if "sleep" in item.sql], what=sleep
    )
    students.execute(KILL[students.kind].format(seen.id))
    done = process.wait()
    assert (done.code, done.out) == (4, "")
    assert done.err.splitlines()[-1] == f"rolled back: nothing was changed on {students.where}"
    assert students.value("SELECT count(*) FROM students") == 0


@on_servers
def test_a_server_that_is_killed_changed_nothing(
    kind: str, spawn: Spawn, run: Run, private: Callable[..., Daemon]
) -> None:
    daemon = private(kind)
    with daemon.server.fresh() as database:
        database.execute("CREATE TABLE students (name VARCHAR(20))")
        words = f"INSERT INTO students VALUES ('Ada'); {SLEEP[kind]}"
        process = spawn("sql", words, "--write", "--url", database.url)
        eventually(
            lambda: [item for item in database.processes() if "sleep" in item.sql], what="sleep"
        )
        daemon.kill9()
        done = process.wait()
        assert (done.code, done.out) == (4, "")
        assert done.err.splitlines()[-1] == f"rolled back: nothing was changed on {database.where}"
        refused = run("sql", "SELECT 1", "--url", database.url)
        assert refused.code == 4
        assert refused.err.startswith(f"error: cannot connect to {database.where}: ")
        daemon.start()
        assert database.value("SELECT count(*) FROM students") == 0


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
@pytest.mark.parametrize("delivered", [False, True], ids=["before", "after"])
def test_a_connection_lost_while_a_definition_commits_is_unknown(
    run: Run, students: Database, *, delivered: bool
) -> None:
    script = "INSERT INTO students VALUES ('Ada'); CREATE TABLE more (a INTEGER)"
    with Proxy(students, b"CREATE TABLE", delivered=delivered) as proxy:
        done = run("sql", script, "--write", "--url", proxy.url)
    assert done.code == 8
    assert done.err.splitlines()[-1].startswith("unknown: ")
    eventually(lambda: not students.sessions(), what="the server to notice")
    assert students.value("SELECT count(*) FROM students") == int(delivered)


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
def test_a_transaction_that_the_server_ended_by_itself_is_unknown(
    run: Run, students: Database
) -> None:
    body = "BEGIN COMMIT; INSERT INTO students VALUES ('inside'); END"
    students.execute(f"CREATE PROCEDURE ending() {body}")
    done = run(
        "sql", "INSERT INTO students VALUES ('before'); CALL ending()", "--write",
        "--url", students.url,
    )  # fmt: skip
    assert done.code == 8
    assert done.err.splitlines()[-1] == f"unknown: {students.where} may have committed or not"
    assert students.rows("SELECT name FROM students") == [("before",)]


# --- COMMIT itself, where the servers differ in what they can tell afterwards

INSERT = ("sql", "INSERT INTO students VALUES ('Ada')", "--write")
COMMIT = {"mariadb": b"\x03COMMIT", "postgresql": b"COMMIT"}  # not that of SET AUTOCOMMIT
sides = pytest.mark.parametrize("delivered", [False, True], ids=["before", "after"])


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
@sides
def test_a_commit_whose_answer_is_lost_is_unknown(
    run: Run, students: Database, *, delivered: bool
) -> None:
    with Proxy(students, COMMIT["mariadb"], delivered=delivered) as proxy:
        done = run(*INSERT, "--url", proxy.url)
    assert (done.code, done.out) == (8, "")
    error, hint, last = done.err.splitlines()
    assert error.startswith(f"error: the connection to {proxy.where} was lost while committing")
    assert hint == "hint: look whether the change is there before you repeat it"
    assert last == f"unknown: {proxy.where} may have committed or not"
    # It may have, and it may not have: each of them happens.
    assert students.value("SELECT count(*) FROM students") == int(delivered)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@sides
def test_a_commit_whose_answer_is_lost_is_asked_about(
    run: Run, students: Database, *, delivered: bool
) -> None:
    with Proxy(students, COMMIT["postgresql"], delivered=delivered) as proxy:
        done = run(*INSERT, "--url", proxy.url)
    assert students.value("SELECT count(*) FROM students") == int(delivered)
    if delivered:
        asked = "(the answer to COMMIT was lost, and the server was asked again)"
        assert (done.code, done.err) == (
            0, f"committed: 1 row changed on {proxy.where} {asked}\n"
        )  # fmt: skip
        return
    assert done.code == 4
    error, hint, last = done.err.splitlines()
    assert error.startswith(f"error: the connection to {proxy.where} was lost while committing")
    assert error.endswith("; it was not committed")
    assert hint == "hint: it can be repeated"
    assert last == f"rolled back: nothing was changed on {proxy.where}"


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@sides
def test_nobody_left_to_ask_is_unknown(run: Run, students: Database, *, delivered: bool) -> None:
    with Proxy(students, COMMIT["postgresql"], delivered=delivered, alone=True) as proxy:
        began = time.monotonic()
        done = run(*INSERT, "--url", proxy.url)
        assert 9 < time.monotonic() - began < 14
    assert (done.code, done.err.splitlines()[-1].partition(":")[0]) == (8, "unknown")
    assert students.value("SELECT count(*) FROM students") == int(delivered)


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
@sides
def test_a_server_killed_in_a_commit_and_started_again(
    kind: str, program: Program, private: Callable[..., Daemon], *, delivered: bool
) -> None:
    """PostgreSQL may use the numbers of a crashed run anew: what it says of one is no proof."""
    daemon = private(kind)
    with daemon.server.fresh() as database:
        database.execute("CREATE TABLE students (name VARCHAR(20))")
        with Proxy(database, COMMIT[kind], delivered=delivered, hold=True) as proxy:
            process = program.fork(*INSERT, "--url", proxy.url)
            assert proxy.reached.wait(20)
            if delivered:
                count = "SELECT count(*) FROM students"
                eventually(lambda: database.value(count) == 1, what="the COMMIT to be done")
            daemon.kill9()
            daemon.start()
            done = process.wait()
        outcome = done.code, done.err.splitlines()[-1].partition(":")[0]
        assert outcome == (8, "unknown"), done
        assert database.value("SELECT count(*) FROM students") == int(delivered)


FAILING = """
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Student(Base):
    __tablename__ = "students"
    name: Mapped[str] = mapped_column(primary_key=True)

@event.listens_for(Session, "{moment}")
def fail(session):
    raise LookupError("the mail server is away")
"""


@pytest.mark.parametrize(
    ("moment", "code", "outcome"),
    [("before_commit", 5, "rolled back"), ("after_commit", 7, "committed")],
)
def test_a_listener_that_fails_around_commit(
    run: Run, students: Database, folder: Path, moment: str, code: int, outcome: str
) -> None:
    (folder / "models.py").write_text(FAILING.format(moment=moment))
    done = run("insert", "Student", "name=Ada", "-m", "models.py", "--url", students.url)
    assert (done.code, done.err.splitlines()[-1].partition(":")[0]) == (code, outcome), done
    assert "LookupError: the mail server is away" in done.err
    assert students.value("SELECT count(*) FROM students") == int(outcome == "committed")
