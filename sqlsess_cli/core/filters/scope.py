"""Scopes: the rows that a path has reached, and the joins and subqueries that lead there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Join,
    Select,
    and_,
    exists,
    inspect,
    literal_column,
)
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.exc import UnmappedColumnError
from sqlalchemy.sql.util import find_tables
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from sqlsess_cli.core.models.entity import Entity, Relationship


@dataclass(slots=True)
class Scope:
    """Rows of one entity in a statement, and those that its to-one relationships lead to.

    A to-one step is one outer join, shared by all paths that take it. A to-many step opens a
    scope of its own, for a subquery.

    Attributes:
        entity: what the rows are of.
        source: its class, or an alias of it.
        up: the scope that they were reached from.
        link: the attribute there that leads here.
        path: the names that led here.
        joined: the to-one steps taken from here, by relationship.
    """

    entity: Entity
    source: Any
    up: Scope | None = None
    link: Any = None
    path: tuple[str, ...] = ()
    joined: dict[str, Scope] = field(default_factory=dict)

    @classmethod
    def root(cls, entity: Entity) -> Scope:
        """The rows that a query is of."""
        return cls(entity, entity.origin)

    def attribute(self, name: str) -> Any:
        """An attribute of these rows, as an SQL expression."""
        return self.entity.attribute(self.source, name)

    def one(self, relationship: Relationship) -> Scope:
        """The row that a to-one relationship leads to."""
        found = self.joined.get(relationship.key)
        if found is None:
            found = self.joined[relationship.key] = self.apart(relationship)
        return found

    def apart(self, relationship: Relationship) -> Scope:
        """The rows that a relationship leads to, in a scope of their own."""
        entity = self.entity.links.entity(relationship)
        alias = _alias(entity, relationship)
        link = getattr(self.source, relationship.key).of_type(alias)
        return Scope(entity, alias, self, link, (*self.path, relationship.key))

    def extended(self, statement: Select[Any]) -> Select[Any]:
        """A statement over these rows with the joins that their paths need."""
        for scope in self.joined.values():
            statement = scope.extended(statement.outerjoin(scope.link))
        return statement

    def sources(self) -> set[FromClause]:
        """The tables, or aliases of tables, of these rows and of all that are joined to them."""
        return _leaves(self.source).union(*(scope.sources() for scope in self.joined.values()))

    def related(self, column: ColumnElement[Any], beyond: Sequence[Scope] = ()) -> Select[Any]:
        """A subquery over these rows, for each row of the scope that they were reached from.

        Args:
            column: what it selects.
            beyond: scopes that to-many steps from these rows lead to, and from there.
        """
        statement, inner = self._from_above(column)
        statement = self.extended(statement)
        for scope in beyond:
            statement = scope.extended(statement.join(scope.link))
            inner |= scope.sources()
        return statement.correlate_except(*inner)

    def _from_above(self, column: ColumnElement[Any]) -> tuple[Select[Any], set[FromClause]]:
        """A column of these rows, for each row above; and the tables that are this subquery's."""
        assert self.up is not None  # noqa: S101  only what was reached is asked for from above
        statement = sql_select(column)
        if not isinstance(self.link.property.secondary, Join):
            on = self.link.__clause_element__()
            inner = self.sources() | _associations(on, self)
            return statement.select_from(self.source).where(on), inner
        # What associates them is a join itself: only a join along the link brings it along, and may
        # lead to the same row twice.
        owner, alias = (
            aliased(self.up.entity.origin, flat=True),
            aliased(self.entity.origin, flat=True),
        )
        link = getattr(owner, self.link.key).of_type(alias)
        same = [self.up.same(owner), self.same(alias)]
        led: Select[Any] = sql_select(literal_column("1")).select_from(owner).join(link)
        led = led.where(*same).correlate(*_leaves(self.source), *_leaves(self.up.source))
        return statement.select_from(self.source).where(exists(led)), self.sources()

    def same(self, other: Any) -> ColumnElement[bool]:
        """Whether another alias of these rows is at the same row."""
        entity = self.entity
        return and_(*(self.attribute(name) == entity.attribute(other, name) for name in entity.key))

    def order(self) -> list[Any]:
        """What the relationship that led here sorts these rows by, as far as it is of their own."""
        mapper, own = self.entity.mapper, _leaves(self.source)

        def here(element: Any, **_: Any) -> Any:
            with suppress(UnmappedColumnError):
                if isinstance(element, Column):
                    name = mapper.get_property_by_column(element).key
                    return self.attribute(name).__clause_element__()
            return None

        terms = [replacement_traverse(term, {}, here)
                 for term in self.link.property.order_by or ()]  # fmt: skip
        return [term for term in terms if set(find_tables(term, check_columns=True)) <= own]

    def has(self, condition: ColumnElement[bool] | None) -> ColumnElement[bool]:
        """Whether there is such a row for the row of the scope that they were reached from."""
        statement = self.related(literal_column("1"))
        return exists(statement if condition is None else statement.where(condition))


def _alias(entity: Entity, relationship: Relationship) -> Any:
    """An alias of what a relationship leads to, which may be an alias of a query itself."""
    target: Any = relationship.entity
    if target.is_aliased_class:
        return aliased(entity.origin, target.selectable.alias())
    return aliased(entity.origin, flat=True)


def _associations(on: Any, scope: Scope) -> set[FromClause]:
    """The association table of a link, which SQLAlchemy aliases by itself."""
    assert scope.up is not None  # noqa: S101  only what was reached has a link
    known = scope.sources() | _leaves(scope.up.source)
    known |= set(find_tables(inspect(scope.up.source).selectable, include_aliases=True))
    tables = {getattr(item, "table", None) for item in iterate(on)}
    return {table for table in tables if table is not None and table not in known}


def _leaves(source: Any) -> set[FromClause]:
    """The tables, or aliases of tables, that a class or its alias is made of."""
    return set(_split(inspect(source).selectable))


def _split(selectable: FromClause) -> Iterator[FromClause]:
    if isinstance(selectable, Join):
        yield from _split(selectable.left)
        yield from _split(selectable.right)
    else:
        yield selectable
