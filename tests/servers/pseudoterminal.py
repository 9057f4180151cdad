"""The program on a real pseudo-terminal, and the screen that a person would see."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from threading import Condition, Thread

import pyte

from servers.program import heard_signals

# The child takes the terminal as its controlling one, so that Ctrl-C there is a signal; done in a
# program of its own because a fork with Python code after it is not safe beside our threads.
TAKE = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " os.execvp(sys.argv[1], sys.argv[1:])"
)


class Screen(pyte.Screen):
    """A screen that answers the questions a program asks its terminal (where is the cursor?)."""

    def __init__(self, columns: int, lines: int, fd: int) -> None:
        super().__init__(columns, lines)
        self._fd = fd

    def write_process_input(self, data: str) -> None:
        """Send the answer."""
        with suppress(OSError):
            os.write(self._fd, data.encode())


class PseudoTerminal:
    """A process on a terminal of a given size."""

    def __init__(
        self, words: tuple[str, ...], environ: Mapping[str, str], cwd: str, size: tuple[int, int]
    ) -> None:
        self._master, slave = os.openpty()
        self._changed = Condition()
        self.raw = bytearray()
        self._ended = False
        self._screen = Screen(*size, self._master)
        self._stream = pyte.ByteStream(self._screen)
        self._set_size(size)
        try:
            self.process = subprocess.Popen(
                [*heard_signals(), sys.executable, "-ISc", TAKE, *words],
                stdin=slave, stdout=slave, stderr=slave, cwd=cwd, start_new_session=True,
                env={"TERM": "xterm-256color", **environ},
            )  # fmt: skip
        finally:
            os.close(slave)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):  # EIO: nobody has the other end any more
            while chunk := os.read(self._master, 1 << 16):
                with self._changed:
                    self.raw += chunk
                    self._stream.feed(chunk)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _set_size(self, size: tuple[int, int]) -> None:
        columns, lines = size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        """Change the terminal's size; the kernel tells the program."""
        with self._changed:
            self._screen.resize(lines, columns)
        self._set_size((columns, lines))

    def screen(self) -> list[str]:
        """The lines as they stand, without blanks at their ends and empty lines at the bottom."""
        with self._changed:
            lines = [line.rstrip() for line in self._screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def _shows(self, text: str) -> bool:
        """Whether a text stands there; a blank at its end, as in a prompt, may be the margin."""
        lines = self._screen.display
        return text in "\n".join(lines) or text in "\n".join(line.rstrip() for line in lines)

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.screen())

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and line of the cursor, from 0."""
        with self._changed:
            return self._screen.cursor.x, self._screen.cursor.y

    def send(self, keys: str) -> None:
        r"""Type; Enter is \r, Ctrl-C is \x03."""
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, seconds: float = 10) -> list[str]:
        """Wait until a text stands on the screen; the screen.

        Raises:
            AssertionError: it did not appear; the screen is in the message.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._shows(text) or self._ended, seconds)
            seen = self._shows(text)
        if not seen:
            why = "before its end" if self._ended else f"in {seconds:g} s"
            raise AssertionError(f"no {text!r} {why} on this screen:\n{self.text}")
        return self.screen()

    @property
    def code(self) -> int:
        """The exit code, waited for; 128 + n for signal n."""
        return self.wait()

    def wait(self, seconds: float = 10) -> int:
        """Wait for the end and for the last of the output; the exit code.

        Raises:
            AssertionError: it did not end; the screen is in the message.
        """
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"not ended in {seconds:g} s; screen:\n{self.text}") from None
        self._reader.join(5)
        return 128 - code if code < 0 else code

    def close(self) -> None:
        """Kill what is left of it, and give the terminal back."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(5)
        with suppress(OSError):
            os.close(self._master)
