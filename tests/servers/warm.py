"""Processes of the program that start at once: forked from one that has imported everything.

Half of the time of most tests would go into importing SQLAlchemy anew. What such a process cannot
show is what the program imports, and when: whoever asks that starts a fresh interpreter.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
from array import array
from collections.abc import Mapping
from typing import IO, Any

from servers._warm import MOST

STREAMS = ("stdin", "stdout", "stderr")
# What an interpreter looks at when it starts, and not again.
AT_START = ("PYTHON", "LANG", "LC_", "COVERAGE_", "LD_", "MALLOC_")


class Forked:
    """A process as subprocess.Popen has it, as far as the tests ask."""

    def __init__(self, news: int, pipes: Mapping[str, int]) -> None:
        self._news = os.fdopen(news, "rb", buffering=0)
        modes = {"stdin": "wb", "stdout": "rb", "stderr": "rb"}
        files = {name: os.fdopen(end, modes[name]) for name, end in pipes.items()}
        self.stdin: IO[bytes] | None = files.get("stdin")
        self.stdout: IO[bytes] | None = files.get("stdout")
        self.stderr: IO[bytes] | None = files.get("stderr")
        self.returncode: int | None = None
        self.pid = int(self._news.readline())

    def send_signal(self, signum: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, signum)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end: its exit code, or minus the signal that ended it.

        Raises:
            subprocess.TimeoutExpired: it did not end in time.
        """
        if self.returncode is None:
            if not select.select([self._news], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(["sqlsess"], timeout or 0)
            self.returncode = int(self._news.readline())
            self._news.close()
        return self.returncode


class Warm:
    """One process that forks the program's, started when first asked.

    Args:
        words: how to start an interpreter that is as the program's own.
        environ: what the interpreter looks at when it starts.
    """

    def __init__(self, words: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self._words, self._environ = words, environ
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def takes(self, environ: Mapping[str, str], options: Mapping[str, Any]) -> bool:
        """Whether a process with this environment, and options of Popen's, can be forked."""

        def seen(variables: Mapping[str, str]) -> dict[str, str]:
            return {name: variables[name] for name in variables if name.startswith(AT_START)}

        return seen(environ) == seen(self._environ) and set(options) <= set(STREAMS)

    def fork(
        self, words: tuple[str, ...], environ: Mapping[str, str], cwd: str, options: dict[str, Any]
    ) -> Forked | None:
        """A process of the program; None where the words are too long to be sent."""
        message = json.dumps({"words": words, "env": dict(environ), "cwd": cwd}).encode()
        if len(message) >= MOST:
            return None
        control = self._started()
        ours: dict[str, int] = {}
        theirs: list[int] = []
        opened: list[int] = []
        for name in STREAMS:
            end = options.get(name)
            if end == subprocess.DEVNULL:
                end = os.open(os.devnull, os.O_RDWR)
                opened.append(end)
            elif end == subprocess.PIPE:
                reading, writing = os.pipe()
                ours[name], end = (writing, reading) if name == "stdin" else (reading, writing)
                opened.append(end)
            elif not isinstance(end, int):
                end = end.fileno()
            theirs.append(end)
        news, told = os.pipe()
        opened.append(told)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [*theirs, told]))]
        control.sendmsg([message], rights)
        for descriptor in opened:
            os.close(descriptor)
        return Forked(news, ours)

    def _started(self) -> socket.socket:
        if self._control is None:
            self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            script = os.path.join(os.path.dirname(__file__), "_warm.py")
            with other:
                self._process = subprocess.Popen(
                    [*self._words, script, str(other.fileno())], env=dict(self._environ),
                    pass_fds=[other.fileno()], stdin=subprocess.DEVNULL,
                )  # fmt: skip
        return self._control

    def close(self) -> None:
        """End it; what it forked lives on."""
        if self._control is not None and self._process is not None:
            self._control.close()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
            self._control = self._process = None
