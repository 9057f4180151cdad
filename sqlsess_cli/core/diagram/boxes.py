"""Boxes of classes and tables: their columns, and what is known of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column as SQLColumn
from sqlalchemy import FromClause, Table, UniqueConstraint, exc
from sqlalchemy import types as sqltypes
from sqlalchemy.orm import Mapper

from sqlsess_cli.core.diagram.graph import Box, Column
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.models.links import TableLinks
from sqlsess_cli.dialects._relations import Place

_ALPHABET = re.compile(r' (CHARACTER SET|COLLATE) ["\w]+')


def of_class(id_: str, mapper: Mapper[Any], drawn: Collection[Mapper[Any]]) -> Box:
    """The box of a mapped class.

    Args:
        id_: its id.
        mapper: of the class.
        drawn: all classes that are drawn; what one inherits from these is not repeated.
    """
    columns = tuple(_attributes(mapper, drawn))
    return Box(id_, mapper.class_.__name__, place_of(mapper.local_table), "class", columns)


def of_table(id_: str, table: Table) -> Box:
    """The box of a table that associates classes, and is mapped by none."""
    columns = tuple(_column(column.name, column) for column in table.columns)
    return Box(id_, table.fullname, place_of(table), "table", columns)


def of_reflected(entity: Entity, links: TableLinks) -> Box:
    """The box of a table or view that was reflected."""
    tables = links.reflection.tables
    foreign = {name for edge in links.edges.outward for name in edge.key.columns}
    columns = []
    for name in entity.columns:
        stored = entity.mapper.column_attrs[name].columns[0]
        if not isinstance(stored, SQLColumn):  # none was mapped otherwise
            continue
        key = name in entity.key
        unique = not key and tables.is_unique(links.place, [stored.name])
        columns.append(
            Column(name, stored.name, _type(stored.type), key, stored.name in foreign, unique,
                   bool(stored.nullable) and not key)
        )  # fmt: skip
    return Box(entity.name, entity.label, links.place, entity.kind, tuple(columns))


def place_of(table: FromClause) -> Place | None:
    """Where a table is; None for a join, a subquery and the like."""
    return (table.schema, table.name) if isinstance(table, Table) else None


def is_unique(columns: Collection[SQLColumn[Any]]) -> bool:
    """Whether no two rows of their table have the same values of all these columns."""
    table = next(iter(columns)).table
    if not isinstance(table, Table):
        return False
    groups = [list(table.primary_key.columns)]
    groups += [list(item.columns) for item in table.constraints
               if isinstance(item, UniqueConstraint)]  # fmt: skip
    groups += [list(item.columns) for item in table.indexes if item.unique and not _partial(item)]
    groups += [[column] for column in columns if column.unique]
    return any(group and set(group) <= set(columns) for group in groups)


def _partial(index: Any) -> bool:
    return any("where" in options for options in index.dialect_options.values())


def _attributes(mapper: Mapper[Any], drawn: Collection[Mapper[Any]]) -> Iterator[Column]:
    plain = isinstance(mapper.local_table, Table)
    for attribute in mapper.column_attrs:
        inherited = attribute.parent is not mapper and attribute.parent in drawn
        known = [item for item in attribute.columns if isinstance(item, SQLColumn)]
        if inherited or (plain and not known):  # an SQL expression is in no table
            continue
        own = [item for item in known if item.table is mapper.local_table]
        found = (own or known or attribute.columns)[0]
        yield _column(attribute.key, found, key=any(item in known for item in mapper.primary_key))


def _column(name: str, column: Any, *, key: bool | None = None) -> Column:
    """A column as it is declared; of a subquery's little is known."""
    declared = isinstance(column, SQLColumn)
    is_key = bool(getattr(column, "primary_key", False)) if key is None else key
    return Column(
        name,
        column.name if declared else name,
        _type(column.type),
        is_key,
        bool(column.foreign_keys),
        declared and not is_key and is_unique([column]),
        bool(getattr(column, "nullable", False)) and not is_key,
    )


def _type(type_: sqltypes.TypeEngine[Any]) -> str:
    """A type without the values of an enumeration and without its alphabet, which are long."""
    if isinstance(type_, sqltypes.NullType):
        return ""  # it is not known, as that of an expression in a view
    if isinstance(type_, sqltypes.Enum):
        return "ENUM"
    try:
        return _ALPHABET.sub("", str(type_))
    except (exc.CompileError, NotImplementedError, AttributeError):  # a type of somebody's own
        return type(type_).__name__
