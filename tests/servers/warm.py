"""Processes of the program that start at once: forked from one that has imported everything.

Half of the time of most tests would go into importing SQLAlchemy anew. What such a process cannot
show is what the program imports, and when: whoever asks that starts a fresh interpreter.
"""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from servers._wait import eventually
from servers._warm import MOST

STREAMS = ("stdin", "stdout", "stderr")
# What an interpreter looks at when it starts, and not again.
AT_START = ("PYTHON", "LANG", "LC_", "COVERAGE_", "LD_", "MALLOC_")


class Forked:
    """A process as subprocess.Popen has it, as far as the tests ask."""

    def __init__(self, news: socket.socket, pipes: Mapping[str, int]) -> None:
        self._news = news
        modes = {"stdin": "wb", "stdout": "rb", "stderr": "rb"}
        files = {name: os.fdopen(end, modes[name]) for name, end in pipes.items()}
        self.stdin: IO[bytes] | None = files.get("stdin")
        self.stdout: IO[bytes] | None = files.get("stdout")
        self.stderr: IO[bytes] | None = files.get("stderr")
        self.returncode: int | None = None
        self.pid = int(news.recv(32))

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
            self.returncode = int(self._news.recv(32))
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
        self._folder = tempfile.TemporaryDirectory(prefix="sqlsess-warm-")
        self.path = os.path.join(self._folder.name, "socket")

    def takes(self, environ: Mapping[str, str], options: Mapping[str, Any]) -> bool:
        """Whether a process with this environment, and options of Popen's, can be forked."""
        return seen(environ) == seen(self._environ) and set(options) <= set(STREAMS)

    def fork(
        self, words: tuple[str, ...], environ: Mapping[str, str], cwd: str, options: dict[str, Any]
    ) -> Forked | None:
        """A process of the program; None where the words are too long to be sent."""
        message = json.dumps(
            {"words": words, "env": dict(environ), "cwd": cwd, "numbers": [0, 1, 2]}
        ).encode()
        if len(message) >= MOST:
            return None
        self.start()
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
        news = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        news.connect(self.path)
        socket.send_fds(news, [message], theirs)
        for descriptor in opened:
            os.close(descriptor)
        return Forked(news, ours)

    def start(self) -> None:
        """Start it, if it was not; it listens when this returns."""
        if self._process is not None:
            return
        script = os.path.join(os.path.dirname(__file__), "_warm.py")
        self._process = subprocess.Popen(
            [*self._words, script, self.path], env=dict(self._environ), stdin=subprocess.PIPE
        )
        eventually(lambda: os.path.exists(self.path) and self._listens())

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
            return probe.connect_ex(self.path) == 0

    def script(self) -> str:
        """A shell script that runs the program: by this, wherever that makes no difference."""
        client = os.path.join(os.path.dirname(__file__), "_warmly.py")
        at_start = json.dumps(seen(self._environ))
        program = shlex.join([*self._words, "-m", "sqlsess_cli"])
        return (
            f"#!/bin/sh\nexec {shlex.join([*self._words, '-I', '-S', client])} "
            f'{shlex.join([self.path, at_start, program])} "$@"\n'
        )

    def close(self) -> None:
        """End it; what it forked lives on."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
            self._process = None
        self._folder.cleanup()


def seen(variables: Mapping[str, str]) -> dict[str, str]:
    """What an interpreter looks at when it starts."""
    return {name: variables[name] for name in variables if name.startswith(AT_START)}
