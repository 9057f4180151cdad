"""Paths: names looked up from a scope, across relationships, and where the unknown ones stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlsess_cli.core.filters.caret import pointed
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.errors import UsageError

_STEPS = 20  # each is a join or a subquery, and databases have their limits too

# What stands before the second part of a comparison.
_COMPARED = re.compile(r"(?:[=<>]|\blike)\s*$", re.IGNORECASE)


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
        own: those of them that its last name opened, which is an association proxy.
    """

    scope: Scope
    name: str | None
    lists: Sequence[Scope] = ()
    own: Sequence[Scope] = ()

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
    own: list[Scope] = []
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
            own += [scope] if waiting and index == len(path.names) - 1 else []
        else:
            scope = scope.one(relationship)
    return Place(scope, None, crossed, own)


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
