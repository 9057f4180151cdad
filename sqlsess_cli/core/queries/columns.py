"""The columns that are asked for: attributes, paths, and what is computed of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Table

from sqlsess_cli.core.filters.paths import Path, many, no_value, resolve
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.models.attributes import property_of
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

    def among(self, others: Sequence[Chosen]) -> bool:
        """Whether one of these is the same, whatever it is called.

        Two texts of one meaning are not seen to be; neither are they by the databases.
        """
        return any(
            item.expression is self.expression
            or (item.scope is self.scope is not None and item.bare == self.bare)
            for item in others
        )


def attribute(name: str, scope: Scope) -> Chosen:
    """An attribute of the rows themselves, by its very name."""
    path = frozenset([(*scope.path, name)])
    return Chosen(name, _settled(scope.attribute(name)), path, scope=scope)


def _settled(attribute: Any) -> Any:
    """A hybrid as the SQL it is now: it makes it anew each time, with parameters of its own."""
    return attribute if property_of(attribute) is not None else attribute.__clause_element__()


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
    return Chosen(str(path), _settled(place.expression), names, scope=place.scope)


def choosing(scope: Scope, parameters: Mapping[str, str]) -> Callable[[str], Chosen]:
    """`chosen` that makes the same column of the same text, whatever it is called.

    Only what has the same parameters is equal to PostgreSQL: `id % 2` in a group and in a column.
    """
    made: dict[str, Chosen] = {}

    def choose(text: str) -> Chosen:
        named = _NAMED.match(text)
        if named:
            return replace(choose(named[1]), name=named[2])
        if text not in made:
            made[text] = chosen(text, scope, parameters)
        return made[text]

    return choose


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
    plain = [group.bare for group in groups if group.scope is not None]
    known = frozenset[tuple[str, ...]]().union(*plain)
    for item in columns:
        outside = item.bare - known
        if outside and not item.among(groups):
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
    for item in order:
        if not item.among(columns):
            hint = "add it to --columns, or order by one of them"
            raise UsageError(f"--distinct leaves many values of {item.name} for each row", hint)
