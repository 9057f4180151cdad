"""What can be queried: a mapped class, be it the user's or one that we mapped to a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column, FromClause
from sqlalchemy import types as sqltypes
from sqlalchemy.orm import Mapper, RelationshipProperty

from sqlsess_cli.core.models import attributes
from sqlsess_cli.nearest import did_you_mean
from sqlsess_cli.result import Kind

_KINDS: tuple[tuple[type[sqltypes.TypeEngine[Any]], Kind], ...] = (
    (sqltypes.Boolean, "boolean"),
    (sqltypes.Enum, "enum"),
    (sqltypes.Integer, "integer"),
    (sqltypes.Float, "float"),
    (sqltypes.Numeric, "decimal"),
    (sqltypes.DateTime, "datetime"),
    (sqltypes.Date, "date"),
    (sqltypes.Time, "time"),
    (sqltypes.Interval, "interval"),
    (sqltypes.LargeBinary, "bytes"),
    (sqltypes.BINARY, "bytes"),
    (sqltypes.VARBINARY, "bytes"),
    (sqltypes.PickleType, "bytes"),
    (sqltypes.JSON, "json"),
    (sqltypes.Uuid, "uuid"),
    (sqltypes.ARRAY, "array"),
    (sqltypes.String, "text"),
)

Relationship = RelationshipProperty[Any]


class Links:
    """The relationships of a mapped class, as its mapper has them.

    Attributes:
        kind: what the class stands for: a class of the user's own, or a table, view or the like.
    """

    kind: str = "class"

    def __init__(self, mapper: Mapper[Any]) -> None:
        self.mapper = mapper

    def names(self) -> list[str]:
        """What they are called, in order."""
        return list(self.mapper.relationships.keys())

    def get(self, name: str) -> Relationship | None:
        """The relationship of this very name."""
        return self.mapper.relationships.get(name)

    def beside(self, attribute: str) -> Iterable[Relationship]:  # noqa: ARG002  they all might
        """Those that may follow the column of an attribute, and others."""
        return self.mapper.relationships

    def entity(self, relationship: Relationship) -> Entity:
        """What a relationship leads to."""
        return Entity.of(relationship.mapper)


@dataclass(frozen=True)
class Entity:
    """A mapped class, seen as something with attributes that rows are selected from.

    Attributes:
        name: its full name: `module:Class`, or the table's.
        mapper: of the class.
        key: the attributes of the primary key, in order; empty when there is none.
        links: its relationships.
    """

    name: str
    mapper: Mapper[Any]
    key: tuple[str, ...]
    links: Links

    @classmethod
    def of(cls, mapper: Mapper[Any]) -> Entity:
        """A class that the user mapped."""
        known = mapper.column_attrs
        by_column: dict[Any, str] = {column: item.key for item in known for column in item.columns}
        key = tuple(by_column[column] for column in mapper.primary_key if column in by_column)
        name = f"{mapper.class_.__module__}:{mapper.class_.__name__}"
        return cls(name, mapper, key, Links(mapper))

    @property
    def label(self) -> str:
        """Its short name: the class's or the table's."""
        return self.name.rpartition(":")[2]

    @property
    def kind(self) -> str:
        """What it is: a class, or a table or view that we mapped."""
        return self.links.kind

    @property
    def origin(self) -> Any:
        """The class, to select from."""
        return self.mapper.class_

    @property
    def table(self) -> FromClause:
        """The table it is stored in, the first of several."""
        return self.mapper.local_table

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The attributes that are columns or SQL expressions, as the table has them."""
        return attributes.columns(self.mapper)

    @cached_property
    def selected(self) -> tuple[str, ...]:
        """The attributes that a query prints when none are named: not the deferred ones."""
        known = self.mapper.column_attrs
        return tuple(name for name in self.columns if not known[name].deferred)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All attributes that are values: columns, hybrids and synonyms of such."""
        values = dict.fromkeys([*self.columns, *attributes.hybrids(self.mapper)])
        same = [name for name, meant in self._synonyms.items() if meant in values]
        return tuple(dict.fromkeys([*values, *same]))

    @cached_property
    def _synonyms(self) -> Mapping[str, str]:
        """Other names, and the attribute that each means."""
        return attributes.synonyms(self.mapper)

    @cached_property
    def composites(self) -> Mapping[str, Mapping[str, str]]:
        """Composite attributes: the attribute behind each of their fields."""
        return attributes.composites(self.mapper)

    @cached_property
    def proxies(self) -> Mapping[str, tuple[str, str]]:
        """Association proxies: the relationship and the attribute over there."""
        return attributes.proxies(self.mapper)

    @cached_property
    def everything(self) -> Sequence[str]:
        """Every name that a path can begin with."""
        links = [*self.links.names(), *self.composites, *self.proxies]
        return [*dict.fromkeys([*self.names, *links, *self._synonyms])]

    @cached_property
    def _values(self) -> frozenset[str]:
        return frozenset(self.names)

    @cached_property
    def _folded(self) -> Mapping[str, Sequence[str]]:
        """Every name, by what it is in whatever case."""
        found: dict[str, list[str]] = {}
        for name in self.everything:
            found.setdefault(name.casefold(), []).append(name)
        return found

    def named(self, name: str) -> str | None:
        """The attribute of a name, in any case if no other has that; None if there is none.

        A synonym of what is no value, such as a relationship, is that.
        """
        if name in self._values:
            return name
        meant = self._synonyms.get(name, name)
        if self.links.get(meant) is not None or meant in self.composites or meant in self.proxies:
            return meant
        folded = self._folded.get(name.casefold(), ())
        return self.named(folded[0]) if len(folded) == 1 and folded[0] != name else None

    def attribute(self, source: Any, name: str) -> Any:
        """A value of this class, or of an alias of it, as SQL.

        Raises:
            UsageError: it is computed in Python only.
        """
        return attributes.expression(self.mapper, source, name)

    def through(self, name: str) -> Relationship | None:
        """The to-one relationship that follows a column that is its whole foreign key."""
        columns = set(self.mapper.column_attrs[name].columns) if name in self.columns else set()
        found = [
            item
            for item in self.links.beside(name)
            if not item.uselist and columns and item.local_columns <= columns
            and item.direction.name == "MANYTOONE"
        ]  # fmt: skip
        return found[0] if len(found) == 1 else None

    def hint(self, name: str) -> str:
        """What could have been meant by a name that is none of its own."""
        if attributes.in_python(self.mapper, name):
            return f"{name} is Python code of the class, which no database runs"
        for item in self.mapper.column_attrs:
            if any(getattr(column, "name", None) == name for column in item.columns):
                return f"did you mean {item.key!r}?"  # the attribute of the column of that name
        below = [item.class_.__name__ for item in self.mapper.self_and_descendants
                 if item is not self.mapper and name in item.attrs]  # fmt: skip
        if below:
            return f"{' and '.join(sorted(below))} {'has' if len(below) == 1 else 'have'} it"
        known = self.everything
        return did_you_mean(name, known) or f"known: {', '.join(known)}"

    def column_of(self, attribute: Any) -> Column[Any] | None:
        """The column that an attribute is, that of its own table if there are several of a name."""
        if isinstance(attribute, Column):
            return attribute
        mapped = getattr(attributes.property_of(attribute), "columns", ())
        found = [item for item in mapped if isinstance(item, Column)]
        own = (item for item in found if item.table is self.table)
        return next(own, found[0] if found else None)


def kind_of(type_: sqltypes.TypeEngine[Any]) -> Kind:
    """What values a column of a type holds."""
    impl = type_.impl_instance if isinstance(type_, sqltypes.TypeDecorator) else type_
    if isinstance(type_, sqltypes.PickleType):
        return "bytes"
    if isinstance(type_, sqltypes.Interval):  # a date and time to the databases without one
        return "interval"
    found: Iterator[Kind] = (kind for known, kind in _KINDS if isinstance(impl, known))
    return next(found, None) or ("bytes" if _holds_bytes(impl) else "other")


def _holds_bytes(type_: sqltypes.TypeEngine[Any]) -> bool:
    """Whether it is one of the binary types that only one database has, such as MEDIUMBLOB."""
    try:
        return type_.python_type is bytes
    except NotImplementedError:
        return False
