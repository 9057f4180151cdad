"""Everything that is known of an entity, as one answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    exc,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.orm import Mapper, RelationshipProperty

from sqlsess_cli.core.models.entity import Entity, kind_of
from sqlsess_cli.result import Column as ResultColumn
from sqlsess_cli.result import Result, Row

Facts = dict[str, Any]

_COLUMNS = (
    ResultColumn("model", "text"),
    ResultColumn("table", "text"),
    ResultColumn("kind", "text"),
    ResultColumn("primary_key", "json"),
    ResultColumn("columns", "records"),
    ResultColumn("relationships", "records"),
    ResultColumn("indexes", "records"),
    ResultColumn("constraints", "records"),
    ResultColumn("other_attributes", "records"),
    ResultColumn("inherits", "text"),
    ResultColumn("description", "text"),
)


def described(entity: Entity) -> Result:
    """One entity in full, as an object."""
    return Result.object(dict(zip(_COLUMNS, _facts(entity), strict=True)), entity.label)


def listed(entities: Iterable[Entity]) -> Result:
    """Many entities, as rows."""
    return Result(_COLUMNS, ([_facts(entity)] for entity in entities))


def _facts(entity: Entity) -> Row:
    table, mapper = entity.table, entity.mapper
    plain = table if isinstance(table, Table) else None
    return (
        entity.name,
        str(getattr(table, "fullname", table)),
        entity.kind,
        list(entity.key),
        list(_columns(entity)),
        [_relationship(item) for item in _relationships(entity)],
        _sorted(_index(item) for item in plain.indexes) if plain is not None else [],
        _sorted(map(_constraint, _constraints(plain))) if plain is not None else [],
        list(_others(mapper)),
        mapper.inherits.class_.__name__ if mapper.inherits else None,
        _description(mapper, plain),
    )


def _sorted(facts: Iterable[Facts]) -> list[Facts]:
    return sorted(
        facts, key=lambda item: (str(item.get("type", "")), str(item["name"]), item["columns"])
    )


def _columns(entity: Entity) -> Iterator[Facts]:
    properties = entity.mapper.column_attrs
    for name in entity.columns:
        yield _column(name, properties[name].columns[0], is_key=name in entity.key)


def _column(name: str, column: Any, *, is_key: bool) -> Facts:
    """One attribute; one that is an SQL expression has a type and nothing else."""
    known = isinstance(column, Column)
    return {
        "name": name,
        "column": column.name if known else None,
        "type": _type(column.type),
        "kind": kind_of(column.type),
        "nullable": column.nullable if known else None,
        "primary_key": is_key,
        "default": _default(column) if known else None,
        "foreign_key": [key.target_fullname for key in column.foreign_keys] if known else [],
        "unique": _unique(column) if known else None,
        "values": list(column.type.enums) if isinstance(column.type, sqltypes.Enum) else [],
        "comment": column.comment if known else None,
    }


def _unique(column: Column[Any]) -> bool:
    """Whether no value of a column comes twice, wherever that was said."""
    table = column.table
    if column.unique or not isinstance(table, Table):
        return bool(column.unique)
    indexes = [list(item.columns) for item in table.indexes if item.unique]
    others = [list(item.columns) for item in table.constraints
              if isinstance(item, (UniqueConstraint, PrimaryKeyConstraint))]  # fmt: skip
    return any(len(item) == 1 and item[0] is column for item in indexes + others)


def _type(type_: sqltypes.TypeEngine[Any]) -> str:
    """The type as SQL writes it; as Python does where no SQL name exists without a dialect."""
    try:
        return str(type_)
    except (exc.CompileError, NotImplementedError, AttributeError):  # a type of somebody's own
        return type(type_).__name__


def _default(column: Column[Any]) -> str | None:
    if column.server_default is not None:
        argument = getattr(column.server_default, "arg", None)
        return str(getattr(argument, "text", argument) if argument is not None else "generated")
    if column.default is None:
        return None
    argument = getattr(column.default, "arg", None)
    if callable(argument):
        return f"{getattr(argument, '__name__', 'callable')}()"
    return repr(argument) if argument is not None else str(column.default)


def _relationships(entity: Entity) -> Iterable[RelationshipProperty[Any]]:
    return filter(None, map(entity.links.get, entity.links.names()))


def _relationship(item: RelationshipProperty[Any]) -> Facts:
    return {
        "name": item.key,
        "target": item.mapper.class_.__name__,
        "direction": item.direction.name.lower(),
        "many": bool(item.uselist),
        "keys": [f"{local.name} = {remote.table}.{remote.name}"
                 for local, remote in item.local_remote_pairs or ()
                 if isinstance(remote, Column)],
        "secondary": str(item.secondary) if item.secondary is not None else None,
        "back_populates": item.back_populates,
        "lazy": str(item.lazy),
        "cascade": sorted(item.cascade),
    }  # fmt: skip


def _index(item: Any) -> Facts:
    return {
        "name": item.name,
        "columns": [str(getattr(part, "name", part)) for part in item.expressions],
        "unique": bool(item.unique),
    }


def _constraints(table: Table) -> list[Constraint]:
    """Those that say something: SQLAlchemy gives every table a primary key, be it an empty one."""
    return [
        item for item in table.constraints if item is not table.primary_key or table.primary_key
    ]


def _constraint(item: Constraint) -> Facts:
    kinds = {PrimaryKeyConstraint: "primary key", ForeignKeyConstraint: "foreign key",
             UniqueConstraint: "unique", CheckConstraint: "check"}  # fmt: skip
    kind = next((name for class_, name in kinds.items() if isinstance(item, class_)), "other")
    facts: Facts = {
        "name": item.name,
        "type": kind,
        "columns": [column.name for column in getattr(item, "columns", ())],
        "refers_to": [],
        "text": str(item.sqltext) if isinstance(item, CheckConstraint) else None,
    }
    if isinstance(item, ForeignKeyConstraint):
        facts["refers_to"] = [element.target_fullname for element in item.elements]
        facts["text"] = f"ON DELETE {item.ondelete}" if item.ondelete else None
    return facts


def _others(mapper: Mapper[Any]) -> Iterator[Facts]:
    """Attributes that are no column: hybrids, synonyms, association proxies."""
    for key, item in mapper.all_orm_descriptors.items():
        kind = item.extension_type.name.lower().replace("_", " ")
        if kind != "not extension":
            yield {"name": key, "type": kind}
    for synonym in mapper.synonyms:
        yield {"name": synonym.key, "type": f"synonym of {synonym.name}"}


def _description(mapper: Mapper[Any], table: Table | None) -> str | None:
    comment = table.comment if table is not None else None
    # declarative classes without a docstring inherit their base's
    own = mapper.class_.__dict__.get("__doc__")
    return comment or (own.strip().partition("\n")[0] if own else None)
