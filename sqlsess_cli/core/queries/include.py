"""Included objects: to-one in the same statement, to-many in one more for each block of rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select, tuple_, type_coerce
from sqlalchemy import types as sqltypes
from sqlalchemy.orm import aliased

from sqlsess_cli.core.filters.paths import Path
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.core.queries.columns import Chosen, attribute, chosen
from sqlsess_cli.core.run import Selected
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import Column, Result, Row

_INCLUDE = re.compile(r"(?P<path>[^()]+?)\s*(?:\((?P<columns>.*)\))?$", re.DOTALL)
_BATCH = 500  # keys asked for at a time

Run = Callable[[Select[Any], Selected], Result | None]
Record = dict[str, object]


@dataclass(slots=True)
class Wanted:
    """A relationship to include, and what of it.

    Attributes:
        columns: attributes and expressions; none means all.
        inside: what to include of the objects themselves, by relationship.
    """

    columns: Sequence[str] = ()
    inside: dict[str, Wanted] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str], split: Callable[[Iterable[str]], Sequence[str]]) -> Wanted:
        """What is asked for, as a tree; `path` brings the objects on the way too.

        Raises:
            UsageError: a text is no path, with columns in brackets or without.
        """
        root = cls()
        for text in texts:
            match = _INCLUDE.match(text)
            if match is None:
                raise UsageError(f"{text!r} is nothing to include", "PATH or PATH(COLUMN,…)")
            node = root
            for name in match["path"].strip().split("."):
                node = node.inside.setdefault(name, cls())
            node.columns = [*node.columns, *split([match["columns"] or ""])]
        return root


@dataclass(slots=True)
class Shape:
    """How the flat row of a statement becomes an object.

    Attributes:
        fields: its own columns: their names, and where they are in the row.
        key: where its key is in the row.
        optional: there may be none; then the key is NULL.
        ones: its to-one objects.
        lists: its to-many objects, each from a statement of its own.
    """

    fields: list[tuple[str, int]] = field(default_factory=list)
    key: tuple[int, ...] = ()
    optional: bool = False
    ones: dict[str, Shape] = field(default_factory=dict)
    lists: dict[str, Level] = field(default_factory=dict)


@dataclass(slots=True)
class Level:
    """One statement, and the objects that its rows hold.

    Attributes:
        scope: its rows.
        columns: what it selects.
        raw: which of these are keys, taken as the driver gives them.
        shape: what becomes of a row.
        owner: the rows that its own belong to; None for the query itself.
        once: where the key of its rows is, when they may come more than once for an owner: what
            associates them may say so twice.
        known: what is known of its columns once it was executed.
    """

    scope: Scope
    columns: list[Chosen] = field(default_factory=list)
    raw: set[int] = field(default_factory=set)
    shape: Shape = field(default_factory=Shape)
    owner: Scope | None = None
    once: tuple[int, ...] = ()
    known: Sequence[Column] = ()

    def add(self, column: Chosen) -> int:
        """Select a column; where it is in the row."""
        self.columns.append(column)
        return len(self.columns) - 1

    def key(self, scope: Scope) -> tuple[int, ...]:
        """Select the key of some rows, all they have if there is none; where it is in the row."""
        names = scope.entity.key or scope.entity.columns
        found = tuple(self.add(attribute(name, scope)) for name in names)
        self.raw.update(found)
        return found

    def fill(
        self, shape: Shape, scope: Scope, wanted: Wanted, parameters: Mapping[str, str]
    ) -> None:
        """Select what is wanted of the rows of a scope, and of what they lead to.

        Raises:
            UsageError: a name is unknown, or the rows have no key to find others by.
        """
        for name, inner in wanted.inside.items():
            relationship = _relationship(name, scope)
            if not relationship.uselist:
                there = scope.one(relationship)
                one = shape.ones[relationship.key] = Shape(key=self.key(there), optional=True)
                one.fields = self.fields_of(there, inner, parameters)
                self.fill(one, there, inner, parameters)
                continue
            if not scope.entity.key:
                raise UsageError(f"{scope.entity.label} has no key to find its {name} by")
            shape.key = shape.key or self.key(scope)
            owner = Scope(scope.entity, aliased(scope.entity.origin, flat=True))
            level = shape.lists[relationship.key] = Level(owner.apart(relationship), owner=owner)
            level.key(owner)
            if relationship.secondary is not None:
                level.once = level.key(level.scope)
            level.shape.fields = level.fields_of(level.scope, inner, parameters)
            level.fill(level.shape, level.scope, inner, parameters)

    def fields_of(
        self, scope: Scope, wanted: Wanted, parameters: Mapping[str, str]
    ) -> list[tuple[str, int]]:
        """Select the columns that are wanted of some rows; their names, and where they are."""
        if wanted.columns:
            found = [chosen(text, scope, parameters) for text in wanted.columns]
        else:
            found = [attribute(name, scope) for name in scope.entity.selected]
        for item in found:
            if item.aggregated:
                raise UsageError(f"{item.name} is over many objects, and each is shown here")
        return [(item.name, self.add(item)) for item in found]

    def selected(self) -> Selected:
        """What is known of the columns before the statement is sent."""
        types = [sqltypes.NullType() if index in self.raw else item.expression.type
                 for index, item in enumerate(self.columns)]  # fmt: skip
        return Selected([item.name for item in self.columns], types)

    # Rows become objects

    def objects(self, rows: Sequence[Row], run: Run) -> list[Record]:
        """The objects of these rows, with all that they include."""
        return [found or {} for found in self._shaped(self.shape, rows, run)]

    def _shaped(self, shape: Shape, rows: Sequence[Row], run: Run) -> list[Record | None]:
        ones = {name: self._shaped(one, rows, run) for name, one in shape.ones.items()}
        lists = {name: level.of(self._keys(shape, rows), run)
                 for name, level in shape.lists.items()}  # fmt: skip
        found: list[Record | None] = []
        for number, row in enumerate(rows):
            if shape.optional and all(row[index] is None for index in shape.key):
                found.append(None)
                continue
            record: Record = {name: row[index] for name, index in shape.fields}
            record |= {name: objects[number] for name, objects in ones.items()}
            record |= {name: objects[number] for name, objects in lists.items()}
            found.append(record)
        return found

    def _keys(self, shape: Shape, rows: Sequence[Row]) -> list[tuple[object, ...]]:
        return [tuple(row[index] for index in shape.key) for row in rows]

    def of(self, keys: Sequence[tuple[object, ...]], run: Run) -> list[list[Record]]:
        """The objects of each of these owners, in as few statements as there are batches."""
        assert self.owner is not None  # noqa: S101  the level of the query itself has no owners
        by_key: dict[tuple[object, ...], list[Record]] = {key: [] for key in keys}
        wanted = [key for key in by_key if None not in key]
        width = len(self.owner.entity.key)
        for start in range(0, len(wanted), _BATCH):
            result = run(self._statement(wanted[start : start + _BATCH]), self.selected())
            if result is None:
                continue
            self.known = result.columns
            rows = list(result.rows())
            seen = set()
            for row, record in zip(rows, self.objects(rows, run), strict=True):
                same = (row[:width], *(row[index] for index in self.once))
                if not self.once or same not in seen:
                    by_key[tuple(row[:width])].append(record)
                seen.add(same)
        return [by_key[key] for key in keys]

    def _statement(self, keys: Sequence[tuple[object, ...]]) -> Select[Any]:
        assert self.owner is not None  # noqa: S101  as above
        owner, scope = self.owner, self.scope
        # As the driver gave them: a mapped type may spell a key in another way.
        untyped = sqltypes.NullType()
        columns = [type_coerce(owner.attribute(name), untyped) for name in owner.entity.key]
        statement = select(*(item.expression for item in self.columns))
        statement = scope.extended(statement.select_from(owner.source).join(scope.link))
        if len(columns) == 1:
            among = columns[0].in_([key[0] for key in keys])
        else:
            among = tuple_(*columns, types=[untyped] * len(columns)).in_(keys)
        order = [scope.attribute(name) for name in scope.entity.key]
        return statement.where(among).order_by(*scope.order(), *order)

    def described(self, shape: Shape, kinds: Sequence[Column]) -> Iterator[Column]:
        """The columns of an object, given those of the statement."""
        for name, index in shape.fields:
            yield Column(name, kinds[index].kind)
        for name, one in shape.ones.items():
            yield Column(name, "record", tuple(self.described(one, kinds)))
        for name, level in shape.lists.items():
            known = level.columns_before()
            yield Column(name, "records", tuple(level.described(level.shape, known)))

    def columns_before(self) -> list[Column]:
        """Its columns as far as they are known before it is executed."""
        return [Column(item.name, kind_of(item.expression.type)) for item in self.columns]


def _relationship(name: str, scope: Scope) -> Any:
    entity = scope.entity
    path = Path.of(name)
    found = entity.named(name)
    if found is None:
        raise path.refused(0, f"{entity.label} has no relationship {name!r}", entity.hint(name))
    relationship = entity.links.get(found) or entity.through(found)
    if relationship is None:
        links = ", ".join(entity.links.names())
        hint = f"its relationships: {links}" if links else "it has no relationships"
        if found in entity.proxies:
            hint = f"it stands for {'.'.join(entity.proxies[found])}"
        raise path.refused(0, f"{entity.label}.{found} is no relationship", hint)
    return relationship
