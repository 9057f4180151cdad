"""Paths: names looked up on an entity, across relationships, and where the unknown ones stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
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

from sqlsess_cli.core.filters.caret import pointed
from sqlsess_cli.core.models.entity import Entity, Relationship
from sqlsess_cli.errors import UsageError

_STEPS = 20  # each is a join or a subquery, and databases have their limits too

# What stands before the second part of a comparison.
_COMPARED = re.compile(r"(?:[=<>]|\blike)\s*$", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class Path:
    """A path as it is written.

    Attributes:
        names: its steps.
        text: what it is a part of.
        at: where each step begins there.
    """

    names: Sequence[str]
    text: str
    at: Sequence[int]

    @classmethod
    def of(cls, path: str) -> Path:
        """A path that stands alone, in a text of its own."""
        names = path.split(".")
        return cls(names, path, list(accumulate((len(name) + 1 for name in names[:-1]), initial=0)))

    def __str__(self) -> str:
        return ".".join(self.names)

    def refused(self, step: int, problem: str, hint: str = "") -> UsageError:
        """An error that shows the step."""
        return UsageError(pointed(problem, self.text, self.at[step]), hint)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads.

    Attributes:
        scope: the rows that its end is an attribute of.
        name: the attribute; None when the path ends with the relationship that led here.
        lists: the scopes that its to-many steps opened, in order.
    """

    scope: Scope
    name: str | None
    lists: Sequence[Scope] = ()

    @property
    def expression(self) -> Any:
        """The attribute as SQL."""
        return self.scope.attribute(self.name or "")


Lists = dict[tuple[str, ...], Scope]


def resolve(path: Path, scope: Scope, lists: Lists | None = None, *, apart: bool = False) -> Place:
    """Where a path leads from a scope.

    Args:
        path: it.
        scope: where it begins.
        lists: the to-many steps that were taken already and are to be shared, by the names that
            led there; more are added. Without it each is taken anew.
        apart: the last step is a relationship, and opens a scope of its own in any case.

    Raises:
        UsageError: a step has no such name; shows where, and the nearest.
    """
    lists = {} if lists is None else lists
    crossed: list[Scope] = []
    waiting = _steps(path)
    while waiting:
        name, index = waiting.pop()
        found = scope.entity.named(name)
        if found is None:
            raise path.refused(index, *_unknown(path, index, scope.entity))
        if not waiting and not apart and found in scope.entity.names:
            return Place(scope, found, crossed)
        relationship = scope.entity.links.get(found)
        if relationship is None:
            if further := _rewritten(path, found, scope.entity, waiting, index):
                waiting = further
                continue
            relationship = scope.entity.through(found)
        if relationship is None:
            raise _no_way(path, index, found, scope.entity)
        if apart and not waiting:
            scope = scope.apart(relationship)
        elif relationship.uselist:
            key = (*scope.path, relationship.key)
            if key not in lists:
                lists[key] = scope.apart(relationship)
            scope = lists[key]
            crossed.append(scope)
        else:
            scope = scope.one(relationship)
    return Place(scope, None, crossed)


_Steps = list[tuple[str, int]]


def _steps(path: Path) -> _Steps:
    """The names of a path and where each stands in it, the last first."""
    if len(path.names) > _STEPS:
        raise path.refused(_STEPS, "a path of too many steps", f"at most {_STEPS}")
    return [(name, index) for index, name in reversed(list(enumerate(path.names)))]


def _rewritten(path: Path, name: str, entity: Entity, waiting: _Steps, index: int) -> _Steps | None:
    """The steps that are left when a name stands for others; None when it does not.

    An association proxy is a path: the relationship it goes through, and what is beyond. A
    composite is so many attributes.
    """
    if name in entity.proxies:
        return [*waiting, *((step, index) for step in reversed(entity.proxies[name]))]
    if name in entity.composites and waiting:
        fields = entity.composites[name]
        *rest, (field_, at) = waiting
        folded = [item for item in fields if item.casefold() == field_.casefold()]
        field_ = folded[0] if field_ not in fields and len(folded) == 1 else field_
        if field_ not in fields:
            known = f"known: {', '.join(fields)}"
            raise path.refused(at, f"{name} has no field {field_!r}", known)
        return [*rest, (fields[field_], at)]
    return None


def _unknown(path: Path, index: int, entity: Entity) -> tuple[str, str]:
    name = path.names[index]
    hint = entity.hint(name)
    if index == 0 and len(path.names) > 1 and name.casefold() in _own_names(entity):
        hint = f"a path begins at {entity.label}: {'.'.join(path.names[1:])}"
    if index == 0 and len(path.names) == 1 and _COMPARED.search(path.text[: path.at[0]]):
        hint = f"a text has quotes: '{name}'; an attribute: {', '.join(entity.everything)}"
    return f"{entity.label} has no attribute {name!r}", hint


def _own_names(entity: Entity) -> set[str]:
    """What the rows themselves are called."""
    return {entity.label.casefold(), str(getattr(entity.table, "name", "")).casefold()}


def _no_way(path: Path, index: int, name: str, entity: Entity) -> UsageError:
    """Why no path goes on from an attribute."""
    if name in entity.composites:
        fields = ", ".join(f"{name}.{field_}" for field_ in entity.composites[name])
        return path.refused(index, f"{name} has several fields", f"one of: {fields}")
    links = ", ".join(entity.links.names())
    return path.refused(
        index, f"{entity.label}.{name} is no relationship",
        f"its relationships: {links}" if links else f"{entity.label} has no relationships",
    )  # fmt: skip


def value(path: Path, scope: Scope) -> Any:
    """The attribute of the row that a path of to-one steps leads to.

    Raises:
        UsageError: it leads to many, or to no value.
    """
    place = resolve(path, scope)
    if place.lists:
        raise many(path, place)
    if place.name is None:
        raise no_value(path, place)
    return place.expression


def many(path: Path, place: Place) -> UsageError:
    """Why there is no one value at the end of a path that leads to many."""
    listed = ".".join(place.lists[0].path)
    return path.refused(
        0, f"{path} has many values for each row",
        f"include them with -i {listed}, or count({listed}), or sum, avg, min, max of them",
    )  # fmt: skip


def no_value(path: Path, place: Place) -> UsageError:
    """Why a path that ends with a relationship is no value."""
    names = place.scope.entity.names[:3]
    such = " or ".join(f"{path}.{name}" for name in names)
    return path.refused(
        len(path.names) - 1, f"{path} is a relationship, not a value", f"say {such}"
    )
