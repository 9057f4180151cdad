"""The picture as a reader sees it: nothing hidden, nothing crossed, everything told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers._server import Database
from servers.program import Finished

from sqlsess_cli.core.diagram.graph import Box, Column, End, Graph, Line
from sqlsess_cli.core.diagram.notations import svg

from .pictures import Picture

TESTS = Path(__file__).parents[3]
DOCS = TESTS.parent / "docs"
NEAR = 0.51  # coordinates are written to half a pixel

names = st.text(min_size=1, max_size=12)
columns = st.lists(
    st.builds(Column, names, names, names, *[st.booleans()] * 4),
    max_size=6, unique_by=lambda item: item.name,
)  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any boxes, and lines between any of their columns, loops and several of a pair included."""
    titles = draw(st.lists(names, min_size=1, max_size=9))
    groups = st.sampled_from(draw(st.sampled_from([("",), ("", "one", "two")])))
    kinds = st.sampled_from(["class", "table", "view"])
    boxes = [
        Box(f"id{number}", title, (None, title), draw(kinds), tuple(draw(columns)), draw(groups))
        for number, title in enumerate(titles)
    ]

    def end() -> End:
        box = draw(st.sampled_from(boxes))
        related = (draw(st.sampled_from(box.columns)).name,) if box.columns else ()
        return End(box.id, related, draw(st.booleans()), draw(st.booleans()))

    kinds = st.sampled_from(["reference", "reference", "association", "inheritance"])
    lines = [Line(draw(kinds), end(), end(), draw(names)) for _ in range(draw(st.integers(0, 12)))]
    sensible = [line for line in lines if line.kind != "inheritance" or not line.is_loop]
    return Graph(boxes, sensible, draw(st.sampled_from(["all", "keys", "none"])))


def check(graph: Graph, picture: Picture) -> None:
    """Whatever holds of every picture."""
    ids = [box.id for box in graph.boxes]
    assert (len(picture.boxes), len(picture.lines)) == (len(ids), len(graph.lines))
    pairs = [(ids.index(line.end.box), ids.index(line.start.box)) for line in graph.lines]
    check_places(picture)
    for points, pair in zip(picture.lines, pairs, strict=True):
        for (x, y), box in zip(
            (points[0], points[-1]), (picture.boxes[at] for at in pair), strict=True
        ):
            assert min(abs(x - box.left), abs(x - box.right)) < NEAR
            assert box.top < y < box.bottom
    assert picture.crossed(pairs) == []


def check_places(picture: Picture) -> None:
    boxes = picture.boxes
    assert not [
        1 for at, box in enumerate(boxes) for other in boxes[at + 1 :] if box.overlaps(other)
    ]
    assert not [1 for label in picture.labels for box in boxes if label.overlaps(box)]
    page = (-16, -16, picture.width - 16, picture.height - 16)
    for box in (*boxes, *picture.labels):
        assert page[0] <= box.left < box.right <= page[2]
        assert page[1] <= box.top < box.bottom <= page[3]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_any_graph_is_drawn_without_overlap_and_told_in_full(graph: Graph):
    picture = Picture(svg.text(graph))
    check(graph, picture)
    shown = [
        item for box in graph.boxes for item in (box.title, *(c.name for c in graph.listed(box)))
    ]
    plain = [item for item in shown if item.isprintable() and item == item.strip()]
    assert set(plain) <= {*picture.texts}


def test_a_line_through_a_box_is_found():
    box = '<g transform="translate({} 0)"><rect class="box" width="10" height="10"/></g>'
    boxes = "".join(box.format(x) for x in (0, 20, 40))
    line = '<g><path class="line" d="M10 5H12C20 5 30 5 38 5H40"/></g>'
    picture = Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 10">{boxes}{line}</svg>'
    )
    assert picture.crossed([(0, 2)]) == [(0, 1)]


# --- real ones


def test_chinook_is_drawn_as_the_manual_shows_it(
    sample: Callable[[str, str], Database], run: Callable[..., Finished], folder: Path
):
    """`sqlsess erd --url sqlite:///chinook.db -o docs/chinook.svg` writes it anew."""
    chinook = sample("chinook", "sqlite")
    done = run("erd", "--url", chinook.url, "-o", "chinook.svg")
    assert (done.code, done.out, done.err) == (0, "", "")
    drawn = (folder / "chinook.svg").read_text()
    picture = Picture(drawn)
    check_places(picture)
    assert (len(picture.boxes), len(picture.lines)) == (10, 10)
    assert {"Track", "UnitPrice", "PlaylistTrack", "NVARCHAR(160)", "PK", "FK"} <= {*picture.texts}
    assert drawn == (DOCS / "chinook.svg").read_text()


@pytest.mark.parametrize("words", [(), ("--group-by", "module"), ("--columns", "none")])
def test_a_shop_is_drawn_without_overlap(run: Callable[..., Finished], words: tuple[str, ...]):
    told = run("erd", "-m", "applications.shop", "--url", "sqlite://", "--to", "svg", *words,
               env={"PYTHONPATH": str(TESTS)})  # fmt: skip
    assert (told.code, told.err) == (0, "")
    picture = Picture(told.out)
    check_places(picture)
    ends = [(points[0], points[-1]) for points in picture.lines]
    pairs = [(owner(picture, one), owner(picture, other)) for one, other in ends]
    assert len(pairs) > 25
    assert picture.crossed(pairs) == []


def owner(picture: Picture, point: tuple[float, float]) -> int:
    """The box at whose left or right border a line ends."""
    x, y = point
    (found,) = [
        at for at, box in enumerate(picture.boxes)
        if min(abs(x - box.left), abs(x - box.right)) < NEAR and box.top < y < box.bottom
    ]  # fmt: skip
    return found


# --- what a picture may hold


def test_names_cannot_act():
    evil = '</text><script>alert(1)</script><a href="javascript:x">\x00\x1b[31m\u202e]]>&#0;'
    column = Column(evil, evil, evil, key=True)
    box = Box("1", evil, (evil, evil), "class", (column,), evil)
    graph = Graph([box, Box("2", evil, None, evil)], [
        Line("association", End("1", (evil,), many=True), End("2", (), many=True), evil),
        Line("reference", End("1", (evil,), many=True, optional=True), End("1", (evil,)), evil),
    ])  # fmt: skip
    text = svg.text(graph)
    picture = Picture(text)
    check(graph, picture)
    tags = {item.tag.rpartition("}")[2] for item in picture.root.iter()}
    assert tags == {"svg", "title", "style", "rect", "g", "path", "circle", "text"}
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
    outside = [
        item for item in picture.root.iter() if {*item.attrib} & {"href", "onload", "onclick"}
    ]
    assert outside == []


def test_both_a_dark_and_a_light_page_are_thought_of():
    text = svg.text(Graph([Box("1", "one", None, "class")], []))
    assert "@media (prefers-color-scheme: dark)" in text
    assert 'class="page"' in text
    assert "url(" not in text


def test_nothing_is_a_picture_too():
    picture = Picture(svg.text(Graph([], [])))
    assert (picture.boxes, picture.lines) == ([], [])
