"""Proves the ground that the other tests stand on: servers, databases, samples, and their end."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pymysql
import pytest
import sqlalchemy
from servers._directory import RunDirectory
from servers._process import Daemon, StartFailed, alive, children
from servers._server import APP_PASSWORD, Database, Server
from servers._wait import eventually
from servers.facts import FACTS
from servers.fleet import Fleet
from servers.program import ROOT, heard_signals
from servers.samples import load

SERVER_KINDS = ["mariadb", "postgresql"]
DRIVER_ERRORS = (pymysql.MySQLError, psycopg.Error)
on_servers = pytest.mark.parametrize("kind", SERVER_KINDS)

Fresh = Callable[[str], Database]
Private = Callable[..., Daemon]


@pytest.fixture
def server(kind: str, server_of: Callable[[str], Server]) -> Server:
    return server_of(kind)


# --- the shared servers


@on_servers
def test_a_server_says_what_it_is(server: Server) -> None:
    asked = {"mariadb": "SELECT version()", "postgresql": "SHOW server_version"}[server.kind]
    (version,) = server.execute(asked)[0]
    assert server.version.endswith(f" {version}")
    assert 12_000 <= server.port < 32_000


def test_mariadb_settings(mariadb: Server) -> None:
    asked = "SELECT @@local_infile, @@character_set_server, @@bind_address, @@have_ssl"
    assert mariadb.execute(asked) == [(1, "utf8mb4", "127.0.0.1", "YES")]


def test_postgresql_settings(postgresql: Server) -> None:
    wanted = {
        "max_prepared_transactions": "10",
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
        "ssl": "on",
        "password_encryption": "scram-sha-256",
    }
    assert {name: postgresql.execute(f"SHOW {name}")[0][0] for name in wanted} == wanted


def test_mariadb_tls_can_be_verified(mariadb: Server) -> None:
    proof: dict[str, Any] = {
        "ssl_disabled": False,
        "ssl_ca": f"{mariadb.directory}/ca.pem",
        "ssl_verify_cert": True,
        "ssl_verify_identity": True,
    }
    with closing(mariadb.connect(user="app", **proof)) as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        assert cursor.fetchone()[1].startswith("TLS_")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_postgresql_tls_can_be_verified(postgresql: Server, host: str) -> None:
    authority = f"{postgresql.directory}/ca.pem"
    url = postgresql.url("postgres", sslmode="verify-full", sslrootcert=authority)
    engine = sqlalchemy.create_engine(url.replace("127.0.0.1", host))
    with engine.connect() as connection:
        asked = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert connection.scalar(sqlalchemy.text(asked)) is True
    engine.dispose()


def test_a_url_carries_every_character_of_the_password(database: Database) -> None:
    assert APP_PASSWORD not in database.url
    engine = sqlalchemy.create_engine(database.url)
    assert (engine.url.password or APP_PASSWORD) == APP_PASSWORD
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE a (b VARCHAR(20))"))
        connection.execute(sqlalchemy.text("INSERT INTO a VALUES ('Zoë 美咲 😀')"))
    engine.dispose()
    assert database.rows("SELECT b FROM a") == [("Zoë 美咲 😀",)]
    assert "p%40" not in database.safe_url


@on_servers
def test_a_wrong_password_is_refused(server: Server) -> None:
    with pytest.raises(DRIVER_ERRORS):
        replace(server, secret="wrong").connect(user="reader")


@on_servers
def test_the_ordinary_account_is_ordinary(server: Server, fresh: Fresh) -> None:
    database = fresh(server.kind)
    server.execute("CREATE TABLE a (b INTEGER)", database.name, "app")
    for sql in ("CREATE DATABASE elsewhere", "CREATE USER somebody", "CREATE ROLE somebody"):
        with pytest.raises(DRIVER_ERRORS):
            server.execute(sql, database.name, "app")


@on_servers
def test_root_has_no_way_in(server: Server) -> None:
    for user in ("root", "postgres"):
        with pytest.raises(DRIVER_ERRORS):
            replace(server, secret="").connect(user=user)


# --- databases


def test_fresh_databases_are_empty_and_apart(database: Database, fresh: Fresh) -> None:
    other = fresh(database.kind)
    database.execute("CREATE TABLE a (b INTEGER)", "INSERT INTO a VALUES (1)")
    other.execute("CREATE TABLE a (b INTEGER)")
    assert (database.value("SELECT count(*) FROM a"), other.value("SELECT count(*) FROM a")) == (
        1,
        0,
    )


def test_a_database_is_dropped_under_an_open_transaction(server: Server) -> None:
    with server.fresh() as database:
        database.execute("CREATE TABLE a (b INTEGER)")
        connection = server.connect(database.name)
        cursor = connection.cursor()
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO a VALUES (1)")
    with server.fresh() as other:
        assert other.name != database.name
    names = {
        "sqlite": lambda: os.listdir(server.directory),
        "mariadb": lambda: [name for (name,) in server.execute("SHOW DATABASES")],
        "postgresql": lambda: [
            name for (name,) in server.execute("SELECT datname FROM pg_database")
        ],
    }[server.kind]()
    assert not [name for name in names if database.name in name]
    with suppress(*DRIVER_ERRORS):
        connection.close()


SLEEP = {"mariadb": "SELECT sleep(60)", "postgresql": "SELECT pg_sleep(60)"}
CANCEL = {"mariadb": "KILL QUERY {}", "postgresql": "SELECT pg_cancel_backend({})"}


@on_servers
def test_a_running_statement_is_seen_until_it_is_cancelled(kind: str, fresh: Fresh) -> None:
    database = fresh(kind)
    assert database.processes() == database.sessions() == []

    def sleep() -> None:
        with suppress(*DRIVER_ERRORS):
            database.execute(SLEEP[kind])

    sleeper = Thread(target=sleep)
    sleeper.start()
    (seen,) = eventually(database.processes, what="the sleeping query")
    assert (seen.sql, seen.database, seen.user) == (SLEEP[kind], database.name, "app")
    database.execute(CANCEL[kind].format(seen.id))
    eventually(lambda: not database.processes(), what="its end")
    sleeper.join(10)
    eventually(lambda: not database.sessions(), what="the end of its connection")


# --- facts


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_holds_where_it_is_said_to(fact: str, kind: str, fresh: Fresh) -> None:
    worked = [probe for probe in FACTS[fact].probes if holds(fresh(kind), probe)]
    assert bool(worked) == (kind in FACTS[fact].kinds)


def holds(database: Database, statements: tuple[str, ...]) -> bool:
    """Whether all statements run on one connection and the last answer is true."""
    with closing(database.server.connect(database.name, "app")) as connection:
        cursor = connection.cursor()
        try:
            for sql in statements:
                cursor.execute(sql)
            row = cursor.fetchone() if cursor.description else None
        except (*DRIVER_ERRORS, sqlite3.Error):
            return False
    return row is None or bool(row[0])


@pytest.mark.needs("arrays", "schemas")
def test_a_test_runs_only_where_its_facts_hold(database: Database) -> None:
    assert database.kind == "postgresql"
    assert database.supports("arrays", "jsonb")
    with pytest.raises(KeyError):
        database.supports("arays")


# --- samples

CHINOOK = {
    "album": 347, "artist": 275, "customer": 59, "employee": 8, "genre": 25, "invoice": 412,
    "invoiceline": 2240, "mediatype": 5, "playlist": 18, "playlisttrack": 8715, "track": 3503,
}  # fmt: skip
EMPLOYEES = {
    "employee": 1000, "department": 9, "dept_manager": 16, "dept_emp": 1103, "title": 1470,
    "salary": 9488,
}  # fmt: skip


def counts(database: Database) -> dict[str, int]:
    """The rows of each table, by SQLAlchemy's inspection of the read-only URL."""
    engine = sqlalchemy.create_engine(database.url)
    names = sqlalchemy.inspect(engine).get_table_names()
    engine.dispose()
    quote = engine.dialect.identifier_preparer.quote
    return {name: database.value(f"SELECT count(*) FROM {quote(name)}") for name in names}


