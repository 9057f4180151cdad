"""The program in this very process: for many command lines, where a process each costs too much."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from io import FileIO

from sqlsess_cli.app import App
from sqlsess_cli.interrupts import Interrupts
from sqlsess_cli.main import run
from sqlsess_cli.terminal import Streams, Terminal


class Written:
    """A stream that keeps what it is given."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: memoryview, /) -> int:
        """Keep it."""
        self.data += data
        return len(data)

    @property
    def text(self) -> str:
        """All of it."""
        return self.data.decode()


@dataclass(frozen=True)
class Told:
    """How a command line ended: its exit code, what it answered and what it said."""

    code: int
    out: str
    err: str


def run_inside(*arguments: str, environ: Mapping[str, str], stdin: str = os.devnull) -> Told:
    """Run a command line in this process, off a terminal and with a file, or nothing, to read."""
    out, err = Written(), Written()
    with FileIO(stdin) as read:
        streams = Streams(read, out, err, False, False, False)
        try:
            app = App(Terminal(streams, environ), environ, Interrupts(os._exit))
            code = run(list(arguments), app)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return Told(code, out.text, err.text)
