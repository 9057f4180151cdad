"""What is asked of a statement of SQLAlchemy's that changes rows: which, and what it sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, literal
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.sql import visitors

from sqlsess_cli.core.changes.references import CASCADE, SET_NULL, Rule, Verb

Values = Mapping[str, object]  # what is set, by the name of the column

UNKNOWN = object()  # a value that only the database knows


def filled(where: Any, parameters: Mapping[str, Any]) -> Any:
    """A condition with the values of its parameters in it."""
    names = {item.key for item in visitors.iterate(where) if isinstance(item, BindParameter)}
    return where.params({name: value for name, value in parameters.items() if name in names})


def values_of(clause: Any, parameters: Mapping[str, Any]) -> Values:
    """What an UPDATE sets, by the column's name; each with its type."""
    given = {**dict.fromkeys(_assigned(clause), UNKNOWN), **parameters, **_constants(clause)}
    return {item.name: _typed(given[item.key], item) for item in clause.table.c
            if item.key in given}  # fmt: skip


def _typed(value: object, of: ColumnElement[Any]) -> object:
    return value if value is None or value is UNKNOWN else literal(value, of.type)


def passed_on(rule: Rule, verb: Verb, given: Values) -> Values:
    """What the database sets in the rows that refer to others, when these are deleted or set.

    Args:
        rule: of the foreign key.
        verb: what happens to the rows that are referred to.
        given: what is set in these.
    """
    action = rule.action(verb)
    if action != CASCADE:
        return dict.fromkeys(rule.key.columns, None if action == SET_NULL else UNKNOWN)
    pairs = zip(rule.key.columns, rule.key.target_columns, strict=True)
    return {ours: given[theirs] for ours, theirs in pairs if theirs in given}


def _assigned(clause: Any) -> dict[str, Any]:
    found = getattr(clause, "_values", None) or {}
    ordered = getattr(clause, "_ordered_values", None) or ()
    return {getattr(key, "key", key): value for key, value in [*found.items(), *ordered]}


def _constants(clause: Any) -> dict[str, Any]:
    return {key: value.value for key, value in _assigned(clause).items()
            if getattr(value, "__visit_name__", "") == "bindparam"}  # fmt: skip


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
