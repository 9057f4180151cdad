"""What can be queried: a mapped class, be it the user's or one that we mapped to a table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column, FromClause
from sqlalchemy import types as sqltypes
from sqlalchemy.ext.associationproxy import AssociationProxy, AssociationProxyExtensionType
from sqlalchemy.ext.hybrid import HybridExtensionType
from sqlalchemy.orm import CompositeProperty, Mapper, RelationshipProperty

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
    def beside(self, attribute: str) -> Iterable[Relationship]:
        """Those that may follow the column of an attribute, and others."""
        return self.mapper.relationships

        return self.mapper.relationships.get(name)

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
        by_column = {column: item.key for item in mapper.column_attrs for column in item.columns}
        key = tuple(by_column[column] for column in mapper.primary_key if column in by_column)
        name = f"{mapper.class_.__module__}:{mapper.class_.__name__}"
        return cls(name, mapper, key, Links(mapper))

    @property
    def label(self) -> str:
        """Its short name: the class's or the table's."""
    @property
    def kind(self) -> str:
        """What it is: a class, or a table or view that we mapped."""
        return self.links.kind

        return self.name.rpartition(":")[2]

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
        # SQLAlchemy puts SQL expressions before the columns.
        mapped = sorted(
            self.mapper.column_attrs, key=lambda item: not isinstance(item.columns[0], Column)
        )
        return tuple(item.key for item in mapped)

    @cached_property
    def selected(self) -> tuple[str, ...]:
        """The attributes that a query prints when none are named: not the deferred ones."""
        attributes = self.mapper.column_attrs
        return tuple(name for name in self.columns if not attributes[name].deferred)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All attributes that are values: columns, hybrids and synonyms of such."""
        hybrids = self._extensions(HybridExtensionType.HYBRID_PROPERTY)
        synonyms = [item.key for item in self.mapper.synonyms if item.name not in self.links.names()]
        return tuple(dict.fromkeys([*self.columns, *hybrids, *synonyms]))

    @cached_property
    def composites(self) -> Mapping[str, Mapping[str, str]]:
        """Composite attributes: the attribute behind each of their fields."""
        return {item.key: _fields(item) for item in self.mapper.composites}

    @cached_property
    def proxies(self) -> Mapping[str, tuple[str, str]]:
        """Association proxies: the relationship and the attribute over there."""
        found = self._extensions(AssociationProxyExtensionType.ASSOCIATION_PROXY)
        proxies: dict[str, AssociationProxy[Any]] = {
            name: self.mapper.all_orm_descriptors[name] for name in found
        }
        return {name: (item.target_collection, item.value_attr) for name, item in proxies.items()}

    def _extensions(self, kind: object) -> list[str]:
        descriptors = self.mapper.all_orm_descriptors
        return [name for name, item in descriptors.items() if item.extension_type is kind]

    @property
    def everything(self) -> list[str]:
        """Every name that a path can begin with."""
        return [*self.names, *self.links.names(), *self.composites, *self.proxies]

    def named(self, name: str) -> str | None:
        """The attribute of a name, in any case if no other has that; None if there is none."""
        if name in self.names or self.links.get(name) is not None:
            return name
        known = self.everything
        if name in known:
            return name
        folded = [item for item in known if item.casefold() == name.casefold()]
        return folded[0] if len(folded) == 1 else None

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
        known = self.everything
        return did_you_mean(name, known) or f"known: {', '.join(known)}"

    def column_of(self, attribute: Any) -> Column[Any] | None:
        """The column that an attribute is, that of its own table if there are several of a name."""
        if isinstance(attribute, Column):
            return attribute
        mapped = getattr(getattr(attribute, "property", None), "columns", ())
        found = [item for item in mapped if isinstance(item, Column)]
        own = (item for item in found if item.table is self.table)
        return next(own, found[0] if found else None)


def _fields(item: CompositeProperty[Any]) -> dict[str, str]:
    """The fields of a composite, as its class names them; their attributes, in the same order."""
    class_: Callable[..., Any] = item.composite_class
    return dict(
        zip(inspect.signature(class_).parameters, (prop.key for prop in item.props), strict=False)
    )


def kind_of(type_: sqltypes.TypeEngine[Any]) -> Kind:
    """What values a column of a type holds."""
    impl = type_.impl_instance if isinstance(type_, sqltypes.TypeDecorator) else type_
    if isinstance(type_, sqltypes.PickleType):
        return "bytes"
    found: Iterator[Kind] = (kind for known, kind in _KINDS if isinstance(impl, known))
    return next(found, None) or ("bytes" if _holds_bytes(impl) else "other")


def _holds_bytes(type_: sqltypes.TypeEngine[Any]) -> bool:
    """Whether it is one of the binary types that only one database has, such as MEDIUMBLOB."""
    try:
        return type_.python_type is bytes
    except NotImplementedError:
        return False
