"""The order of the rows: what they are sorted by, and where NULL stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.types import NullType

from sqlsess_cli.core.filters.portable import Portable
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.queries.columns import Chosen
from sqlsess_cli.errors import UsageError

_SPELLED = re.compile(r"(.*?)((?::\w*)*)", re.DOTALL)  # a name in quotes may hold a colon
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
        """It as SQL."""
        expression = self.column.expression
        term = expression.desc() if self.descending else expression.asc()
        if self.nulls_first is None:
            yield term
        else:
            place = "nulls first" if self.nulls_first else "nulls last"
            yield Portable(place, term, expression.is_(None), type_=NullType())


def ordered(
    text: str, scope: Scope, choose: Callable[[str], Chosen], columns: Sequence[Chosen] = ()
) -> Sorted:
    """An order as it is written: `score`, `course.name:desc`, `avg(score):desc:nullslast`.

    Args:
        text: as it is written.
        scope: where its paths begin.
        choose: makes a column of a text.
        columns: what is printed, which an order may name too.

    Raises:
        UsageError: a name is unknown, or a word after a colon.
    """
    exact = scope.entity.named(text)
    if exact is not None and exact in scope.entity.names:  # a name may hold a colon
        return Sorted(choose(text))
    spelled = _SPELLED.fullmatch(text)
    path, words = (spelled[1], spelled[2].split(":")[1:]) if spelled else (text, [])
    unknown = [word for word in words if word.lower() not in (*_WORDS, "")]
    if unknown:
        hint = "PATH, then :asc or :desc, then :nullsfirst or :nullslast"
        raise UsageError(f"no order is called {unknown[0]!r}", hint)
    said = {word.lower() for word in words}
    if {"asc", "desc"} <= said or {"nullsfirst", "nullslast"} <= said:
        raise UsageError(f"{text}: one contradicts the other", "say one of them")
    printed = [column for column in columns if column.name == path]
    column = printed[0] if printed else choose(path)
    item = Sorted(column, "desc" in said)
    if {"nullsfirst", "nullslast"} & said:
        item = replace(item, nulls_first="nullsfirst" in said)
    return item
