"""Related objects that lead to many, kept as a class likes it: list, set, dict or query."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import WriteOnlyCollection, object_session
from sqlalchemy.orm.collections import collection_adapter
from sqlalchemy.util import duck_type_collection

from sqlsess_cli.core.models.entity import Relationship

NEVER_LOADED = ("dynamic", "write_only")  # ways of loading that keep no members in memory


def collected(relationship: Relationship, several: Sequence[Any]) -> Collection[Any]:
    """Members as the kind of collection that may be set on a relationship to many."""
    made = relationship.collection_class
    kind = list if made is None else duck_type_collection(made() if callable(made) else made)
    if kind is dict:
        return dict(enumerate(several))  # SQLAlchemy puts each under its own key
    return set(several) if kind is set else list(several)


def members(target: Any, name: str) -> list[Any]:
    """The objects that a relationship to many leads to; what was not sent yet does not show."""
    found, session = getattr(target, name), object_session(target)
    if not _is_query(target, name):
        return [*collection_adapter(found)]
    if session is None:
        return []
    with session.no_autoflush:
        statement = found.select() if isinstance(found, WriteOnlyCollection) else found.statement
        return [*session.scalars(statement)]


def holds(target: Any, name: str, other: Any) -> bool:
    """Whether an object is among those that a relationship to many leads to."""
    found, session = getattr(target, name), object_session(target)
    if not isinstance(found, WriteOnlyCollection):
        return other in members(target, name)
    same = found.select().where(identified(other))
    return session is not None and session.scalar(same) is not None


def add(target: Any, name: str, other: Any) -> None:
    """Relate an object, as the application would."""
    found = getattr(target, name)
    if _is_query(target, name):
        found.add(other)
    else:
        collection_adapter(found).append_with_event(other)


def remove(target: Any, name: str, other: Any) -> None:
    """Relate an object no longer."""
    found = getattr(target, name)
    if _is_query(target, name):
        found.remove(other)
    else:
        collection_adapter(found).remove_with_event(other)


def identified(target: Any) -> ColumnElement[bool]:
    """The condition that only the row of this object meets."""
    mapper = inspected(target).mapper
    values = mapper.primary_key_from_instance(target)
    return and_(
        *(key == value for key, value in zip(mapper.primary_key, values, strict=True))
    )  # fmt: skip


def _is_query(target: Any, name: str) -> bool:
    return inspected(target).mapper.relationships[name].lazy in NEVER_LOADED
