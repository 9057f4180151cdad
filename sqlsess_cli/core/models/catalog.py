"""Finding what a reference means: among mapped classes, or in the database itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Mapper

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.models.reflection import Reflection
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._relations import Place, Relation
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

TABLE = "table:"  # forces a reflected table where models are mapped


@dataclass(frozen=True)
class Catalog:
    """The names that a reference can be.

    Attributes:
        mappers: the mapped classes; without any, references are tables and views.
        aliases: other names of the user's for references.
        reflection: what was reflected so far.
    """

    mappers: Sequence[Mapper[Any]] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    reflection: Reflection = field(default_factory=Reflection)

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
        meant = self._unaliased(reference)
        if meant == reference:
            return self._found(reference, connect, hooks)
        try:
            return self._found(meant, connect, hooks)
        except UsageError as error:
            message = f"the alias {reference!r} is for {meant!r}: {error.message}"
            raise UsageError(message, error.hint) from error

    def _found(self, reference: str, connect: Callable[[], Connection], hooks: Dialect) -> Entity:
        if reference.startswith(TABLE) or not self.mappers:
            self.reflection.look(connect(), hooks)
            return self._reflect(reference.removeprefix(TABLE))
        return Entity.of(self._mapper(reference))

    def _unaliased(self, reference: str) -> str:
        if reference in self.aliases:
            return self.aliases[reference]
        folded = [name for name in self.aliases if name.casefold() == reference.casefold()]
        known = {name_of(item).casefold() for name_of in _STEPS for item in self.mappers}
        alone = len(folded) == 1 and reference.casefold() not in known
        return self.aliases[folded[0]] if alone else reference

    def _mapper(self, reference: str) -> Mapper[Any]:
        for fold in (str, str.casefold) if reference else ():
            for name_of in _STEPS:
                wanted = fold(reference)
                found = [item for item in self.mappers if fold(name_of(item)) == wanted]
                if len(found) == 1:
                    return found[0]
                if found:
                    raise _ambiguous(reference, found)
        # Of names that differ only in case the last is offered: the class's.
        steps = _STEPS[:1] if ":" in reference else _STEPS[:0:-1]
        known = [name_of(item) for name_of in steps for item in self.mappers]
        known = [*filter(None, known), *self.aliases]
        hint = did_you_mean(reference, known) or f"known: {_some(map(_class_name, self.mappers))}"
        raise UsageError(f"no model is called {reference!r}", hint)

    def _reflect(self, name: str) -> Entity:
        schema, _, plain = name.rpartition(".")
        places: dict[Place, None]
        places = dict.fromkeys([(None, name), (schema or None, plain)])  # a name may hold a dot
        for place in places:
            entity = self.reflection.entity(place)
            if entity is not None:
                return entity
        known = [relation.place for relation in self.reflection.relations()]
        folded = [item for item in known if _dotted(*item).casefold() == name.casefold()]
        if len(folded) == 1 and folded[0] not in places:
            return self._reflect(_dotted(*folded[0]))
        names = [_dotted(*item) for item in known]
        if folded:
            found = " or ".join(_dotted(*item) for item in folded)
            raise UsageError(f"{name!r} means more than one table", f"say {found}")
        hint = did_you_mean(name, names) or (f"known: {_some(names)}" if names else "it has none")
        raise UsageError(f"the database has no table or view {name!r}", hint)

    def list(
        self, connect: Callable[[], Connection], hooks: Dialect
    ) -> Sequence[Entity | Relation]:
        """Every mapped class, or every table and view."""
        if self.mappers:
            return self.classes()
        self.reflection.look(connect(), hooks)
        return self.reflection.every()

    def names(
        self, connect: Callable[[], Connection], hooks: Dialect
    ) -> Sequence[Entity | Relation]:
        """The same, without reading the tables."""
        if self.mappers:
            return self.classes()
        self.reflection.look(connect(), hooks)
        return self.reflection.relations()

    def classes(self) -> Sequence[Entity]:
        """Every mapped class."""
        return [Entity.of(item) for item in sorted(self.mappers, key=_full_name)]


def _ambiguous(reference: str, found: Sequence[Mapper[Any]]) -> UsageError:
    """Why a reference is not enough, and what is: the full names, or those of the tables."""
    names = {_full_name(item) for item in found}
    if len(names) < len(found):  # made by a function that was called twice
        names = {_table_full_name(item) for item in found}
    hint = f"say {' or '.join(sorted(names))}"
    return UsageError(f"{reference!r} means more than one model", hint)


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


_STEPS = (_full_name, _class_name, _table_full_name, _table_name)


def _some(names: Iterable[str]) -> str:
    """The first names of a list that may be long."""
    listed = sorted(set(names))
    return ", ".join(listed[:8]) + (f" … ({len(listed)})" if len(listed) > 8 else "")
