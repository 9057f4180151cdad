"""What is known of an entity, for a person: one line for each attribute, then the constraints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlsess_cli.core.models.constraints import Facts
from sqlsess_cli.core.models.describe import facts_of
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.dialects._relations import Relation
from sqlsess_cli.result import Column, Result, Row

_ATTRIBUTES = (Column("attribute", "text"), Column("type", "text"), Column("about", "text"))
_RULES = (Column("name", "text"), Column("kind", "text"), Column("about", "text"))
_FULL = 40  # characters of a list of values

# What tells how text is sorted and stored, and not what it is.
_STORED_AS = re.compile(r'\s+(?:CHARACTER SET|COLLATE)\s+(?:"[^"]*"|\S+)')


def listing(entities: Sequence[Entity | Relation]) -> Result:
    """One line for each: its name, and what and how large it is."""
    if all(isinstance(item, Entity) for item in entities) and entities:
        columns = (Column("model", "text"), Column("table", "text"), Column("columns", "integer"))
        rows = [(item.name, str(getattr(item.table, "fullname", item.table)), len(item.columns))
                for item in entities if isinstance(item, Entity)]  # fmt: skip
        return Result.of(columns, rows)
    columns = (Column("model", "text"), Column("kind", "text"), Column("columns", "integer"))
    return Result.of(
        columns,
        [(".".join(filter(None, item.place)), item.kind, item.columns)
         for item in entities if isinstance(item, Relation)],
    )  # fmt: skip


def page(entity: Entity) -> Iterator[Result]:
    """One entity: what a path can name, then keys, constraints and indexes."""
    facts = facts_of(entity)
    rows = [*map(_column, facts["columns"]), *map(_other, facts["other_attributes"])]
    rows += map(_relationship, facts["relationships"])
    yield Result.of(_ATTRIBUTES, rows, _title(entity, facts))
    rules = [*map(_constraint, facts["constraints"]), *map(_index, facts["indexes"])]
    named = any(name for name, *_ in rules)
    if rules:
        columns = _RULES if named else _RULES[1:]
        shown = rules if named else [row[1:] for row in rules]
        yield Result.of(columns, shown, f"{entity.label}: constraints and indexes")


def _title(entity: Entity, facts: Facts) -> str:
    is_class = entity.kind == "class"
    parts = [f"table {facts['table']}" if is_class else entity.kind]
    inheritance = facts["inheritance"]
    if inheritance and inheritance["parent"]:
        parts.append(f"{inheritance['style']} with {_label(inheritance['parent'])}")
    if inheritance and inheritance["identity"] is not None:
        parts.append(f"{inheritance['discriminator'] or 'identity'} = {inheritance['identity']}")
    if inheritance and inheritance["children"]:
        parts.append(f"also {', '.join(map(_label, inheritance['children']))}")
    about = f"{entity.label}: {', '.join(parts)}"
    return f"{about}. {facts['description']}" if facts["description"] else about


def _label(name: str) -> str:
    return name.rpartition(":")[2]


def _column(facts: Facts) -> Row:
    type_ = "ENUM" if facts["values"] else _STORED_AS.sub("", facts["type"])
    return facts["name"], type_, ", ".join(_about(facts))


def _about(facts: Facts) -> Iterator[str]:
    if facts["column"] not in (facts["name"], None):
        yield f"column {facts['column']}"
    if facts["primary_key"]:
        yield "key"
    elif facts["nullable"] is False:
        yield "not null"
    if facts["unique"] and not facts["primary_key"]:
        yield "unique"
    yield from _given(facts)
    yield from (f"→ {_target([facts['column']], [target])}" for target in facts["foreign_key"])
    if facts["values"]:
        yield _some(facts["values"])
    if facts["comment"]:
        yield facts["comment"]


def _given(facts: Facts) -> Iterator[str]:
    """Where a value comes from that nobody gives."""
    computed = facts["computed"] or facts
    if computed["expression"]:
        yield f"computed: {computed['expression']}"
    elif facts["autoincrement"]:
        yield "auto"
    elif facts["default"] is not None:
        yield f"= {facts['default']}"
    elif facts["server_default"] is not None:
        yield f"= {facts['server_default']}"


def _some(values: Sequence[str]) -> str:
    """The values of an enumeration, or how many there are after the first."""
    shown = values[0]
    for number, value in enumerate(values[1:], start=1):
        if len(shown) + len(value) > _FULL:
            return f"{shown} | … ({len(values) - number} more)"
        shown += f" | {value}"
    return shown


def _other(facts: Facts) -> Row:
    of = f" of {', '.join(facts['of'])}" if facts["of"] else ""
    return facts["name"], facts["sql_type"] or "", f"{facts['type']}{of}"


def _relationship(facts: Facts) -> Row:
    target = f"→ {_label(facts['target'])}{' (many)' if facts['many'] else ''}"
    if facts["secondary"]:
        via = facts["secondary"]
    elif facts["direction"] == "manytoone":
        via = ", ".join(pair["local"].rpartition(".")[2] for pair in facts["keys"])
    else:
        via = ", ".join(pair["remote"] for pair in facts["keys"])
    return facts["name"], target, f"via {via or facts['join']}"


def _constraint(facts: Facts) -> Row:
    about = facts["text"] or ", ".join(facts["columns"])
    if facts["refers_to"]:
        table = facts["refers_to"][0].rpartition(".")[0]
        several = len(facts["columns"]) > 1  # of one column, its own line tells
        about += f" → {_target(facts['columns'], facts['refers_to']) if several else table}"
    for event in ("delete", "update"):
        action = facts[f"on_{event}"]
        if action and action.upper() != "NO ACTION":
            about += f", on {event} {action.lower()}"
    return facts["name"] or "", facts["type"], about


def _target(columns: Sequence[str], refers_to: Sequence[str]) -> str:
    """What a foreign key refers to: the table, and its columns where they are called otherwise."""
    table, _, _ = refers_to[0].rpartition(".")
    names = [name.rpartition(".")[2] for name in refers_to]
    return table if names == list(columns) else f"{table} ({', '.join(names)})"


def _index(facts: Facts) -> Row:
    where = f" where {facts['where']}" if facts["where"] else ""
    kind = "unique index" if facts["unique"] else "index"
    return facts["name"] or "", kind, f"{', '.join(facts['columns'])}{where}"
