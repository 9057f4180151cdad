"""Everything that is known of an entity, as one answer for a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any

from sqlalchemy import ClauseElement, Column, Table, exc
from sqlalchemy import types as sqltypes
from sqlalchemy.ext.hybrid import HybridExtensionType
from sqlalchemy.orm import Mapper

from sqlsess_cli.core.models import attributes
from sqlsess_cli.core.models.constraints import Constraints, Facts
from sqlsess_cli.core.models.entity import Entity, Relationship, kind_of
from sqlsess_cli.core.models.links import TableLinks
from sqlsess_cli.core.models.type_names import TypeNames, type_name
from sqlsess_cli.dialects._relations import Relation
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import Column as ResultColumn
from sqlsess_cli.result import Result

_COLUMNS = (
    ResultColumn("model", "text"),
    ResultColumn("table", "text"),
    ResultColumn("kind", "text"),
    ResultColumn("primary_key", "json"),
    ResultColumn("columns", "records"),
    ResultColumn("relationships", "records"),
    ResultColumn("other_attributes", "records"),
    ResultColumn("constraints", "records"),
    ResultColumn("indexes", "records"),
    ResultColumn("inheritance", "json"),
    ResultColumn("description", "text"),
)

_CARDINALITIES = {
    ("MANYTOONE", False): "many-to-one",
    ("ONETOMANY", True): "one-to-many",
    ("ONETOMANY", False): "one-to-one",
    ("MANYTOMANY", True): "many-to-many",
}


def described(entity: Entity) -> Result:
    """One entity in full, as an object."""
    facts = facts_of(entity)
    return Result.object({column: facts[column.name] for column in _COLUMNS}, entity.label)


def listed(entities: Iterable[Entity | Relation]) -> Result:
    """Many entities, as rows."""
    found = map(facts_of, entities)
    rows = ([tuple(facts[column.name] for column in _COLUMNS)] for facts in found)
    return Result(_COLUMNS, rows)


def facts_of(entity: Entity | Relation) -> Facts:
    """What is known of an entity, by the names of the answer's columns."""
    facts: Facts = {column.name: [] for column in _COLUMNS}
    if isinstance(entity, Relation):  # one that no class could be mapped to
        name = ".".join(filter(None, entity.place))
        return {**facts, "model": name, "table": name, "kind": entity.kind,
                "inheritance": None, "description": None}  # fmt: skip
    table = entity.table
    constraints = _constraints(entity, table)
    return facts | {
        "model": entity.name,
        "table": str(getattr(table, "fullname", table)),
        "kind": entity.kind,
        "primary_key": list(entity.key),
        "columns": list(_columns(entity, constraints)),
        "relationships": list(_relationships(entity)),
        "other_attributes": list(_others(entity)),
        "constraints": list(constraints.constraints),
        "indexes": list(constraints.indexes),
        "inheritance": _inheritance(entity.mapper),
        "description": _description(entity.mapper, constraints),
    }


def _constraints(entity: Entity, table: Any) -> Constraints:
    if isinstance(entity.links, TableLinks):
        return Constraints.reflected(entity.links.details())
    return Constraints.declared(table) if isinstance(table, Table) else Constraints()


def _columns(entity: Entity, own: Constraints) -> Iterator[Facts]:
    """The attributes that are columns; those of a parent's table are held to what that says."""
    known: dict[Any, Constraints] = {entity.table: own}
    declared = TypeNames(entity)
    for name in entity.columns:
        item = entity.mapper.column_attrs[name]
        column = item.columns[0]
        facts = {"name": name, "column": None, "type": declared.type_of(column),
                 "kind": kind_of(column.type), "nullable": None,
                 "primary_key": name in entity.key}  # fmt: skip
        if isinstance(column, Column) and isinstance(column.table, Table):
            if column.table not in known:
                known[column.table] = Constraints.declared(column.table)
            facts |= _of_column(column, known[column.table])
            facts["autoincrement"] = facts["autoincrement"] and declared.counts(column)
        else:
            facts |= _NO_COLUMN | {"expression": _sql(column)}
        values = column.type.enums if isinstance(column.type, sqltypes.Enum) else []
        yield facts | {"values": list(values), "deferred": bool(item.deferred)}


_NO_COLUMN: Facts = {
    "default": None, "server_default": None, "onupdate": None, "autoincrement": False,
    "identity": None, "computed": None, "foreign_key": [], "unique": None, "comment": None,
}  # fmt: skip


def _of_column(column: Column[Any], constraints: Constraints) -> Facts:
    identity, computed, table = column.identity, column.computed, column.table
    auto = isinstance(table, Table) and table.autoincrement_column is column
    return {
        "column": column.name,
        "nullable": column.nullable,
        "default": _given(column.default),
        "server_default": None if computed or identity else _text(column.server_default),
        "onupdate": _given(column.onupdate),
        "autoincrement": bool(identity) or auto,
        "identity": identity and {"always": bool(identity.always), "start": identity.start,
                                  "increment": identity.increment},
        "computed": computed and {"expression": str(computed.sqltext),
                                  "stored": computed.persisted},
        "foreign_key": constraints.refers(column.name),
        "unique": bool(column.unique) or constraints.is_unique(column.name),
        "comment": column.comment,
        "expression": None,
    }  # fmt: skip


