"""How large everything is before anything has a place, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlsess_cli.core.diagram.graph import Box, Column, End, Graph
from sqlsess_cli.core.diagram.texts import one_line

ROW = 20
STUB = 24  # from a box's border to where its lines may bend: room for the signs at their ends
MARK = 22  # "PK" or "FK"
LETTER = 7.3  # the widest of the usual monospaced fonts, at 12
TITLE_LETTER = 7.9  # at 13, bold
SMALL_LETTER = 6.7  # at 11
_PAD = 10
_LONGEST_TYPE = 24


@dataclass(frozen=True)
class Row:
    """One column as it is drawn.

    Attributes:
        column: it.
        type: its type, cut if it is long, with a question mark if it may be NULL.
    """

    column: Column
    type: str

    @property
    def marks(self) -> str:
        """PK, FK or both; UK where neither."""
        key = "PK " if self.column.key else ""
        foreign = "FK" if self.column.foreign else ""
        return (key + foreign).strip() or ("UK" if self.column.unique else "")


@dataclass(frozen=True)
class Sized:
    """A box with its texts and their room.

    Attributes:
        box: it.
        rows: its columns.
    """

    box: Box
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, graph: Graph, box: Box) -> Sized:
        """The size of a box of a graph."""
        return cls(box, tuple(Row(item, _type(item)) for item in graph.listed(box)))

    @property
    def header(self) -> int:
        """The height of its title."""
        return 42 if self.box.subtitle else 28

    @property
    def height(self) -> int:
        """The height of all of it."""
        return self.header + ROW * len(self.rows)

    @cached_property
    def marks(self) -> int:
        """The width of the column with PK and FK."""
        return max((MARK * len(row.marks.split()) for row in self.rows), default=0)

    @cached_property
    def width(self) -> int:
        """The width, without the stubs of its lines."""
        rows = [
            self.marks
            + cells(row.column.name) * LETTER
            + 2 * LETTER
            + cells(row.type) * SMALL_LETTER
            for row in self.rows
        ]
        title = cells(self.box.title) * TITLE_LETTER
        widest = max(title, cells(self.box.subtitle) * SMALL_LETTER, *rows, 60.0)
        return 2 * round((widest + 2 * _PAD) / 2)

    def row_of(self, end: End) -> int | None:
        """The number of the row where a line ends; None for the title."""
        names = [row.column.name for row in self.rows]
        return names.index(end.columns[0]) if end.columns and end.columns[0] in names else None


def cells(text: str) -> int:
    """How many letters' room a text takes, as it is shown."""
    shown = one_line(text, {})
    if shown.isascii():
        return len(shown)
    from wcwidth import wcswidth  # not needed for most

    return max(int(wcswidth(shown)), len(shown))


def _type(column: Column) -> str:
    cut = (
        column.type if len(column.type) <= _LONGEST_TYPE else f"{column.type[: _LONGEST_TYPE - 1]}…"
    )
    return f"{cut}?" if column.nullable else cut
