"""PostgreSQL's values, as it writes them: by the identifier of their type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from json import loads
from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.dialects.postgresql.ranges import AbstractRange

from sqlsess_cli.dialects._values import Reader, Values
from sqlsess_cli.result import JsonText, Kind

# Object identifiers of pg_type, which never change.
_BOOL, _BYTEA, _INT8, _INT2, _INT4, _TEXT, _JSON = 16, 17, 20, 21, 23, 25, 114
_FLOAT4, _FLOAT8, _VARCHAR, _DATE, _TIME, _TIMESTAMP, _TIMESTAMPTZ = (
    700,
    701,
    1043,
    1082,
    1083,
    1114,
    1184,
)
_INTERVAL, _TIMETZ, _NUMERIC, _UUID, _JSONB = 1186, 1266, 1700, 2950, 3802
# Arrays of some of these; ranges of all kinds, several ranges, and arrays of ranges.
_ARRAYS = {1182: _DATE, 1183: _TIME, 1270: _TIMETZ, 1115: _TIMESTAMP, 1185: _TIMESTAMPTZ,
           199: _JSON, 3807: _JSONB}  # fmt: skip
_ARRAYS_OF_JSON = tuple(oid for oid, item in _ARRAYS.items() if item in (_JSON, _JSONB))
_RANGES = (3904, 3905, 3906, 3907, 3908, 3909, 3910, 3911, 3912, 3913, 3926, 3927,
           4451, 4532, 4533, 4534, 4535, 4536, 6150, 6151, 6152, 6153, 6155, 6157)  # fmt: skip

_KINDS: dict[int, Kind] = {
    _BOOL: "boolean",
    _BYTEA: "bytes",
    _INT2: "integer",
    _INT4: "integer",
    _INT8: "integer",
    _TEXT: "text",
    _VARCHAR: "text",
    _FLOAT4: "float",
    _FLOAT8: "float",
    _NUMERIC: "decimal",
    _DATE: "date",
    _TIME: "time",
    _TIMETZ: "time",
    _TIMESTAMP: "datetime",
    _TIMESTAMPTZ: "datetime",
    _INTERVAL: "interval",
    _UUID: "uuid",
    _JSON: "json",
    _JSONB: "json",
}


def _or_text(read: Callable[[str], object]) -> Reader:
    """Read a value; keep PostgreSQL's own text where Python has no such value (infinity, BC)."""

    def reader(value: Any) -> object:
        try:
            return read(value) if isinstance(value, str) else value
        except ValueError:
            return value

    return reader


def _parsed(value: Any) -> object:
    """What the driver makes of a document, for a type that goes on with that."""
    return loads(value) if isinstance(value, str) else value


_READERS: dict[int, Reader] = {
    _DATE: _or_text(date.fromisoformat),
    _TIME: _or_text(time.fromisoformat),
    _TIMETZ: _or_text(time.fromisoformat),
    _TIMESTAMP: _or_text(datetime.fromisoformat),
    _TIMESTAMPTZ: _or_text(datetime.fromisoformat),
    _JSON: _parsed,
    _JSONB: _parsed,
}


def _each(read: Reader) -> Reader:
    """The same for every element of an array."""

    def reader(value: Any) -> object:
        if isinstance(value, list):
            return [reader(item) for item in value]
        return value if value is None else read(value)

    return reader


def _range(value: Any) -> object:
    """A range as PostgreSQL writes it, of the driver's own object; also of several."""
    if not hasattr(value, "isempty"):
        several = not isinstance(value, str) and isinstance(value, Sequence)
        return f"{{{','.join(str(_range(item)) for item in value)}}}" if several else value
    if value.isempty:
        return "empty"
    lower, upper = _bound(value.lower), _bound(value.upper)
    return f"{'[' if value.lower_inc else '('}{lower},{upper}{']' if value.upper_inc else ')'}"


def _bound(value: object) -> str:
    text = "" if value is None else str(value)
    return f'"{text}"' if " " in text else text


_READERS |= {oid: _each(_READERS[item]) for oid, item in _ARRAYS.items()}
_AS_WRITTEN: dict[int, Reader] = {
    **{oid: _READERS[oid] for oid in _ARRAYS},
    **dict.fromkeys((_JSON, _JSONB), JsonText),
    **dict.fromkeys(_ARRAYS_OF_JSON, _each(JsonText)),
    **{oid: _each(_range) for oid in _RANGES},
}
# Loaded as text: an interval has months, which Python's timedelta turns into 30 days; a date may
# be infinite or before Christ, which raises; JSON may have more digits than a float.
AS_TEXT = (_DATE, _TIME, _TIMETZ, _TIMESTAMP, _TIMESTAMPTZ, _INTERVAL, _JSON, _JSONB)


class PostgreSQLValues(Values):
    """By type; what Python has no value for stays text."""

    def readers(self, description: Sequence[Any], mapped: Sequence[bool]) -> list[Reader | None]:
        """What turns that text into the values a mapped type expects."""
        return [
            _READERS.get(column[1]) if goes_on else _AS_WRITTEN.get(column[1])
            for column, goes_on in zip(description, mapped, strict=True)
        ]

    def kinds(self, description: Sequence[Any]) -> list[Kind]:
        """By type identifier."""
        return [_KINDS.get(column[1], "other") for column in description]

    def as_written(self, type_: types.TypeEngine[Any]) -> bool:
        """Ranges as they are written; JSON in arrays with all its digits; numbers with theirs."""
        item = type_.item_type if isinstance(type_, types.ARRAY) else type_
        kept = (types.Numeric, BIT, AbstractRange)
        return isinstance(item, (*kept, types.JSON) if item is not type_ else kept)
