"""Deadlocks, locks and serialization failures that another client really causes; --retries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished, Program, Spawned
from servers.pseudoterminal import PseudoTerminal

Run = Callable[..., Finished]

HINT = "hint: another transaction was in the way; --retries N repeats it"
# Whoever changes an object begins, tells so, waits until it may go on, and changes row 2.
MODELS = """
import time
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class T(Base):
    __tablename__ = "t"
    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]

def change(connection, number):
    connection.exec_driver_sql(f"UPDATE t SET n = n + 1 WHERE id = {number}")

@event.listens_for(T, "after_insert")
@event.listens_for(T, "after_update")
@event.listens_for(T, "after_delete")
def follow(mapper, connection, target):
    if target.id == 3:
        change(connection, 1)
    wait()
    change(connection, 2)

def wait():
    Path("begun").touch()
    while Path("hold").exists():
        time.sleep(0.01)
"""
PROGRAM = """
from models import change, wait
connection = session.connection()
change(connection, 1)
wait()
change(connection, 2)
"""
SLEEP = {
    "mariadb": "DO sleep(1)",
    "postgresql": "DO 'BEGIN PERFORM pg_sleep(1); END'",
}
CHANGE = "UPDATE t SET n = n + 1 WHERE id = {}"
# Commands that change row 1 and then row 2, and what t is when they did: id and n.
COMMANDS = {
    "insert": (("insert", "T", "-"), [(1, 1), (2, 1), (3, 7)]),
    "update": (("update", "T", "1", "--set", "n=7"), [(1, 7), (2, 1)]),
    "delete": (("delete", "T", "1"), [(2, 1)]),
    "sql": (("sql", "@fix.sql", "--write"), [(1, 1), (2, 1)]),
    "run": (("run", "fix.py", "--write"), [(1, 1), (2, 1)]),
}
every_command = pytest.mark.parametrize("name", COMMANDS)
on_servers = pytest.mark.needs("accounts")
postgresql = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)


@pytest.fixture
def t(database: Database, folder: Path) -> Database:
    """A database whose table t has rows 1 and 2, and the files of the commands."""
    database.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)", "CREATE TABLE u (a INTEGER)",
        "INSERT INTO t VALUES (1, 0), (2, 0)",
    )  # fmt: skip
    (folder / "models.py").write_text(MODELS)
    (folder / "fix.py").write_text(PROGRAM)
    sleep = SLEEP.get(database.kind, "SELECT 1")
    (folder / "fix.sql").write_text(f"{CHANGE.format(1)}; {sleep}; {CHANGE.format(2)}")
    return database


@pytest.fixture
def start(program: Program, t: Database) -> Iterator[Callable[..., Spawned]]:
    """`start("update", "--retries", "2")`: begin that command."""
    begun: list[Spawned] = []

    def begin(name: str, *more: str) -> Spawned:
        words = (*COMMANDS[name][0], "-m", "models.py", "--url", t.url, *more)
        process = program.fork(*words)
        begun.append(process)
        process.send('{"id": 3, "n": 7}')
        process.end_input()
        return process

    yield begin
    for process in begun:
        process.kill()


@contextmanager
def other(database: Database, *statements: str) -> Iterator[Any]:
    """Another client in a transaction, in which it executed these; it notices no deadlock."""
    with closing(database.server.connect(database.name)) as connection:
        cursor = connection.cursor()
        if database.kind == "postgresql":
            cursor.execute("SET deadlock_timeout = '1min'")
        cursor.execute("BEGIN IMMEDIATE" if database.kind == "sqlite" else "BEGIN")
        for statement in statements:
            cursor.execute(statement)
        yield cursor


def rows(database: Database) -> list[tuple[int, int]]:
    return database.rows("SELECT id, n FROM t ORDER BY id")


def ended(done: Finished) -> tuple[int, str]:
    """The exit code, and the first word of the last line."""
    return done.code, done.err.splitlines()[-1].partition(":")[0]


def waits(database: Database, text: str) -> Callable[[], bool]:
    return lambda: any(text in item.sql for item in database.processes())


# --- deadlocks


@on_servers
@every_command
@pytest.mark.parametrize("retries", [0, 2])
def test_a_deadlock(
    start: Callable[..., Spawned], t: Database, folder: Path, name: str, retries: int
) -> None:
    """MariaDB gives up who has done less, PostgreSQL who noticed: both times it is we."""
    (folder / "hold").touch()
    much = ["INSERT INTO u VALUES (1)"] * 50
    with other(t, *much, "UPDATE t SET n = n + 100 WHERE id = 2") as cursor:
        process = start(name, "--retries", str(retries))
        begun = waits(t, "sleep") if name == "sql" else (folder / "begun").exists
        eventually(begun, what="the first change")

        def cross() -> None:
            cursor.execute("UPDATE t SET n = n + 100 WHERE id = 1")
            cursor.execute("COMMIT")

        thread = Thread(target=cross)
        thread.start()
        eventually(waits(t, "n + 100"), what="the other to wait for us")
        (folder / "hold").unlink()
        done = process.wait()
        thread.join(30)
    theirs = [(1, 100), (2, 100)]
    if not retries:
        assert ended(done) == (5, "rolled back"), done
        assert HINT in done.err
        assert rows(t) == theirs
        return
    assert ended(done) == (0, "committed"), done
    assert done.err.count("once more (1 of 2)") == 1
    expected = [(number, n + 100 if n == 1 else n) for number, n in COMMANDS[name][1]]
    assert rows(t) == expected


# --- locks


@every_command
def test_a_lock_that_is_waited_for_too_long(
    start: Callable[..., Spawned], t: Database, name: str
) -> None:
    with other(t, "UPDATE t SET n = n WHERE id = 1"):
        began = time.monotonic()
        done = start(name, "--lock-timeout", "300ms").wait()
        spent = time.monotonic() - began
    assert ended(done) == (5, "rolled back"), done
    assert HINT in done.err
    assert 0.3 <= spent < 4  # MariaDB counts whole seconds
    assert rows(t) == [(1, 0), (2, 0)]


@every_command
def test_a_lock_that_is_given_up_in_time(
    start: Callable[..., Spawned], t: Database, name: str
) -> None:
    with other(t, "UPDATE t SET n = n WHERE id = 1") as cursor:
        process = start(name, "--lock-timeout", "300ms", "--retries", "9")
        process.wait_for("once more (1 of 9)", "err")
        cursor.execute("COMMIT")
        done = process.wait()
    assert ended(done) == (0, "committed"), done
    assert rows(t) == COMMANDS[name][1]


@on_servers
def test_a_lock_of_a_whole_table(run: Run, t: Database) -> None:
    """MariaDB has a limit of its own for these, of a day."""
    words = ("sql", "ALTER TABLE t ADD more INTEGER", "--write", "--url", t.url)
    with other(t, "SELECT * FROM t"):
        done = run(*words, "--lock-timeout", "200ms")
    assert ended(done)[0] == 5, done
    assert HINT in done.err


@pytest.mark.parametrize("where", ["flag", "variable", "database", "file"])
def test_where_the_limit_is_said(run: Run, t: Database, folder: Path, where: str) -> None:
    top, own = "lock_timeout = 60\n" * (where == "database"), 'lock_timeout = "300ms"\n'
    before, after = (top, own) if where == "database" else (own * (where == "file"), "")
    (folder / "c.toml").write_text(f'{before}[db.x]\nurl = "{t.url}"\n{after}')
    flags = ["--lock-timeout", "0.3"] if where == "flag" else []
    env = {"SQLSESS_LOCK_TIMEOUT": "300ms"} if where == "variable" else {}
    with other(t, "UPDATE t SET n = n WHERE id = 1"):
        began = time.monotonic()
        done = run("sql", CHANGE.format(1), "--write", "-C", "c.toml", *flags, env=env)
        assert time.monotonic() - began < 4
    assert ended(done) == (5, "rolled back"), done


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("words", [("sql", CHANGE.format(1), "--write"), ("query", "t")])
def test_waiting_for_a_file_is_told(run: Run, t: Database, words: tuple[str, ...]) -> None:
    with closing(t.server.connect(t.name)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        done = run(*words, "--url", t.url, "--lock-timeout", "1.5s")
        assert 1.5 <= time.monotonic() - began < 5
    assert done.code == 5
    assert done.err == (
        f"waiting for a lock on {t.where}\nerror: {t.where}: database is locked\n{HINT}\n"
        f"rolled back: nothing was changed on {t.where}\n"
    )


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_commit_that_waits_for_readers_tells_so(
    start: Callable[..., Spawned], t: Database
) -> None:
    with closing(t.server.connect(t.name)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM t").fetchall()
        process = start("update")
        process.wait_for(f"waiting for a lock on {t.where}", "err")
        reader.execute("ROLLBACK")
    done = process.wait()
    assert ended(done) == (0, "committed"), done
    assert rows(t) == COMMANDS["update"][1]


# --- serialization


@postgresql
@pytest.mark.parametrize("retries", [0, 1])
def test_a_serialization_failure(
    start: Callable[..., Spawned], t: Database, folder: Path, retries: int
) -> None:
    (folder / "hold").touch()
    process = start("run", "--isolation", "repeatable read", "--retries", str(retries))
    eventually((folder / "begun").exists)
    t.execute("UPDATE t SET n = 100 WHERE id = 2")
    (folder / "hold").unlink()
    done = process.wait()
    if retries:
        assert ended(done) == (0, "committed"), done
        assert rows(t) == [(1, 1), (2, 101)]
    else:
        assert ended(done) == (5, "rolled back"), done
        assert (HINT in done.err, "could not serialize" in done.err) == (True, True)
        assert rows(t) == [(1, 0), (2, 100)]


# --- what is repeated, and what never is. Here COMMIT fails the first time, by itself.

FAILING_COMMIT = (
    "CREATE SEQUENCE times",
    """CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
    IF nextval(''times'') = 1 THEN RAISE ''not now'' USING ERRCODE = ''40001''; END IF;
    RETURN NULL; END'""",
    """CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON u DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail()""",
)


