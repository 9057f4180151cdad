"""Tables and views that nobody mapped, each mapped to a class of its own when it is asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Connection, Table, UniqueConstraint, and_, inspect
from sqlalchemy import exc as sa_exc
from sqlalchemy.engine import Inspector
from sqlalchemy.orm import Mapper, foreign, registry, relationship

from sqlsess_cli.core.models.entity import Entity, Links, Relationship
from sqlsess_cli.core.models.naming import Edge, ForeignKey, Place, inward, outward, shorter
from sqlsess_cli.dialects._base import Dialect


class Reflection:
    """What was reflected of one database so far.

    Attributes:
        registry: the mapped classes, and the tables.
    """

    def __init__(self) -> None:
        self.registry = registry()
        self._entities: dict[Place, Entity | None] = {}
        self._by_mapper: dict[Mapper[Any], Entity] = {}
        self._connection: Connection | None = None
        self._referrers: dict[Place, list[Place]] | None = None

    def look(self, connection: Connection, hooks: Dialect) -> None:
        """Take the connection and the hooks to reflect with from now on."""
        self.hooks = hooks
        if connection is not self._connection:
            self._connection = connection
            self.inspector: Inspector = inspect(connection)

    def entity(self, place: Place) -> Entity | None:
        """A table or view by its schema and name; None if there is none.

        It is reflected alone: what its foreign keys lead to is not read.
        """
        if place not in self._entities:
            table = self._table(place)
            self._entities[place] = None if table is None else self._mapped(table)
        return self._entities[place]

    def of(self, mapper: Mapper[Any]) -> Entity:
        """The entity of a class that was mapped here."""
        return self._by_mapper[mapper]

    def _table(self, place: Place) -> Table | None:
        schema, name = place
        connection: Any = self.inspector.bind
        name = self.hooks.table_named(connection, schema, name)
        table = self.registry.metadata.tables.get(f"{schema}.{name}" if schema else name)
        if table is not None:
            return table
        table = Table(name, self.registry.metadata, schema=schema)
        try:
            with warnings.catch_warnings():
                # Of types it does not know; but a column that it cannot read is left out.
                warnings.simplefilter("ignore", sa_exc.SAWarning)
                warnings.filterwarnings("always", "Unknown schema content", sa_exc.SAWarning)
                self.inspector.reflect_table(table, None, resolve_fks=False)
        except sa_exc.NoSuchTableError:
            self.registry.metadata.remove(table)
            return None
        for column in table.columns:
            column.type = self.hooks.reflected(column.type)
        return table

    def _mapped(self, table: Table) -> Entity:
        """A class for a table; one without a key is identified by all of its columns."""
        known = self._entities.get((table.schema, table.name))
        if known is not None:  # found before by its name in another case
            return known
        class_ = type(table.name, (), {"__module__": __name__})
        named = {_attribute(column): column for column in table.columns}
        key = tuple(name for name, column in named.items() if column.primary_key)
        mapper: Mapper[Any] = self.registry.map_imperatively(
            class_,
            table,
            properties=named,
            primary_key=[column for column in named.values() if column.primary_key or not key],
        )
        kind = "table" if key else self._kind(table)
        entity = Entity(table.fullname, mapper, key, TableLinks(mapper, self, table), kind)
        self._by_mapper[mapper] = entity
        return entity

    def _kind(self, table: Table) -> str:
        """Whether it is a table, or a view: SQLAlchemy's Table does not tell.

        A view has no primary key, so that for most tables the database is not asked.
        """
        names = views(self.inspector, table.schema)
        if table.name in names:
            return "view"
        if table.name in self.inspector.get_table_names(table.schema):
            return "table"
        # SQLite finds it by a name in another case.
        return "view" if table.name.casefold() in map(str.casefold, names) else "table"

    def every(self, places: Sequence[Place]) -> list[Entity]:
        """All of these; from then on it is known without asking which refers to which."""
        found = [entity for entity in map(self.entity, places) if entity is not None]
        self._referrers = {}
        for place in places:
            for target in dict.fromkeys(key.target for key in self.foreign_keys(place)):
                self._referrers.setdefault(target, []).append(place)
        return found

    def referrers(self, place: Place) -> list[Place]:
        """The tables with a foreign key to this one."""
        if self._referrers is not None:
            return self._referrers.get(place, [])
        return self.hooks.referrers(self.inspector, *place)

    def foreign_keys(self, place: Place) -> list[ForeignKey]:
        """The foreign keys of a table whose targets are known."""
        schema, name = place
        found = self.inspector.get_foreign_keys(name, schema)
        return [
            ForeignKey(
                place,
                tuple(item["constrained_columns"]),
                (item["referred_schema"], item["referred_table"]),
                tuple(item["referred_columns"]),
            )
            for item in found
            if len(item["constrained_columns"]) == len(item["referred_columns"])
        ]


def views(inspector: Inspector, schema: str | None) -> list[str]:
    """The names of the views of a schema, materialized ones too."""
    names = [*inspector.get_view_names(schema)]
    with suppress(NotImplementedError):
        names += inspector.get_materialized_view_names(schema)
    return names


class TableLinks(Links):
    """The relationships of a reflected table, each made when it is first asked for.

    Args:
        mapper: of its class.
        reflection: where other tables are.
        table: the table.
    """

    def __init__(self, mapper: Mapper[Any], reflection: Reflection, table: Table) -> None:
        super().__init__(mapper)
        self.reflection = reflection
        self.place: Place = (table.schema, table.name)
        self.columns = [_attribute(column) for column in table.columns]

    @cached_property
    def _keys(self) -> list[ForeignKey]:
        """Its foreign keys; those whose columns it has."""
        return self.reflection.foreign_keys(self.place)

    @cached_property
    def outward(self) -> list[Edge]:
        """To one: its own foreign keys."""
        return outward(self._keys, self.columns)

    @cached_property
    def inward(self) -> list[Edge]:
        """To many: foreign keys of others; and beyond those that do nothing but associate."""
        keys: list[ForeignKey] = []
        beyond: list[tuple[ForeignKey, ForeignKey]] = []
        for place in self.reflection.referrers(self.place):
            theirs = self.reflection.foreign_keys(place)
            ours = [key for key in theirs if self._is_here(key.target)]
            keys += ours
            if len(theirs) == 2 and ours and self._associates(place, theirs):
                near = ours[0]
                beyond.append((near, theirs[1] if theirs[0] is near else theirs[0]))
        taken = [*self.columns, *(edge.name for edge in self.outward)]
        return inward(keys, beyond, taken)

    def _is_here(self, place: Place) -> bool:
        return place[1].casefold() == self.place[1].casefold() and place[0] == self.place[0]

    def _associates(self, place: Place, keys: Sequence[ForeignKey]) -> bool:
        """Whether a table has no other columns than those of its two foreign keys."""
        entity = self.reflection.entity(place)
        columns = {name for key in keys for name in key.columns}
        return entity is not None and columns == {column.name for column in entity.table.columns}

    def names(self) -> list[str]:
        """What they are called, in order."""
        return [edge.name for edge in (*self.outward, *self.inward)]

    def get(self, name: str) -> Relationship | None:
        """The relationship of this very name; a to-one also by the name of its table alone."""
        made = self.mapper.relationships.get(name)
        if made is not None:
            return made
        for edges in self._by_cost():
            for edge in edges:
                if edge.name == name:
                    return self._made(edge)
        return None

    def _by_cost(self) -> Iterator[Iterable[Edge]]:
        yield self.outward
        yield self.inward
        yield shorter(self.outward, [*self.columns, *(edge.name for edge in self.inward)])

    def entity(self, relationship: Relationship) -> Entity:
        """What a relationship leads to."""
        return self.reflection.of(relationship.mapper)

    def _made(self, edge: Edge) -> Relationship | None:
        other = self.reflection.entity(edge.target)
        owner = self.reflection.entity(edge.key.table)
        if other is None or owner is None:
            return None  # not there, or not for us to see
        here, there = _columns(owner.table, edge.key.columns), self._target_columns(edge.key)
        if edge.beyond is not None:
            far = _columns(owner.table, edge.beyond.columns)
            beyond = _columns(other.table, edge.beyond.target_columns)
            made = relationship(
                other.origin,
                secondary=owner.table,
                primaryjoin=_equal(here, there),
                secondaryjoin=_equal(far, beyond),
                viewonly=True,
            )
        else:
            made = relationship(
                other.origin,
                primaryjoin=_equal(here, there),
                remote_side=here if edge.back else there,
                uselist=edge.back and not _unique(owner.table, edge.key.columns),
                # Each way is made alone, so that only one of the two may write the columns.
                viewonly=edge.back,
                overlaps=",".join(item.name for item in self.outward),
            )
        self.mapper.add_property(edge.name, made)
        return self.mapper.relationships[edge.name]

    def _target_columns(self, key: ForeignKey) -> list[Column[Any]]:
        target = self.reflection.entity(key.target)
        return _columns(target.table, key.target_columns) if target else []


def _columns(table: Any, names: Sequence[str]) -> list[Column[Any]]:
    folded = {column.name.casefold(): column for column in table.columns}
    return [table.columns[name] if name in table.columns else folded[name.casefold()]
            for name in names]  # fmt: skip


def _equal(here: Sequence[Column[Any]], there: Sequence[Column[Any]]) -> Any:
    pairs = zip(here, there, strict=True)
    return and_(*(foreign(left) == right for left, right in pairs))


def _unique(table: Any, names: Sequence[str]) -> bool:
    """Whether no two rows have the same values in these columns."""
    wanted = set(names)
    groups = [table.primary_key, *(item for item in table.indexes if item.unique)]
    groups += [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    return any(
        len(group.columns) and {column.name for column in group.columns} <= wanted
        for group in groups
    )


def _attribute(column: Column[Any]) -> str:
    """The attribute for a column: its name, unless every Python object has one of that name."""
    return f"{column.name}_" if hasattr(object, column.name) else column.name
