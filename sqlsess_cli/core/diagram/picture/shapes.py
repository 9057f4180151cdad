"""Boxes, lines and the signs at their ends, as SVG; everything in it is text or a plain shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlsess_cli.core.diagram.graph import End, Line
from sqlsess_cli.core.diagram.picture.placed import Frame, Layout, Placed, Point, Route
from sqlsess_cli.core.diagram.picture.sizes import MARK, ROW, SMALL_LETTER, Sized, cells
from sqlsess_cli.core.diagram.texts import one_line

Place = tuple[str, int | None, int]  # a box, a row of it or its title, and which side

_MARGIN = 16
_STEP, _TITLE_STEP = 9, 11  # between lines that end at one row, and at a title
_XML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}
_STYLE = """\
.page { fill: #ffffff }
.box { fill: #ffffff; stroke: #5b6b7f; stroke-width: 1.2 }
.head { fill: #dfe7f1 }
.view .box, .view .frame { stroke-dasharray: 5 3 }
.frame { fill: none; stroke: #9aa7b8; stroke-dasharray: 2 3 }
.rule { stroke: #dde3ea }
.line, .sign { fill: none; stroke: #44546a; stroke-width: 1.3 }
.ring, .label { fill: #ffffff }
text { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #17202b }
.name { font-size: 12px }
.title { font-size: 13px; font-weight: bold; text-anchor: middle }
.small, .type, .mark { font-size: 11px; fill: #55626f }
.type { text-anchor: end }
.mark { font-weight: bold; fill: #8a4b08 }
.middle { text-anchor: middle }
.key { font-weight: bold }
@media (prefers-color-scheme: dark) {
.page, .ring, .label { fill: #12171e }
.box { fill: #1a222c; stroke: #7f90a6 }
.head { fill: #2b3a4d }
.frame { stroke: #5f6f83 }
.rule { stroke: #2a3542 }
.line, .sign { stroke: #a3b4c9 }
text { fill: #e6ecf3 }
.small, .type { fill: #a4b1bf }
.mark { fill: #f0b35a }
}"""


def svg(layout: Layout) -> str:
    """The picture."""
    width, height = (round(size) + 2 * _MARGIN for size in (layout.width, layout.height))
    size = f'width="{width}" height="{height}"'
    view = f'viewBox="{-_MARGIN} {-_MARGIN} {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img">',
        "<title>Entities and their relationships</title>",
        f"<style>\n{_STYLE}\n</style>",
        f'<rect class="page" x="{-_MARGIN}" y="{-_MARGIN}" {size}/>',
    ]
    parts += [part for frame in layout.frames for part in _frame(frame)]
    parts += [part for route in _spread(layout) for part in _route(route, layout)]
    parts += [part for placed in layout.boxes.values() for part in _box(placed)]
    return "\n".join([*parts, "</svg>"])


# Boxes


def _box(placed: Placed) -> Iterator[str]:
    sized, x, y = placed.sized, placed.x, placed.y
    kind = "view" if "view" in sized.box.kind else "table"
    size = f'width="{sized.width}" height="{sized.height}"'
    yield f'<g class="{kind}" transform="translate({_n(x)} {_n(y)})">'
    yield f'<rect class="box" {size} rx="3"/>'
    inside = f'width="{sized.width - 2}" height="{sized.header - 2}"'
    yield f'<rect class="head" x="1" y="1" {inside} rx="2"/>'
    yield _text("title", sized.width / 2, 19, sized.box.title)
    if sized.box.subtitle:
        yield _text("small middle", sized.width / 2, 34, sized.box.subtitle)
    for number in range(len(sized.rows)):
        yield from _row(sized, number)
    yield "</g>"


def _row(sized: Sized, number: int) -> Iterator[str]:
    row = sized.rows[number]
    top = sized.header + ROW * number
    if number:
        yield f'<path class="rule" d="M1 {top}H{sized.width - 1}"/>'
    for at, mark in enumerate(row.marks.split()):
        yield _text("mark", 8 + MARK * at, top + 14, mark)
    yield _text(
        "name key" if row.column.key else "name", 10 + sized.marks, top + 14, row.column.name
    )
    full = row.column.type if row.type.rstrip("?") != row.column.type else ""
    yield _text("type", sized.width - 8, top + 14, row.type, full)


def _text(class_: str, x: float, y: float, text: str, title: str = "") -> str:
    about = f"<title>{_xml(title)}</title>" if title else ""
    return f'<text class="{class_}" x="{_n(x)}" y="{_n(y)}">{about}{_xml(text)}</text>'


def _frame(frame: Frame) -> Iterator[str]:
    yield (
        f'<rect class="frame" x="{_n(frame.x)}" y="{_n(frame.y)}" width="{_n(frame.width)}"'
        f' height="{_n(frame.height)}" rx="6"/>'
    )
    yield _text("small", frame.x + 10, frame.y + 16, frame.title)


# Lines


def _spread(layout: Layout) -> Iterator[tuple[Route, tuple[float, float]]]:
    """The routes, with how far from the middle of a row they end.

    Lines that end at one place with one sign share it; those with another have their own.
    """
    signs: dict[Place, list[str]] = {}
    places = [[*_places(route, layout)] for route in layout.routes]
    for place, sign in (item for pair in places for item in pair):
        known = signs.setdefault(place, [])
        if sign not in known:
            known.append(sign)
    for route, pair in zip(layout.routes, places, strict=True):
        one, other = (
            _shift(sorted(signs[place]), sign, _STEP if place[1] is not None else _TITLE_STEP)
            for place, sign in pair
        )
        yield route, (one, other)


def _places(route: Route, layout: Layout) -> Iterator[tuple[Place, str]]:
    """Where a line ends, and with which sign; the two ends of a loop at one row are told apart."""
    rows = route.rows(layout.boxes)
    alike = route.line.is_loop and rows[0] == rows[1]
    ends = (route.line.end, route.line.start)
    for number, (end, side, row) in enumerate(zip(ends, route.sides, rows, strict=True)):
        sign = _sign_name(route.line, end)
        yield (end.box, row, side), f"{sign} {number}" if alike else sign


def _sign_name(line: Line, end: End) -> str:
    if line.kind == "inheritance":
        return "parent" if end is line.end else "child"
    return f"{'many' if end.many else 'one'}{' or none' if end.optional else ''}"


def _shift(signs: Sequence[str], sign: str, step: float) -> float:
    """How far a sign is from the middle of what it is at; never beyond that."""
    step = min(step, 2 * step / max(len(signs) - 1, 1))
    return (signs.index(sign) - (len(signs) - 1) / 2) * step


def _route(spread: tuple[Route, tuple[float, float]], layout: Layout) -> Iterator[str]:
    route, shifts = spread
    ends = (route.line.end, route.line.start)
    tips = []
    for end, side, shift, row in zip(
        ends, route.sides, shifts, route.rows(layout.boxes), strict=True
    ):
        placed = layout.boxes[end.box]
        tips.append((placed.border(side), placed.middle(row) + shift))
    yield f"<g><title>{_xml(_told(route.line, layout))}</title>"
    yield f'<path class="line" d="{_curve(route, tips)}"/>'
    for end, side, tip in zip(ends, route.sides, tips, strict=True):
        yield from _sign(_sign_name(route.line, end), tip, side)
    if route.label is not None:
        x, y = route.label
        yield from _label(route.line.label, (x, y + sum(shifts) / 2 if route.line.is_loop else y))
    yield "</g>"


def _curve(route: Route, tips: Sequence[Point]) -> str:
    """Straight to the end of a stub, along the curve, and straight again."""
    points = [*route.points]
    (start_x, start_y), (end_x, end_y) = tips
    out, back = points[0][0], points[-1][0]  # as far as the loops of the boxes reach
    points[:2] = [(out, start_y), (points[1][0], points[1][1] + start_y - points[0][1])]
    points[-2:] = [(points[-2][0], points[-2][1] + end_y - points[-1][1]), (back, end_y)]
    steps = " ".join(f"{_n(x)} {_n(y)}" for x, y in points[1:])
    return f"M{_n(start_x)} {_n(start_y)}H{_n(out)}C{steps}H{_n(end_x)}"


def _sign(name: str, tip: Point, side: int) -> Iterator[str]:
    """Crow's foot notation: a foot for many, a bar for one, a ring for none, two bars for one."""
    x, y = tip
    near, far = x + 7 * side, x + 12 * side
    if name == "parent":
        yield f'<path class="sign ring" d="M{_n(x)} {_n(y)}L{_n(far)} {_n(y - 7)}V{_n(y + 7)}Z"/>'
    if name.startswith("many"):
        yield f'<path class="sign" d="M{_n(x)} {_n(y - 6)}L{_n(far)} {_n(y)}L{_n(x)} {_n(y + 6)}"/>'
    if name.startswith("one"):
        yield f'<path class="sign" d="M{_n(near)} {_n(y - 5)}v10"/>'
    if name.endswith("none"):
        yield f'<circle class="sign ring" cx="{_n(x + 16 * side)}" cy="{_n(y)}" r="4"/>'
    elif name == "one":
        yield f'<path class="sign" d="M{_n(far)} {_n(y - 5)}v10"/>'


def _label(text: str, middle: Point) -> Iterator[str]:
    """The name of a line, upon it; beside it if it is a loop."""
    width = cells(text) * SMALL_LETTER + 6
    x, y = middle
    place = f'x="{_n(x - width / 2)}" y="{_n(y - 8)}" width="{_n(width)}" height="16"'
    yield f'<rect class="label" {place}/>'
    yield _text("small middle", x, y + 4, text)


def _told(line: Line, layout: Layout) -> str:
    """The line in words, to be read where the pointer rests."""
    start, end = (layout.boxes[item.box].sized.box.title for item in (line.start, line.end))
    if line.kind == "inheritance":
        return f"{start} is a {end}"
    columns = f": {', '.join(line.start.columns)} = {', '.join(line.end.columns)}"
    if line.kind == "association":
        return f"{start} and {end} by {line.label}"
    return f"{start} to {end}{columns if line.start.columns else ''}"


def _n(number: float) -> str:
    """A coordinate, to half a pixel."""
    return f"{round(number * 2) / 2:g}"


def _xml(text: str) -> str:
    return one_line(text, _XML)