@pytest.fixture
def failing(t: Database) -> Database:
    """A database where the first COMMIT of an INSERT into u fails."""
    t.execute(*FAILING_COMMIT)
    return t


def count(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM u"))


ADD = "session.execute(sa.text('INSERT INTO u VALUES (1)'))"


@postgresql
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("insert", "u", "-", "--yes", "--bulk"), '{"a": 1}'),
        (("sql", "INSERT INTO u VALUES (1)", "--write"), None),
        (("sql", "-", "--write"), "INSERT INTO u VALUES (1)"),
        (("run", "-c", f"{ADD}; None", "--write"), "unread"),
        (("run", "-", "--write"), ADD),
    ],
)
def test_what_told_nothing_is_repeated(
    run: Run, failing: Database, words: tuple[str, ...], text: str | None
) -> None:
    done = run(*words, "--url", failing.url, "--retries", "1", input=text)
    assert ended(done) == (0, "committed"), done
    assert "not now: once more (1 of 1)\n" in done.err
    assert count(failing) == 1
    assert failing.value("SELECT last_value FROM times") == 2


@postgresql
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("sql", "INSERT INTO u VALUES (1); SELECT 1 AS a", "--write"), None),
        (("sql", "INSERT INTO u VALUES (1) RETURNING a", "--write"), None),
        (("run", "-c", f"{ADD}; print('told')", "--write"), None),
        (("run", "-c", f"{ADD}; 5", "--write"), None),
        (("run", "-c", f"import sys; {ADD}; sys.stdin.read(); None", "--write"), "read"),
    ],
)
def test_what_told_or_read_something_is_not_repeated(
    run: Run, failing: Database, words: tuple[str, ...], text: str | None
) -> None:
    done = run(*words, "--url", failing.url, "--retries", "3", input=text)
    assert ended(done) == (5, "rolled back"), done
    assert "once more" not in done.err
    assert count(failing) == 0
    assert failing.value("SELECT last_value FROM times") == 1


