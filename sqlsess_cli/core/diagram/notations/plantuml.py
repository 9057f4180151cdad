"""A PlantUML diagram of entities."""

from __future__ import annotations

import re

from sqlsess_cli.core.diagram.graph import Box, Column, End, Graph, Line
from sqlsess_cli.core.diagram.notations._words import words
from sqlsess_cli.core.diagram.texts import one_line

SUFFIX = "puml"

# Every text is read as Creole: what may have a meaning there, alone or doubled, is told by number.
_SPECIAL = re.compile(r"[^\w ,()]|(?<=_)_")
_RESERVED = frozenset(
    "abstract actor agent also annotation archimate artifact as boundary bottom card cloud"
    " circle class collections component control database diamond direction down end entity"
    " enum exception file folder footer frame header hexagon hide icon in interface is jobs"
    " label left legend link list map metaclass mix namespace newpage node note object of on"
    " over package page person port portin portout process protocol queue rectangle remove"
    " right scale show skinparam stack state stereotype storage struct theme title to together"
    " top up url usecase with".split()
)
_HEAD = """\
@startuml
hide circle
hide empty members
left to right direction"""


def text(graph: Graph) -> str:
    """The diagram; a package around the entities of each group."""
    known = words(graph, _RESERVED)
    parts = [_HEAD]
    for group, boxes in graph.groups().items():
        entities = [line for box in boxes for line in _box(graph, box, known[box.id])]
        parts += [f'package "{_text(group)}" {{', *entities, "}"] if group else entities
    parts += [_line(item, known[item.start.box], known[item.end.box]) for item in graph.lines]
    return "\n".join([*parts, "@enduml"])


def _box(graph: Graph, box: Box, word: str) -> list[str]:
    name = word if word == box.title else f'"{_text(box.title)}" as {word}'
    kind = f" <<{box.kind}>>" if box.kind not in ("class", "table") else ""
    columns = graph.listed(box)
    keys = [_column(item) for item in columns if item.key]
    others = [_column(item) for item in columns if not item.key]
    between = ["  --"] if keys and others else []
    body = [*keys, *between, *others]
    return [f"entity {name}{kind} {{", *body, "}"] if body else [f"entity {name}{kind}"]


def _column(column: Column) -> str:
    """A star before what may not be NULL, as PlantUML's own examples have it."""
    marks = [" <<PK>>" if column.key else "", " <<FK>>" if column.foreign else "",
             " <<UK>>" if column.unique else ""]  # fmt: skip
    required = "" if column.nullable else "* "
    type_ = f" : {_text(column.type)}" if column.type else ""
    return f"  {{field}} {required}{_text(column.name)}{type_}{''.join(marks)}"


def _line(line: Line, start: str, end: str) -> str:
    if line.kind == "inheritance":
        return f"{end} <|-- {start}"
    left, right = _cardinality(line.end), _cardinality(line.start)[::-1].translate(_TURNED)
    label = f" : {_text(line.label)}" if line.label else ""
    return f"{end} {left}--{right} {start}{label}"


_TURNED = {ord("}"): "{"}


def _cardinality(end: End) -> str:
    """The sign at the left end of a line."""
    return ("}" if end.many else "|") + ("o" if end.optional else "|")


def _text(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"<U+{ord(found[0]):04X}>", one_line(text, {}))
