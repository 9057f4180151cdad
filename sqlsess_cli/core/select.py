"""An entity and what is asked of it become a SELECT of its attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, func, select

from sqlsess_cli.core.filters.names import find
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.run import Selected
from sqlsess_cli.errors import UsageError


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of an entity.

    Attributes:
        conditions: each `path=value` or an expression; all must hold.
        columns: attributes to print; none means all.
        order: attributes, each with `:asc` or `:desc`.
        limit: at most so many rows.
        offset: after so many.
        distinct: no row twice.
        parameters: values of `:name` in the conditions.
    """

    conditions: Sequence[str] = ()
    columns: Sequence[str] = ()
    order: Sequence[str] = ()
    limit: int | None = None
    offset: int | None = None
    distinct: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)


def select_from(entity: Entity, query: Query) -> tuple[Select[Any], Selected]:
    """The statement, and what is known of its columns.

    Attributes are selected, not entities: rows of columns stream, and cost a third.

    Raises:
        UsageError: a name is unknown, or a value does not fit.
    """
    names = list(query.columns or entity.selected)
    attributes = [find(name, entity, name, 0) for name in names]
    statement = _filtered(select(*attributes).select_from(entity.origin), entity, query)
    if query.distinct:
        statement = statement.distinct()
    order = [_ordered(item, entity) for item in query.order]
    if not order and (query.limit is not None or query.offset is not None):
        # A part of the rows is the same part each time; all of them come as the database likes.
        order = [entity.attributes[name] for name in ([] if query.distinct else entity.key)]
    statement = statement.order_by(*order).limit(query.limit).offset(query.offset)
    types = [item.type for item in attributes]
    return statement, Selected(names, types, *_stored_in(entity, attributes))


def count_of(entity: Entity, query: Query) -> tuple[Select[Any], Selected]:
    """How many rows the query would print, counted by the database.

    Raises:
        UsageError: as select_from.
    """
    if query.limit is None and query.offset is None and not query.distinct:
        statement = _filtered(select(func.count()).select_from(entity.origin), entity, query)
    else:
        rows, _ = select_from(entity, query)
        statement = select(func.count()).select_from(rows.order_by(None).subquery())
    return statement, Selected(["count"], [func.count().type])


def _stored_in(
    entity: Entity, attributes: Sequence[ColumnElement[Any]]
) -> tuple[Table | None, Sequence[Column[Any] | None]]:
    """The one table that the attributes are stored in, if it is one, and its column for each.

    What is computed has no column; neither has what another attribute brings already.
    """
    columns = [entity.column_of(item) for item in attributes]
    tables = {column.table for column in columns if column is not None}
    if tables != {entity.table} or not isinstance(entity.table, Table):
        return None, ()
    left = {column for column in columns if column is not None and column.computed is None}
    stored: list[Column[Any] | None] = []
    for column in columns:
        stored.append(column if column in left else None)
        left.discard(column)  # None is not in it either
    return entity.table, stored


def _filtered(statement: Select[Any], entity: Entity, query: Query) -> Select[Any]:
    if not query.conditions:
        return statement
    from sqlsess_cli.core.filters.compile import condition  # the grammar is not needed without one

    where = condition(list(query.conditions), entity, query.parameters)
    return statement if where is None else statement.where(where)


def _ordered(item: str, entity: Entity) -> ColumnElement[Any]:
    name, colon, direction = item.rpartition(":")
    if not colon or item in entity.attributes:  # a name may hold a colon
        name, direction = item, "asc"
    attribute = find(name, entity, item, 0)
    if direction in ("", "asc"):
        return attribute.asc()
    if direction == "desc":
        return attribute.desc()
    raise UsageError(f"no order is called {direction!r}", "column, column:asc or column:desc")
