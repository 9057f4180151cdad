"""Values to be stored: text and JSON become what an attribute's type takes."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from sqlalchemy import types as sqltypes

from sqlsess_cli.core.changes.documents import parsed
from sqlsess_cli.core.filters.values import readable, typed
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import Kind

# Infinite, before Christ, of more than four digits, or of zeros: the database says if it takes it.
_BEYOND_DATES = re.compile(
    r"-?infinity|\d{4,}-\d\d-\d\d(?:[ T][\d:.+-]+)? BC|\d{5,}-\d\d-\d\d(?:[ T][\d:.+-]+)?"
    r"|(?:0000-\d\d-\d\d|\d{4}-(?:00-\d\d|\d\d-00))(?: 00:00:00(?:\.0+)?)?"
)
# Spans that have years or months: they are no number of days.
_MONTHS = re.compile(
    r"(?=.*(?:year|mon))(?:[+-]?\d+ (?:year|mon|day)s?(?: |\Z))+(?:[+-]?\d+:\d\d:\d\d(?:\.\d+)?)?"
)
_NUMBERS = ("integer", "float", "decimal", "boolean")
# JSON has no numbers for these, and our own has them as text.
_NO_NUMBERS = dict.fromkeys(("NaN", "Infinity", "-Infinity"), ("float", "decimal"))


def from_text(text: str, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    """The value that `text` is for an attribute of a type.

    Raises:
        UsageError: it is no value of that type.
    """
    readable(text)
    kind = kind_of(type_)
    if kind == "json":
        return parsed(text, path)
    if kind == "array":
        return _array(parsed(text, path), type_, path)
    return text if _beyond(text, kind) else typed(text, type_, path)


def from_json(value: object, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    """The value that a piece of JSON is for an attribute of a type.

    What our own JSON has for a value is that value again: text for dates and the like,
    `{"$base64": …}` for bytes.

    Raises:
        UsageError: it is no value of that type.
    """
    kind = kind_of(type_)
    if value is None or kind == "json":
        return _plain(value)
    if kind == "array":
        return _array(value, type_, path)
    if kind == "bytes" and isinstance(value, Mapping) and set(value) == {"$base64"}:
        return _bytes(value["$base64"], path)
    if isinstance(value, Mapping | list):
        raise UsageError(f"{path}: an object or a list is no value of it")
    return _simple(value, kind, type_, path)


def _simple(value: object, kind: Kind, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    if isinstance(value, bool):
        if kind not in ("boolean", "other"):
            raise UsageError(f"{path}: true and false are no values of it")
        return value
    if isinstance(value, int | Decimal):
        if kind not in (*_NUMBERS, "other"):
            raise UsageError(f"{path}: {value} is a number", "write text in quotes")
        return value if kind == "other" else typed(str(value), type_, path)
    if value in _NO_NUMBERS and kind in _NO_NUMBERS[str(value)]:
        return Decimal(str(value)) if kind == "decimal" else float(str(value))
    return from_text(str(value), type_, path)


def _beyond(text: str, kind: Kind) -> bool:
    """Whether it is a date or a span as PostgreSQL and MariaDB write those that Python lacks."""
    if kind in ("date", "datetime"):
        return _BEYOND_DATES.fullmatch(text) is not None
    return kind == "interval" and _MONTHS.fullmatch(text) is not None


def _array(value: object, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    if not isinstance(value, list):
        raise UsageError(f"{path}: an array is written as JSON", f'{path}=["a", "b"]')
    item = getattr(type_, "item_type", sqltypes.NullType())
    return [
        _array(one, type_, path) if isinstance(one, list) else from_json(one, item, path)
        for one in value
    ]


def _bytes(text: object, path: str) -> bytes:
    try:
        return b64decode(str(text), validate=True)
    except ValueError:
        raise UsageError(f"{path}: not base64") from None


def _plain(value: object) -> object:
    """JSON as the standard library would have read it: drivers write no Decimal."""
    if isinstance(value, Decimal):
        return float(value) if isfinite(float(value)) else int(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
