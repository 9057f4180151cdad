"""What completion of SQL is left: tables as the database has them, with their foreign keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ForeignKeyConstraint, MetaData, Table, exc
from sqlalchemy.types import TypeEngine

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.dialects._relations import ForeignKey as Reflected
from sqlsess_cli.dialects._relations import Place
from sqlsess_cli.names.entries import Attribute
from sqlsess_cli.names.sql import schema as sql
from sqlsess_cli.names.sql.stored import line, parsed

Value = Callable[[str, TypeEngine[Any]], Attribute]  # what is told of a column by its type


def of_entities(entities: Iterable[Entity], value: Value) -> Mapping[str, bytes]:
    """The tables of mapped classes, and those beside them, such as association tables."""
    tables: dict[str, Table] = {}
    found: dict[int, MetaData] = {}
    for entity in entities:
        for item in entity.mapper.tables:
            if isinstance(item, Table):
                tables.setdefault(item.fullname, item)
                found.setdefault(id(item.metadata), item.metadata)
    for metadata in found.values():
        for name, table in metadata.tables.items():
            tables.setdefault(name, table)
    return {name: line(_of_table(table, value)) for name, table in tables.items()}


def _of_table(table: Table, value: Value) -> sql.Table:
    columns = [_column(column.name, column.type, value) for column in table.columns]
    ordered = sorted(table.foreign_key_constraints, key=lambda key: str(key.column_keys))
    keys = [key for item in ordered if (key := _key(item)) is not None]
    kind = "view" if table.info.get("is_view") else "table"
    return sql.Table(table.name, tuple(columns), tuple(keys), table.schema or "", kind)


def _key(constraint: ForeignKeyConstraint) -> sql.ForeignKey | None:
    """A declared foreign key; None where what it refers to is not declared."""
    try:
        targets = [element.column for element in constraint.elements]
    except exc.SQLAlchemyError:
        return None
    target = targets[0].table
    if not isinstance(target, Table):
        return None
    columns = [element.parent.name for element in constraint.elements]
    to = [column.name for column in targets]
    return sql.ForeignKey(tuple(columns), target.name, tuple(to), target.schema or "")


def reflected(
    place: Place,
    kind: str,
    columns: Iterable[tuple[str, TypeEngine[Any]]],
    keys: Sequence[Reflected],
    value: Value,
    before: bytes = b"",
) -> bytes:
    """A table or view of a database as a line.

    Args:
        place: where it is.
        kind: what the database calls it.
        columns: their names and types.
        keys: its own foreign keys.
        value: what is told of a column.
        before: the line that was known; its keys count if none are given.
    """
    made = tuple(_column(name, type_, value) for name, type_ in columns)
    own = tuple(
        sql.ForeignKey(key.columns, key.target[1], key.target_columns, key.target[0] or "")
        for key in dict.fromkeys(keys)
    )
    known = parsed(before) if not own else None
    return line(sql.Table(place[1], made, known.keys if known else own, place[0] or "", kind))


def _column(name: str, type_: TypeEngine[Any], value: Value) -> sql.Column:
    told = value(name, type_)
    return sql.Column(name, told.about or told.kind, told.values)