def test_chinook_is_the_same_everywhere(chinook: Database) -> None:
    found = counts(chinook)
    assert {name.lower().replace("_", ""): count for name, count in found.items()} == CHINOOK


def test_employees_is_the_same_everywhere(employees: Database) -> None:
    found = counts(employees)
    assert found.pop("audit", 0) == 0  # PostgreSQL's edition has this one more
    assert found == EMPLOYEES
    assert employees.value("SELECT count(*) FROM current_dept_emp") == 1000


def test_a_million_rows_are_the_same_everywhere(million: Database) -> None:
    asked = "count(*), count(note), min(id), max(id), sum(user_id), round(sum(amount))"
    numbers = [int(cell) for cell in million.rows(f"SELECT {asked} FROM events")[0]]
    assert numbers == [1_000_000, 900_000, 1, 1_000_000, 25_000_500_000, 50_003_845_000]
    (row,) = million.rows("SELECT user_id, ts, amount, kind, note FROM events WHERE id = 6")
    shown = [str(cell) for cell in row]
    assert shown == ["47515", "2024-01-01 00:03:06", "6283.74", "view", "😀 happy customer"]


@pytest.mark.parametrize("name", ["chinook", "employees"])
def test_a_copy_of_a_sample_can_be_changed(name: str, database: Database, sample: Any) -> None:
    sample(name, database.kind)  # left out, by name, where the data is not there
    load(name, database)
    tables = ["genre", "Genre"] if name == "chinook" else ["salary"]
    (table,) = [table for table in counts(database) if table in tables]
    database.execute(f"ALTER TABLE {table} ADD extra INTEGER", f"UPDATE {table} SET extra = 1")
    assert database.value(f"SELECT min(extra) FROM {table}") == 1


