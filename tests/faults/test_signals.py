"""A signal stops the statement on its server, rolls back, says so, and nothing else is said."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from signal import Signals
from typing import Any

import pytest
from servers._process import Daemon
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished, Program, Spawned

SIGNALS = {Signals.SIGINT: 130, Signals.SIGTERM: 143, Signals.SIGHUP: 129}
SOON = 4.0  # seconds; whoever is not heard waits for a minute, or for SQLite's five seconds

ENDLESS = "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s)"
LONG = {
    "sqlite": f"{ENDLESS} SELECT count(*) FROM s",
    "mariadb": "SELECT sleep(60)",
    "postgresql": "SELECT pg_sleep(60)",
}
LONG_WRITE = {
    "sqlite": f"INSERT INTO t {ENDLESS} SELECT 5 FROM s WHERE i < 0",
    "mariadb": "INSERT INTO t SELECT sleep(60)",
    "postgresql": "INSERT INTO t SELECT 1 FROM pg_sleep(60)",
}


def running(process: Spawned, database: Database) -> None:
    """Wait until the statement runs: seen by the server; a file has only our own word for it."""
    if database.kind == "sqlite":
        process.wait_for("SELECT", "err")
    else:
        eventually(lambda: statements(database), what="the statement to run")


def statements(database: Database) -> list[str]:
    """What runs there and takes long; PostgreSQL's cursors run their query at the first FETCH."""
    running = (item.sql for item in database.processes())
    return [sql for sql in running if "sleep" in sql or sql.startswith("FETCH")]


def stopped(done: Finished, database: Database, signum: Signals = Signals.SIGINT) -> None:
    """It ended by that signal and told the truth; echoed statements aside, it said nothing else."""
    assert done.code == SIGNALS[signum]
    told = f"stopped: {signum.name}\nrolled back: nothing was changed on {database.where}\n"
    assert done.err.removeprefix(echo(done.err)) == told
    assert statements(database) == []


def echo(told: str) -> str:
    """The statements that --show-sql echoed, up to the last of them."""
    return told[: told.index("stopped: ")] if "stopped: " in told else told


@pytest.mark.parametrize("signum", SIGNALS)
def test_a_long_query_is_cancelled(
    spawn: Callable[..., Spawned], database: Database, signum: Signals
) -> None:
    process = spawn("sql", LONG[database.kind], "--url", database.url, "--show-sql")
    running(process, database)
    process.signal(signum)
    stopped(process.wait(SOON), database, signum)


def test_a_write_is_cancelled_and_undone(spawn: Callable[..., Spawned], database: Database) -> None:
    database.execute("CREATE TABLE t (a INTEGER)")
    text = f"INSERT INTO t VALUES (1); {LONG_WRITE[database.kind]}"
    process = spawn("sql", text, "--url", database.url, "--write", "--show-sql")
    running(process, database)
    process.signal(signal.SIGINT)
    stopped(process.wait(SOON), database)
    assert database.rows("SELECT * FROM t") == []


def test_a_time_limit_is_a_signal_too(run: Callable[..., Finished], database: Database) -> None:
    done = run("sql", LONG[database.kind], "--url", database.url, "--timeout", "4s", timeout=25)
    assert (done.code, done.out) == (124, "")
    assert done.err == (
        f"stopped: the time limit\nrolled back: nothing was changed on {database.where}\n"
    )
    assert statements(database) == []


def test_a_long_fetch_to_a_slow_reader_is_stopped(
    spawn: Callable[..., Spawned], million: Database
) -> None:
    reading, writing = os.pipe()
    process = spawn("sql", "SELECT * FROM events", "--url", million.url, stdout=writing)
    os.close(writing)
    with open(reading, "rb") as reader:
        assert reader.read(10).startswith(b"id\tuser_id"[:10])
        if million.kind != "sqlite":
            assert million.sessions() != []
        process.signal(signal.SIGINT)
        done = process.wait(SOON)
    assert done.code == 130
    assert done.err == f"stopped: SIGINT\nrolled back: nothing was changed on {million.where}\n"
    eventually(lambda: million.sessions() == [])


# --- while connecting


