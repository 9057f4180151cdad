"""A pager for what does not fit on the screen: real ones, gone ones, broken ones."""

from __future__ import annotations

import re
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers._wait import eventually
from servers.pseudoterminal import PseudoTerminal

SIZE = (80, 12)
OURS = re.compile(r"\x1b\[\d*m")  # the only escape sequences that we send
LINES = (
    "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {}) SELECT i FROM s"
)


def lines(count: int) -> tuple[str, ...]:
    return ("sql", LINES.format(count), "--db", "demo")


@pytest.fixture
def recorder(tmp_path: Path) -> tuple[str, Path]:
    """A pager that keeps all it is given, and the file it keeps it in."""
    record, script = tmp_path / "paged", tmp_path / "pager"
    script.write_text(f"#!/bin/sh\nexec cat > {record}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script), record


@pytest.mark.parametrize("rows", [3, 7])
def test_one_screen_is_shown_as_it_is(
    pty: Callable[..., PseudoTerminal], recorder: tuple[str, Path], rows: int
) -> None:
    pager, record = recorder
    terminal = pty(*lines(rows), size=SIZE, env={"PAGER": pager})
    assert terminal.code == 0
    assert terminal.screen()[:3] == [" i", "───", " 1"]
    assert terminal.screen()[-1] == f"({rows} rows)"
    assert not record.exists()


@pytest.mark.parametrize("rows", [8, 5000])
def test_more_goes_to_the_pager_whole(
    pty: Callable[..., PseudoTerminal], recorder: tuple[str, Path], rows: int
) -> None:
    pager, record = recorder
    terminal = pty(*lines(rows), size=SIZE, env={"PAGER": pager})
    assert terminal.code == 0
    shown = [line.strip() for line in OURS.sub("", record.read_text()).splitlines()]
    assert shown[0] == "i"
    assert shown[2:-1] == [str(n) for n in range(1, rows + 1)]
    assert shown[-1] == f"({rows:,} rows)"
    assert terminal.screen() == []


@pytest.mark.parametrize("words", [("--no-pager",), ("-o", "-", "--no-pager")])
def test_no_pager_is_none(
    pty: Callable[..., PseudoTerminal], recorder: tuple[str, Path], words: tuple[str, ...]
) -> None:
    pager, record = recorder
    terminal = pty(*lines(100), *words, size=SIZE, env={"PAGER": pager})
    assert terminal.code == 0
    assert terminal.screen()[-2:] == [" 100", "(100 rows)"]
    assert not record.exists()


@pytest.mark.parametrize(
    ("env", "why"),
    [
        ({"SQLSESS_PAGER": "0"}, "switched off"),
        ({"TERM": "dumb"}, "a terminal that can do nothing"),
        ({"PAGER": "no-such-program"}, "not installed"),
        ({"PAGER": "/etc/passwd"}, "no program"),
        ({"PAGER": ""}, "empty"),
        ({"PAGER": "cat"}, "cat"),
        ({"PAGER": "less '"}, "a quote that does not end"),
    ],
)
def test_a_pager_that_is_none_leaves_the_rows_on_the_screen(
    pty: Callable[..., PseudoTerminal], env: dict[str, str], why: str
) -> None:
    terminal = pty(*lines(100), size=SIZE, env=env)
    assert terminal.code == 0, why
    assert terminal.screen()[-2:] == [" 100", "(100 rows)"]


@pytest.mark.parametrize("pager", ["true", "false", "head -n 1", "sh -c 'exit 3'"])
def test_a_pager_that_leaves_early_is_a_success(
    pty: Callable[..., PseudoTerminal], million: Database, pager: str
) -> None:
    terminal = pty("query", "events", "--url", million.url, size=SIZE, env={"PAGER": pager})
    assert terminal.code == 0
    assert b"rror" not in terminal.raw
    eventually(lambda: million.sessions() == [], what="its statement to be gone")


def test_less_shows_the_first_page_and_is_quit(
    pty: Callable[..., PseudoTerminal], million: Database
) -> None:
    # PostgreSQL joins a scan that is under way, in the middle of the table: hence the order.
    terminal = pty("query", "events", "--order", "id", "--url", million.url, size=(100, 12))
    terminal.wait_for("2024-01-01 00:00:31")
    screen = terminal.wait_for("\n:")
    assert screen[0].split() == [
        "id",
        "│",
        "user_id",
        "│",
        "ts",
        "│",
        "amount",
        "│",
        "kind",
        "│",
        "note",
    ]
    assert len(screen) == 12
    terminal.send(" ")
    terminal.wait_for("2024-01-01 00:06:43")
    terminal.send("q")
    assert terminal.code == 0
    assert b"stopped" not in terminal.raw
    eventually(lambda: million.sessions() == [], what="its statement to be gone")


def test_less_may_be_left_by_ctrl_c_and_q(pty: Callable[..., PseudoTerminal]) -> None:
    """Ctrl-C at the end of the answer is the pager's own business."""
    terminal = pty(*lines(50), size=SIZE)
    terminal.wait_for(":")
    eventually(lambda: ignores(terminal.process.pid, signal.SIGINT))
    terminal.send("\x03")  # the terminal forgets what is typed right after it
    eventually(lambda: (terminal.send("G"), " 50" in terminal.text)[1], what="the last row")
    terminal.send("q")
    assert terminal.code == 0


def ignores(pid: int, signum: int) -> bool:
    with open(f"/proc/{pid}/status") as file:
        (mask,) = [line.split()[1] for line in file if line.startswith("SigIgn")]
    return bool(int(mask, 16) >> (signum - 1) & 1)


def test_the_time_limit_is_not_for_the_reader(pty: Callable[..., PseudoTerminal]) -> None:
    begun = time.monotonic()
    terminal = pty(*lines(50), "--timeout", "3s", size=SIZE)
    terminal.wait_for(":")
    eventually(lambda: time.monotonic() > begun + 3.2, what="the limit to have passed")
    terminal.send("q")
    assert terminal.code == 0


def test_a_pager_cannot_be_used_against_its_reader(pty: Callable[..., PseudoTerminal]) -> None:
    """Opened on somebody's data, less must neither run commands nor open files."""
    terminal = pty(*lines(50), size=SIZE)
    terminal.wait_for(":")
    for key in "!|v":
        terminal.send(key)
        terminal.wait_for("Command not available")
        terminal.send("\r")
    terminal.send("q")
    assert terminal.code == 0
