"""Finding what a reference means: among mapped classes, or in the database itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy import exc as sa_exc
from sqlalchemy.engine import Inspector
from sqlalchemy.orm import Mapper

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

TABLE = "table:"  # forces a reflected table where models are mapped


@dataclass(frozen=True)
class Catalog:
    """The names that a reference can be.

    Attributes:
        mappers: the mapped classes; without any, references are tables and views.
        aliases: other names of the user's for references.
        metadata: what was reflected so far.
    """

    mappers: Sequence[Mapper[Any]] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    metadata: MetaData = field(default_factory=MetaData)

    def find(self, reference: str, connect: Callable[[], Connection], hooks: Dialect) -> Entity:
        """The entity that a reference means.

        Args:
            reference: `module:Class`, class, table or alias, or any of these in another case;
                `table:NAME` for a table that is reflected.
            connect: the connection to reflect with, taken only when it is needed.
            hooks: how its database differs.

        Raises:
            UsageError: it means nothing, or more than one thing; says which.
        """
        reference = self.aliases.get(reference, reference)
        if reference.startswith(TABLE) or not self.mappers:
            return self._reflect(reference.removeprefix(TABLE), connect(), hooks)
        return Entity.of_mapper(self._mapper(reference))

    def _mapper(self, reference: str) -> Mapper[Any]:
        steps = (_full_name, _class_name, _table_full_name, _table_name)
        for fold in (str, str.casefold):
            for name_of in steps:
                wanted = fold(reference)
                found = [item for item in self.mappers if fold(name_of(item)) == wanted]
                if len(found) == 1:
                    return found[0]
                if found:
                    names = " or ".join(sorted(_full_name(item) for item in found))
                    raise UsageError(f"{reference!r} means more than one model", f"say {names}")
        # Of names that differ only in case the last is offered: the class's.
        known = [name_of(item) for name_of in steps[:0:-1] for item in self.mappers]
        known += self.aliases
        hint = did_you_mean(reference, known) or f"known: {_some(map(_class_name, self.mappers))}"
        raise UsageError(f"no model is called {reference!r}", hint)

    def _reflect(self, name: str, connection: Connection, hooks: Dialect) -> Entity:
        inspector = inspect(connection)
        schema, _, plain = name.rpartition(".")
        places = dict.fromkeys([(None, name), (schema or None, plain)])  # a name may hold a dot
        for place in places:
            table = self._table(inspector, *place, hooks)
            if table is not None:
                return Entity.of_table(table, _kind(inspector, table))
        known = reflectable(inspector, hooks)
        folded = [item for item in known if _dotted(*item).casefold() == name.casefold()]
        if len(folded) == 1 and folded[0] not in places:
            return self._reflect(_dotted(*folded[0]), connection, hooks)
        names = [_dotted(*item) for item in known]
        if folded:
            found = " or ".join(_dotted(*item) for item in folded)
            raise UsageError(f"{name!r} means more than one table", f"say {found}")
        hint = did_you_mean(name, names) or (f"known: {_some(names)}" if names else "it has none")
        raise UsageError(f"the database has no table or view {name!r}", hint)

    def _table(
        self, inspector: Inspector, schema: str | None, name: str, hooks: Dialect
    ) -> Table | None:
        """Reflect one table or view, alone: what its foreign keys lead to is not read."""
        name = hooks.table_named(inspector.bind, schema, name)  # type: ignore[arg-type]  # no Engine
        table = Table(name, MetaData(), schema=schema)
        try:
            with warnings.catch_warnings():
                # Of types it does not know; but a column that it cannot read is left out.
                warnings.simplefilter("ignore", sa_exc.SAWarning)
                warnings.filterwarnings("always", "Unknown schema content", sa_exc.SAWarning)
                inspector.reflect_table(table, None, resolve_fks=False)
        except sa_exc.NoSuchTableError:
            return None
        for column in table.columns:
            column.type = hooks.reflected(column.type)
        return table

    def list(self, connect: Callable[[], Connection], hooks: Dialect) -> Iterable[Entity]:
        """Every mapped class, or every table and view."""
        if self.mappers:
            yield from map(Entity.of_mapper, sorted(self.mappers, key=_full_name))
            return
        inspector = inspect(connect())
        for schema, name in reflectable(inspector, hooks):
            table = self._table(inspector, schema, name, hooks)
            if table is not None:
                yield Entity.of_table(table, _kind(inspector, table))


def _kind(inspector: Inspector, table: Table) -> str:
    """Whether a reflected table is one, or a view: SQLAlchemy's Table does not tell.

    A view has no primary key, so that for most tables the database is not asked.
    """
    if table.primary_key.columns:
        return "table"
    views = _views(inspector, table.schema)
    if table.name in views:
        return "view"
    if table.name in inspector.get_table_names(table.schema):
        return "table"
    # SQLite finds it by a name in another case.
    return "view" if table.name.casefold() in map(str.casefold, views) else "table"


def _views(inspector: Inspector, schema: str | None) -> list[str]:
    names = [*inspector.get_view_names(schema)]
    with suppress(NotImplementedError):
        names += inspector.get_materialized_view_names(schema)
    return names


def reflectable(inspector: Inspector, hooks: Dialect) -> list[tuple[str | None, str]]:
    """Every table and view, with its schema where that has to be said."""
    found: list[tuple[str | None, str]] = []
    for schema in hooks.schemas(inspector):
        names = {*inspector.get_table_names(schema), *_views(inspector, schema)}
        found += [(schema, name) for name in sorted(names)]
    return found


def _dotted(schema: str | None, name: str) -> str:
    return f"{schema}.{name}" if schema else name


def _full_name(mapper: Mapper[Any]) -> str:
    return f"{mapper.class_.__module__}:{mapper.class_.__name__}"


def _class_name(mapper: Mapper[Any]) -> str:
    return mapper.class_.__name__


def _table_full_name(mapper: Mapper[Any]) -> str:
    """The table's name with its schema; a class that shares its parent's table has none."""
    shared = mapper.inherits is not None and mapper.local_table is mapper.inherits.local_table
    return "" if shared else str(getattr(mapper.local_table, "fullname", ""))


def _table_name(mapper: Mapper[Any]) -> str:
    return _table_full_name(mapper).rpartition(".")[2]


def _some(names: Iterable[str]) -> str:
    """The first names of a list that may be long."""
    listed = sorted(set(names))
    return ", ".join(listed[:8]) + (f" … ({len(listed)})" if len(listed) > 8 else "")
