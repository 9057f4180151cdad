"""Aggregates: of a list that belongs to a row, or of all rows of a group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import types as sqltypes

from sqlsess_cli.core.filters.functions import taken
from sqlsess_cli.core.filters.operands import Operand
from sqlsess_cli.core.filters.paths import Place
from sqlsess_cli.core.filters.portable import Portable
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import NUMERIC, Kind

_SORTED: frozenset[Kind] = frozenset(
    {"integer", "decimal", "float", "text", "date", "datetime", "time", "interval"}
)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate of the language.

    Attributes:
        fewest: how many arguments it takes; one at most.
        takes: what those values may be; nothing said, anything.
        build: what it becomes.
    """

    fewest: int
    takes: frozenset[Kind]
    build: Callable[[ColumnElement[Any]], ColumnElement[Any]]
    most: int = 1

    def called(
        self, name: str, argument: Operand, source: str, *, distinct: bool
    ) -> ColumnElement[Any]:
        """It over the values of an argument.

        Raises:
            UsageError: they are not what it takes.
        """
        if self.takes:
            argument = taken(argument, self.takes, name, source)
        given = argument.plain
        if name == "avg":  # some databases would give a mean of whole numbers four digits
            given = Portable("double", given, type_=sqltypes.Double())
        return self.build(given.distinct() if distinct else given)


def _same(name: str) -> Callable[[ColumnElement[Any]], ColumnElement[Any]]:
    return lambda given: getattr(func, name)(given, type_=given.type)


AGGREGATES = {
    "count": Aggregate(0, frozenset(), lambda given: func.count(given, type_=sqltypes.Integer())),
    "sum": Aggregate(1, NUMERIC, _same("sum")),
    "avg": Aggregate(1, NUMERIC, lambda given: func.avg(given, type_=sqltypes.Double())),
    "min": Aggregate(1, _SORTED, _same("min")),
    "max": Aggregate(1, _SORTED, _same("max")),
}


def over(lists: Sequence[Scope]) -> tuple[Scope, Sequence[Scope]]:
    """The list that an aggregate is of, and those that lead on from its rows.

    Raises:
        UsageError: they are several, and each row of one would be taken with each of another.
    """
    reached, *beyond = lists
    for scope in beyond:
        if _list_above(scope, lists) is not reached:
            names = f"{'.'.join(lists[0].path)} and {'.'.join(scope.path)}"
            raise UsageError(f"an aggregate of two lists at once: {names}", "one for each")
        reached = scope
    return lists[0], beyond


def _list_above(scope: Scope, lists: Sequence[Scope]) -> Scope | None:
    """The list that another was reached from, over to-one steps at most in between."""
    up = scope.up
    while up is not None and not any(up is item for item in lists):
        up = up.up
    return up


def rows_of(place: Place) -> ColumnElement[Any] | None:
    """What is counted when a relationship's rows are; None for all rows of its list.

    Raises:
        UsageError: nothing tells whether there is one.
    """
    if place.lists and place.lists[-1] is place.scope:
        return None
    mapper = place.scope.entity.mapper
    column = mapper.get_property_by_column(mapper.primary_key[0])
    found: ColumnElement[Any] = place.scope.attribute(column.key)
    return found
