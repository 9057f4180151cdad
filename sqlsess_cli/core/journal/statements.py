"""What is asked of a statement of SQLAlchemy's that changes rows: which, and what it sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, and_
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.sql import visitors


def filled(where: Any, parameters: Mapping[str, Any]) -> Any:
    """A condition with the values of its parameters in it."""
    names = {item.key for item in visitors.iterate(where) if isinstance(item, BindParameter)}
    return where.params({name: value for name, value in parameters.items() if name in names})


def set_by(clause: Any, parameters: Mapping[str, Any]) -> set[str]:
    """The names of the columns that an UPDATE sets."""
    keys = {*constants(clause), *_expressions(clause), *parameters}
    return {item.name for item in clause.table.c if item.key in keys}


def _assigned(clause: Any) -> dict[str, Any]:
    found = getattr(clause, "_values", None) or {}
    ordered = getattr(clause, "_ordered_values", None) or ()
    return {getattr(key, "key", key): value for key, value in [*found.items(), *ordered]}


def constants(clause: Any) -> dict[str, Any]:
    """What an UPDATE sets to a value, by the column's key."""
    return {key: value.value for key, value in _assigned(clause).items()
            if getattr(value, "__visit_name__", "") == "bindparam"}  # fmt: skip


def _expressions(clause: Any) -> set[str]:
    return {key for key in _assigned(clause) if key not in constants(clause)}


def told_keys(result: Any) -> list[tuple[Any, ...]]:
    """The keys that the database told of; none where the statement asks for rows of its own."""
    try:
        found = [tuple(row) for row in result.inserted_primary_key_rows if row is not None]
    except InvalidRequestError:
        return []
    return [] if any(None in key for key in found) else found


def same(columns: Sequence[Any], key: Sequence[Any]) -> Any:
    """The condition that columns have these values."""
    return and_(*(item.is_(None) if value is None else item == value
                  for item, value in zip(columns, key, strict=True)))  # fmt: skip
