"""The terminal: what our streams are, what people are told, and whom we can ask."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter, FileIO, RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, Self

from sqlsess_cli.errors import HungUp, OutputError, RefusedError
from sqlsess_cli.inert import inert, inert_stream
from sqlsess_cli.pager import Pager
from sqlsess_cli.sinks import FileSink, PagedSink, PrintedOutput, RawOutput, Sink, StreamSink

if TYPE_CHECKING:
    from typing_extensions import Buffer

_DIGITS = 7  # of columns or lines: no terminal has more
_UNINDENTED = re.compile("\n(?!    )")

RED, GREEN, DIM = "\x1b[31m", "\x1b[32m", "\x1b[2m"
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Streams:
    """The three streams and what is known about them; a stream closed at our start is None."""

    stdin: FileIO | None
    stdout: RawOutput | None
    stderr: RawOutput | None
    stdin_is_terminal: bool
    stdout_is_terminal: bool
    stderr_is_terminal: bool

    @classmethod
    def of_process(cls) -> Self:
        """Our own streams.

        A closed descriptor is filled with the null device first: the next file or socket opened
        would otherwise take its number, and an answer written to 1 would land in a database.
        """
        missing = [stream is None for stream in (sys.stdin, sys.stdout, sys.stderr)]
        for _ in range(sum(missing)):
            os.open(os.devnull, os.O_RDWR)
        stdin, stdout, stderr = (
            None if missing[fd] else FileIO(fd, "w" if fd else "r", closefd=False)
            for fd in range(3)
        )
        terminals = [item is not None and item.isatty() for item in (stdin, stdout, stderr)]
        return cls(stdin, stdout, stderr, *terminals)


class Terminal:
    """The person or program that we talk with.

    Args:
        streams: where to read and write.
        environ: TERM, NO_COLOR, FORCE_COLOR, COLUMNS, LINES, PAGER.
    """

    def __init__(self, streams: Streams, environ: Mapping[str, str]) -> None:
        self.streams = streams
        self.environ = environ
        self.color = "auto"  # or always, never
        self._moved = False  # a line on standard error is to be written over
        self.final = False  # something was said or heard that cannot be taken back
        self._input: str | None = None
        self._told = StreamSink(streams.stderr, "standard error")
        self.settle: Callable[[], None] = lambda: None  # ends what moves there, before it is told

    @property
    def interactive(self) -> bool:
        """A person sees our answer."""
        return self.streams.stdout_is_terminal

    @property
    def can_ask(self) -> bool:
        """A person can be asked something and sees the question."""
        return self.streams.stdin_is_terminal and self.streams.stderr_is_terminal

    def size(self) -> tuple[int, int]:
        """Columns and lines; 80 by 24 where nobody knows."""
        columns, lines = 80, 24
        for fd in (1, 2, 0):
            with suppress(OSError):
                columns, lines = os.get_terminal_size(fd)
                break
        return self._asked("COLUMNS") or columns, self._asked("LINES") or lines

    def _asked(self, name: str) -> int:
        text = self.environ.get(name, "")
        return int(text) if text.isdecimal() and len(text) < _DIGITS else 0

    def colored(self, *, stderr: bool = False) -> bool:
        """Whether to use colour: the flag, then NO_COLOR, FORCE_COLOR, then what the stream is."""
        if self.color != "auto":
            return self.color == "always"
        if self.environ.get("NO_COLOR"):
            return False
        if self.environ.get("FORCE_COLOR"):
            return True
        streams = self.streams
        terminal = streams.stderr_is_terminal if stderr else streams.stdout_is_terminal
        return terminal and self.environ.get("TERM") != "dumb"

    def sink(self, path: str | None, *, styled: bool, paged: bool) -> Sink:
        """Where an answer goes.

        Args:
            path: a file instead of standard output; "-" is standard output.
            styled: the format makes its cells inert itself, and may send colour.
            paged: a pager may be used when the answer is longer than the screen.
        """
        if path not in (None, "-"):
            return FileSink(str(path))
        terminal = self.streams.stdout_is_terminal
        screen = StreamSink(self.streams.stdout, "standard output", visible=terminal and not styled)
        if not (paged and terminal and self.environ.get("TERM") != "dumb"):
            return screen
        return PagedSink(screen, self.size()[1] - 2, lambda: self._pager(visible=not styled))

    def _pager(self, *, visible: bool) -> Sink | None:
        """Start the user's pager, from words and without a shell; None when there is none."""
        with suppress(OSError, ValueError):  # it is not there, or its quotes do not end
            words = shlex.split(self.environ.get("PAGER", "less")) or ["cat"]
            return Pager(words, self.environ, visible=visible)
        return None

    @contextmanager
    def printing(self, *, must_finish: bool) -> Iterator[TextIOWrapper]:
        """Let a program print to standard output, in order with our answers; gives that stream.

        Args:
            must_finish: it goes on when nobody reads any more.

        Raises:
            HungUp: nobody does, and it need not go on.
            OutputError: what it printed cannot be written.
        """
        raw = PrintedOutput(self.streams.stdout, "standard output", must_finish=must_finish)
        lines = self.streams.stdout_is_terminal
        errors = "surrogateescape"
        stream = TextIOWrapper(BufferedWriter(raw), "utf-8", errors, line_buffering=lines)
        before, sys.stdout = sys.stdout, stream
        try:
            yield stream
        finally:
            sys.stdout = before
            try:
                if not stream.closed:  # the program may have closed it
                    stream.flush()
            finally:
                self.final |= raw.used

    def tell(self, text: str, style: str = "", *, lines: bool = False) -> None:
        """Say something on standard error; escapes in it are spelled, a closed stream ignored.

        Args:
            text: one line, and what is indented below it: no name in it can fake another line.
            style: an escape sequence, for where colour may be sent.
            lines: the text has lines of its own.
        """
        self.settle()
        line = inert_stream(text if lines else _UNINDENTED.sub(r"\\n", text))
        if style and self.colored(stderr=True):
            line = f"{style}{line}{PLAIN}"
        self.status("")
        with suppress(OutputError, HungUp):
            self._told.write(f"{line}\n")

    @property
    def can_move(self) -> bool:
        """Whether a line on standard error can be written over."""
        return self.streams.stderr_is_terminal and self.environ.get("TERM") != "dumb"

    def status(self, text: str) -> None:
        """Write over the line of what is going on, on a terminal; the last thing said is ''."""
        if not self.can_move or not (text or self._moved):
            return
        self._moved = bool(text)
        width = (self.size()[0] or 80) - 1
        with suppress(OutputError, HungUp):
            self._told.write(f"\r\x1b[K{inert(text)[:width]}")

    def secret(self, question: str) -> str:
        """Ask for a password on the terminal, without echo.

        Raises:
            RefusedError: there is nobody to ask, or no answer.
        """
        hint = "set it in the config or environment"
        if not self.can_ask:
            raise RefusedError(f"nobody to ask: {question}", hint)
        from getpass import getpass

        self.settle()
        try:
            return getpass(f"{inert(question)}: ")
        except EOFError:
            raise RefusedError(f"no answer: {question}", hint) from None

    def confirm(self, question: str) -> bool:
        """Ask a yes-or-no question; False when there is nobody to ask."""
        if not self.can_ask or self.streams.stdin is None:
            return False
        self.final = True
        with suppress(EOFError):
            return self.line(f"{question} [y/N] ").strip().lower() in ("y", "yes")
        return False

    def line(self, prompt: str) -> str:
        """Ask for a line, on a terminal that edits it itself.

        Raises:
            EOFError: there is no more.
        """
        self.settle()
        with suppress(OutputError, HungUp):
            self._told.write(inert(prompt))
        data = b"" if self.streams.stdin is None else self.streams.stdin.readline()
        if not data:
            raise EOFError
        return data.decode("utf-8", "surrogateescape").rstrip("\r\n")

    def read_input(self) -> str:
        """All of standard input, as text; kept, for whoever asks again."""
        if self._input is None:
            data = b"" if self.streams.stdin is None else self.streams.stdin.readall()
            self._input = (data or b"").decode("utf-8-sig", "surrogateescape")
        return self._input

    @contextmanager
    def noting_input(self) -> Iterator[None]:
        """While the block runs, note whether a program of the user's reads standard input."""
        raw = self.streams.stdin
        if raw is None or self.streams.stdin_is_terminal:
            yield
            return
        noted = _NotedInput(raw)
        before, sys.stdin = sys.stdin, TextIOWrapper(BufferedReader(noted), "utf-8")
        try:
            yield
        finally:
            sys.stdin = before
            self.final |= noted.used


class _NotedInput(RawIOBase):
    """Standard input as Python's own, and whether anybody read it."""

    def __init__(self, raw: FileIO) -> None:
        super().__init__()
        self._raw = raw
        self.used = False

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def fileno(self) -> int:
        """Its descriptor, for programs that the program starts."""
        return self._raw.fileno()

    def readinto(self, buffer: Buffer, /) -> int | None:
        """Read some."""
        self.used = True
        return self._raw.readinto(buffer)
