"""Values as text, once for all formats: as one piece of flat text, and as JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring
from math import isfinite
from types import NoneType
from typing import Any

from sqlsess_cli.result import JsonText, Unreadable

Speller = Callable[[Any], str]

_LONGEST = 20_000  # digits; PostgreSQL's numbers have up to 16,383 after the point


class _ByType(dict[type, Speller]):
    """How to spell a value of a type; one that is not listed is spelled like its nearest base."""

    def __missing__(self, kind: type) -> Speller:
        # An enum may also be a str or an int; its name is what a person declared.
        bases = (Enum, *kind.__mro__) if issubclass(kind, Enum) else kind.__mro__
        self[kind] = speller = next(self[base] for base in bases if base in self)
        return speller


def flat(value: object) -> str:
    """Any value but None as one piece of text."""
    return FLAT[type(value)](value)


def json_text(value: object) -> str:
    """Any value as compact JSON, on one line."""
    return JSON[type(value)](value)


def digits(value: int) -> str:
    """All digits of an int; str() refuses more than 4,300 of them, Decimal does not."""
    try:
        return int.__repr__(value)
    except ValueError:
        return str(Decimal(value))


def exact(value: Decimal) -> str:
    """A decimal as databases write it: with all its zeros, where str() gives an exponent."""
    text = str(value)
    return f"{value:f}" if "E-" in text and value.adjusted() > -_LONGEST else text


def interval(value: timedelta) -> str:
    """A time span as [-]H:MM:SS[.ffffff] with all its hours, as SQL writes one."""
    total = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
    seconds, fraction = divmod(abs(total), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    text = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return ("-" if total < 0 else "") + text + (f".{fraction:06}" if fraction else "")


def _name(value: Enum) -> str:
    return value.name or str(value)  # no flag of a Flag set: it has no name


def _hex(value: bytes | bytearray | memoryview) -> str:
    return f"\\x{value.hex()}"


def _base64(value: bytes | bytearray | memoryview) -> str:
    return f'{{"$base64":"{b64encode(bytes(value)).decode()}"}}'


def _json_float(value: float) -> str:
    if isfinite(value):
        return float.__repr__(value)
    return '"NaN"' if value != value else '"Infinity"' if value > 0 else '"-Infinity"'  # noqa: PLR0124


def _json_decimal(value: Decimal) -> str:
    if value.is_finite():
        return exact(value)
    return '"NaN"' if value.is_nan() else '"Infinity"' if value > 0 else '"-Infinity"'


def _json_as_stored(value: JsonText) -> str:
    """Line breaks in JSON can only be layout: in its strings they are escaped."""
    return value.replace("\r", " ").replace("\n", " ")


def _json_iso(value: date | time) -> str:
    return f'"{value.isoformat()}"'


def _json_quoted(value: object) -> str:
    return encode_basestring(flat(value))


def _json_object(value: Mapping[object, object]) -> str:
    items = (
        f"{encode_basestring('null' if key is None else flat(key))}:{json_text(item)}"
        for key, item in value.items()
    )
    return f"{{{','.join(items)}}}"


def _json_array(value: Iterable[object]) -> str:
    return f"[{','.join(map(json_text, value))}]"


def _json_set(value: Iterable[Any]) -> str:
    try:
        return _json_array(sorted(value))
    except TypeError:  # of several types, or of one without an order
        return f"[{','.join(sorted(map(json_text, value)))}]"


def _json_unreadable(value: Unreadable) -> str:
    return f'{{"$unreadable":{json_text(value.raw)}}}'


JSON = _ByType(
    {
        str: encode_basestring, JsonText: _json_as_stored, NoneType: lambda _: "null",
        bool: lambda value: "true" if value else "false",
        int: digits, float: _json_float, Decimal: _json_decimal,
        datetime: _json_iso, date: _json_iso, time: _json_iso,
        bytes: _base64, bytearray: _base64, memoryview: _base64,
        Mapping: _json_object, dict: _json_object, list: _json_array, tuple: _json_array,
        set: _json_set, frozenset: _json_set,
        Enum: _json_quoted, Unreadable: _json_unreadable, object: _json_quoted,
    }
)  # fmt: skip

FLAT = _ByType(
    {
        str: str.__str__, bool: JSON[bool], int: digits, float: float.__repr__, Decimal: exact,
        timedelta: interval, Enum: _name, bytes: _hex, bytearray: _hex, memoryview: _hex,
        Mapping: json_text, dict: json_text, list: json_text, tuple: json_text,
        set: json_text, frozenset: json_text,
        Unreadable: lambda value: f"!{'' if value.raw is None else flat(value.raw)}", object: str,
    }
)  # fmt: skip
