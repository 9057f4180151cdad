"""The columns that are asked for: attributes, paths, and what is computed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table

from sqlsess_cli.core.filters.paths import Path, Scope, many, no_value, resolve
from sqlsess_cli.core.run import Selected
from sqlsess_cli.errors import UsageError

_PLAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*$")
_NAMED = re.compile(r"(.*\S)\s+as\s+(\w+)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One column of a query.

    Attributes:
        name: what it is called.
        expression: as SQL.
        bare: the attributes that it needs of each row, by their paths.
        aggregated: it is computed of many rows.
        scope: the rows that it is an attribute of; None when it is computed.
    """

    name: str
    expression: ColumnElement[Any]
    bare: frozenset[tuple[str, ...]] = frozenset()
    aggregated: bool = False
    scope: Scope | None = None


def attribute(name: str, scope: Scope) -> Chosen:
    """An attribute of the rows themselves, by its very name."""
    path = frozenset([(*scope.path, name)])
    return Chosen(name, scope.attribute(name), path, scope=scope)


def chosen(text: str, scope: Scope, parameters: Mapping[str, str]) -> Chosen:
    """A column as it is written: a path, or an expression, with `as NAME` or without.

    Raises:
        UsageError: a name is unknown, or it leads to many.
    """
    if not _PLAIN.match(text):
        exact = scope.entity.named(text)
        if exact is not None and exact in scope.entity.names:  # a name may hold anything
            return attribute(exact, scope)
        if match := _NAMED.match(text):
            found = chosen(match[1], scope, parameters)
            return Chosen(match[2], found.expression, found.bare, found.aggregated, found.scope)
        from sqlsess_cli.core.filters.compile import expression  # the grammar is needed only here

        computed, compiled = expression(text, scope, parameters)
        return Chosen(text, computed, frozenset(compiled.bare), compiled.aggregated)
    path = Path.of(text)
    place = resolve(path, scope)
    if place.lists:
        raise many(path, place)
    if place.name is None:
        raise no_value(path, place)
    names = frozenset([(*place.scope.path, place.name)])
    return Chosen(text, place.expression, names, scope=place.scope)


def selected(columns: Sequence[Chosen], scope: Scope) -> Selected:
    """What is known of the columns before the statement is sent."""
    types = [item.expression.type for item in columns]
    return Selected([item.name for item in columns], types, *_stored_in(columns, scope))


def _stored_in(
    columns: Sequence[Chosen], scope: Scope
) -> tuple[Table | None, Sequence[Column[Any] | None]]:
    """The one table that the columns are stored in, if it is one, and its column for each.

    What is computed has no column; neither has what another column brings already.
    """
    entity = scope.entity
    found = [None if item.scope is None else item.scope.entity.column_of(item.expression)
             for item in columns]  # fmt: skip
    elsewhere = any(item.scope is not None and item.scope is not scope for item in columns)
    tables = {column.table for column in found if column is not None}
    if elsewhere or tables != {entity.table} or not isinstance(entity.table, Table):
        return None, ()
    left = {column for column in found if column is not None and column.computed is None}
    stored: list[Column[Any] | None] = []
    for column in found:
        stored.append(column if column in left else None)
        left.discard(column)  # None is not in it either
    return entity.table, stored


def grouped(columns: Sequence[Chosen], groups: Sequence[Chosen]) -> None:
    """Refuse columns that have many values in a group: some databases would print any of them.

    Raises:
        UsageError: names the first such column.
    """
    known = frozenset[tuple[str, ...]]().union(*(group.bare for group in groups))
    same = {str(group.expression) for group in groups}
    for item in columns:
        outside = item.bare - known
        if outside and str(item.expression) not in same:
            path = ".".join(min(outside))
            hint = f"add it to --group-by, or ask for min({path}), max({path}) or count({path})"
            raise UsageError(f"{path} may have many values in each group", hint)