@on_servers
def test_a_shared_sample_cannot_be_changed(million: Database) -> None:
    for sql in (
        "DELETE FROM events WHERE id = 1",
        "DROP TABLE events",
        "CREATE TABLE a (b INTEGER)",
    ):
        with pytest.raises(DRIVER_ERRORS):
            million.execute(sql)


# --- servers of one's own


@on_servers
def test_what_was_committed_survives_a_kill(kind: str, private: Private) -> None:
    daemon = private(kind)
    with daemon.server.fresh() as database:
        database.execute("CREATE TABLE a (b INTEGER)")
        family = [daemon.pid, *children(daemon.pid)]
        with closing(daemon.server.connect(database.name)) as connection:
            cursor = connection.cursor()
            for number in range(50):
                cursor.execute(f"INSERT INTO a VALUES ({number})")
            daemon.kill9()
        assert not daemon.running
        assert not [pid for pid in family if alive(pid)]
        with pytest.raises(DRIVER_ERRORS):
            database.rows("SELECT 1")
        daemon.start()
        assert database.value("SELECT count(*) FROM a") == 50
        daemon.restart()
        assert database.value("SELECT count(*) FROM a") == 50


@on_servers
def test_a_frozen_server_answers_nobody_until_it_goes_on(kind: str, private: Private) -> None:
    daemon = private(kind)
    connection = daemon.server.connect()
    cursor = connection.cursor()
    daemon.freeze()
    with pytest.raises(DRIVER_ERRORS):
        daemon.server.connect(connect_timeout=2)
    answers: list[Any] = []
    asker = Thread(target=lambda: answers.append(cursor.execute("SELECT 1")))
    asker.start()
    asker.join(0.5)
    assert asker.is_alive()
    daemon.cont()
    asker.join(10)
    assert answers
    connection.close()


@on_servers
def test_a_private_server_leaves_nothing(kind: str, fleet: Fleet) -> None:
    with fleet.daemon(kind) as daemon:
        pid, directory = daemon.pid, daemon.directory
        daemon.freeze()  # even then it can be stopped
    assert not alive(pid)
    assert not os.path.exists(directory)


def test_a_killed_postgresql_leaves_no_shared_memory(fleet: Fleet) -> None:
    with fleet.daemon("postgresql") as daemon:
        note = Path(daemon.directory, "data", "postmaster.pid").read_text()
        segment = note.splitlines()[6].split()[1]
        daemon.kill9()
        assert segment in memory_segments()
    assert segment not in memory_segments()


