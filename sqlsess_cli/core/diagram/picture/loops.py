"""Lines from a box to itself, which Graphviz would draw across its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlsess_cli.core.diagram.graph import Line
from sqlsess_cli.core.diagram.picture.placed import Placed, Route, row_of
from sqlsess_cli.core.diagram.picture.sizes import SMALL_LETTER, STUB, cells

_FIRST = 26  # how far the first loop bulges, in pixels, and how much farther each of the others
_NEXT = 14
_BEFORE_LABEL = 6


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop at the right of a box, from the end of a stub to the end of another.

    Attributes:
        line: it.
        reach: how far it goes to the right.
        label: how wide its label is, which stands at the right of it; 0 for none.
    """

    line: Line
    reach: float
    label: float

    @property
    def control(self) -> float:
        """How far the control points of a Bézier curve that reaches so far are."""
        return self.reach / 0.75

    @property
    def label_at(self) -> float:
        """The middle of its label, from the end of the stub."""
        return self.reach + _BEFORE_LABEL + self.label / 2

    @property
    def room(self) -> float:
        """All that it takes."""
        return self.reach + (2 * _BEFORE_LABEL + self.label if self.label else _BEFORE_LABEL)


def loops(lines: Sequence[Line]) -> dict[int, Loop]:
    """The loops among some lines, by their numbers; those of one box beside each other."""
    found: dict[int, Loop] = {}
    begun: dict[str, float] = {}
    for number, line in enumerate(lines):
        if line.is_loop:
            reach = begun.get(line.end.box, _FIRST - _NEXT) + _NEXT
            label = cells(line.label) * SMALL_LETTER if line.is_named else 0.0
            found[number] = Loop(line, reach, label)
            begun[line.end.box] = found[number].room if label else reach
    return found


def rooms(found: Mapping[int, Loop]) -> Iterator[tuple[str, int]]:
    """How much room the loops of a box take, for each loop; the last takes most."""
    for loop in found.values():
        yield loop.line.end.box, round(loop.room)


def looped(loop: Loop, boxes: Mapping[str, Placed]) -> Route:
    """The way of a loop at its box."""
    line = loop.line
    placed = boxes[line.end.box]
    x = placed.border(1) + STUB
    top, bottom = (placed.middle(row_of(line, end, placed.sized)) for end in (line.end, line.start))
    points = [(x, top), (x + loop.control, top), (x + loop.control, bottom), (x, bottom)]
    label = (x + loop.label_at, (top + bottom) / 2) if loop.label else None
    return Route(line, points, (1, 1), label)
