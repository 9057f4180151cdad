"""A table drawn in one pass over its rows: its columns only ever get wider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import columns, filled
from sqlsess_cli.formats._people import bold, cells, colored, dim, null_text, right_aligned
from sqlsess_cli.inert import inert
from sqlsess_cli.result import Block, Column

# Letters of which each takes one cell: most text needs no table of widths.
_narrow = re.compile("[ -~\xa0-\u02ff\u0370-\u0482\u2010-\u2027\u2205]*").fullmatch


@dataclass(slots=True)
class Grid:
    """The columns of a table while it grows.

    Attributes:
        columns: the answer's columns.
        right: which of them are aligned to the right.
        widths: how many cells of the screen each takes so far.
        style: how the person wants it.
    """

    columns: Sequence[Column]
    right: list[bool]
    widths: list[int]
    style: Style

    @classmethod
    def of(cls, named: Sequence[Column], first: Block, style: Style) -> Self:
        """A grid for these columns; `first` tells which of them hold numbers."""
        widths = [wide(inert(column.name)) if style.header else 0 for column in named]
        return cls(named, right_aligned(named, first), widths, style)

    def head(self) -> str:
        """The names and the rule below them."""
        if not self.style.header:
            return ""
        names = [inert(column.name) for column in self.columns]
        padded = [
            self._padded(index, bold(name, self.style), wide(name))
            for index, name in enumerate(names)
        ]
        rule = "─┼─".join("─" * width for width in self.widths)
        return f" {' │ '.join(padded)}\n─{rule}─\n"

    def lines(self, block: Block) -> str:
        """The rows of a block; from here on the columns are as wide as its cells need."""
        filling = [self._column(index, values) for index, values in enumerate(columns(block))]
        form = " │ ".join(form for form, _ in filling)
        return filled(f" {form}\n", [values for _, values in filling])

    def _column(self, index: int, values: Sequence[object]) -> tuple[str, Sequence[str]]:
        """A column's place in the form of a row, and what to fill in there."""
        found = cells(self.columns[index], values)
        null = null_text(self.style)
        shown = [null if text is None else text for text in found]
        taken = sizes(shown)
        self.widths[index] = max(self.widths[index], *taken)
        if self.style.color and None in found:
            null = dim(null, self.style)
            shown = [null if text is None else text for text in found]
        elif self.style.color and self.columns[index].look == "sign":
            shown = [colored(self.columns[index], text, self.style) for text in shown]
        elif taken == list(map(len, shown)):  # then `%` counts as the screen does
            return self._form(index), shown
        return "%s", [
            self._padded(index, text, size) for text, size in zip(shown, taken, strict=True)
        ]

    def _form(self, index: int) -> str:
        if self.right[index]:
            return f"%{self.widths[index]}s"
        return "%s" if self._ends_line(index) else f"%-{self.widths[index]}s"

    def _padded(self, index: int, text: str, size: int) -> str:
        room = " " * (self.widths[index] - size)
        if self.right[index]:
            return room + text
        return text if self._ends_line(index) else text + room

    def _ends_line(self, index: int) -> bool:
        """Nothing follows on the line, so no blanks are needed to get there."""
        return index == len(self.widths) - 1


def sizes(texts: Sequence[str]) -> list[int]:
    """How many cells of the screen each text takes."""
    joined = "".join(texts)
    if joined.isascii() or _narrow(joined):
        return list(map(len, texts))
    return [len(text) if text.isascii() else wide(text) for text in texts]


def wide(text: str) -> int:
    """How many cells of the screen the text takes."""
    if text.isascii() or _narrow(text):
        return len(text)
    return _measured(text) if len(text) <= 80 else _measured.__wrapped__(text)


@lru_cache(8192)
def _measured(text: str) -> int:
    from wcwidth import wcswidth

    return max(0, wcswidth(text))
