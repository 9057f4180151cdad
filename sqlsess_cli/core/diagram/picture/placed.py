"""Everything in its place: boxes, the ways of lines, and frames; in pixels from the upper left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlsess_cli.core.diagram.graph import End, Line
from sqlsess_cli.core.diagram.picture.sizes import ROW, Sized

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with the place of its upper left corner."""

    sized: Sized
    x: float
    y: float

    def border(self, side: int) -> float:
        """Where its left border is, or for side 1 its right one."""
        return self.x + (self.sized.width if side > 0 else 0)

    def middle(self, row: int | None) -> float:
        """The height of the middle of a row; of the title for None."""
        above = self.sized.header
        return self.y + (above / 2 if row is None else above + ROW * row + ROW / 2)


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a line, from the end that is referred to.

    Attributes:
        line: it.
        points: a Bézier curve between the stubs: a point, and three more for each part.
        sides: on which side of the two boxes the stubs are, -1 left and 1 right.
        label: the middle of its label; None if it has none.
    """

    line: Line
    points: Sequence[Point]
    sides: tuple[int, int]
    label: Point | None = None

    def rows(self, boxes: Mapping[str, Placed]) -> tuple[int | None, int | None]:
        """The rows that it ends at; None for a title."""
        one, other = self.line.end, self.line.start
        return (
            row_of(self.line, one, boxes[one.box].sized),
            row_of(self.line, other, boxes[other.box].sized),
        )

    def curve(self, steps: int = 24) -> Iterator[Point]:
        """Points of its curve, so many of each part."""
        for first in range(0, len(self.points) - 3, 3):
            part = self.points[first : first + 4]
            for step in range(steps + 1):
                t = step / steps
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                yield (
                    sum(weight * x for weight, (x, _) in zip(weights, part, strict=True)),
                    sum(weight * y for weight, (_, y) in zip(weights, part, strict=True)),
                )


def row_of(line: Line, end: End, sized: Sized) -> int | None:
    """The row that a line ends at.

    What is no matter of one column ends at the title: inheritance, and an association of a box
    with itself.
    """
    alike = line.is_loop and line.is_named
    return None if line.kind == "inheritance" or alike else sized.row_of(end)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn around the boxes of a group."""

    title: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture."""

    width: float
    height: float
    boxes: Mapping[str, Placed]
    routes: Sequence[Route]
    frames: Sequence[Frame] = ()