def _given(default: Any) -> str | None:
    """What Python gives a column that was not given a value."""
    if default is None:
        return None
    argument: object | Callable[..., object] = getattr(default, "arg", default)
    if callable(argument):
        return f"{getattr(argument, '__name__', 'callable')}()"
    if isinstance(argument, Enum):
        return argument.name
    return _sql(argument) if isinstance(argument, ClauseElement) else repr(argument)


def _text(default: Any) -> str | None:
    """What the database gives it."""
    if default is None:
        return None
    argument = getattr(default, "arg", None)
    if argument is None:
        return "generated"
    # A str of the user's is a value; what was reflected, or is said by text(), is SQL.
    return repr(argument) if isinstance(argument, str) else str(getattr(argument, "text", argument))


def _sql(expression: Any) -> str:
    """An SQL expression as text, with its values where they can be spelled."""
    try:
        return str(expression.compile(compile_kwargs={"literal_binds": True}))
    except (exc.SQLAlchemyError, NotImplementedError):
        return str(expression)


def _relationships(entity: Entity) -> Iterator[Facts]:
    for name in entity.links.names():
        item = entity.links.get(name)
        if item is not None:
            yield _relationship(item, entity.links.entity(item))


def _relationship(item: Relationship, target: Entity) -> Facts:
    many = bool(item.uselist)
    return {
        "name": item.key,
        "target": target.name,
        "direction": item.direction.name.lower(),
        "cardinality": _CARDINALITIES.get((item.direction.name, many), "many-to-one"),
        "many": many,
        "keys": [{"local": _dotted(local), "remote": _dotted(remote)}
                 for local, remote in item.local_remote_pairs or ()],
        "join": str(item.primaryjoin),
        "secondary": str(item.secondary) if item.secondary is not None else None,
        "back_populates": item.back_populates,
        "lazy": str(item.lazy),
        "cascade": sorted(item.cascade),
        "viewonly": bool(item.viewonly),
    }  # fmt: skip


def _dotted(column: Any) -> str:
    table = getattr(column, "table", None)
    return f"{table}.{column.name}" if isinstance(table, Table) else str(column)


def _others(entity: Entity) -> Iterator[Facts]:
    """Attributes that are no column: hybrids, synonyms, association proxies, composites."""
    mapper = entity.mapper
    for name in attributes.hybrids(mapper):
        yield {"name": name, "type": "hybrid", "of": [], "sql_type": _hybrid_type(entity, name)}
    for name, item in mapper.all_orm_descriptors.items():
        if item.extension_type is HybridExtensionType.HYBRID_METHOD:
            yield {"name": name, "type": "hybrid method", "of": [], "sql_type": None}
    for name, meant in attributes.synonyms(mapper).items():
        yield {"name": name, "type": "synonym", "of": [meant], "sql_type": None}
    for name, path in attributes.proxies(mapper).items():
        yield {"name": name, "type": "proxy", "of": [".".join(path)], "sql_type": None}
    for name, fields in attributes.composites(mapper).items():
        yield {"name": name, "type": "composite", "of": list(fields.values()), "sql_type": None}


def _hybrid_type(entity: Entity, name: str) -> str | None:
    """The type of its SQL expression; nothing if it is computed in Python only."""
    try:
        return type_name(entity.attribute(entity.origin, name).type)
    except (UsageError, exc.SQLAlchemyError):
        return None


def _inheritance(mapper: Mapper[Any]) -> Facts | None:
    """Where a class stands in its hierarchy; None if it has neither parent nor children."""
    children = sorted(_full_name(item) for item in mapper.self_and_descendants
                      if item.inherits is mapper)  # fmt: skip
    parent = mapper.inherits
    if parent is None and not children:
        return None
    discriminator: Any = mapper.polymorphic_on
    style = "concrete" if mapper.concrete else "single" if mapper.single else "joined"
    return {
        "parent": parent and _full_name(parent),
        "style": style if parent is not None else None,
        "discriminator": None if discriminator is None
        else str(getattr(discriminator, "name", discriminator)),
        "identity": mapper.polymorphic_identity,
        "children": children,
    }  # fmt: skip


def _full_name(mapper: Mapper[Any]) -> str:
    return f"{mapper.class_.__module__}:{mapper.class_.__name__}"


def _description(mapper: Mapper[Any], constraints: Constraints) -> str | None:
    # declarative classes without a docstring inherit their base's; dataclasses get their signature
    own = mapper.class_.__dict__.get("__doc__") or ""
    told = own.strip().partition("\n")[0]
    signature = told.startswith(f"{mapper.class_.__name__}(")
    return constraints.comment or (None if signature else told or None)
