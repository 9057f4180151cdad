"""A server that freezes, or is slow to speak: who waits is back in time, and told what is so.

A frozen server has stopped in its tracks, but its kernel still takes connections and what is sent.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from signal import Signals
from threading import Thread

import pytest
from servers._process import Daemon
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished, Program, Spawned
from servers.proxy import Proxy

Run = Callable[..., Finished]
Fork = Callable[..., Spawned]

on_servers = pytest.mark.needs("accounts")
DRIVERS = {"mariadb": "mysql+pymysql", "postgresql": "postgresql+psycopg"}
CODES = {Signals.SIGINT: 130, Signals.SIGTERM: 143, Signals.SIGHUP: 129, Signals.SIGKILL: 137}
STOPPABLE = [Signals.SIGINT, Signals.SIGTERM, Signals.SIGHUP]


@pytest.fixture
def fork(program: Program) -> Iterator[Fork]:
    """`fork("sql", …)`: start the program, to send it signals."""
    begun: list[Spawned] = []

    def start(*words: str) -> Spawned:
        process = program.fork(*words)
        begun.append(process)
        process.end_input()
        return process

    yield start
    for process in begun:
        process.kill()


@pytest.fixture
def t(database: Database) -> Database:
    """A database with an empty table t."""
    database.execute("CREATE TABLE t (a INTEGER)")
    return database


def count(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM t"))


# --- a server that is there and says nothing more, at each moment of a write


WRITE = ("sql", "INSERT INTO t VALUES (1); UPDATE t SET a = 2", "--write")
MOMENTS = {
    "mariadb": [1, b"SET AUTOCOMMIT", b"sqlsess_guard", b"INSERT", b"UPDATE", b"RELEASE"],
    "postgresql": [
        1,
        2,
        b"standard_conforming",
        b"sqlsess_guard",
        b"INSERT",
        b"UPDATE",
        b"RELEASE",
    ],
}
COMMIT = {"mariadb": b"\x03COMMIT", "postgresql": b"COMMIT"}


@on_servers
@pytest.mark.parametrize("signum", CODES)
def test_a_signal_while_the_server_is_silent(fork: Fork, t: Database, signum: Signals) -> None:
    """At each moment: what had been sent is undone, and that is told in a few seconds."""
    for at in MOMENTS[t.kind]:
        for delivered in (False, True):
            proxy = Proxy(t, at, delivered=delivered, hold=True)
            with proxy:
                process = fork(*WRITE, "--url", proxy.url)
                assert proxy.reached.wait(20), at
                began = time.monotonic()
                process.signal(signum)
                done = process.wait(10)
                assert time.monotonic() - began < 6, (at, done)
            about = (at, delivered, done)
            assert done.code == CODES[signum], about
            if signum != Signals.SIGKILL:
                first, last = done.err.splitlines()
                assert first == f"stopped: {signum.name}", about
                assert last.startswith("rolled back: nothing was "), about
            eventually(lambda: not t.sessions(), what="the server to notice")
            assert count(t) == 0, about


@on_servers
@pytest.mark.parametrize("signum", CODES)
@pytest.mark.parametrize("delivered", [False, True])
def test_a_signal_while_the_server_commits(
    fork: Fork, t: Database, signum: Signals, *, delivered: bool
) -> None:
    with Proxy(t, COMMIT[t.kind], delivered=delivered, hold=True) as proxy:
        process = fork(*WRITE, "--url", proxy.url)
        assert proxy.reached.wait(20)
        began = time.monotonic()
        process.signal(signum)
        done = process.wait(10)
        assert time.monotonic() - began < 6
    if signum == Signals.SIGKILL:
        assert (done.code, done.err) == (137, "")
    else:
        assert done.code == 8, done
        error, hint, last = done.err.splitlines()
        assert error == f"error: {signum.name} came while {proxy.where} was committing"
        assert hint == "hint: look at what was kept before you repeat it"
        assert last == f"unknown: {proxy.where} may have committed or not"
    eventually(lambda: not t.sessions(), what="the server to notice")
    assert count(t) == int(delivered)


@on_servers
def test_asking_again_ends_the_wait_for_a_commit(fork: Fork, t: Database) -> None:
    with Proxy(t, COMMIT[t.kind], hold=True) as proxy:
        process = fork(*WRITE, "--url", proxy.url)
        assert proxy.reached.wait(20)
        process.signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.process.returncode is None
        began = time.monotonic()
        process.signal(signal.SIGINT)
        done = process.wait(10)
        assert time.monotonic() - began < 2
    assert done.code == 8, done
    assert done.err.splitlines()[-1].startswith("unknown: ")


@on_servers
def test_the_time_limit_ends_a_commit_too(run: Run, t: Database) -> None:
    with Proxy(t, COMMIT[t.kind], hold=True) as proxy:
        began = time.monotonic()
        done = run(*WRITE, "--url", proxy.url, "--timeout", "2s")
        assert time.monotonic() - began < 8
    assert done.code == 8, done
    assert done.err.splitlines()[-1].startswith("unknown: ")


# --- a server whose processes are stopped


@pytest.mark.parametrize("kind", DRIVERS)
def test_a_frozen_server(private: Callable[..., Daemon], fork: Fork, kind: str) -> None:
    """Stopped before it is asked, in the middle of a query, of its rows, and of a COMMIT."""
    daemon = private(kind)
    with daemon.server.fresh() as database:
        database.execute("CREATE TABLE t (a INTEGER)")
        url = ("--url", database.url)
        undone = f"rolled back: nothing was changed on {database.where}\n"
        unsent = undone.replace("changed on", "sent to")

        daemon.freeze()
        began = time.monotonic()
        late = fork("sql", "SELECT 1", *url, "--connect-timeout", "2s")
        stopped = fork("sql", "SELECT 1", *url)
        done = late.wait(10)
        assert 2 <= time.monotonic() - began < 8
        assert (done.code, done.err.splitlines()[-1]) == (4, unsent.strip())
        assert done.err.startswith(f"error: cannot connect to {database.where}: ")
        stopped.signal(signal.SIGINT)
        done = stopped.wait(6)
        assert (done.code, done.err) == (130, f"stopped: SIGINT\n{unsent}")
        daemon.cont()

        sleep = {"mariadb": "sleep(60)", "postgresql": "pg_sleep(60)"}[kind]
        process = fork("sql", f"INSERT INTO t VALUES (1); SELECT {sleep}", *url, "--write")
        eventually(lambda: [item for item in database.processes() if "sleep" in item.sql])
        daemon.freeze()
        process.signal(signal.SIGINT)
        done = process.wait(8)
        assert (done.code, done.err) == (130, f"stopped: SIGINT\n{undone}")
        daemon.cont()

        series = {
            "mariadb": "SELECT seq FROM seq_1_to_100000000",
            "postgresql": "SELECT generate_series(1, 100000000)",
        }[kind]
        process = fork("sql", series, *url)
        process.wait_for("99\n")
        daemon.freeze()
        time.sleep(0.3)
        process.signal(signal.SIGTERM)
        done = process.wait(8)
        assert (done.code, done.err) == (143, f"stopped: SIGTERM\n{undone}")
        daemon.cont()

        with Proxy(database, COMMIT[kind], hold=True) as proxy:
            process = fork("sql", "INSERT INTO t VALUES (1)", "--url", proxy.url, "--write")
            assert proxy.reached.wait(20)
            daemon.freeze()
            began = time.monotonic()
            process.signal(signal.SIGINT)
            done = process.wait(10)
            assert time.monotonic() - began < 6
        assert (done.code, done.err.splitlines()[-1].partition(":")[0]) == (8, "unknown")
        daemon.cont()
        assert count(database) == 0


# --- connecting has a limit, whatever comes in its time


@contextmanager
def speaking(first: bytes, pause: float) -> Iterator[int]:
    """A server that says so much of a greeting, byte by byte, and then nothing; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            with closing(listener.accept()[0]) as client:
                for byte in first:
                    try:
                        client.sendall(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(pause)
                while client.recv(1 << 12):
                    pass

        thread = Thread(target=speak, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


# A whole greeting, with no more behind it; of PostgreSQL an answer to whoever asks for TLS.
GREETINGS = {
    "mariadb": b"J\0\0\0\n5.5.5-10.11.19-MariaDB\0" + b"\0" * 51,
    "postgresql": b"N",
}


@pytest.mark.parametrize("kind", DRIVERS)
@pytest.mark.parametrize("pause", [0, 0.4], ids=["at once", "bit by bit"])
def test_half_a_handshake(run: Run, kind: str, pause: float) -> None:
    with speaking(GREETINGS[kind], pause) as port:
        url = f"{DRIVERS[kind]}://u:p@127.0.0.1:{port}/d"
        began = time.monotonic()
        done = run("sql", "SELECT 1", "--url", url, "--connect-timeout", "2s")
        assert time.monotonic() - began < 8
    where = f"127.0.0.1:{port}/d"
    assert done.code == 4, done
    assert done.err.startswith(f"error: cannot connect to {where}: "), done
    assert done.err.splitlines()[-1] == f"rolled back: nothing was sent to {where}"


@on_servers
def test_one_byte_a_time(run: Run, t: Database) -> None:
    """A real server behind a slow wire: slow is no error, but too slow for the limit is."""
    words = ("sql", "SELECT 5 AS a")
    with Proxy(t, pause=0.0005) as proxy:
        done = run(*words, "--url", proxy.url)
        assert (done.code, done.out) == (0, "a\n5\n"), done
    with Proxy(t, pause=0.2) as proxy:
        began = time.monotonic()
        done = run(*words, "--url", proxy.url, "--connect-timeout", "2s")
        assert time.monotonic() - began < 8
        assert done.code == 4, done
        assert done.err.startswith(f"error: cannot connect to {proxy.where}: "), done


@pytest.mark.thorough
@pytest.mark.parametrize("kind", DRIVERS)
def test_ten_seconds_unless_it_is_said(run: Run, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"{DRIVERS[kind]}://u:p@127.0.0.1:{listener.getsockname()[1]}/d"
        began = time.monotonic()
        done = run("sql", "SELECT 1", "--url", url)
        assert 9 < time.monotonic() - began < 14
    assert done.code == 4, done
