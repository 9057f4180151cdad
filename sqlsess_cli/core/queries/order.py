"""The order of the rows: what they are sorted by, and where NULL stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement

from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.queries.columns import Chosen, attribute, chosen
from sqlsess_cli.errors import UsageError

_WORDS = ("asc", "desc", "nullsfirst", "nullslast")


@dataclass(frozen=True, slots=True)
class Sorted:
    """One thing that rows are sorted by.

    Attributes:
        column: what.
        descending: the greatest first.
        nulls_first: where NULL was asked to stand; None is the database's own way.
    """

    column: Chosen
    descending: bool = False
    nulls_first: bool | None = None

    def terms(self) -> Iterator[ColumnElement[Any]]:
        """It as SQL; NULLS LAST is not known to every database, but sorting by IS NULL is."""
        expression = self.column.expression
        if self.nulls_first is not None:
            absent = expression.is_(None)
            yield absent.desc() if self.nulls_first else absent.asc()
        yield expression.desc() if self.descending else expression.asc()


def ordered(
    text: str, scope: Scope, parameters: Mapping[str, str], columns: Sequence[Chosen] = ()
) -> Sorted:
    """An order as it is written: `score`, `course.name:desc`, `avg(score):desc:nullslast`.

    Args:
        text: as it is written.
        scope: where its paths begin.
        parameters: values of `:name`.
        columns: what is printed, which an order may name too.

    Raises:
        UsageError: a name is unknown, or a word after a colon.
    """
    exact = scope.entity.named(text)
    if exact is not None and exact in scope.entity.names:  # a name may hold a colon
        return Sorted(attribute(exact, scope))
    path, *words = text.split(":")
    unknown = [word for word in words if word.lower() not in (*_WORDS, "")]
    if unknown:
        hint = "PATH, then :asc or :desc, then :nullsfirst or :nullslast"
        raise UsageError(f"no order is called {unknown[0]!r}", hint)
    said = {word.lower() for word in words}
    if {"asc", "desc"} <= said or {"nullsfirst", "nullslast"} <= said:
        raise UsageError(f"{text}: one contradicts the other", "say one of them")
    printed = [column for column in columns if column.name == path]
    column = printed[0] if printed else chosen(path, scope, parameters)
    item = Sorted(column, "desc" in said)
    if {"nullsfirst", "nullslast"} & said:
        item = replace(item, nulls_first="nullsfirst" in said)
    return item
