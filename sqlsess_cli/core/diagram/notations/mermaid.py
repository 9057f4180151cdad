"""A Mermaid entity-relationship diagram, as Markdown on the web shows it."""

from __future__ import annotations

import re

from sqlsess_cli.core.diagram.graph import Box, Column, End, Graph, Line
from sqlsess_cli.core.diagram.notations._words import unused, words
from sqlsess_cli.core.diagram.texts import one_line, spelled

SUFFIX = "mmd"

# Words with a meaning of their own, some of which newer versions have and older ones have not.
_RESERVED = frozenset(
    "accdescr acctitle class classdef direction end erdiagram many one only optionally or style"
    " subgraph title to u zero".split()
)
_ESCAPES = spelled('#"%\\<>&;`{}~', "#{};")
_ATTRIBUTE = re.compile(r"[A-Za-z_\u00c0-\ud7ff][A-Za-z0-9_\u00c0-\ud7ff]*")
_MARKS = frozenset({"pk", "fk", "uk"})


def text(graph: Graph) -> str:
    """The diagram; a class that inherits is linked one to one, since there is no arrow."""
    known = words(graph, _RESERVED)
    lines = ["erDiagram"]
    for box in graph.boxes:
        lines += _box(graph, box, known[box.id])
    lines += [_line(item, known[item.start.box], known[item.end.box]) for item in graph.lines]
    return "\n".join(lines)


def _box(graph: Graph, box: Box, word: str) -> list[str]:
    name = word if word == box.title else f'{word}["{_text(box.title)}"]'
    columns = _columns(graph.listed(box))
    return [f"    {name} {{", *columns, "    }"] if columns else [f"    {name}"]


def _columns(columns: tuple[Column, ...]) -> list[str]:
    taken = {item.name.casefold() for item in columns}
    lines = []
    for item in columns:
        name = item.name
        plain = _ATTRIBUTE.fullmatch(name) is not None and name.casefold() not in _MARKS
        if not plain:
            name = unused(item.name, _MARKS, taken)
            taken.add(name.casefold())
        marks = [mark for mark, here in zip(("PK", "FK", "UK"),
                                            (item.key, item.foreign, item.unique), strict=True)
                 if here]  # fmt: skip
        notes = [] if plain else [item.name]
        notes += ["nullable"] if item.nullable else []
        comment = f' "{_text("; ".join(notes))}"' if notes else ""
        mark = f" {', '.join(marks)}" if marks else ""
        lines.append(f"        {_type(item.type)} {name}{mark}{comment}")
    return lines


def _type(name: str) -> str:
    """A type as one word: of signs it may have few."""
    word = re.sub(r"[^A-Za-z0-9()\[\]]+", "_", name).strip("_")
    return (
        word
        if word[:1].isalpha() and word.casefold() not in _MARKS
        else f"t_{word}"
        if word
        else "unknown"
    )


def _line(line: Line, start: str, end: str) -> str:
    if line.kind == "inheritance":
        return f'    {end} ||--o| {start} : "is a"'
    left, right = _cardinality(line.start), _cardinality(line.end)
    return f'    {start} {left}--{right[::-1].translate(_TURNED)} {end} : "{_text(line.label)}"'


_TURNED = {ord("}"): "{"}


def _cardinality(end: End) -> str:
    """The sign at the left end of a line."""
    return ("}" if end.many else "|") + ("o" if end.optional else "|")


def _text(text: str) -> str:
    return one_line(text, _ESCAPES)
