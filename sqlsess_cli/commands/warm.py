"""A process that has imported everything, and runs your command lines from then on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from sqlsess_cli import warm as process
from sqlsess_cli.app import App
from sqlsess_cli.commands._group import group
from sqlsess_cli.errors import ConfigError, NegativeAnswer, UsageError
from sqlsess_cli.options import duration
from sqlsess_cli.result import Result

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers

_LONGEST = 107  # bytes of a socket's path, by the kernel
_PATIENCE = 5.0  # seconds until it has ended


@group
def warm() -> None:
    """A process that has imported everything, and runs your command lines from then on.

    Each command line then takes a tenth of its time to start. It is asked by no one but you, on
    this machine, and never started unless you say so; `SQLSESS_WARM=0` goes without it once.
    """


@warm.add()
@click.option(
    "--idle", metavar="DURATION", default="8h", show_default=True,
    help="End it when it was not asked for so long.",
)  # fmt: skip
@click.option(
    "--import", "modules", multiple=True, metavar="MODULE",
    help="Import this, too: a library that your models need. Repeatable.",
)  # fmt: skip
def start(app: App, idle: str, modules: tuple[str, ...]) -> Answers:
    """Start it; it is there until `warm stop`, or until it was not asked for a while.

    Your own models are imported anew by each command line, and so may change; the libraries
    that they need may be given here.
    """
    seconds = duration(idle, "--idle")
    path = _place(app)
    if (pid := process.listener(path)) is not None:
        app.reports.notice(f"already warm: process {pid}")
        return
    words = [sys.executable, "-P", "-m", "sqlsess_cli.resident", path, str(seconds), *modules]
    started = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    output = started.stdout.read() if started.stdout else b""  # ends once it listens
    if process.listener(path) is None:
        said = output.decode(errors="replace").strip().rpartition("\n")[2]
        raise ConfigError(f"the warm process did not start: {said}", f"its socket is {path}")
    app.reports.notice(f"warm: process {started.pid}")
    yield from ()


@warm.add()
def stop(app: App) -> Answers:
    """End it; what it has begun is finished."""
    path = _place(app)
    pid = process.listener(path)
    if pid is None:
        raise NegativeAnswer("there is no warm process")
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    while process.listener(path) is not None and time.monotonic() < until:
        time.sleep(0.01)
    with suppress(OSError):
        os.unlink(path)
    app.reports.notice(f"ended: process {pid}")
    yield from ()


@warm.add()
def status(app: App) -> Answers:
    """Show whether it is there: its process, since when, its memory; exit code 1 if not."""
    from datetime import datetime

    path = _place(app)
    pid = process.listener(path)
    if pid is None:
        raise NegativeAnswer("there is no warm process")
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
    since = datetime.fromtimestamp(os.stat(path).st_mtime).astimezone()
    said = {"process": pid, "since": since.replace(microsecond=0), "mib": resident // 1024}
    yield Result.object(said | {"socket": path})


def _place(app: App) -> str:
    if not sys.platform.startswith("linux"):
        raise UsageError("only Linux has a warm process: it looks into /proc")
    path = process.place(app.environ)
    if not path:
        raise UsageError("no place for its socket: HOME is not set", "set it, or XDG_RUNTIME_DIR")
    if len(os.fsencode(path)) > _LONGEST:
        raise UsageError(f"the path of its socket is too long: {path}", "set XDG_RUNTIME_DIR")
    return path
