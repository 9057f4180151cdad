"""Graphviz, which pygraphviz brings along: it places boxes in layers and routes lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from sqlsess_cli.core.diagram.picture.placed import Point
from sqlsess_cli.core.diagram.picture.sizes import SMALL_LETTER, cells
from sqlsess_cli.errors import ConfigError

Sides = tuple[int, int]  # of the two boxes of a line, where it ends: -1 left, 1 right

_HEAD = """\
digraph {
graph [rankdir=LR, splines=spline, ranksep=0.6, nodesep=0.35]
node [shape=plain]
edge [dir=none]"""
_TABLE = '<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'
_MANY = 200  # nodes, beyond which places are good enough before they are the best
_HURRY = "graph [nslimit=1, nslimit1=1, mclimit=0.2]"
_CHILD = """\
import sys
from pygraphviz import AGraph
graph = AGraph(string=sys.stdin.read())
sys.stdout.buffer.write(graph.draw(format="json0", prog="dot"))"""
_HINT = "pip install 'sqlsess[erd]'; mermaid, dot, plantuml and dbml need nothing"
_COMPASS = {1: "e", -1: "w"}


@dataclass(frozen=True, slots=True)
class Node:
    """Something with a size.

    Attributes:
        id: tells it from others.
        width: in pixels, which Graphviz takes for points.
        heights: of its rows, each with a name for lines to end at.
        group: what it is framed together with.
    """

    id: str
    width: int
    heights: Sequence[tuple[str, int]]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Arc:
    """Something to route, from a row of a node to a row of another, which is best at its right."""

    tail: str
    tail_port: str
    head: str
    head_port: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where everything is.

    Attributes:
        width: of all of it.
        height: of all of it.
        nodes: the middle of each.
        points: the Bézier curve of each arc.
        sides: where each arc ends.
        frames: of each group: left, top, width, height.
    """

    width: float
    height: float
    nodes: Mapping[str, Point]
    points: Sequence[Sequence[Point]]
    sides: Sequence[Sides]
    frames: Mapping[str, tuple[float, float, float, float]]


def require() -> None:
    """Make sure that Graphviz is there.

    Raises:
        ConfigError: pygraphviz is not installed.
    """
    if find_spec("pygraphviz") is None:
        raise ConfigError("a picture needs pygraphviz, which is not installed", _HINT)


def ways(nodes: Sequence[Node], arcs: Sequence[Arc]) -> Found:
    """Place nodes in layers from left to right, and route arcs around them.

    Arcs leave to the right. A second try lets those leave to the left that would have to turn
    back, as one of each circle does.

    Raises:
        ConfigError: pygraphviz does not work.
    """
    sides: list[Sides] = [(1, -1)] * len(arcs)
    first = _read(nodes, arcs, sides)
    widths = {node.id: node.width for node in nodes}
    turned = [_sides(arc, first, widths) for arc in arcs]
    return first if turned == sides else _read(nodes, arcs, turned)


def _sides(arc: Arc, found: Found, widths: Mapping[str, int]) -> Sides:
    (tail, _), (head, _) = found.nodes[arc.tail], found.nodes[arc.head]
    apart = (widths[arc.tail] + widths[arc.head]) / 2
    if tail - head >= apart:
        return (-1, 1)
    return (1, -1) if head - tail >= apart else (1, 1)


def asked(nodes: Sequence[Node], arcs: Sequence[Arc], sides: Sequence[Sides]) -> str:
    """The question in Graphviz' language, with numbers for names, so that none need be escaped."""
    numbers = {node.id: f"n{number}" for number, node in enumerate(nodes)}
    parts = [_HEAD, _HURRY] if len(nodes) > _MANY else [_HEAD]
    for number, group in enumerate(_groups(nodes)):
        texts = [f"{numbers[node.id]} [label=<{_table(node.width, node.heights)}>]"
                 for node in nodes if node.group == group]  # fmt: skip
        if group:
            room = _table(round(cells(group) * SMALL_LETTER), [("", 14)])
            frame = f"subgraph cluster_{number} {{ margin=16 label=<{room}> labeljust=l"
            texts = [frame, *texts, "}"]
        parts += texts
    for number, (arc, (left, right)) in enumerate(zip(arcs, sides, strict=True)):
        tail = f"{numbers[arc.tail]}{_port(arc.tail_port)}:{_COMPASS[left]}"
        head = f"{numbers[arc.head]}{_port(arc.head_port)}:{_COMPASS[right]}"
        parts.append(f"{tail} -> {head} [number={number}]")
    return "\n".join([*parts, "}"])


def _groups(nodes: Sequence[Node]) -> list[str]:
    return list(dict.fromkeys(node.group for node in nodes))


def _table(width: int, heights: Sequence[tuple[str, int]]) -> str:
    rows = (
        f'<tr><td port="{port}" fixedsize="true" width="{width}" height="{height}"></td></tr>'
        for port, height in heights
    )
    return f"{_TABLE}{''.join(rows)}</table>"


def _port(name: str) -> str:
    return f":{name}" if name else ""


def _read(nodes: Sequence[Node], arcs: Sequence[Arc], sides: Sequence[Sides]) -> Found:
    if not nodes:
        return Found(0, 0, {}, (), (), {})
    answer = _answer(asked(nodes, arcs, sides))
    _, _, width, height = _numbers(answer["bb"])
    objects = {item["name"]: item for item in answer["objects"]}
    middles = {node.id: next(_points(objects[f"n{number}"]["pos"], height))
               for number, node in enumerate(nodes)}  # fmt: skip
    edges = {int(item["number"]): [*_points(item["pos"], height)]
             for item in answer.get("edges", ())}  # fmt: skip
    points = [edges[number] for number in range(len(arcs))]
    return Found(width, height, middles, points, sides, dict(_frames(nodes, objects, height)))


def _frames(
    nodes: Sequence[Node], objects: Mapping[str, Any], height: float
) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    for number, group in enumerate(_groups(nodes)):
        if group:
            left, bottom, right, top = _numbers(objects[f"cluster_{number}"]["bb"])
            yield group, (left, height - top, right - left, top - bottom)


def _points(text: str, height: float) -> Iterator[Point]:
    """Points as Graphviz writes them, who counts from the bottom."""
    for word in text.split():
        x, y = _numbers(word)
        yield x, height - y


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(",")]


def _answer(question: str) -> Any:
    """What Graphviz makes of a graph.

    It runs in a process of its own: nothing interrupts the library while it works, and large
    graphs take it minutes.
    """
    words = [sys.executable, "-P", "-c", _CHILD]
    done = subprocess.run(words, input=question.encode(), capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ConfigError(f"pygraphviz failed: {said or f'exit {done.returncode}'}", _HINT)
    return json.loads(done.stdout)
