"""What a format is: a module with two facts and a `write`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlsess_cli.registry import Registry
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import Sink

FORMATS = Registry("sqlsess_cli.formats", "format")


@dataclass(frozen=True, slots=True)
class Style:
    """How a person wants to see answers.

    Attributes:
        terminal: the answer goes to a screen.
        width: columns of that screen.
        height: its lines.
        color: escape sequences for colour may be sent.
        header: name the columns, in the formats that can leave them out.
        null: what to print for NULL; None is the format's own way.
    """

    terminal: bool = False
    width: int = 80
    height: int = 24
    color: bool = False
    header: bool = True
    null: str | None = None


class Format(Protocol):
    """The shape of each module in this directory.

    Attributes:
        MANY: one output can hold several answers, and a reader can tell them apart.
        NESTS: it writes records inside of records.
        STYLED: it spells control characters of the data itself, and may send colour.
        SUFFIX: the file suffix that chooses it for `-o`.
    """

    MANY: bool
    NESTS: bool
    STYLED: bool
    SUFFIX: str

    @staticmethod
    def write(result: Result, sink: Sink, style: Style) -> None:
        """Write one answer, block by block, as its rows arrive."""
