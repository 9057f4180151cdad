"""The program under test as a real process: run to its end, or watched and signalled on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import IO, Any

from servers.warm import Forked, Warm

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TRACEBACK = b"Traceback (most recent call last)"

# -P: the console script does not look for modules in the current directory either.
INTERPRETER = (sys.executable, "-P")
PROGRAM = (*INTERPRETER, "-m", "sqlsess_cli")
MAIN = os.path.join(ROOT, "sqlsess_cli", "__main__.py")  # what that program calls itself
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@dataclass(frozen=True)
class Finished:
    """How a process ended: its exit code (128 + n for signal n, as a shell says) and its output."""

    words: tuple[str, ...]
    code: int
    out_bytes: bytes
    err_bytes: bytes

    @property
    def out(self) -> str:
        """Standard output, which has to be UTF-8."""
        return self.out_bytes.decode()

    @property
    def err(self) -> str:
        """Standard error, which has to be UTF-8."""
        return self.err_bytes.decode()

    def __repr__(self) -> str:
        """Readable in a failed assertion."""
        shown = [f"{self.words[-1]!r} ended with {self.code}" if self.words else str(self.code)]
        for name, data in (("stdout", self.out_bytes), ("stderr", self.err_bytes)):
            shown.append(f"--- {name}\n{data.decode(errors='backslashreplace')}")
        return "\n".join(shown)


class Drain:
    """Reads a stream as it comes, so that the writer never waits for us."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self.data = bytearray()
        self.arrived = Condition()
        self.ended = stream is None
        self._stream = stream
        self._thread = Thread(target=self._read, daemon=True)
        if stream is not None:
            self._thread.start()

    def _read(self) -> None:
        while chunk := os.read(self._stream.fileno(), 1 << 16):
            with self.arrived:
                self.data += chunk
                self.arrived.notify_all()
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def finish(self, seconds: float) -> bytes:
        """All that came until the last writer was gone."""
        if self._stream is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                raise AssertionError(f"a child keeps the output open; so far: {bytes(self.data)!r}")
            self._stream.close()
        return bytes(self.data)