@contextmanager
def silent() -> Iterator[socket.socket]:
    """A server that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.mark.parametrize("signum", SIGNALS)
@pytest.mark.parametrize("driver", ["mysql+pymysql", "postgresql+psycopg"])
def test_connecting_to_a_silent_server_is_stopped(
    spawn: Callable[..., Spawned], driver: str, signum: Signals
) -> None:
    with silent() as listener:
        port = listener.getsockname()[1]
        process = spawn("sql", "SELECT 1", "--url", f"{driver}://u:p@127.0.0.1:{port}/d")
        connection, _ = listener.accept()
        with closing(connection):
            process.signal(signum)
            done = process.wait(SOON)
    where = f"127.0.0.1:{port}/d"
    assert done.code == SIGNALS[signum]
    assert done.err == f"stopped: {signum.name}\nrolled back: nothing was sent to {where}\n"


@pytest.mark.parametrize("driver", ["mysql+pymysql", "postgresql+psycopg"])
def test_connecting_to_a_silent_server_has_a_time_limit(
    run: Callable[..., Finished], driver: str
) -> None:
    with silent() as listener:
        url = f"{driver}://u:p@127.0.0.1:{listener.getsockname()[1]}/d?connect_timeout=2"
        done = run("sql", "SELECT 1", "--url", url)
    assert done.code == 4
    assert "cannot connect" in done.err


# --- before anything is connected

SLOW_MODELS = """
import time
print("being imported", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("signum", SIGNALS)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # nobody connects
def test_a_signal_before_the_transaction_sends_nothing(
    spawn: Callable[..., Spawned], database: Database, folder: Path, signum: Signals
) -> None:
    (folder / "models.py").write_text(SLOW_MODELS)
    words = ("query", "t", "-m", "models.py", "--url", database.url)
    process = spawn(*words)
    process.wait_for("being imported", "err")
    process.signal(signum)
    done = process.wait(SOON)
    assert (done.code, done.out) == (SIGNALS[signum], "")
    told = f"stopped: {signum.name}\nrolled back: nothing was sent to {database.where}\n"
    assert done.err == f"being imported\n{told}"


# --- while waiting for a lock


@contextmanager
def locked(database: Database) -> Iterator[Any]:
    """Another client holds what everybody wants."""
    with closing(database.server.connect(database.name)) as other:
        cursor = other.cursor()
        if database.kind == "sqlite":
            cursor.execute("BEGIN EXCLUSIVE")
        else:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE t SET a = a + 1")
        yield cursor


@pytest.mark.parametrize("signum", SIGNALS)
def test_waiting_for_a_lock_is_stopped(
    spawn: Callable[..., Spawned], database: Database, signum: Signals
) -> None:
    database.execute("CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1)")
    with locked(database):
        url = ("--url", database.url)
        process = spawn("sql", "UPDATE t SET a = 5", *url, "--write", "--show-sql")
        waiting(process, database)
        process.signal(signum)
        done = process.wait(3)
        assert waiting_updates(database) == []
    stopped(unsent_as_unchanged(done), database, signum)
    assert database.value("SELECT a FROM t") == 1


def waiting(process: Spawned, database: Database) -> None:
    """Wait until it waits; for a file, until it has it open."""
    if database.kind == "sqlite":
        path = os.path.realpath(database.server.path(database.name))
        eventually(lambda: path in open_files(process.pid), what=f"somebody to open {path}")
    else:
        eventually(lambda: waiting_updates(database), what="an UPDATE that waits")


def waiting_updates(database: Database) -> list[str]:
    return [item.sql for item in database.processes() if "a = 5" in item.sql]


def unsent_as_unchanged(done: Finished) -> Finished:
    """Whoever waits for a file may not have begun yet; then nothing was sent, which is as true."""
    changed = done.err_bytes.replace(b"nothing was sent to", b"nothing was changed on")
    return replace(done, err_bytes=changed)


def open_files(pid: int) -> set[str]:
    folder = f"/proc/{pid}/fd"
    return {os.path.realpath(f"{folder}/{name}") for name in os.listdir(folder)}


def test_reading_a_locked_file_is_stopped(
    spawn: Callable[..., Spawned], fresh: Callable[[str], Database]
) -> None:
    database = fresh("sqlite")
    database.execute("CREATE TABLE t (a INTEGER)")
    with locked(database):
        process = spawn("sql", "SELECT * FROM t", "--url", database.url)
        waiting(process, database)
        process.signal(signal.SIGINT)
        done = process.wait(3)
    stopped(unsent_as_unchanged(done), database)


def test_waiting_for_a_file_ends_and_says_why(
    run: Callable[..., Finished], fresh: Callable[[str], Database]
) -> None:
    database = fresh("sqlite")
    database.execute("CREATE TABLE t (a INTEGER)")
    url = f"{database.url}?timeout=0.2"
    with locked(database):
        for words in (("SELECT * FROM t",), ("DELETE FROM t", "--write")):
            done = run("sql", *words, "--url", url)
            assert done.code == 5
            assert done.err == (
                f"error: {database.where}: database is locked\n"
                "hint: another transaction was in the way; --retries N repeats it\n"
                f"rolled back: nothing was changed on {database.where}\n"
            )


# --- asked twice, asked not at all, asked too late


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_a_frozen_server_does_not_own_the_terminal(
    spawn: Callable[..., Spawned], private: Callable[..., Daemon], kind: str
) -> None:
    daemon = private(kind)

    def start(name: str) -> tuple[Spawned, str]:
        daemon.server.create(name)
        database = Database(daemon.server, name)
        process = spawn("sql", LONG[kind], "--url", database.url)
        eventually(lambda: statements(database), what="the statement to run")
        daemon.freeze()
        return process, f"rolled back: nothing was changed on {database.where}\n"

    process, outcome = start("t_once")
    process.signal(signal.SIGINT)
    done = process.wait(10)
    assert (done.code, done.err) == (130, f"stopped: SIGINT\n{outcome}")
    daemon.cont()

    process, _ = start("t_twice")

    def asked_again() -> bool:
        process.signal(signal.SIGINT)
        return process.process.poll() is not None

    eventually(asked_again, 2, "the end after many a Ctrl-C")
    assert process.wait().code == 130
    daemon.cont()


@pytest.mark.parametrize("signum", [Signals.SIGINT, Signals.SIGHUP])
def test_a_signal_ignored_at_the_start_stays_ignored(
    program: Program, fresh: Callable[[str], Database], signum: Signals
) -> None:
    """As under nohup, or behind an `&` in a script."""
    database = fresh("postgresql")
    deaf = ("env", f"--ignore-signal={signum.name.removeprefix('SIG')}", *program.words)
    process = replace(program, words=deaf).spawn("sql", LONG["postgresql"], "--url", database.url)
    with ExitStack() as stack:
        stack.callback(process.kill)
        eventually(lambda: statements(database))
        process.signal(signum)
        process.signal(signal.SIGTERM)
        stopped(process.wait(SOON), database, Signals.SIGTERM)


def test_a_signal_during_commit_waits_for_its_end(
    spawn: Callable[..., Spawned], database: Database
) -> None:
    database.execute("CREATE TABLE t (a INTEGER)")
    words = ("sql", "INSERT INTO t VALUES (1)", "--url", database.url, "--write")
    with COMMITS_WAIT[database.kind](database):
        process = spawn(*words, "--show-sql")
        committing(process, database)
        process.signal(signal.SIGINT)
        process.signal(signal.SIGTERM)
        assert process.process.poll() is None
    done = process.wait(SOON)
    assert done.code == 0
    assert done.err.endswith(f"committed: 1 row changed on {database.where}\n")
    assert database.value("SELECT count(*) FROM t") == 1


@contextmanager
def reader(database: Database) -> Iterator[None]:
    """SQLite commits when nobody reads any more."""
    with closing(database.server.connect(database.name)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM t").fetchall()
        yield


@contextmanager
def blocked_commits(database: Database) -> Iterator[None]:
    """MariaDB holds commits back during a backup."""
    with closing(database.server.connect(database.name)) as other:
        cursor = other.cursor()
        for stage in ("START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"):
            cursor.execute(f"BACKUP STAGE {stage}")
        yield


@contextmanager
def slow_constraint(database: Database) -> Iterator[None]:
    """PostgreSQL runs deferred triggers at COMMIT; this one waits for a lock of ours."""
    database.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END'",
        "CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION wait()",
    )
    with closing(database.server.connect(database.name)) as other:
        other.execute("SELECT pg_advisory_lock(7)")
        yield


COMMITS_WAIT = {"sqlite": reader, "mariadb": blocked_commits, "postgresql": slow_constraint}


def committing(process: Spawned, database: Database) -> None:
    """Wait until COMMIT was sent; SQLite then has a lock that keeps new readers out."""
    if database.kind == "sqlite":
        eventually(lambda: has_pending_lock(process.pid), what="a lock that keeps readers out")
    else:
        eventually(lambda: any(item.sql == "COMMIT" for item in database.processes()))


def has_pending_lock(pid: int) -> bool:
    """SQLite's PENDING lock begins a gigabyte into the file."""
    with open("/proc/locks") as file:
        locks = [line.split() for line in file]
    return any(words[3:5] == ["WRITE", str(pid)] and words[-2] == str(1 << 30) for words in locks)


# --- where an exception is lost: in a driver's callback, and in a destructor


MODEL = """
from sqlalchemy import Column, Integer, event
from sqlalchemy.orm import Session, declarative_base
import os, signal

class Thing(declarative_base()):
    __tablename__ = "t"
    a = Column(Integer, primary_key=True)

class Noisy:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        len(self.__class__.__name__)

def callback(*_):
    os.kill(os.getpid(), signal.SIGTERM)
    return 0
"""
LOSERS = {
    "a callback of the driver": "lambda _s, _t, connection:"
    " connection.connection.dbapi_connection.create_function('f', 0, callback)",
    "a destructor": "lambda *_: Noisy() and None",
}


@pytest.mark.parametrize("place", LOSERS)
def test_a_signal_that_gets_lost_is_found_again(
    run: Callable[..., Finished], fresh: Callable[[str], Database], folder: Path, place: str
) -> None:
    database = fresh("sqlite")
    listen = f"event.listen(Session, 'after_begin', {LOSERS[place]})\n"
    (folder / "models.py").write_text(MODEL + listen)
    text = "SELECT f()" if "callback" in place else LONG["sqlite"]
    done = run("sql", text, "--url", database.url, "-m", "models.py")
    stopped(done, database, Signals.SIGTERM)
