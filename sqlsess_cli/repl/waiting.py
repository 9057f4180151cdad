"""While a line works for longer than a moment, a person sees that it does, and for how long."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from threading import Event, Thread
from time import monotonic
from typing import Any, Self

from sqlsess_cli.emit import Answers
from sqlsess_cli.result import Block, Result
from sqlsess_cli.terminal import Terminal

_MOMENT, _STEP = 1.0, 0.1  # seconds until something is shown, and between two pictures
_PICTURES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Waiting:
    """Shows the time that goes by, until there is something to show instead.

    Args:
        terminal: where; nothing is shown where a line cannot be written over.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._over = Event()
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        if self._terminal.can_move:
            self._thread = Thread(target=self._show, daemon=True)
            self._thread.start()
            self._terminal.settle = self.stop
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the line to others."""
        if self._thread is not None:
            self._terminal.settle = lambda: None
            self._over.set()
            self._thread.join()
            self._thread = None

    def heard(self, answers: Answers) -> Answers:
        """The answers, whose first rows end the waiting."""
        return _Heard(self, answers)

    def _show(self) -> None:
        start = monotonic()
        shown, wait = 0, _MOMENT
        while not self._over.wait(wait):
            picture = _PICTURES[shown % len(_PICTURES)]
            self._terminal.status(f"{picture} {monotonic() - start:.0f} s, Ctrl-C cancels")
            shown, wait = shown + 1, _STEP
        self._terminal.status("")


class _Heard(Generator[Result, Any, None]):
    """A generator of answers that tells when the first rows have come.

    Args:
        waiting: whom it tells.
        inner: the answers.
    """

    def __init__(self, waiting: Waiting, inner: Answers) -> None:
        self._waiting = waiting
        self._inner = inner

    def send(self, value: Any, /) -> Result:
        """Go on."""
        answer = self._inner.send(value)
        return replace(answer, blocks=self._until_rows(answer.blocks))

    def throw(self, *error: Any) -> Result:
        """Tell it of an error."""
        self._waiting.stop()
        return self._inner.throw(*error)

    def close(self) -> None:
        """End it."""
        self._inner.close()

    def _until_rows(self, blocks: Iterator[Block]) -> Iterator[Block]:
        try:
            for block in blocks:
                self._waiting.stop()
                yield block
            self._waiting.stop()
        finally:
            if isinstance(blocks, Generator):  # it may hold a cursor open
                blocks.close()