def memory_segments() -> set[str]:
    """The System V segments that exist."""
    with open("/proc/sysvipc/shm") as file:
        return {line.split()[1] for line in file}


@on_servers
def test_settings_reach_the_server(kind: str, private: Private) -> None:
    if kind == "mariadb":
        assert private(kind, server_id="7").server.execute("SELECT @@server_id") == [(7,)]
    else:
        server = private(kind, wal_level="replica").server
        assert server.execute("SHOW wal_level") == [("replica",)]


@on_servers
def test_a_start_that_fails_shows_the_log(kind: str, private: Private) -> None:
    with pytest.raises(StartFailed, match="no_such_setting"):
        private(kind, no_such_setting="1")


@on_servers
def test_a_taken_port_is_noticed(kind: str, private: Private) -> None:
    daemon = private(kind)
    daemon.stop()
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        daemon.server = replace(daemon.server, port=stranger.getsockname()[1])
        with pytest.raises(StartFailed, match="no port was free"):
            daemon.start()
    assert daemon.start().server.execute("SELECT 1") == [(1,)]


# --- the run itself: a pytest inside the pytest


class Nested:
    """A run of pytest in a directory of its own, with the fixtures of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, test: str, *options: str, **environ: str) -> subprocess.Popen[str]:
        (self.folder / "test_it.py").write_text(f"import os, time\n{test}")
        ours = ("PYTEST", "SQLSESS_REQUIRE")  # what this run was asked is not asked of that one
        kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        words = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-rA"]
        path = os.pathsep.join([f"{ROOT}/tests", ROOT, os.environ.get("PYTHONPATH", "")])
        return subprocess.Popen(
            [*heard_signals(), *words, *options],
            cwd=self.folder,
            env={**kept, "PYTHONPATH": path, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, test: str, *options: str, **environ: str) -> tuple[int, str]:
        """The exit code and the output of a run."""
        with self.start(test, *options, **environ) as process:
            out, _ = process.communicate(timeout=120)
        return process.returncode, out

    def notes(self, count: int) -> list[list[str]]:
        """What the tests wrote into files named note-…, once there are so many."""

        def find() -> list[Path]:
            found = list(self.folder.glob("note-*"))
            return found if len(found) >= count else []

        found = eventually(find, 60, "the notes of the tests inside")
        return [path.read_text().split() for path in found]


@pytest.fixture
def nested(tmp_path: Path) -> Nested:
    return Nested(tmp_path)


NOTE = """
def note(*words):
    name = f"note-{os.getpid()}"
    with open("." + name, "w") as file:
        file.write(" ".join(map(str, [os.getpid(), *words])))
    os.rename("." + name, name)
"""
HOLD = (
    NOTE
    + """
import pytest
@pytest.mark.parametrize("number", range(2))
def test_hold(mariadb, postgresql, private, number):
    own = private("postgresql")
    note(mariadb.directory, postgresql.directory, own.directory)
    time.sleep(120)
"""
)


def end(pid: int) -> None:
    """Kill a process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("options", "signum"),
    [([], signal.SIGINT), (["-n", "2"], signal.SIGKILL)],
)
def test_no_server_outlives_the_run(nested: Nested, options: list[str], signum: int) -> None:
    with ExitStack() as stack:
        process = stack.enter_context(nested.start(HOLD, *options))
        stack.callback(process.kill)
        notes = nested.notes(2 if options else 1)
        for worker in {int(note[0]) for note in notes} - {process.pid}:
            stack.callback(end, worker)  # execnet would take its time
        directories = {words for note in notes for words in note[1:]}
        servers = [int(Path(name, "pid").read_text()) for name in directories]
        family = [*servers, *(child for pid in servers for child in children(pid))]
        assert len(servers) == (4 if options else 3)  # two for all, and one of one's own for each
        assert all(map(alive, servers))
        process.send_signal(signum)
        eventually(lambda: not any(map(alive, family)), 15, f"the end of {family}")
        run_directory = os.path.dirname(next(iter(directories)))
        eventually(lambda: not os.path.exists(run_directory), 15, f"{run_directory} to be gone")