@postgresql
def test_what_somebody_was_asked_about_is_not_repeated(
    pty: Callable[..., PseudoTerminal], failing: Database
) -> None:
    failing.execute(
        "CREATE CONSTRAINT TRIGGER fails AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION fail()"
    )
    words = ("update", "t", "--all", "--set", "n=5", "--url", failing.url, "--retries", "3")
    terminal = pty(*words, "--no-pager")
    terminal.wait_for("[y/N]")
    terminal.send("y\r")
    assert terminal.wait() == 5
    assert "once more" not in terminal.text
    assert rows(failing) == [(1, 0), (2, 0)]


@postgresql
def test_each_database_by_itself_is_repeated(
    run: Run, failing: Database, fresh: Callable[[str], Database]
) -> None:
    calm = fresh("postgresql")
    calm.execute("CREATE TABLE u (a INTEGER)")
    words = ("sql", "INSERT INTO u VALUES (1)", "--write", "--retries", "1")
    done = run(*words, "--db", calm.url, "--db", failing.url)
    assert done.code == 0, done
    assert (done.err.count("once more"), done.err.count("committed: ")) == (1, 2)
    assert (count(calm), count(failing)) == (1, 1)


@postgresql
def test_other_errors_are_not_repeated(run: Run, t: Database) -> None:
    words = ("sql", "INSERT INTO t VALUES (1, 1)", "--write", "--url", t.url, "--retries", "3")
    done = run(*words)
    assert ended(done) == (5, "rolled back"), done
    assert "once more" not in done.err


@postgresql
def test_the_time_limit_is_for_all_of_them(run: Run, t: Database) -> None:
    with other(t, "UPDATE t SET n = n WHERE id = 1"):
        words = ("sql", CHANGE.format(1), "--write", "--url", t.url)
        limits = ("--lock-timeout", "100ms", "--retries", "999", "--timeout", "2s")
        done = run(*words, *limits)
    assert ended(done) == (124, "rolled back"), done
    assert done.err.count("once more") > 1
    assert rows(t) == [(1, 0), (2, 0)]
