"""DBML: the tables that classes are stored in, as dbdiagram.io and its converters read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlsess_cli.core.diagram.graph import Box, Column, End, Graph, Line
from sqlsess_cli.core.diagram.texts import one_line

SUFFIX = "dbml"

_QUOTED = {ord('"'): '\\"', ord("\\"): "\\\\"}
_NOTE = {ord("'"): "\\'", ord("\\"): "\\\\"}


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with what all classes that are stored in it make of it."""

    name: str
    boxes: Sequence[Box]

    @property
    def columns(self) -> list[Column]:
        """The columns of all of them, each once."""
        found = {item.stored: item for box in reversed(self.boxes) for item in box.columns}
        order = dict.fromkeys(item.stored for box in self.boxes for item in box.columns)
        return [found[stored] for stored in order]

    def stored(self, names: Sequence[str]) -> list[str]:
        """The columns of these attributes."""
        known = {item.name: item.stored for box in self.boxes for item in box.columns}
        return [known.get(name, name) for name in names]


def text(graph: Graph) -> str:
    """The diagram; its references need columns, so that keys are always listed."""
    tables = _tables(graph)
    by_box = {box.id: table for table in tables for box in table.boxes}
    everything = graph.detail == "all"
    referred = {(by_box[end.box].name, name) for line in graph.lines
                for end in (line.start, line.end)
                for name in by_box[end.box].stored(end.columns)}  # fmt: skip
    parts = []
    for table in tables:
        listed = [item for item in table.columns if everything or item.key or item.foreign
                  or (table.name, item.stored) in referred]  # fmt: skip
        parts.append("\n".join(_table(table, listed or table.columns)))
    parts += dict.fromkeys(_reference(item, by_box) for item in graph.lines if item.start.columns)
    parts += _groups(graph, by_box)
    return "\n\n".join(parts)


def _tables(graph: Graph) -> list[_Table]:
    """The tables, each once: classes may share one; what is stored in none stands for itself."""
    found: dict[str, list[Box]] = {}
    for box in graph.boxes:
        schema, name = box.place or (None, box.title)
        shown = f"{_name(schema)}.{_name(name)}" if schema else _name(name)
        found.setdefault(shown, []).append(box)
    return [_Table(name, boxes) for name, boxes in found.items()]


def _table(table: _Table, columns: Sequence[Column]) -> Iterator[str]:
    yield f"Table {table.name} {{"
    keys = [item for item in columns if item.key]
    for item in columns:
        settings = ["pk"] if item.key and len(keys) == 1 else []
        settings += ["unique"] if item.unique else []
        settings += [] if item.nullable or item.key else ["not null"]
        shown = f" [{', '.join(settings)}]" if settings else ""
        yield f"  {_name(item.stored)} {_name(item.type or 'unknown')}{shown}"
    if len(keys) > 1:
        yield f"  indexes {{\n    ({', '.join(_name(item.stored) for item in keys)}) [pk]\n  }}"
    note = ", ".join(_note(box) for box in table.boxes if box.kind != "table")
    if note:
        yield f"  Note: '{one_line(note, _NOTE)}'"
    yield "}"


def _note(box: Box) -> str:
    return f"class {box.title}" if box.kind == "class" else box.kind


def _reference(line: Line, by_box: dict[str, _Table]) -> str:
    start, end = (_end(item, by_box[item.box]) for item in (line.start, line.end))
    sign = {"association": "<>", "inheritance": "-"}.get(line.kind, ">" if line.start.many else "-")
    # What associates a table with itself by the same column is no reference in DBML.
    return f"{'// ' if start == end else ''}Ref: {start} {sign} {end}"


def _end(end: End, table: _Table) -> str:
    names = [_name(item) for item in table.stored(end.columns)]
    return f"{table.name}.{names[0] if len(names) == 1 else '(' + ', '.join(names) + ')'}"


def _groups(graph: Graph, by_box: dict[str, _Table]) -> Iterator[str]:
    """A table is of one group only, the first that has it."""
    seen: set[str] = set()
    for group, boxes in graph.groups().items():
        names = dict.fromkeys(by_box[box.id].name for box in boxes)
        own = [name for name in names if name not in seen]
        seen |= {*own}
        if group and own:
            yield f"TableGroup {_name(group)} {{\n{chr(10).join(f'  {name}' for name in own)}\n}}"


def _name(name: str) -> str:
    return f'"{one_line(name, _QUOTED)}"'
