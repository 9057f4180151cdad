"""Objects found, made and set: constructors, validators and setters run, as in the application."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from sqlsess_cli.core.changes.asked import Asked, require_writable, text_of
from sqlsess_cli.core.changes.collections import collected
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.filters.values import typed
from sqlsess_cli.core.models.entity import Entity, kind_of
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO
from sqlsess_cli.dialects._faults import text_of as said
from sqlsess_cli.errors import RejectedError, UsageError
from sqlsess_cli.foreign import Foreign
from sqlsess_cli.result import Column, Result


def matching(entity: Entity, query: Query) -> tuple[Scope, list[ColumnElement[bool]]]:
    """The rows of an entity that a query's key and conditions name.

    Raises:
        UsageError: a name is unknown, or a value does not fit.
    """
    scope = Scope.root(entity)
    found: list[ColumnElement[bool]] = []
    for name, text in zip(entity.key, query.key, strict=False):
        key = scope.attribute(name)
        found.append(key == typed(text, key.type, name))
    if query.conditions:
        from sqlsess_cli.core.filters.compile import condition

        found.append(condition(query.conditions, scope, query.parameters))
    return scope, found


def chosen(entity: Entity, query: Query) -> Select[Any]:
    """The SELECT of the objects themselves, each once.

    Raises:
        UsageError: as `matching`.
    """
    scope, conditions = matching(entity, query)
    statement = scope.extended(select(entity.origin).where(*conditions))
    keys = [scope.attribute(name) for name in entity.key]
    return statement.order_by(*keys).limit(query.limit)


def found(session: Session, entity: Entity, query: Query) -> list[Any]:
    """The objects that a query names, loaded.

    Raises:
        UsageError: as `matching`, or the entity has no key to tell its objects apart.
        SqlsessError: the statement was rejected.
    """
    require_key(entity)
    statement = chosen(entity, query)
    with Foreign() as loading, translated(session.info[INFO]):  # a type reads as it likes
        return list(session.scalars(statement).unique())
    error = loading.error or RejectedError("nothing was read")
    raise RejectedError(f"{entity.label}: {said(error) or type(error).__name__}") from error


def require_key(entity: Entity) -> None:
    """See that objects of it can be told apart.

    Raises:
        UsageError: they cannot.
    """
    if not entity.key:
        hint = "change it with sql --write"
        raise UsageError(f"{entity.label} has no primary key: its objects are not known", hint)


def made(session: Session, asked: Asked) -> Any:
    """A new object, made by its class's own constructor, and related; it is not added yet.

    Raises:
        RejectedError: the class refuses a value, or what it is to be linked to is not there.
        UsageError: the constructor needs what was not given.
    """
    entity = asked.entity
    given = {**asked.values, **related(session, asked)}
    taken = {name: value for name, value in given.items() if name in parameters(entity, given)}
    with Foreign() as building:
        target = entity.origin(**taken)
    if isinstance(building.error, TypeError):
        raise UsageError(f"{entity.label}: {said(building.error)}", "PATH=VALUE gives a value")
    if building.error is not None:
        raise refused(entity, building.error)
    rest = {name: value for name, value in given.items() if name not in taken}
    put(entity, target, rest)
    return target


def parameters(entity: Entity, given: Iterable[str]) -> Iterable[str]:
    """Those of the names that the class's constructor takes."""
    signature = inspect.signature(entity.origin.__init__)
    kinds = [item.kind for item in signature.parameters.values()]
    if inspect.Parameter.VAR_KEYWORD in kinds:  # SQLAlchemy's own takes every attribute
        return [name for name in given if hasattr(entity.origin, name)]
    return signature.parameters


def change(session: Session, target: Any, asked: Asked) -> None:
    """Set what is asked on an object.

    Raises:
        RejectedError: its class refuses a value, or what it is to be linked to is not there.
        UsageError: an expression needs more than the object's own attributes.
    """
    put(asked.entity, target, {**asked.values, **related(session, asked)})
    put(asked.entity, target, computed(asked))


