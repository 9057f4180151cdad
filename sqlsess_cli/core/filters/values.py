"""Text typed by the attribute it is compared with: '2024-02-30' is no date, and says so."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isinf
from typing import Any

from sqlalchemy import types as sqltypes

from sqlsess_cli.core.filters.caret import shortened
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean
from sqlsess_cli.result import Kind

_BOOLEANS = {"true": True, "t": True, "yes": True, "on": True, "1": True,
             "false": False, "f": False, "no": False, "off": False, "0": False}  # fmt: skip

# Python's own readers take 1_000 and digits of any script as well.
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
_NO_NUMBER = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\s*", re.IGNORECASE)
_DIGITS = 400  # of a number: no database has one that needs more

_UNITS = {"week": 7 * 86400, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
_SPAN = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*(week|day|hour|minute|second)s?\b,?", re.ASCII)
_POSTGRES = re.compile(r"(-?\d+) days? ([+-]?\d+:\d\d:\d\d(?:\.\d{1,6})?)", re.ASCII)
_CLOCK = re.compile(r"(-?)(?:(\d+) )?(\d+):(\d\d?)(?::(\d\d?(?:\.\d{1,6})?))?", re.ASCII)


def boolean(text: str) -> bool:
    """A truth value, in any of the spellings that databases take."""
    return _BOOLEANS[text.lower()]


def integer(text: str) -> int:
    """A whole number."""
    if not _INTEGER.fullmatch(text) or len(text) > _DIGITS:
        raise ValueError
    return int(text)


def decimal(text: str) -> Decimal:
    """A number, with all its digits."""
    if not _DECIMAL.fullmatch(text) or len(text) > _DIGITS:
        raise ValueError
    number = Decimal(text)
    if number and not -_DIGITS < number.adjusted() < _DIGITS:
        raise ValueError
    return number


def floating(text: str) -> float:
    """A floating number; also one of the three that are none, which PostgreSQL stores."""
    return float(text) if _NO_NUMBER.fullmatch(text) else double(decimal(text))


def double(number: Decimal | int) -> float:
    """A number as the nearest floating one."""
    near = float(number)
    if isinf(near):
        raise ValueError
    return near


def interval(text: str) -> timedelta:
    """A span of time as `[-][days ]H:MM[:SS[.ffffff]]`, or in words, as `2 days 12 hours`.

    Or as PostgreSQL writes it, days and hours each with a sign: `-1 days +02:00:00`.
    """
    if written := _POSTGRES.fullmatch(text):
        return timedelta(days=int(written[1])) + interval(written[2].lstrip("+"))
    if clock := _CLOCK.fullmatch(text):
        sign, days, hours, minutes, seconds = clock.groups()
        span = timedelta(
            days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=float(seconds or 0)
        )
        return -span if sign else span
    total, at = timedelta(), 0
    while found := _SPAN.match(text.lower(), at):
        total += timedelta(seconds=float(Decimal(found[1]) * _UNITS[found[2]]))
        at = found.end()
    if at == 0 or text[at:].strip():
        raise ValueError
    return total


def binary(text: str) -> bytes:
    r"""Bytes as `\x…` or plain hexadecimal."""
    return bytes.fromhex(text.removeprefix("\\x").removeprefix("0x"))


def moment(text: str) -> datetime:
    """A date and time; a date alone is its midnight."""
    return datetime.fromisoformat(text.strip())


def clock(text: str) -> time:
    """A time of day; its hour may have one digit."""
    return time.fromisoformat(f"0{text}" if text[1:2] == ":" else text)


_READ: dict[Kind, tuple[str, Callable[[str], Any]]] = {
    "boolean": ("true or false", boolean),
    "integer": ("a whole number", integer),
    "float": ("a number", floating),
    "decimal": ("a number", decimal),
    "date": ("a date such as 2024-12-31", date.fromisoformat),
    "datetime": ("a date and time such as 2024-12-31 23:59:00", moment),
    "time": ("a time such as 23:59:00", clock),
    "interval": ("a span such as 1 12:30:00 or 36 hours", interval),
    "uuid": ("a UUID", uuid.UUID),
    "bytes": (r"bytes such as \x00ff", binary),
}
_WRONG = (ValueError, KeyError, InvalidOperation, OverflowError)


def typed(text: str, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    """The value that `text` is for an attribute of a type.

    Args:
        text: as the user wrote it, without quotes.
        type_: the attribute's type.
        path: the attribute, for the message.

    Raises:
        UsageError: it is no value of that type.
    """
    readable(text)
    if isinstance(type_, sqltypes.Enum):
        return _member(text, type_, path)
    kind = kind_of(type_)
    if kind in ("json", "array"):
        problem = f"{path}: {'JSON' if kind == 'json' else 'an array'} is compared with no text"
        raise UsageError(problem, f"{path} is null, or is not null")
    if kind not in _READ:
        return text
    if kind == "integer" and isinstance(type_, sqltypes.TypeDecorator) and "." in text:
        kind = "decimal"  # what is stored as 1050 may be 10.50 to a type of one's own
    value = _read(text, kind, f"{path}: ")
    if isinstance(value, datetime):
        return zoned(value, type_, path)
    # Uuid(as_uuid=False) takes text.
    return text if kind == "uuid" and not getattr(type_, "as_uuid", True) else value


def zoned(value: datetime, type_: sqltypes.TypeEngine[Any], path: str) -> datetime:
    """A date and time as an attribute stores it: without an offset, or in UTC.

    Raises:
        UsageError: it has an offset, and the attribute none: most drivers would drop it.
    """
    if value.tzinfo is None:
        return value
    if not getattr(type_, "timezone", False):
        problem = f"{path}: '{value}' has an offset from UTC, but the attribute has no time zone"
        raise UsageError(problem, "leave the offset out")
    return value.astimezone(UTC)


def readable(text: str) -> str:
    """The text, if every database can be sent it.

    Raises:
        UsageError: it is not UTF-8.
    """
    if not text.isascii() and re.search("[\ud800-\udfff]", text):
        raise UsageError(f"{shortened(text)} is not valid UTF-8")
    return text


def of_kind(text: str, kind: str) -> object:
    """The value of a typed literal such as date '2024-12-31'.

    Raises:
        UsageError: there is no such type, or it is no value of it.
    """
    name = {"timestamp": "datetime", "bool": "boolean", "int": "integer"}.get(kind, kind)
    found = next((known for known in _READ if known == name), None)
    if found is None:
        hint = did_you_mean(kind, _READ) or f"one of: {', '.join(sorted(_READ))}"
        raise UsageError(f"there is no literal of type {kind!r}", hint)
    return _read(text, found)


def number(text: str) -> int | Decimal:
    """A literal number: a whole one has no point and no exponent.

    Raises:
        UsageError: it is none, or one of more digits than any database has.
    """
    value: int | Decimal = _read(text, "integer" if _INTEGER.fullmatch(text) else "decimal")
    return value


def kind_of_value(value: object) -> Kind:
    """What a literal is by itself."""
    found: Kind | None = next((kind for type_, kind in _PLAIN if isinstance(value, type_)), None)
    return found or "text"


_PLAIN: tuple[tuple[type, Kind], ...] = (
    (bool, "boolean"), (int, "integer"), (Decimal, "decimal"), (float, "float"),
    (datetime, "datetime"), (date, "date"), (time, "time"), (timedelta, "interval"),
    (uuid.UUID, "uuid"), (bytes, "bytes"),
)  # fmt: skip


def _read(text: str, kind: Kind, before: str = "") -> Any:
    expected, read = _READ[kind]
    try:
        return read(text)
    except _WRONG:
        raise UsageError(f"{before}{shortened(text)} is not {expected}") from None


def _member(text: str, type_: sqltypes.Enum, path: str) -> object:
    """A member of an enumeration, by its name or by what is stored for it."""
    if text in type_.enums:
        class_ = type_.enum_class
        if class_ is None:
            return text
        return dict(zip(type_.enums, _members(type_), strict=False))[text]
    class_ = type_.enum_class
    if class_ is not None and text in class_.__members__:
        return class_.__members__[text]
    hint = did_you_mean(text, type_.enums) or f"one of: {', '.join(type_.enums)}"
    raise UsageError(f"{path}: {shortened(text)} is not one of its values", hint)


def _members(type_: sqltypes.Enum) -> list[Any]:
    """The members in the order of `enums`, which holds what is stored for each."""
    class_: Any = type_.enum_class
    own = list(class_)  # without the aliases, which the type leaves out unless told otherwise
    return own if len(own) == len(type_.enums) else list(class_.__members__.values())
