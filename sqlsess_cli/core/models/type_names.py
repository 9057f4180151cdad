"""What the types of columns are called: in their database's own words, where those say more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Dialect, exc
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import registry

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.models.links import TableLinks

_NEEDLESS = re.compile(" WITHOUT TIME ZONE")  # it is the one that need not be said
# How wide MySQL would show a number; it holds no more and no less.
_WIDTH = re.compile(r"\b(TINYINT|SMALLINT|MEDIUMINT|INTEGER|BIGINT|YEAR)\(\d+\)(?!.*ZEROFILL)")


class TypeNames:
    """The types of an entity's columns in its database's own words, as far as those are needed.

    Args:
        entity: reflected, or mapped by somebody: then its classes are all that is known.
    """

    def __init__(self, entity: Entity) -> None:
        self.links = entity.links if isinstance(entity.links, TableLinks) else None

    @cached_property
    def types(self) -> Mapping[str, str]:
        """By column."""
        return self.links.reflection.tables.declared_types(self.links.place) if self.links else {}

    def type_of(self, column: Any) -> str:
        """A type as SQL writes it; one that SQLAlchemy does not know as the database does."""
        if self.links is None:
            return type_name(column.type)
        if isinstance(column.type, sqltypes.NullType):
            return self.types.get(column.name, "")
        return type_name(column.type, self.links.reflection.tables.inspector.dialect)

    def counts(self, column: Column[Any]) -> bool:
        """Whether a key that is taken for a counted one is, as far as it can be told."""
        if self.links is None or column.autoincrement != "auto" or column.name not in self.types:
            return True
        return self.links.reflection.tables.hooks.relations.counts(self.types[column.name])


def type_name(type_: sqltypes.TypeEngine[Any], dialect: Dialect | None = None) -> str:
    """The type as SQL writes it; as Python does where no SQL name exists without a dialect."""
    try:
        written = type_.compile(dialect=dialect or _own_dialect(type_))
    except (exc.CompileError, NotImplementedError, AttributeError):  # a type of somebody's own
        return type(type_).__name__
    return _NEEDLESS.sub("", _WIDTH.sub(r"\1", written))


def _own_dialect(type_: sqltypes.TypeEngine[Any]) -> Dialect | None:
    """The dialect that a type is of, if it is of one; without it half of its name is not said."""
    of_one = type(type_).__module__.startswith("sqlalchemy.dialects.")
    if not of_one and not isinstance(type_, sqltypes.ARRAY):
        return None
    name = type(type_).__module__.split(".")[2] if of_one else "postgresql"
    made: Dialect = registry.load(name)()
    return made
