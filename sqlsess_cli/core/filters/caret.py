"""Messages that show the text and a caret under what they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlsess_cli.errors import UsageError
from sqlsess_cli.inert import inert_stream

_AROUND = 40  # characters shown on each side of the caret


def pointed(problem: str, text: str, at: int) -> str:
    """A message, the line it speaks of, or the part of it around the place, and a caret.

    Args:
        problem: the message.
        text: what was written, in one line or several.
        at: where in it, counted in characters.
    """
    first = text.rfind("\n", 0, at) + 1
    last = text.find("\n", at)
    start = max(first, at - _AROUND)
    stop = min(len(text) if last < 0 else last, at + _AROUND)
    before, after = _drawn(text[start:at]), _drawn(text[at:stop])
    return f"{problem}\n    {before}{after}\n    {' ' * _width(before)}^"


def shortened(text: str) -> str:
    """A text as a message quotes it: the beginning is enough to know it again."""
    return repr(text if len(text) <= 80 else f"{text[:79]}…")


@contextmanager
def pointing(text: str, at: int) -> Iterator[None]:
    """Show where the value stands that is none."""
    try:
        yield
    except UsageError as error:
        raise UsageError(pointed(error.message, text, at), error.hint) from error


def _drawn(text: str) -> str:
    """The text as a terminal will show it, with every tab as wide as one space."""
    return inert_stream(text.replace("\t", " ").replace("\r", " "))


def _width(text: str) -> int:
    """How many cells of the screen it takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # not needed for most

    return max(wcswidth(text), 0)
