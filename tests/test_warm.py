"""`sqlsess warm`: who does the work, when nobody may, and what happens when one is ended."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from servers._wait import eventually
from servers.program import PROGRAM, ROOT, Finished, Program, Spawned
from servers.pseudoterminal import PseudoTerminal

PARENT = "run --url sqlite:// -c 'import os; print(os.getppid())'"
ENDLESS = "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s) SELECT count(*) FROM s"


@dataclass
class Started:
    """A warm process, and those who would ask it."""

    shell: Program
    environ: Mapping[str, str]
    pid: int = field(default=0)

    def line(self, line: str, **options: Any) -> Finished:
        return self.shell.run(line, **options)

    def start(self, *words: str) -> Finished:
        """Start it; every process of the test finds it."""
        finished = self.line(" ".join(["sqlsess warm start", *words]))
        status = self.line("sqlsess warm status -f csv --no-header")
        assert status.code == 0, (finished, status)
        self.pid = int(status.out.split(",")[0])
        return finished

    def did(self, line: str) -> bool:
        """Whether the process that printed its parent was forked by it."""
        finished = self.line(line)
        assert finished.code == 0, finished
        return int(finished.out) == self.pid


@pytest.fixture
def warmth(shell: Program) -> Iterator[Started]:
    with tempfile.TemporaryDirectory(prefix="warm-", dir="/tmp") as place:  # a short path
        environ = {"XDG_RUNTIME_DIR": place}
        made = Started(replace(shell, more={**shell.more, **environ}), environ)
        yield made
        made.line("sqlsess warm stop")


@pytest.fixture
def started(warmth: Started) -> Started:
    warmth.start()
    return warmth


def gone(pid: int) -> bool:
    """Whether a process has ended, be it waited for or not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_it_is_there_from_start_to_stop(warmth: Started) -> None:
    for verb in ("status", "stop"):
        finished = warmth.line(f"sqlsess warm {verb}")
        assert (finished.code, finished.out) == (1, "")
        assert finished.err == "there is no warm process\n"
    assert warmth.start().err == f"warm: process {warmth.pid}\n"
    assert warmth.did(f"sqlsess {PARENT}")
    assert warmth.line("sqlsess warm start").err == f"already warm: process {warmth.pid}\n"
    assert warmth.line("sqlsess warm stop").err == f"ended: process {warmth.pid}\n"
    assert gone(warmth.pid)
    assert not os.listdir(f"{warmth.environ['XDG_RUNTIME_DIR']}/sqlsess")
    assert int(warmth.line(f"sqlsess {PARENT}").out) != warmth.pid


@pytest.mark.parametrize(
    "line",
    [
        "SQLSESS_WARM=0 sqlsess",
        "ulimit -n 100; sqlsess",
        "umask 077; sqlsess",
        "nice -n 3 sqlsess",
        "LC_ALL=C sqlsess",
        "PYTHONWARNINGS=ignore sqlsess",
        "PSYCOPG_IMPL=binary sqlsess",
        "nohup sqlsess",
        "XDG_RUNTIME_DIR= sqlsess",
    ],
)
def test_what_would_be_another_process_is_done_cold(started: Started, line: str) -> None:
    assert not started.did(f"{line} {PARENT}")
    assert started.did(f"sqlsess {PARENT}")


def test_who_is_spawned_is_no_other(started: Started, program: Program) -> None:
    with open(os.devnull, "rb") as null, tempfile.TemporaryFile() as out:
        words = [*PROGRAM, "run", "--url", "sqlite://", "-c", "import os; print(os.getppid())"]
        environ = replace(program, more=started.environ).environ()
        files = [(os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, out.fileno(), 1)]
        pid = os.posix_spawn(sys.executable, words, environ, file_actions=files)
        assert os.waitpid(pid, 0)[1] == 0
        out.seek(0)
        assert int(out.read()) == started.pid


