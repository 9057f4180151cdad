"""Text typed by the attribute it is compared with: '2024-02-30' is no date, and says so."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import types as sqltypes

from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean
from sqlsess_cli.result import NUMERIC, Kind

_BOOLEANS = {"true": True, "t": True, "yes": True, "on": True, "1": True,
             "false": False, "f": False, "no": False, "off": False, "0": False}  # fmt: skip


def boolean(text: str) -> bool:
    """A truth value, in any of the spellings that databases take."""
    return _BOOLEANS[text.lower()]


def interval(text: str) -> timedelta:
    """A span of time as `[-][days ]H:MM[:SS[.ffffff]]`."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text)
    days, _, clock = rest.rpartition(" ")
    hours, minutes, *seconds = clock.split(":")
    return sign * timedelta(
        days=int(days or 0),
        hours=int(hours),
        minutes=int(minutes),
        seconds=float(seconds[0]) if seconds else 0,
    )


def binary(text: str) -> bytes:
    r"""Bytes as `\x…` or plain hexadecimal."""
    return bytes.fromhex(text.removeprefix("\\x").removeprefix("0x"))


_READ: dict[Kind, tuple[str, Callable[[str], Any]]] = {
    "boolean": ("true or false", boolean),
    "integer": ("a whole number", int),
    "float": ("a number", float),
    "decimal": ("a number", Decimal),
    "date": ("a date such as 2024-12-31", date.fromisoformat),
    "datetime": ("a date and time such as 2024-12-31 23:59:00", datetime.fromisoformat),
    "time": ("a time such as 23:59:00", time.fromisoformat),
    "interval": ("a span such as 1 12:30:00", interval),
    "uuid": ("a UUID", uuid.UUID),
    "bytes": (r"bytes such as \x00ff", binary),
}


def typed(text: str, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    """The value that `text` is for an attribute of a type.

    Args:
        text: as the user wrote it, without quotes.
        type_: the attribute's type.
        path: the attribute, for the message.

    Raises:
        UsageError: it is no value of that type.
    """
    if isinstance(type_, sqltypes.Enum):
        return _member(text, type_, path)
    kind = kind_of(type_)
    if kind not in _READ:
        return text
    expected, read = _READ[kind]
    try:
        value = read(text)
    except (ValueError, KeyError, InvalidOperation):
        raise UsageError(f"{path}: {text!r} is not {expected}") from None
    # Uuid(as_uuid=False) takes text.
    return text if kind == "uuid" and not getattr(type_, "as_uuid", True) else value


def fitting(value: object, text: str, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    """A literal of an expression, as a value to compare with an attribute of a type.

    Args:
        value: what the literal is by itself: text, a number, a truth value, a typed literal.
        text: how it was written.
        type_: the attribute's type.
        path: the attribute, for the message.

    Raises:
        UsageError: it does not fit.
    """
    kind = kind_of(type_)
    if isinstance(value, str) or kind not in NUMERIC:
        same = isinstance(value, str | bool | int | Decimal) or kind == "other"
        return typed(text, type_, path) if same and kind != "other" else value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UsageError(f"{path}: {text!r} is not a number")
    if kind == "decimal":
        return Decimal(value)
    # A whole column may be compared with 7.5; SQLite's driver takes no Decimal, and no integer
    # holds more than 64 bits.
    if kind == "float" or not -(2**64) < value < 2**64 or value % 1:
        return float(Decimal(value))  # which is infinite where a float ends
    return int(value)


def of_kind(text: str, kind: str) -> object:
    """The value of a typed literal such as date '2024-12-31'.

    Raises:
        UsageError: there is no such type, or it is no value of it.
    """
    name = {"timestamp": "datetime", "bool": "boolean", "int": "integer"}.get(kind, kind)
    known = {str(item): about for item, about in _READ.items()}
    if name not in known:
        hint = did_you_mean(kind, known) or f"one of: {', '.join(sorted(known))}"
        raise UsageError(f"there is no literal of type {kind!r}", hint)
    expected, read = known[name]
    try:
        return read(text)
    except (ValueError, KeyError, InvalidOperation):
        raise UsageError(f"{text!r} is not {expected}") from None


def _member(text: str, type_: sqltypes.Enum, path: str) -> object:
    """A member of an enumeration, by its name or by what is stored for it."""
    if text in type_.enums:
        class_ = type_.enum_class
        if class_ is None:
            return text
        stored = dict(zip(type_.enums, _members(type_), strict=True))
        return stored[text]
    class_ = type_.enum_class
    if class_ is not None and text in class_.__members__:
        return class_.__members__[text]
    hint = did_you_mean(text, type_.enums) or f"one of: {', '.join(type_.enums)}"
    raise UsageError(f"{path}: {text!r} is not one of its values", hint)


def _members(type_: sqltypes.Enum) -> list[Any]:
    """The members in the order of `enums`, which holds what is stored for each."""
    class_: Any = type_.enum_class
    return list(class_.__members__.values())
