"""Where everything goes: what is related by Graphviz, loops and what stands alone by ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlsess_cli.core.diagram.graph import Graph, Line
from sqlsess_cli.core.diagram.picture.graphviz import Arc, Found, Node, require, ways
from sqlsess_cli.core.diagram.picture.loops import Loop, looped, loops, rooms
from sqlsess_cli.core.diagram.picture.placed import Frame, Layout, Placed, Route, row_of
from sqlsess_cli.core.diagram.picture.sizes import ROW, SMALL_LETTER, STUB, Sized, cells

_GAP = 24  # between boxes that stand alone
_USUAL = 1000  # how wide a row of them may be, where nothing else is as wide


@dataclass(frozen=True)
class Plan:
    """What is known before anything has a place.

    Attributes:
        graph: what is drawn.
        sized: its boxes.
        loops: the lines from a box to itself, by number.
        rooms: what they take at the right of their boxes.
    """

    graph: Graph
    sized: Mapping[str, Sized]
    loops: Mapping[int, Loop]
    rooms: Mapping[str, int]

    @classmethod
    def of(cls, graph: Graph) -> Plan:
        """The plan of a graph."""
        found = loops(graph.lines)
        sized = {box.id: Sized.of(graph, box) for box in graph.boxes}
        return cls(graph, sized, found, dict(rooms(found)))

    def width(self, id_: str) -> int:
        """The width of a box with all that is beside it."""
        return self.sized[id_].width + 2 * STUB + self.rooms.get(id_, 0)

    def beside(self, id_: str) -> int:
        """The width of a box with its loops only."""
        return self.sized[id_].width + (STUB + self.rooms[id_] if id_ in self.rooms else 0)

    def alone(self) -> list[str]:
        """The boxes that no line leads to from another, and that are in no frame."""
        related = {end.box for line in self.graph.lines if not line.is_loop
                   for end in (line.start, line.end)}  # fmt: skip
        return [box.id for box in self.graph.boxes if box.id not in related and not box.group]

    def nodes(self) -> list[Node]:
        """Boxes as Graphviz is to see them, and the names of lines, which are boxes to it."""
        alone = {*self.alone()}
        return [
            Node(box.id, self.width(box.id), self._heights(box.id), box.group)
            for box in self.graph.boxes if box.id not in alone
        ] + [
            Node(_name(number), round(cells(line.label) * SMALL_LETTER) + 8, (("", ROW),),
                 self._group(line))
            for number, line in enumerate(self.graph.lines) if line.is_named and not line.is_loop
        ]  # fmt: skip

    def _group(self, line: Line) -> str:
        """The frame that both ends of a line are in."""
        one, other = (self.sized[end.box].box.group for end in (line.start, line.end))
        return one if one == other else ""

    def _heights(self, id_: str) -> tuple[tuple[str, int], ...]:
        sized = self.sized[id_]
        return ("t", sized.header), *((f"r{at}", ROW) for at in range(len(sized.rows)))

    def arcs(self) -> list[tuple[int, Arc]]:
        """The lines that Graphviz is to route, by number; those with a name in two parts."""
        found = []
        for number, line in enumerate(self.graph.lines):
            if line.is_loop:
                continue
            (tail, tail_port), (head, head_port) = (
                (end.box, _port(row_of(line, end, self.sized[end.box])))
                for end in (line.end, line.start)
            )
            between = [_name(number)] if line.is_named else []
            stops = [(tail, tail_port), *((name, "") for name in between), (head, head_port)]
            found += [(number, Arc(*one, *other)) for one, other in pairwise(stops)]
        return found


def laid_out(graph: Graph) -> Layout:
    """Place boxes so that none overlap, and route lines around them.

    Raises:
        ConfigError: pygraphviz is not installed.
    """
    require()  # also for boxes that we could place without it: not now and then
    plan = Plan.of(graph)
    numbered = plan.arcs()
    found = ways(plan.nodes(), [arc for _, arc in numbered])
    boxes = {id_: _placed(plan, id_, found) for id_ in plan.sized if id_ in found.nodes}
    height = _stand(plan, boxes, found)
    parts: dict[int, list[int]] = {}
    for at, (number, _) in enumerate(numbered):
        parts.setdefault(number, []).append(at)
    routes = [
        looped(plan.loops[number], boxes)
        if number in plan.loops
        else _route(plan, number, parts[number], found)
        for number in range(len(graph.lines))
    ]
    frames = [Frame(group, *place) for group, place in found.frames.items()]
    boxes = {id_: boxes[id_] for id_ in plan.sized}
    width = max((item.x + plan.beside(id_) for id_, item in boxes.items()), default=0)
    return Layout(max(found.width, width), height, boxes, routes, frames)


def _placed(plan: Plan, id_: str, found: Found) -> Placed:
    x, y = found.nodes[id_]
    sized = plan.sized[id_]
    return Placed(sized, round(x - plan.width(id_) / 2 + STUB), round(y - sized.height / 2))


def _route(plan: Plan, number: int, parts: Sequence[int], found: Found) -> Route:
    """A line of one part, or of two with a straight one across its name between them."""
    points = [*found.points[parts[0]]]
    for part in parts[1:]:
        following = found.points[part]
        points += [points[-1], following[0], *following]
    sides = found.sides[parts[0]][0], found.sides[parts[-1]][1]
    return Route(plan.graph.lines[number], points, sides, found.nodes.get(_name(number)))


def _stand(plan: Plan, boxes: dict[str, Placed], found: Found) -> float:
    """Place the boxes that stand alone in rows below all others; return how high it all is."""
    x, y, bottom = 0.0, found.height + (_GAP if boxes else 0), found.height
    limit = max(found.width, _USUAL)
    for id_ in sorted(plan.alone(), key=lambda item: -plan.sized[item].height):
        sized = plan.sized[id_]
        taken = plan.beside(id_)
        if x and x + taken > limit:
            x, y = 0.0, bottom + _GAP
        boxes[id_] = Placed(sized, x, y)
        x += taken + _GAP
        bottom = max(bottom, y + sized.height)
    return bottom


def _port(row: int | None) -> str:
    return "t" if row is None else f"r{row}"


def _name(number: int) -> str:
    """What Graphviz knows the name of a line by."""
    return f"name {number}"