def test_too_long_a_line_is_done_cold(started: Started, folder: Path) -> None:
    (folder / "long.sh").write_text(f"sqlsess {PARENT} -- {'x' * 80_000} {'y' * 80_000}")
    assert not started.did(". ./long.sh")


def test_it_ends_when_nobody_asks(warmth: Started) -> None:
    warmth.start("--idle", "500ms")
    eventually(lambda: gone(warmth.pid))
    assert warmth.line("sqlsess warm status").code == 1


def test_newer_code_is_what_runs(warmth: Started, folder: Path) -> None:
    library = folder / "library"
    library.mkdir()
    (library / "answers.py").write_text("ANSWER = 1")
    warmth.shell = replace(
        warmth.shell, more={**warmth.shell.more, "PYTHONPATH": f"{library}:{ROOT}"}
    )
    line = "sqlsess run --url sqlite:// -c 'import answers; print(answers.ANSWER)'"
    warmth.start("--import", "answers")
    assert warmth.line(line).out == "1\n"
    (library / "answers.py").write_text("ANSWER = 2  # and longer")
    assert [warmth.line(line).out for _ in range(3)] == ["2\n"] * 3
    eventually(lambda: warmth.line("sqlsess warm status").code == 0)
    assert warmth.did(f"sqlsess {PARENT}")  # the same process, begun anew


def test_what_cannot_start_says_why(warmth: Started) -> None:
    (Path(warmth.environ["XDG_RUNTIME_DIR"]) / "sqlsess").write_text("a file")
    finished = warmth.line("sqlsess warm start")
    assert finished.code == 3
    assert finished.err.startswith("error: the warm process did not start: FileExistsError")


def test_too_long_a_path_is_told(shell: Program, tmp_path: Path) -> None:
    place = tmp_path / ("long" * 20)
    finished = replace(shell, more={**shell.more, "XDG_RUNTIME_DIR": str(place)}).run(
        "sqlsess warm start; sqlsess sql 'SELECT 1 AS one' --url sqlite://"
    )
    assert finished.out == "one\n1\n"
    assert finished.err.startswith("error: the path of its socket is too long: /")
    assert finished.err.endswith("hint: set XDG_RUNTIME_DIR\n")


@pytest.fixture
def counting(started: Started, program: Program) -> Iterator[Callable[[], tuple[Spawned, int]]]:
    """Start an endless statement; gives who waits for it, and the process that does it."""
    asked = replace(program, more=started.environ)
    processes = []

    def start() -> tuple[Spawned, int]:
        code = f"print('begun', flush=True); session.execute(sa.text('{ENDLESS}'))"
        process = asked.spawn("run", "-c", code, "--url", "sqlite://")
        processes.append(process)
        process.wait_for("begun")
        return process, children(started.pid)[0]

    yield start
    for process in processes:
        process.kill()


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_passed_on(
    counting: Callable[[], tuple[Spawned, int]], signum: signal.Signals
) -> None:
    process, child = counting()
    process.signal(signum)
    finished = process.wait(10)
    assert finished.code == 128 + signum
    assert finished.err.startswith(f"stopped: {signum.name}\n")
    eventually(lambda: gone(child))


def test_who_waits_is_killed_and_so_is_the_work(
    counting: Callable[[], tuple[Spawned, int]], started: Started
) -> None:
    process, child = counting()
    process.signal(signal.SIGKILL)
    eventually(lambda: gone(child))
    assert started.did(f"sqlsess {PARENT}")


def test_the_work_is_killed_and_who_waits_dies_so(
    counting: Callable[[], tuple[Spawned, int]],
) -> None:
    process, child = counting()
    os.kill(child, signal.SIGKILL)
    assert process.wait(10).code == 128 + signal.SIGKILL