class Spawned:
    """A running process, in a session of its own: no terminal, and its children die with it."""

    def __init__(self, words: tuple[str, ...], process: subprocess.Popen[bytes] | Forked) -> None:
        self.words = words
        self.process = process
        self._out = Drain(self.process.stdout)
        self._err = Drain(self.process.stderr)
        self._input = self.process.stdin

    @property
    def pid(self) -> int:
        """Of the process itself."""
        return self.process.pid

    def send(self, text: str | bytes) -> None:
        """Write to its standard input."""
        self._input.write(text.encode() if isinstance(text, str) else text)
        self._input.flush()

    def end_input(self) -> None:
        """Close its standard input."""
        if self._input is not None:
            with suppress(BrokenPipeError):
                self._input.close()

    def signal(self, signum: int, *, group: bool = False) -> None:
        """Send a signal to it, or as a terminal would, to it and its children."""
        if group:
            os.killpg(self.pid, signum)
        else:
            self.process.send_signal(signum)

    def wait_for(self, text: str, stream: str = "out", seconds: float = 10) -> str:
        """Wait until a text was written to "out" or "err"; all that was written so far.

        Raises:
            AssertionError: it was not, in time or until the end.
        """
        drain = self._out if stream == "out" else self._err
        wanted = text.encode()
        with drain.arrived:
            drain.arrived.wait_for(lambda: wanted in drain.data or drain.ended, seconds)
            written = drain.data.decode(errors="backslashreplace")
            if wanted not in drain.data:
                why = "before its end" if drain.ended else f"in {seconds:g} s"
                raise AssertionError(f"no {text!r} on std{stream} {why}; but:\n{written}")
            return written

    def wait(self, seconds: float = 30, *, traceback: bool = False) -> Finished:
        """Wait for its end, its input closed.

        Raises:
            AssertionError: it did not end, or it showed a traceback that was not allowed.
        """
        self.end_input()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"not ended in {seconds:.1f} s: {self._finished(-9)}") from None
        finished = self._finished(code)
        if TRACEBACK in finished.err_bytes and not traceback:
            raise AssertionError(f"a traceback: {finished}")
        return finished

    def _finished(self, code: int) -> Finished:
        shell_code = 128 - code if code < 0 else code
        return Finished(self.words, shell_code, self._out.finish(5), self._err.finish(5))

    def kill(self) -> None:
        """Kill it and its children, if any of them is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self.end_input()
        self._out.finish(5)
        self._err.finish(5)


@dataclass(frozen=True)
class Program:
    """The program, a clean environment and a place to start it.

    Attributes:
        home: a fresh HOME.
        folder: the current directory.
        words: what comes before the arguments; tests of the tests put a shell there.
        warm: where processes that are run to their end come from, if not from nothing.
        more: variables that all of its processes have.
    """

    home: str
    folder: str
    words: tuple[str, ...] = PROGRAM
    warm: Warm | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Nothing of the user's but PATH; what a test adds; what coverage needs to follow us."""
        return {**clean_environ(), "HOME": self.home, **self.more, **(more or {})}

    def spawn(
        self, *arguments: str, cwd: str | None = None, env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Spawned:  # fmt: skip
        """Start it, always from nothing; the options are Popen's (stdout=…, pass_fds=…)."""
        words = (*self.words, *map(str, arguments))
        process = subprocess.Popen(
            [*heard_signals(), *words], env=self.environ(env), cwd=cwd or self.folder,
            start_new_session=True, **{**PIPES, **options},
        )  # fmt: skip
        return Spawned(words, process)

    def fork(
        self, *arguments: str, cwd: str | None = None, env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Spawned:  # fmt: skip
        """Start it from what is warm, wherever that makes no difference."""
        arguments = tuple(map(str, arguments))
        words, environ = (*self.words, *arguments), self.environ(env)
        if self.warm and self.words == PROGRAM and self.warm.takes(environ, options):
            where = cwd or self.folder
            process = self.warm.fork((MAIN, *arguments), environ, where, {**PIPES, **options})
            if process:
                return Spawned(words, process)
        return self.spawn(*arguments, cwd=cwd, env=env, **options)

    def run(
        self, *arguments: str, cwd: str | None = None, env: Mapping[str, str] | None = None,
        input: str | bytes | None = None,  # noqa: A002 - as in subprocess.run
        timeout: float = 30, traceback: bool = False,
        **options: Any,
    ) -> Finished:  # fmt: skip
        """Run it to its end; without input it reads from the null device."""
        if input is None:
            options = {"stdin": subprocess.DEVNULL, **options}
        started = time.monotonic()
        process = self.fork(*arguments, cwd=cwd, env=env, **options)
        try:
            if input is not None:
                feeder = Thread(target=feed, args=(process, input), daemon=True)
                feeder.start()
                feeder.join(timeout)
            return process.wait(max(0.1, timeout - time.monotonic() + started), traceback=traceback)
        finally:
            process.kill()


def heard_signals() -> list[str]:
    """Words before a command that give it back the signals that we ignore.

    Under nohup, or behind an `&` in a script, pytest ignores some, and children inherit that.
    """
    signals = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)
    ignored = [item.name for item in signals if signal.getsignal(item) == signal.SIG_IGN]
    names = [name.removeprefix("SIG") for name in ignored]
    return ["env", f"--default-signal={','.join(names)}"] if names else []


def feed(process: Spawned, text: str | bytes) -> None:
    """Write all the input; a program that stops reading early is within its rights."""
    with suppress(BrokenPipeError, ValueError):
        process.send(text)


def clean_environ() -> dict[str, str]:
    """What every process of the program has, but for its home."""
    clean = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    return {**clean, **python_path(), **coverage_settings()}


def python_path() -> dict[str, str]:
    """The checkout, for a program that is not installed."""
    return {"PYTHONPATH": ROOT}


def coverage_settings() -> dict[str, str]:
    """Coverage follows into subprocesses, whose current directory must not hold its files."""
    if "COVERAGE_PROCESS_START" not in os.environ:
        return {}
    found = {name: text for name, text in os.environ.items() if name.startswith("COVERAGE_")}
    start = os.path.abspath(found["COVERAGE_PROCESS_START"])
    file = os.path.abspath(found.get("COVERAGE_FILE", f"{ROOT}/.coverage"))
    return {**found, "COVERAGE_PROCESS_START": start, "COVERAGE_FILE": file}
