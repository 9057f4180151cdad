"""Tables and views that nobody mapped, each mapped to a class of its own when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.orm import Mapper, registry

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.models.links import TableLinks
from sqlsess_cli.core.models.naming import attributes
from sqlsess_cli.core.models.tables import Tables
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._relations import ForeignKey, Place, Relation
from sqlsess_cli.errors import SqlsessError, UsageError


class Reflection:
    """What was reflected of one database so far.

    Attributes:
        registry: the mapped classes, and the tables.
        tables: whom to ask.
        listed: every table and view, if that was asked.
        known_kinds: what the database calls them, of those that it told so far.
    """

    tables: Tables
    listed: list[Relation] | None = None

    def __init__(self) -> None:
        self.registry = registry()
        self._entities: dict[Place, Entity] = {}
        self._by_mapper: dict[Mapper[Any], Entity] = {}
        self._connection: Connection | None = None
        self.known_kinds: dict[Place, str] = {}
        self._counts: dict[Place, int] = {}

    def look(self, connection: Connection, hooks: Dialect) -> None:
        """Take the connection and the hooks to reflect with from now on."""
        if connection is not self._connection:
            self._connection = connection
            self.tables = Tables(connection, hooks)

    def entity(self, place: Place) -> Entity | None:
        """A table or view by its schema and name; None if there is none.

        It is reflected alone: what its foreign keys lead to is not read.

        Raises:
            UsageError: it has no columns.
            RejectedError: the database cannot tell what it is made of.
        """
        if place not in self._entities:
            declared = self.tables.named(place)
            if declared not in self._entities:
                table = self.tables.read(declared, self.registry.metadata)
                if table is None:
                    return None
                self._entities[declared] = self._mapped(table, declared)
            self._entities[place] = self._entities[declared]
        return self._entities[place]

    def of(self, mapper: Mapper[Any]) -> Entity:
        """The entity of a class that was mapped here."""
        return self._by_mapper[mapper]

    def _mapped(self, table: Table, place: Place) -> Entity:
        """A class for a table; one without a key is identified by all of its columns."""
        if not table.columns:
            self.registry.metadata.remove(table)
            raise UsageError(f"{table.fullname} has no columns that could be queried")
        # Of one name there may be a class in each module only.
        module = f"{__name__}.{table.schema}" if table.schema else __name__
        class_ = type(table.name, (), {"__module__": module})
        names = attributes([column.name for column in table.columns])
        named = dict(zip(names, table.columns, strict=True))
        key = tuple(name for name, column in named.items() if column.primary_key)
        mapper: Mapper[Any] = self.registry.map_imperatively(
            class_,
            table,
            properties=named,
            primary_key=[column for column in named.values() if column.primary_key or not key],
        )
        entity = Entity(table.fullname, mapper, key, TableLinks(mapper, self, place, names))
        self._by_mapper[mapper] = entity
        return entity

    def entities(self) -> list[Entity]:
        """The tables and views that were mapped so far."""
        return list(self._by_mapper.values())

    # What is asked of the catalogue, or known from the time when all of it was asked

    def relations(self) -> list[Relation]:
        """Every table and view."""
        self.listed = self.tables.hooks.relations.listed(self.tables.inspector)
        self._know(self.listed)
        return self.listed

    def _know(self, relations: Sequence[Relation]) -> None:
        self.known_kinds |= {item.place: item.kind for item in relations}
        self._counts |= {item.place: item.columns or 0 for item in relations}

    def every(self) -> list[Entity | Relation]:
        """Every table and view, mapped where that is possible; few statements for all of them."""
        relations = self.relations()
        self.tables.ask_all(relations)
        return [self._or_relation(item) for item in relations]

    def _or_relation(self, relation: Relation) -> Entity | Relation:
        with suppress(SqlsessError):
            return self.entity(relation.place) or relation
        return relation

    def kind(self, place: Place) -> str:
        """What the database calls a relation of it."""
        if place not in self.known_kinds:
            self._know(self.tables.hooks.relations.listed(self.tables.inspector, [place]))
        return self.known_kinds.get(place, "table")

    def column_counts(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """How many columns tables have, without reading them."""
        unknown = [place for place in places if place not in self._counts]
        if unknown:
            self._know(self.tables.hooks.relations.listed(self.tables.inspector, unknown))
        return self._counts

    def is_unique(self, owner: Entity, key: ForeignKey) -> bool:
        """Whether no two rows of its table have the same foreign key."""
        own = {column.name for column in owner.mapper.primary_key}
        return (bool(owner.key) and own <= set(key.columns)) or self.tables.is_unique(
            key.table, key.columns
        )
