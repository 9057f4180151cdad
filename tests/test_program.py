"""A process of the program that was forked is as one that was started from nothing."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from servers.program import Finished, Program, clean_environ
from servers.warm import Warm

MODELS = """
import os, sys, signal
import sqlite3
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): pass
class State(Base):
    __tablename__ = "state"
    id: Mapped[int] = mapped_column(primary_key=True)
print(sys.argv, sys.path, __name__, sorted(os.environ), os.getcwd(), file=sys.stderr)
print(sys.stdin.read(), [(f.encoding, f.errors, f.newlines, f.line_buffering, f.isatty())
      for f in (sys.stdin, sys.stdout, sys.stderr)], file=sys.stderr)
handlers = [signal.getsignal(number) for number in (1, 2, 3, 13, 15, 17)]
print([getattr(item, "__qualname__", item) for item in handlers], file=sys.stderr)
opened = sorted(os.listdir("/proc/self/fd"), key=int)
# A process that was forked has one more, to say how it ended.
print(opened[:3], len(opened) - ("resident" in open("/proc/self/cmdline").read()),
      os.getsid(0) == os.getpid() == os.getpgid(0), file=sys.stderr)
"""


def both(program: Program, *words: str, **options: Any) -> tuple[Finished, Finished]:
    assert program.warm is not None
    assert program.warm.takes(program.environ(options.get("env")), {"stdin": subprocess.DEVNULL})
    forked, started = program.run(*words, **options), replace(program, warm=None)
    return forked, started.run(*words, **options)


@pytest.fixture
def forking(program: Program) -> Program:
    if program.warm is None:
        pytest.skip("not run: under coverage every process is started from nothing")
    return program


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["query", "students", "--db", "demo"],
        ["query", "studens", "--db", "demo"],
        ["query", "students", "--db", "demo", "-f", "raw", "-c", "first_name"],
        ["sql", "SELECT :x", "-p", "x=é", "--url", "sqlite://"],
        ["sql", "-", "--url", "sqlite://"],
        ["--nothing"],
    ],
)
def test_they_end_and_write_alike(forking: Program, words: list[str]) -> None:
    forking.run("init", "--demo")
    forked, started = both(forking, *words, input="SELECT 1; SELECT nothing")
    assert forked == started


def test_code_of_a_user_finds_the_same_process(forking: Program, folder: Path) -> None:
    (folder / "models.py").write_text(MODELS)
    there = ["models", "-m", "models.py", "--url", "sqlite://", "-f", "csv"]
    forked, started = both(forking, *there, input="typed", env={"TZ": "Asia/Tokyo"})
    assert "typed" in started.err
    assert forked.err.splitlines() == started.err.splitlines()
    assert (forked.out, forked.code) == (started.out, started.code)


def test_what_ends_a_process_is_told(forking: Program, folder: Path) -> None:
    (folder / "models.py").write_text("import os\nos.kill(os.getpid(), 9)")
    forked, started = both(forking, "models", "-m", "models.py", "--url", "sqlite://")
    assert forked.code == started.code == 128 + 9


def test_what_matters_at_the_start_is_started(warm: Warm | None) -> None:
    if warm is not None:
        clean = clean_environ()
        assert warm.takes(clean | {"HOME": "/", "SQLSESS_DB": "x"}, {"stdout": 1})
        assert not warm.takes(clean | {"PYTHONWARNINGS": "error"}, {})
        assert not warm.takes(clean | {"LC_ALL": "C"}, {})
        assert not warm.takes(clean, {"preexec_fn": os.getpid})


@pytest.mark.parametrize(
    "line",
    [
        "sqlsess query students --db demo -f csv; echo $?",
        "sqlsess query nothing --db demo; echo $?",
        "echo 'select 1 as a' > a.sql; sqlsess sql @/dev/fd/5 --url sqlite:// 5< a.sql",
        "echo 'select 2 as a' | sqlsess sql - --url sqlite:// | cat",
        "PYTHONWARNINGS=error LC_ALL=C sqlsess --version; sqlsess --version <&-",
        "sqlsess query students --db demo -m stop.py & kill -TERM $!; wait $!; echo $?",
        "sqlsess query students --db demo -m killed.py; echo $?",
    ],
)
def test_a_shell_sees_no_difference(
    quick_shell: Program, shell: Program, forking: Program, folder: Path, line: str
) -> None:
    forking.run("init", "--demo")
    (folder / "stop.py").write_text("import time\ntime.sleep(20)")
    (folder / "killed.py").write_text("import os\nos.kill(os.getpid(), 9)")
    quick = quick_shell.run(line)
    assert quick == shell.run(line)
