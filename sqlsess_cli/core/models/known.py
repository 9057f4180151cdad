"""What is left for completion of the models that a command has come to know."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any

from sqlalchemy import exc
from sqlalchemy import types as sqltypes
from sqlalchemy.orm import Mapper

from sqlsess_cli.core.models import attributes, sql_names
from sqlsess_cli.core.models.edges import Edges
from sqlsess_cli.core.models.entity import Entity, kind_of
from sqlsess_cli.core.models.links import TableLinks
from sqlsess_cli.core.models.naming import Edge
from sqlsess_cli.core.models.naming import attributes as called_for
from sqlsess_cli.core.models.reflection import Reflection
from sqlsess_cli.dialects._relations import Place, Relation
from sqlsess_cli.errors import UsageError
from sqlsess_cli.names.cache import Cache, Facts, Files, line, parsed
from sqlsess_cli.names.entries import COMPOSITE, MANY, ONE, PROXY, Attribute, Model

_LONGEST = 40  # characters of a type
_NEEDED = ("columns", "pk_constraint")
_PATIENCE = 3  # seconds that a command takes longer, so that completion knows more


def files_of(mappers: Sequence[Mapper[Any]], folder: str) -> Files:
    """The files that mapped classes are made by: theirs, and all else that lies in the project."""
    own = {item.class_.__module__ for item in mappers}
    bases = {class_.__module__ for item in mappers for class_ in item.class_.__mro__}
    found = set()
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None) or ""
        installed = "site-packages" in path or path.startswith(sys.base_prefix)
        here = name in bases or path.startswith(os.path.join(folder, ""))
        if name in own or (here and not installed):
            found.add(stamp(path))
    return sorted(item for item in found if item is not None)


def stamp(path: str) -> tuple[str, int, int] | None:
    """A file with its time and size; None if there is none."""
    try:
        about = os.stat(path)
    except OSError:
        return None
    return path, about.st_mtime_ns, about.st_size


def mapped(entities: Sequence[Entity], files: Files) -> Cache:
    """The names of mapped classes."""
    models = [
        Model(item.name, "class", str(getattr(item.table, "fullname", "")), len(item.columns))
        for item in entities
    ]
    lines = [line([*_attributes(entity)]) for entity in entities]
    return Cache(Facts(files, whole=True), models, lines, sql_names.of_entities(entities, _value))


def _attributes(entity: Entity) -> Iterator[Attribute]:
    """Everything that a path can name on an entity."""
    for name in entity.names:
        type_ = _type_of(entity, name)
        if type_ is not None:
            yield _value(name, type_)
    links = {name: entity.links.get(name) for name in entity.links.names()}
    for name, meant in attributes.synonyms(entity.mapper).items():
        links[name] = links.get(meant)
    for name, link in links.items():
        if link is not None:
            many = MANY if link.uselist else ONE
            yield Attribute(name, many, entity.links.entity(link).name)
    for name, fields in entity.composites.items():
        yield Attribute(name, COMPOSITE, "composite", tuple(fields))
    for name, path in entity.proxies.items():
        yield Attribute(name, PROXY, ".".join(path))


def _type_of(entity: Entity, name: str) -> sqltypes.TypeEngine[Any] | None:
    """The type of a value; None where Python computes it alone."""
    known = entity.mapper.column_attrs.get(name)
    if known is not None:
        return known.columns[0].type
    try:
        type_: sqltypes.TypeEngine[Any] = entity.attribute(entity.origin, name).type
    except (UsageError, exc.SQLAlchemyError):
        return None
    return type_


def _value(name: str, type_: sqltypes.TypeEngine[Any]) -> Attribute:
    kind = kind_of(type_)
    inner = type_.impl_instance if isinstance(type_, sqltypes.TypeDecorator) else type_
    values = tuple(inner.enums) if isinstance(inner, sqltypes.Enum) else ()
    return Attribute(name, kind, "enum" if values else _said(type_), values)


def _said(type_: sqltypes.TypeEngine[Any]) -> str:
    """A type as SQL writes it, without how its text is sorted."""
    try:
        text = str(type_)
    except (exc.CompileError, NotImplementedError, AttributeError):  # a type of somebody's own
        text = type(type_).__name__
    return text.partition(" COLLATE")[0].partition(" CHARACTER SET")[0][:_LONGEST]


# Reflected ones


def reflected(reflection: Reflection, before: Cache | None, files: Files) -> Cache:
    """What is known of a database after a command: of what it asked, more than before.

    Args:
        reflection: what the command came to know.
        before: what others knew.
        files: of the database, if it is a file.
    """
    models = {item.name: item for item in before.models} if before else {}
    lines = before.by_name() if before else {}
    tables = dict(before.tables) if before else {}
    for entity in reflection.entities():
        if isinstance(entity.links, TableLinks):
            edges = entity.links.edges
            found = {item.name: item for item in parsed(lines.get(entity.name, b""))}
            found = {name: item for name, item in found.items() if item.leads}
            found |= {item.name: item for item in _of_edges(edges.known())}
            values = [_value(name, entity.mapper.column_attrs[name].columns[0].type)
                      for name in entity.columns]  # fmt: skip
            known = models.get(entity.name)
            kind = known.kind if known else reflection.known_kinds.get(entity.links.place, "table")
            models[entity.name] = Model(entity.name, kind, "", len(values))
            lines[entity.name] = line([*values, *found.values()])
            told = tables.get(entity.name, b"")
            tables[entity.name] = _sql_line(entity, entity.links, kind, told)
    whole = before is not None and before.facts.whole
    known_lines = [lines[name] for name in models]
    return Cache(Facts(files, whole), [*models.values()], known_lines, tables)


def _sql_line(entity: Entity, links: TableLinks, kind: str, before: bytes) -> bytes:
    """A table for completion of SQL, with its keys if those were asked for now or before."""
    columns = [(column.name, column.type) for column in entity.table.columns]
    own = [edge.key for edge in links.edges.known() if not edge.back and edge.beyond is None]
    return sql_names.reflected(links.place, kind, columns, own, _value, before)


def listed(relations: Sequence[Relation], before: Cache | None, files: Files) -> Cache:
    """The tables and views that there are, with what was known of those before."""
    models = [
        Model(_dotted(item.place), item.kind, "", -1 if item.columns is None else item.columns)
        for item in relations
    ]
    lines = before.by_name() if before else {}
    whole = before is not None and before.facts.whole and list(before.models) == models
    told = before.tables if before else {}
    tables = {
        name: told.get(name) or sql_names.reflected(item.place, item.kind, (), (), _value)
        for item in relations
        for name in [_dotted(item.place)]
    }
    known = [lines.get(item.name, b"") for item in models]
    return Cache(Facts(files, whole), models, known, tables)


def everything(
    reflection: Reflection, relations: Sequence[Relation], before: Cache | None, files: Files
) -> Cache:
    """All there is to know of all tables and views, asked of the database in bulk.

    A database that has to be asked for each table alone, and takes long to answer, is asked for
    some now and for others the next time.

    Args:
        reflection: whom to ask.
        relations: the tables and views.
        before: what was known.
        files: of the database, if it is a file.
    """
    tables = reflection.tables
    tables.ask_all(relations, _NEEDED if tables.answers_at_once else ())
    lines = before.by_name() if before else {}
    told = dict(before.tables) if before else {}
    until, whole = monotonic() + _PATIENCE, True
    for relation in sorted(relations, key=lambda item: bool(lines.get(_dotted(item.place)))):
        if monotonic() > until:
            whole = False
            break
        name = _dotted(relation.place)
        lines[name], told[name] = _line_of(reflection, relation), _sql_of(reflection, relation)
    found = listed(relations, None, files)
    known = [lines.get(model.name, b"") for model in found.models]
    in_sql = {name: told.get(name, plain) for name, plain in found.tables.items()}
    return Cache(Facts(files, whole), found.models, known, in_sql)


def _sql_of(reflection: Reflection, relation: Relation) -> bytes:
    place, tables = relation.place, reflection.tables
    keys = tables.foreign_keys(place)
    return sql_names.reflected(place, relation.kind, tables.columns(place), keys, _value)


def _line_of(reflection: Reflection, relation: Relation) -> bytes:
    columns = reflection.tables.columns(relation.place)
    names = [name for name, _ in columns]
    called = called_for(names)
    edges = Edges(reflection, relation.place, names, called)
    values = [_value(name, type_) for name, (_, type_) in zip(called, columns, strict=True)]
    return line([*values, *_of_edges([*edges.outward, *edges.inward])])


def _of_edges(edges: Sequence[Edge]) -> Iterator[Attribute]:
    for edge in edges:
        many = MANY if edge.back or edge.beyond is not None else ONE
        yield Attribute(edge.name, many, _dotted(edge.target))


def _dotted(place: Place) -> str:
    return ".".join(filter(None, place))
