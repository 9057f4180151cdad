"""The columns that are asked for: attributes, paths, and what is computed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Table

from sqlsess_cli.core.filters.paths import Path, many, no_value, resolve
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.run import Selected
from sqlsess_cli.errors import UsageError

_QUOTED = re.compile(r'(?:\A|\.)("(?:[^"]|"")+"|[^\W\d]\w*)')
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
    path = _path(text)
    exact = scope.entity.named(text) if path is None or len(path.names) > 1 else None
    if exact is not None and exact in scope.entity.names:  # a name may hold anything
        return attribute(exact, scope)
    if path is None:
        return _computed(text, scope, parameters)
    place = resolve(path, scope)
    if place.lists:
        raise many(path, place)
    if place.name is None:
        raise no_value(path, place)
    names = frozenset([(*place.scope.path, place.name)])
    return Chosen(str(path), place.expression, names, scope=place.scope)


def _path(text: str) -> Path | None:
    """The path that a column is; None when it is an expression."""
    if _PLAIN.match(text):
        return Path.of(text)
    found = list(_QUOTED.finditer(text)) if '"' in text else []
    if not found or "".join(match[0] for match in found) != text:
        return None
    names = [match[1] for match in found]
    plain = [name[1:-1].replace('""', '"') if name[0] == '"' else name for name in names]
    return Path(plain, text, [match.start(1) for match in found])


def _computed(text: str, scope: Scope, parameters: Mapping[str, str]) -> Chosen:
    if match := _NAMED.match(text):
        found = chosen(match[1], scope, parameters)
        return replace(found, name=match[2])
    from sqlsess_cli.core.filters.compile import expression  # the grammar is needed only here

    made, compiled = expression(text, scope, parameters)
    return Chosen(text, made, frozenset(compiled.bare), compiled.aggregated)


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
    elsewhere = any(item.scope is not scope for item in columns)  # or it is computed
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
            if path not in item.name:  # what tells whose list an aggregate is of
                hint = f"it is of the list of each row: add {path} to --group-by, or leave it out"
                raise UsageError(f"{item.name} may have many values in each group", hint)
            hint = f"add it to --group-by, or ask for min({path}), max({path}) or count({path})"
            raise UsageError(f"{path} may have many values in each group", hint)


def printed(order: Sequence[Chosen], columns: Sequence[Chosen]) -> None:
    """Refuse to sort distinct rows by what is not in them: it may have many values for each.

    Raises:
        UsageError: names the first such thing.
    """
    known = {str(column.expression) for column in columns}
    for item in order:
        if str(item.expression) not in known:
            hint = "add it to --columns, or order by one of them"
            raise UsageError(f"--distinct leaves many values of {item.name} for each row", hint)
