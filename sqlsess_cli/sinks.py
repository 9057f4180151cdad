"""Where an answer is written: a stream, a pager, or a file that is whole or absent."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from io import FileIO, RawIOBase, UnsupportedOperation
from typing import Any, Protocol, Self

from sqlsess_cli.errors import HungUp, OutputError
from sqlsess_cli.inert import inert_stream

_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no byte
_LINE = 1000  # characters that fill a line of any screen, for text that has no line ends


class RawOutput(Protocol):
    """The one method we need of a binary stream; it may write less than it was given."""

    def write(self, data: memoryview, /) -> int | None:
        """Write some of `data`; return how many bytes were taken."""


class Sink(Protocol):
    """Takes an answer's text as it is made."""

    def write(self, text: str) -> None:
        """Write all of `text`.

        Raises:
            HungUp: nobody reads any more.
            OutputError: it cannot be written.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Complete what was written, or, after an exception, leave nothing half-written."""


def encoded(text: str) -> bytes:
    """The text as UTF-8, with undecodable bytes of the database given back as they were."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair, which no encoding can hold
        spelled = _HALVES.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
        return spelled.encode("utf-8", "surrogateescape")


class StreamSink:
    """Writes to a stream of ours, unbuffered.

    Args:
        raw: the stream, or None when it was closed before we were started.
        name: what it is called in messages.
        visible: it is a terminal, and the text may hold control characters: spell them.
    """

    def __init__(self, raw: RawOutput | None, name: str, *, visible: bool = False) -> None:
        self.raw = raw
        self.name = name
        self.visible = visible

    def write(self, text: str) -> None:
        """Write all of `text`; see Sink."""
        if self.raw is None:
            raise OutputError(f"cannot write to {self.name}: it is closed")
        data = memoryview(encoded(inert_stream(text) if self.visible else text))
        try:
            while data:
                data = data[self.raw.write(data) or 0 :]
        except BrokenPipeError:
            raise HungUp from None
        except OSError as error:
            raise OutputError(f"cannot write to {self.name}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Nothing is held back, so there is nothing to complete."""


class PrintedOutput(RawIOBase):
    """A stream of ours as Python's own: for what a program of the user's prints.

    Args:
        raw: the stream, or None when it was closed before we were started.
        name: what it is called in messages.
        must_finish: the program goes on when nobody reads any more.
    """

    def __init__(self, raw: RawOutput | None, name: str, *, must_finish: bool) -> None:
        super().__init__()
        self._raw = raw
        self._name = name
        self._must_finish = must_finish
        self._left = False  # nobody reads any more
        self.used = False  # something was to be written

    def writable(self) -> bool:
        """It is there to be written."""
        return True

    def isatty(self) -> bool:
        """Whether a person sees it."""
        return isinstance(self._raw, FileIO) and self._raw.isatty()

    def fileno(self) -> int:
        """Its descriptor, for programs that the program starts."""
        if not isinstance(self._raw, FileIO):
            raise UnsupportedOperation("fileno")
        return self._raw.fileno()

    def write(self, data: Any, /) -> int:
        """Write some of `data`.

        Raises:
            HungUp: nobody reads any more, and the program need not end.
            OutputError: it cannot be written.
        """
        size = len(data)
        self.used = True
        if self._left:
            return size
        if self._raw is None:
            self._left = True
            raise OutputError(f"cannot write to {self._name}: it is closed")
        try:
            return self._raw.write(memoryview(data)) or 0
        except BrokenPipeError:
            self._left = True  # what is still held back is not told once more
            if self._must_finish:
                return size
            raise HungUp from None
        except OSError as error:
            self._left = True
            raise OutputError(f"cannot write to {self._name}: {error.strerror}") from error


class FileSink:
    """Writes a file that appears whole when all went well, and not at all otherwise.

    A path that is not a regular file (a device, a FIFO) is written directly.
    """

    def __init__(self, path: str) -> None:
        if not path:
            raise OutputError("cannot write a file without a name")
        self.path = os.path.realpath(path)
        self.shown = path
        self.direct = False
        try:
            mode = os.stat(path).st_mode if os.path.exists(path) else None
            self.direct = mode is not None and not stat.S_ISREG(mode)
            # The real path of a pipe, such as /dev/stdout may be, leads nowhere.
            self.temporary = path if self.direct else f"{self.path}.{os.getpid()}.part"
            # Never into a file, or through a link, that somebody else put at that name.
            how = "wb" if self.direct else "xb"
            self.file = open(self.temporary, how, buffering=0)  # noqa: SIM115  closed in __exit__
            if mode is not None and not self.direct:
                os.chmod(self.temporary, stat.S_IMODE(mode))  # before there is anything to read
        except OSError as error:
            raise self._failed(error) from error
        self.stream = StreamSink(self.file, path)

    def write(self, text: str) -> None:
        """Write all of `text`; see Sink."""
        self.stream.write(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Give the file its name, after a sync; or remove what was written."""
        try:
            if kind is None and not self.direct:
                os.fsync(self.file.fileno())
                os.replace(self.temporary, self.path)
        except OSError as error:
            kind = OSError
            raise self._failed(error) from error
        finally:
            self.file.close()
            if kind is not None and not self.direct:
                with suppress(OSError):  # the disk is gone; what went wrong first is what to tell
                    os.unlink(self.temporary)

    def _failed(self, error: OSError) -> OutputError:
        hint = "" if self.direct else "nothing was left there"
        return OutputError(f"cannot write {self.shown}: {error.strerror}", hint)


class PagedSink:
    """Shows one screen on the terminal itself; hands anything longer to a pager as it comes.

    Args:
        screen: the terminal.
        height: lines that fit.
        start_pager: starts the pager; None when there is none.
    """

    def __init__(self, screen: Sink, height: int, start_pager: Callable[[], Sink | None]) -> None:
        self.target = screen
        self.room = height
        self.start_pager = start_pager
        self.held: list[str] = []

    def write(self, text: str) -> None:
        """Hold `text` back until it is known to fit or not; see Sink."""
        if self.room < 0:
            self.target.write(text)
            return
        self.held.append(text)
        self.room -= max(text.count("\n"), len(text) // _LINE)
        if self.room < 0:
            self.target = self.start_pager() or self.target
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Write what was held, and wait until the pager is left."""
        try:
            if kind is None and self.room >= 0:
                self._release()
        finally:
            self.target.__exit__(kind, *rest)

    def _release(self) -> None:
        held, self.held = "".join(self.held), []
        self.target.write(held)