def put(entity: Entity, target: Any, values: Mapping[str, object]) -> None:
    """Set attributes, as code of the application would."""
    for name, value in values.items():
        with Foreign() as setting:
            getattr(target, name, None)  # what is deferred or expired is the value before
            setattr(target, name, value)
        if setting.error is not None:
            raise refused(entity, setting.error)


def refused(entity: Entity, error: BaseException) -> RejectedError:
    """That code of a mapped class refuses a value."""
    return RejectedError(f"{entity.label} refuses it: {said(error) or type(error).__name__}")


def related(session: Session, asked: Asked) -> dict[str, object]:
    """The related objects that are asked for: the one that matches each, or made."""
    entity = asked.entity
    objects: dict[str, object] = {}
    for name, conditions in asked.links.items():
        there = entity.links.entity(entity.mapper.relationships[name])
        objects[name] = None if conditions is None else the_one(session, there, conditions)
    for name, below in asked.nested.items():
        several = [made(session, item) for item in below]
        relationship = entity.mapper.relationships[name]
        objects[name] = collected(relationship, several) if relationship.uselist else several[0]
    return objects


def the_one(session: Session, entity: Entity, conditions: Sequence[tuple[str, object]]) -> Any:
    """The one object that has these values.

    Raises:
        RejectedError: there is none, or there are several.
    """
    words = [f"{path}={text_of(value)}" for path, value in conditions]
    with session.no_autoflush:
        objects = found(session, entity, Query(conditions=words, limit=2))
    if len(objects) == 1:
        return objects[0]
    named = " and ".join(words)
    if not objects:
        raise RejectedError(f"there is no {entity.label} with {named}")
    raise RejectedError(f"several {entity.label} have {named}", "say more of the one you mean")


def computed(asked: Asked) -> dict[str, object]:
    """Expressions of the filter language as SQL, to be set."""
    from sqlsess_cli.core.filters.compile import expression

    values: dict[str, object] = {}
    for name, text in asked.computed.items():
        scope = Scope.root(asked.entity)
        value, _ = expression(text, scope, {})
        if scope.joined:
            raise UsageError(f"{name} = {text}: only its own attributes can be computed with")
        values[name] = value
    return values


def linked_objects(session: Session, entity: Entity, word: str) -> tuple[str, Any]:
    """What `relationship.path=value` means: a to-many relationship, and the one to relate.

    Raises:
        UsageError: it is no such word, or the relationship leads to one.
        RejectedError: there is no such object, or there are several.
    """
    path, equals, text = word.partition("=")
    first, _, rest = path.partition(".")
    name = entity.named(first)
    relationship = None if name is None else entity.links.get(name)
    if not equals or relationship is None:
        raise UsageError(f"{word}: not RELATIONSHIP.PATH=VALUE", "such as courses.title=Art")
    require_writable(relationship)
    if not relationship.uselist:
        raise UsageError(f"{relationship.key} leads to one", f"--set {word}")
    there = entity.links.entity(relationship)
    if not rest and len(there.key) != 1:
        raise UsageError(f"{word}: say which attribute tells it apart", f"{first}.PATH=VALUE")
    return relationship.key, the_one(session, there, [(rest or there.key[0], text)])


def reread(
    session: Session, entity: Entity, targets: Sequence[Any], *, refresh: bool = True
) -> Result:
    """Objects as rows of their attributes, as the database has them now."""
    names = [name for name in entity.selected if name in entity.mapper.column_attrs]
    kinds = [kind_of(entity.attribute(entity.origin, name).type) for name in names]
    columns = tuple(Column(name, kind) for name, kind in zip(names, kinds, strict=True))
    rows = []
    with translated(session.info[INFO]):
        for target in targets:
            if refresh:
                session.refresh(target)
            rows.append(tuple(getattr(target, name) for name in names))
    return Result(columns, iter([rows] if rows else []))
