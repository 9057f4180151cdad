"""Plays the scenarios in tests/scenarios, and tests the runner that does it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from scenarios._parse import Scenario, ScenarioError, parse
from scenarios._play import Player
from servers._server import Database
from servers.program import ROOT, Program
from servers.pseudoterminal import PseudoTerminal

FOLDER = Path(__file__).parent / "scenarios"
WRITING = os.environ.get("SQLSESS_SCENARIOS") == "write"
SHELL = ("/bin/sh", "-c")


@dataclass(frozen=True)
class Case:
    """A scenario on one database, or on none."""

    scenario: Scenario
    kind: str | None

    @property
    def kinds(self) -> list[str]:
        """What has to run for it; conftest starts that early."""
        return [*([self.kind] if self.kind else []), *self.scenario.needs]

    @property
    def id(self) -> str:
        words = [Path(self.scenario.path).stem, self.scenario.title.replace(" ", "_")]
        return "-".join([*words, *([self.kind] if self.kind else [])])


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.txt")):
        for scenario in parse(str(path)):
            yield from (Case(scenario, kind) for kind in scenario.each or [None])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in cases()])
def test_scenario(case: Case, quick_shell: Program, fresh: Callable[[str], Database]) -> None:
    if WRITING and "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail("scenarios are written by one process: leave -n out")
    databases = {kind: fresh(kind) for kind in case.kinds}
    scenario = case.scenario
    if WRITING:  # an earlier scenario may have moved the lines of this one
        scenario = next(item for item in parse(scenario.path) if item.title == scenario.title)
    first = case.kind in (None, scenario.each[0] if scenario.each else None)
    Player(scenario, quick_shell, databases, case.kind, writing=WRITING and first).play()


# --- the runner itself


@pytest.fixture
def play(shell: Program, tmp_path: Path) -> Callable[..., Path]:
    """Play the only scenario of a text; the file it was written to."""

    def start(text: str, *, writing: bool = False) -> Path:
        path = tmp_path / "case.txt"
        path.write_text(text, encoding="utf-8")
        (scenario,) = parse(str(path))
        Player(scenario, shell, {}, writing=writing).play()
        return path

    return start


def test_a_difference_is_shown_as_a_diff(play: Callable[..., Path]) -> None:
    with pytest.raises(AssertionError) as caught:
        play("# x\n$ seq 3; echo 0.5; echo told >&2; exit 4\n1\n3\n4\n<number>\n[exit 5]\n")
    assert str(caught.value).split("\n")[1:] == [
        "$ seq 3; echo 0.5; echo told >&2; exit 4",
        "[stdout]  (- expected, + actual)",
        "  1",
        "+ 2",
        "  3",
        "- 4",
        "  <number>",
        "[stderr]  (- expected, + actual)",
        "+ told",
        "- [exit 5]",
        "+ [exit 4]",
    ]
    assert str(caught.value).split("\n")[0].endswith("case.txt:2: case")


@pytest.mark.parametrize(
    "text",
    [
        "$ echo a\nb\n",
        "$ echo a\n",
        "$ echo a\na\nb\n",
        "$ echo a\na\n[no newline]\n",
        "$ printf a\na\n",
        "$ echo; echo\n\n\n",
        "$ echo a >&2\n",
        "$ exit 1\n",
        "$ true\n[exit 1]\n",
        "$ seq 9\n1\n...\n8\n",
        "$ echo 1x\n<number>\n",
    ],
)
def test_what_is_not_expected_fails(play: Callable[..., Path], text: str) -> None:
    with pytest.raises(AssertionError, match=r"case\.txt:1: "):
        play(text)


def test_a_traceback_is_never_expected_by_chance(play: Callable[..., Path]) -> None:
    with pytest.raises(AssertionError, match="a traceback"):
        play("$ python -c 1/0\n[stderr *]\n[exit 1]\n")
    play("$ python -c 1/0\n[stderr]\nTraceback (most recent call last):\n...\n[exit 1]\n")


def test_a_command_has_a_deadline(play: Callable[..., Path]) -> None:
    with pytest.raises(AssertionError, match=r"not ended in 0\.\d s"):
        play("timeout: 0.3\n$ sleep 60\n")


def test_writing_renews_what_differs_and_keeps_the_rest(play: Callable[..., Path]) -> None:
    before = (
        "# kept\n\n--- file a\nx\n---\n\n$ seq 4; echo 1.5 s\n<number>\n3\n...\n\n"
        "# kept too\n$ cat >&2; pwd; printf '$ \\n\\n'; exit 2\n[stdin]\nin\n\n$ true\n[exit 7]\n"
    )
    after = (
        "# kept\n\n--- file a\nx\n---\n\n$ seq 4; echo 1.5 s\n<number>\n2\n3\n...\n\n"
        "# kept too\n$ cat >&2; pwd; printf '$ \\n\\n'; exit 2\n[stdin]\nin\n"
        "[stdout]\n${DIR}\n\\$ \n\\\n[stderr]\nin\n[exit 2]\n\n$ true\n[exit 0]\n"
    )
    path = play(before.replace("...", "4\n1.5 s"), writing=True)
    assert path.read_text() == after.replace("...", "4\n1.5 s")
    path = play(before, writing=True)
    assert path.read_text() == after
    play(path.read_text())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello\n", "1: a header or a command"),
        ("--- file a\nx\n", "no end"),
        ("=== a\n$ true\n=== a\n", "3: a second scenario"),
        ("$ true\n[stdrr]\n", "2: not a mark"),
    ],
)
def test_a_file_that_makes_no_sense_says_where(text: str, problem: str) -> None:
    with pytest.raises(ScenarioError, match=problem):
        parse("some.txt", text)


def test_the_program_is_found_and_ours(shell: Program) -> None:
    folder = f"{Path(shell.folder).parent}/bin"
    ask = "command -v sqlsess; python -c 'import sqlsess_cli; print(sqlsess_cli.__file__)'"
    done = shell.run(ask, env={"PATH": f"{folder}:{os.environ['PATH']}"})
    assert done.out.split() == [f"{folder}/sqlsess", f"{ROOT}/sqlsess_cli/__init__.py"]


# --- the program as a process, shown with a shell in its place


def test_the_environment_is_clean(program: Program) -> None:
    env = replace(program, words=("env",)).run(env={"ONE": "more"}).out.splitlines()
    names = {line.partition("=")[0] for line in env}
    assert names - {name for name in names if name.startswith("COVERAGE_")} == {
        "PATH", "HOME", "LANG", "PYTHONPATH", "ONE"
    }  # fmt: skip
    assert f"HOME={program.home}" in env
    assert os.listdir(program.home) == os.listdir(program.folder) == []


@pytest.fixture
def sh(program: Program) -> Program:
    return replace(program, words=SHELL)


def test_a_run_ends_with_all_its_output(sh: Program) -> None:
    done = sh.run("cat; echo told >&2; exit 7", input="é" * 1_000_000)
    assert (done.code, done.out, done.err) == (7, "é" * 1_000_000, "told\n")
    assert sh.run("cat; pwd").out == f"{sh.folder}\n"
    assert sh.run("printf '\\377'").out_bytes == b"\xff"
    assert sh.run("kill -TERM $$").code == 143
    assert sh.run("true", input="nobody reads this" * 100_000).code == 0


def test_a_run_has_a_deadline_and_shows_what_came(sh: Program) -> None:
    with pytest.raises(AssertionError, match=r"(?s)not ended in 0\.\d s.*so far"):
        sh.run("echo so far; sleep 60 & sleep 60", timeout=0.5)


def test_a_traceback_fails_a_run_unless_it_is_asked_for(sh: Program) -> None:
    crash = f"{sys.executable} -c 1/0"
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        sh.run(crash)
    assert sh.run(crash, traceback=True).code == 1


def test_a_spawned_process_is_watched_and_signalled(sh: Program) -> None:
    process = sh.spawn("trap 'echo caught; exit 5' INT; echo ready; while :; do read x; done")
    process.wait_for("ready")
    with pytest.raises(AssertionError, match="but:\nready"):
        process.wait_for("never", seconds=0.1)
    process.signal(signal.SIGINT)
    done = process.wait()
    assert (done.code, done.out) == (5, "ready\ncaught\n")


def test_a_spawned_process_is_talked_to(sh: Program) -> None:
    process = sh.spawn("read x; echo got $x >&2; cat")
    process.send("one\n")
    process.wait_for("got one", "err")
    process.send("two\n")
    assert process.wait().out == "two\n"
    process = sh.spawn("echo one")
    with pytest.raises(AssertionError, match="no 'three' on stdout before its end"):
        process.wait_for("three", seconds=60)
    assert process.wait().out == "one\n"


TERMINAL = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
print("size", *os.get_terminal_size())
print(os.ttyname(0) == os.ttyname(2), open("/dev/tty").isatty())
print("\\x1b[31mred\\x1b[0m\\x1b[6n", flush=True)
try:
    print("<" + input("? ").replace("\\x1b", "ESC") + ">", flush=True)
    signal.sigwait([signal.SIGWINCH])
    print("size", *os.get_terminal_size())
    input("more? ")
except KeyboardInterrupt:
    sys.exit(9)
"""


def test_a_pseudo_terminal_is_a_terminal(program: Program) -> None:
    words = (sys.executable, "-c", TERMINAL)
    with closing(PseudoTerminal(words, program.environ(), program.folder, (60, 10))) as terminal:
        terminal.wait_for("? ")
        assert terminal.screen()[:3] == ["size 60 10", "True True", "red"]
        assert b"\x1b[31m" in terminal.raw
        terminal.send("é\r")
        terminal.wait_for("<ESC[3;4Ré>")  # the terminal had been asked where its cursor is
        terminal.resize(40, 20)
        terminal.wait_for("size 40 20")
        with pytest.raises(AssertionError, match="size 40 20"):
            terminal.wait_for("never", seconds=0.1)
        terminal.send("\x03")
        assert terminal.code == 9
