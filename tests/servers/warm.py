"""Processes of the program that start at once: forked by its own warm process.

Half of the time of most tests would go into importing SQLAlchemy anew. What such a process cannot
show is what the program imports, and when: whoever asks that starts a fresh interpreter. That it
shows the same otherwise is a promise of the program's, tested in tests/test_program.py.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from sqlsess_cli.warm import AT_START, BEGUN, MOST, message, place

STREAMS = ("stdin", "stdout", "stderr")
IDLE = "600"  # seconds; a suite that is killed cannot end it
APPLICATIONS = ("attrs", "fastapi", "flask_sqlalchemy", "pydantic_settings", "sqlmodel")


class Forked:
    """A process as subprocess.Popen has it, as far as the tests ask."""

    def __init__(self, pid: int, news: socket.socket, pipes: Mapping[str, int]) -> None:
        self.pid = pid
        self._news = news
        modes = {"stdin": "wb", "stdout": "rb", "stderr": "rb"}
        files = {name: os.fdopen(end, modes[name]) for name, end in pipes.items()}
        self.stdin: IO[bytes] | None = files.get("stdin")
        self.stdout: IO[bytes] | None = files.get("stdout")
        self.stderr: IO[bytes] | None = files.get("stderr")
        self.returncode: int | None = None

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
    """One warm process, started when first asked.

    Args:
        words: how to start an interpreter that is as the program's own.
        environ: what the interpreter looks at when it starts.
    """

    def __init__(self, words: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self._words, self._environ = words, environ
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="sqlsess-warm-")
        # With this, a command line finds it by itself.
        self.environ = {"XDG_RUNTIME_DIR": self._folder.name}
        self.path = place(self.environ)

    def takes(self, environ: Mapping[str, str], options: Mapping[str, Any]) -> bool:
        """Whether a process with this environment, and options of Popen's, can be forked."""
        return seen(environ) == seen(self._environ) and set(options) <= set(STREAMS)

    def fork(
        self, words: tuple[str, ...], environ: Mapping[str, str], cwd: str, options: dict[str, Any]
    ) -> Forked | None:
        """A process of the program; None where it has to be started from nothing."""
        named = {os.fsencode(name): os.fsencode(text) for name, text in environ.items()}
        asked = message(list(words), cwd, [0, 1, 2], named)
        if len(asked) >= MOST:
            return None
        self.start()
        ours, theirs, opened = _ends(options)
        news = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            news.connect(self.path)
            socket.send_fds(news, [asked], theirs)
            begun = news.recv(32)
        except OSError:
            news.close()
            raise
        finally:
            for descriptor in opened:
                os.close(descriptor)
        if begun.startswith(BEGUN):
            return Forked(int(begun.removeprefix(BEGUN)), news, ours)
        news.close()
        for descriptor in ours.values():
            os.close(descriptor)
        return None

    def start(self) -> None:
        """Start it, if it was not; it listens when this returns."""
        if self._process is None:
            words = [*self._words, "-m", "sqlsess_cli.resident", self.path, IDLE, *APPLICATIONS]
            self._process = subprocess.Popen(
                words, env=dict(self._environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
            )
            self._process.stdout.read()

    def close(self) -> None:
        """End it; what it forked lives on."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process.stdout.close()
            self._process = None
        self._folder.cleanup()


def _ends(options: Mapping[str, Any]) -> tuple[dict[str, int], list[int], list[int]]:
    """Our ends of the pipes, by name; the process's streams; and those of them that we opened."""
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
    return ours, theirs, opened


def seen(variables: Mapping[str, str]) -> dict[str, str]:
    """What an interpreter looks at when it starts."""
    return {name: variables[name] for name in variables if name.startswith(AT_START)}
