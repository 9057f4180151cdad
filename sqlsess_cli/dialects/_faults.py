"""What an error of a driver means, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlsess_cli.foreign import Foreign

Meaning = Literal[
    "lost", "unreachable", "denied", "read only", "missing", "locked", "option", "other"
]


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error of a driver means, in the database's own words.

    Attributes:
        meaning: what it is about; decides the exit code.
        message: one line.
        hint: what the database suggests.
        code: SQLSTATE or the database's own number.
        position: where in the statement, from 1, if the database says so.
    """

    meaning: Meaning
    message: str
    hint: str = ""
    code: str | None = None
    position: int | None = None


def first_line(error: BaseException) -> str:
    """An error's first line, without the driver's decoration."""
    lines = text_of(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def text_of(error: BaseException) -> str:
    """What an error says; nothing, if even that fails: it may be of anybody's class."""
    with Foreign():
        return str(error)
    return ""
