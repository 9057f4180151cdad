"""A program of the user's is stopped as any command is, whatever it catches or waits for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from signal import Signals

import pytest
from servers._server import Database
from servers.program import Finished, Spawned

Run = Callable[..., Finished]
Spawn = Callable[..., Spawned]

SIGNALS = {Signals.SIGINT: 130, Signals.SIGTERM: 143, Signals.SIGHUP: 129}
WRITES = "import sys, time\nsession.execute(sa.text('INSERT INTO t VALUES (1)'))\n"
WAITS = {
    "in Python": "print('now', flush=True)\ntime.sleep(60)\n",
    "and catches": "print('now', flush=True)\ntry: time.sleep(60)\nexcept: print('caught')\n",
}


@pytest.fixture
def table(database: Database) -> Database:
    """One empty table."""
    database.execute("CREATE TABLE t (a INTEGER)")
    return database


@pytest.mark.parametrize("waits", WAITS)
@pytest.mark.parametrize("signum", SIGNALS)
def test_a_signal_undoes_what_it_did(
    spawn: Spawn, table: Database, folder: Path, signum: Signals, waits: str
) -> None:
    (folder / "fix.py").write_text(WRITES + WAITS[waits])
    process = spawn("run", "fix.py", "--write", "--url", table.url)
    process.wait_for("now")
    process.signal(signum)
    done = process.wait(6)
    assert done.code == SIGNALS[signum], done
    told = f"stopped: {signum.name}\nrolled back: nothing was changed on {table.where}\n"
    assert done.err == told
    assert table.rows("SELECT * FROM t") == []


@pytest.mark.needs("accounts")
def test_a_statement_is_cancelled_on_its_server(run: Run, table: Database, folder: Path) -> None:
    slow = {"mariadb": "SELECT sleep(60)", "postgresql": "SELECT pg_sleep(60)"}[table.kind]
    (folder / "fix.py").write_text(f"{WRITES}session.execute(sa.text('{slow}'))\n")
    done = run("run", "fix.py", "--write", "--url", table.url, "--timeout", "3s", timeout=20)
    assert done.code == 124, done
    assert done.err == (
        f"stopped: the time limit\nrolled back: nothing was changed on {table.where}\n"
    )
    assert [item for item in table.processes() if "sleep" in item.sql] == []
    assert table.rows("SELECT * FROM t") == []


@pytest.mark.needs("accounts")
def test_a_lost_connection_is_no_success(run: Run, table: Database, folder: Path) -> None:
    own = {
        "mariadb": "KILL CONNECTION_ID()",
        "postgresql": "SELECT pg_terminate_backend(pg_backend_pid())",
    }[table.kind]
    lines = [f"try: session.execute(sa.text('{own}'))", "except Exception: print('caught')"]
    (folder / "fix.py").write_text(WRITES + "\n".join(lines))
    done = run("run", "fix.py", "--write", "--url", table.url)
    assert done.code in {4, 5, 8}, done
    assert not done.err.splitlines()[-1].startswith("committed"), done
    assert table.rows("SELECT * FROM t") == []


PRINTS = "for n in range(100000): print('line', n)\n"


@pytest.mark.parametrize("write", [False, True])
def test_a_reader_that_hangs_up(
    spawn: Spawn, table: Database, folder: Path, *, write: bool
) -> None:
    text = f"{WRITES if write else ''}{PRINTS}"
    (folder / "fix.py").write_text(text)
    more = ["--write"] if write else []
    head = subprocess.Popen(["head", "-n1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process = spawn("run", "fix.py", "--url", table.url, *more, stdout=head.stdin)
    assert head.stdin is not None
    head.stdin.close()
    done = process.wait(20)
    head.wait(5)
    # A write is finished though nobody reads; there is no other reason to go on.
    assert done.code == (0 if write else 141), done
    assert len(table.rows("SELECT * FROM t")) == write


def test_what_cannot_be_written_fails(spawn: Spawn, table: Database, folder: Path) -> None:
    (folder / "fix.py").write_text(WRITES + "print('x')")
    with open("/dev/full", "wb") as full:
        process = spawn("run", "fix.py", "--write", "--url", table.url, stdout=full)
        done = process.wait(20)
    assert done.code == 74, done
    assert done.err.endswith(f"rolled back: nothing was changed on {table.where}\n"), done
    assert table.rows("SELECT * FROM t") == []