def test_the_guard_ends_what_is_ours_and_nothing_else(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGQUIT, signal.SIG_IGN); time.sleep(60)"
    run = RunDirectory()
    with ExitStack() as stack:
        pids = {}
        for name, words in {"ours": [run.path], "stranger": []}.items():
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", deaf, *words]))
            stack.callback(process.kill)
            os.mkdir(f"{run.path}/{name}")
            Path(run.path, name, "pid").write_text(f"{process.pid}\n")
            pids[name] = process.pid
        run._guard.stdin.close()  # as when we are killed
        eventually(lambda: not os.path.exists(run.path), 15, "the directory to be gone")
        # It was killed before the directory went, but the kernel takes its time.
        eventually(lambda: not alive(pids["ours"]), 15, "the end of what is ours")
        assert alive(pids["stranger"])
    run.close()


SHARED = (
    NOTE
    + """
import pytest
@pytest.mark.parametrize("number", range(4))
def test_shared(mariadb, postgresql, sample, number):
    note(mariadb.port, postgresql.port)
    assert sample("million", "sqlite").value("SELECT count(*) FROM events") == 1000000
    time.sleep(0.3)  # so that both workers have something to do
"""
)


@pytest.mark.thorough
def test_all_workers_share_the_servers(nested: Nested) -> None:
    code, out = nested.run(SHARED, "-n", "2")
    assert code == 0, out
    assert out.count("started in") == 2
    notes = nested.notes(2)
    assert len({tuple(ports) for _, *ports in notes}) == 1


@pytest.mark.thorough
def test_a_run_that_needs_no_server_starts_none(nested: Nested) -> None:
    test = "def test_file(fresh): fresh('sqlite').execute('CREATE TABLE a (b)')\n"
    code, out = nested.run(test)
    assert code == 0, out
    assert "started in" not in out


WANT_ALL = "def test_it(database): assert database.value('SELECT 1') == 1\n"
NOWHERE = {"SQLSESS_MARIADBD": "/nowhere", "SQLSESS_PG_BINDIR": "/nowhere"}
REASONS = [
    "not run: MariaDB server not found (apt-get install mariadb-server-core)",
    "not run: PostgreSQL server not found (apt-get install postgresql)",
]


@pytest.mark.parametrize("options", [[], ["-n", "1"]], ids=["alone", "worker"])
def test_a_missing_server_is_named(nested: Nested, options: list[str]) -> None:
    code, out = nested.run(WANT_ALL, *options, **NOWHERE)
    assert (code, "1 passed, 2 skipped" in out) == (0, True), out
    assert [reason for reason in REASONS if reason in out] == REASONS


def test_a_missing_server_is_a_failure_where_it_is_required(nested: Nested) -> None:
    code, out = nested.run(WANT_ALL, SQLSESS_REQUIRE_SERVERS="1", **NOWHERE)
    assert (code, "1 passed, 2 errors" in out) == (1, True), out
    assert [reason for reason in REASONS if reason in out] == REASONS


@pytest.mark.thorough
def test_missing_sample_data_is_named(nested: Nested) -> None:
    test = "def test_it(sample): sample('chinook', 'sqlite')\n"
    code, out = nested.run(test, SQLSESS_DATA="/nowhere")
    assert (code, "not run: sample data not found in /nowhere" in out) == (0, True), out
    code, out = nested.run(test, SQLSESS_DATA="/nowhere", SQLSESS_REQUIRE_SERVERS="1")
    assert (code, "not run: sample data not found in /nowhere" in out) == (1, True), out


@pytest.mark.thorough
def test_writing_to_a_shared_file_is_found_out(nested: Nested) -> None:
    test = """
def test_it(sample):
    sample("million", "sqlite").execute("CREATE TABLE a (b)")
"""
    code, out = nested.run(test)
    assert (code, "is shared by all tests, and was changed" in out) == (1, True), out