def test_the_work_goes_on_without_the_warm_process(
    counting: Callable[[], tuple[Spawned, int]], started: Started
) -> None:
    process, child = counting()
    os.kill(started.pid, signal.SIGKILL)
    eventually(lambda: gone(started.pid))
    assert not gone(child)
    process.signal(signal.SIGTERM)
    assert process.wait(10).code == 143
    assert started.line("sqlsess sql 'SELECT 1 AS one' --url sqlite://").out == "one\n1\n"


def test_nobody_is_left_to_tell_the_end(
    counting: Callable[[], tuple[Spawned, int]], started: Started
) -> None:
    process, child = counting()
    os.kill(started.pid, signal.SIGKILL)
    eventually(lambda: gone(started.pid))
    os.kill(child, signal.SIGKILL)
    finished = process.wait(10)
    assert finished.code == 70
    assert finished.err == "unknown: the warm process was ended; see what the database holds\n"


# On a terminal


@pytest.fixture
def typed(started: Started, pty: Callable[..., PseudoTerminal]) -> Callable[..., PseudoTerminal]:
    def start(*words: str, **options: Any) -> PseudoTerminal:
        env = {**started.environ, **options.pop("env", {})}
        return pty(*words, env=env, **options)

    return start


def test_a_pager_is_used_and_left(typed: Callable[..., PseudoTerminal], started: Started) -> None:
    many = ENDLESS.replace("SELECT i + 1 FROM s", "SELECT i + 1 FROM s WHERE i < 500")
    many = many.replace("count(*)", "i")
    terminal = typed("sql", many, "--db", "demo", size=(60, 12), env={"PAGER": "less"})
    terminal.wait_for(" 9")
    assert children(started.pid)
    terminal.send("G")
    terminal.wait_for("(500 rows)")
    terminal.send("q")
    assert terminal.code == 0


def test_ctrl_c_stops_the_statement(typed: Callable[..., PseudoTerminal], started: Started) -> None:
    terminal = typed("sql", ENDLESS, "--url", "sqlite://")
    eventually(lambda: children(started.pid) and busy(children(started.pid)[0]))
    terminal.send("\x03")
    assert terminal.code == 130
    assert "stopped: SIGINT" in terminal.text
    eventually(lambda: not children(started.pid))


def test_it_is_stopped_and_continued(
    typed: Callable[..., PseudoTerminal], started: Started
) -> None:
    terminal = typed("sql", ENDLESS, "--url", "sqlite://")
    eventually(lambda: children(started.pid))
    child = children(started.pid)[0]
    os.kill(terminal.process.pid, signal.SIGTSTP)
    eventually(lambda: state(child) == state(terminal.process.pid) == "T")
    os.kill(terminal.process.pid, signal.SIGCONT)
    eventually(lambda: state(child) == "R")
    terminal.send("\x03")
    assert terminal.code == 130


def busy(pid: int) -> bool:
    """Whether it has been at work for longer than it takes to begin, by its own CPU."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        ticks = int(file.read().rpartition(")")[2].split()[11])
    return ticks / os.sysconf("SC_CLK_TCK") > 0.5


def state(pid: int) -> str:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0]


def test_a_password_is_asked_for(
    typed: Callable[..., PseudoTerminal], started: Started, folder: Path
) -> None:
    (folder / "sqlsess.toml").write_text(
        '[db.far]\nurl = "mysql+pymysql://me@127.0.0.1:1/x"\npassword = { prompt = true }\n'
    )
    terminal = typed("db", "ping", "far", "-C", "sqlsess.toml")
    terminal.wait_for("password for far:")
    assert children(started.pid)
    terminal.send("hidden\r")
    assert terminal.code == 4
    assert "hidden" not in terminal.text


@pytest.mark.parametrize("words", [["run", "-c", "print(open('/dev/tty').name)"]])
def test_what_may_need_the_terminal_has_it(
    typed: Callable[..., PseudoTerminal], words: list[str]
) -> None:
    terminal = typed(*words, "--db", "demo")
    assert (terminal.code, terminal.text) == (0, "/dev/tty")
