"""A Graphviz graph, for its dot program."""

from __future__ import annotations

from collections.abc import Iterator

from sqlsess_cli.core.diagram.graph import Box, Column, End, Graph, Line
from sqlsess_cli.core.diagram.notations._words import words
from sqlsess_cli.core.diagram.texts import one_line

SUFFIX = "dot"

_HTML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}
_QUOTED = {ord('"'): '\\"', ord("\\"): "\\\\"}
_RESERVED = frozenset("digraph edge graph node strict subgraph".split())
_HEAD = """\
digraph {
  graph [rankdir=LR, ranksep=1, nodesep=0.4]
  node [shape=plain, fontname="sans-serif", fontsize=11]
  edge [dir=both, fontname="sans-serif", fontsize=10]"""
_TABLE = '<table border="0" cellborder="1" cellspacing="0" cellpadding="4">'


def text(graph: Graph) -> str:
    """The diagram; a frame around the boxes of each group."""
    known = words(graph, _RESERVED)
    parts = [_HEAD]
    for number, (group, boxes) in enumerate(graph.groups().items()):
        nodes = [f"  {known[box.id]} [label=<{_label(graph, box)}>]" for box in boxes]
        if group:
            title = one_line(group, _QUOTED)
            nodes = [f'  subgraph cluster_{number} {{\n  label="{title}"', *nodes, "  }"]
        parts += nodes
    ports = {box.id: _ports(graph.listed(box)) for box in graph.boxes}
    for item in graph.lines:
        ends = (
            f"{known[end.box]}:{_port(item, end, ports[end.box])}" for end in (item.end, item.start)
        )
        parts.append(f"  {' -> '.join(ends)} [{_style(item)}]")
    return "\n".join([*parts, "}"])


def _label(graph: Graph, box: Box) -> str:
    """A table with a row for each column."""
    title = f"<b>{_html(box.title)}</b>"
    if box.subtitle:
        title += f'<br/><font point-size="9">{_html(box.subtitle)}</font>'
    rows = [f'<tr><td port="top" bgcolor="#e8edf3">{title}</td></tr>']
    rows += [_row(number, item) for number, item in enumerate(graph.listed(box))]
    return f"{_TABLE}{''.join(rows)}</table>"


def _row(number: int, column: Column) -> str:
    name = _html(column.name)
    name = f"<u>{name}</u>" if column.key else name
    marks = "".join(f" {mark}" for mark in _marks(column))
    type_ = f'<font color="#5b6673"> {_html(column.type)}{marks}</font>'
    return f'<tr><td port="c{number}" align="left">{name}{type_}</td></tr>'


def _marks(column: Column) -> Iterator[str]:
    if column.key:
        yield "PK"
    if column.foreign:
        yield "FK"
    if column.unique:
        yield "UK"
    if column.nullable:
        yield "NULL"


def _ports(columns: tuple[Column, ...]) -> dict[str, str]:
    return {item.name: f"c{number}" for number, item in enumerate(columns)}


def _port(line: Line, end: End, ports: dict[str, str]) -> str:
    """Where a line ends: at the first of its columns; at the title if that is not listed."""
    titled = line.kind == "inheritance" or not end.columns
    return "top" if titled else ports.get(end.columns[0], "top")


def _style(line: Line) -> str:
    """Written from the parent to the child, so that parents stand at the left."""
    if line.kind == "inheritance":
        return "arrowtail=onormal, arrowhead=none"
    tail, head = _arrow(line.end), _arrow(line.start)
    label = f', label="{one_line(line.label, _QUOTED)}"' if line.label else ""
    return f"arrowtail={tail}, arrowhead={head}{label}"


def _arrow(end: End) -> str:
    return ("crow" if end.many else "tee") + ("odot" if end.optional else "tee")


def _html(text: str) -> str:
    return one_line(text, _HTML)
