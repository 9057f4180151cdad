"""A query becomes a SELECT of attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.filters.values import typed
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.columns import Chosen, attribute, choosing, grouped, printed, selected
from sqlsess_cli.core.queries.order import Sorted, ordered
from sqlsess_cli.core.run import Selected
from sqlsess_cli.errors import UsageError


@dataclass(frozen=True, slots=True)
class Parts:
    """A query whose names are looked up.

    Attributes:
        query: what is asked.
        scope: the rows that it is of.
        columns: what is printed.
        order: what they are sorted by, if that was asked.
        groups: what makes a group.
    """

    query: Query
    scope: Scope
    columns: Sequence[Chosen]
    order: Sequence[Sorted]
    groups: Sequence[Chosen] = ()

    @classmethod
    def of(cls, entity: Entity, query: Query) -> Parts:
        """Look the names of a query up.

        Raises:
            UsageError: one is unknown, leads to many, or is not the same in all of a group.
        """
        scope = Scope.root(entity)
        choose = choosing(scope, query.parameters)
        groups = [choose(text) for text in query.group_by]
        columns = [choose(text) for text in query.columns]
        if not columns and groups:
            columns = [*groups, choose("count()")]
        columns = columns or [attribute(name, scope) for name in entity.selected]
        order = [ordered(text, scope, choose, columns) for text in query.order]
        parts = cls(query, scope, columns, order, groups)
        if parts.aggregated:
            grouped([*columns, *(item.column for item in order)], groups)
        elif query.having:
            raise UsageError("--having is for groups", "add --group-by, or ask for -w")
        if query.distinct:
            printed([item.column for item in order], columns)
        return parts

    @property
    def aggregated(self) -> bool:
        """Its rows are groups of rows."""
        order = any(item.column.aggregated for item in self.order)
        return bool(self.groups) or order or any(item.aggregated for item in self.columns)

    @property
    def whole_order(self) -> list[Sorted]:
        """An order in which no two rows are equal, as far as there is a key."""
        # What is computed of a key is not as unique as the key: `id % 2`, or a count of its list.
        own = [item.column for item in self.order if item.column.scope is self.scope]
        sorted_by = {path for column in own for path in column.bare}
        keys = [name for name in self.scope.entity.key if (name,) not in sorted_by]
        return [*self.order, *(Sorted(attribute(name, self.scope)) for name in keys)]

    @property
    def usual_order(self) -> Sequence[Sorted]:
        """The order asked for; of a part of the rows by key, so that it is the same each time."""
        limited = self.query.limit is not None or self.query.offset is not None
        if self.order or not limited or self.query.distinct or self.aggregated:
            return self.order  # all rows come as the database likes
        return self.whole_order

    def statement(
        self, columns: Sequence[Chosen] = (), order: Sequence[Sorted] = ()
    ) -> Select[Any]:
        """The SELECT, without limits.

        Args:
            columns: instead of its own.
            order: instead of its own.
        """
        expressions = [item.expression for item in columns or self.columns]
        statement = select(*expressions).select_from(self.scope.source)
        query = self.query
        for name, text in zip(self.scope.entity.key, query.key, strict=False):
            key = self.scope.attribute(name)
            statement = statement.where(key == typed(text, key.type, name))
        if query.conditions:
            from sqlsess_cli.core.filters.compile import condition  # not needed without one

            statement = statement.where(condition(query.conditions, self.scope, query.parameters))
        if query.having:
            statement = statement.having(*self._having())
        statement = self.scope.extended(statement)
        if self.groups:
            statement = statement.group_by(*(item.expression for item in self.groups))
        if query.distinct:
            statement = statement.distinct()
        terms = [term for item in order or self.order for term in item.terms()]
        return statement.order_by(*terms)

    def _having(self) -> list[ColumnElement[bool]]:
        """The conditions on groups, if each is the same for all of a group."""
        from sqlsess_cli.core.filters.compile import group_conditions  # as above

        words, query = self.query.having, self.query
        conditions = group_conditions(words, self.scope, query.parameters)
        found = [Chosen(word, condition, bare)
                 for word, (condition, bare) in zip(words, conditions, strict=True)]  # fmt: skip
        grouped(found, self.groups)
        return [item.expression for item in found]


def select_from(entity: Entity, query: Query) -> tuple[Select[Any], Selected]:
    """The statement, and what is known of its columns.

    Attributes are selected, not entities: rows of columns stream, and cost a third.

    Raises:
        UsageError: a name is unknown, or a value does not fit.
    """
    parts = Parts.of(entity, query)
    statement = parts.statement(order=parts.usual_order)
    statement = statement.limit(query.limit).offset(query.offset)
    return statement, selected(parts.columns, parts.scope)


def count_of(entity: Entity, query: Query) -> tuple[Select[Any], Selected]:
    """How many rows the query would print, counted by the database.

    Raises:
        UsageError: as select_from.
    """
    parts = Parts.of(entity, query)
    whole = query.limit is None and query.offset is None
    if whole and not (query.distinct or parts.aggregated):
        plain = replace(parts, order=())
        statement = plain.statement([Chosen("count", func.count())])
    else:
        rows, _ = select_from(entity, query)
        statement = select(func.count()).select_from(rows.order_by(None).subquery())
    return statement, Selected(["count"], [func.count().type])
