"""What can be queried: a mapped class, or a table or view that nobody mapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Table
from sqlalchemy import types as sqltypes
from sqlalchemy.ext.hybrid import HybridExtensionType
from sqlalchemy.orm import Mapper

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


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with attributes that rows are selected from.

    Attributes:
        name: its full name: `module:Class`, or the table's.
        source: the mapper or the table.
        attributes: what a filter, column or order may name, as SQL expressions.
        selected: the attributes that a query prints when none are named, in order.
        key: the attributes of the primary key, in order; empty when there is none.
        kind: "class", "table" or "view".
    """

    name: str
    source: Mapper[Any] | Table
    attributes: Mapping[str, ColumnElement[Any]]
    selected: tuple[str, ...]
    key: tuple[str, ...]
    kind: str = "class"

    @property
    def label(self) -> str:
        """Its short name: the class's or the table's."""
        return self.name.rpartition(":")[2]

    @property
    def origin(self) -> Any:
        """What to select from."""
        return self.source.class_ if isinstance(self.source, Mapper) else self.source

    @property
    def table(self) -> FromClause:
        """The table it is stored in, the first of several."""
        return self.source.local_table if isinstance(self.source, Mapper) else self.source

    def column_of(self, attribute: ColumnElement[Any]) -> Column[Any] | None:
        """The column that an attribute is, that of its own table if there are several of a name."""
        if isinstance(attribute, Column):
            return attribute
        mapped = getattr(getattr(attribute, "property", None), "columns", ())
        found = [item for item in mapped if isinstance(item, Column)]
        own = (item for item in found if item.table is self.table)
        return next(own, found[0] if found else None)

    @classmethod
    def of_mapper(cls, mapper: Mapper[Any]) -> Entity:
        """A mapped class: its column attributes, and the synonyms and hybrids that name more."""
        # As the table has them; SQLAlchemy puts SQL expressions before the columns.
        mapped = sorted(
            mapper.column_attrs, key=lambda item: not isinstance(item.columns[0], Column)
        )
        own = {item.key: item.class_attribute for item in mapped}
        named = {
            key: getattr(mapper.class_, key)
            for key, item in mapper.all_orm_descriptors.items()
            if item.extension_type is HybridExtensionType.HYBRID_PROPERTY
        }
        synonyms = {item.key: getattr(mapper.class_, item.key) for item in mapper.synonyms}
        by_column: dict[Any, str] = {
            column: item.key for item in mapper.column_attrs for column in item.columns
        }
        key = tuple(by_column[column] for column in mapper.primary_key if column in by_column)
        name = f"{mapper.class_.__module__}:{mapper.class_.__name__}"
        return cls(name, mapper, {**own, **named, **synonyms}, tuple(own), key)

    @classmethod
    def of_table(cls, table: Table, kind: str = "table") -> Entity:
        """A table or view as it was reflected."""
        key = tuple(column.name for column in table.primary_key)
        columns = {column.name: column for column in table.columns}
        return cls(table.fullname, table, columns, tuple(columns), key, kind)


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
