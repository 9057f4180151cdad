"""SQLite's values: a column may hold anything, whatever type it is declared with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import types

from sqlsess_cli.dialects._columns import ColumnReader, numbers
from sqlsess_cli.dialects._values import Reader, Values, as_json

_EXACT = 2**53  # from here on a float leaves out some integers


class AsStored:
    """Gives what is in the file: SQLite does not enforce the type a column is declared with."""

    as_stored = True


class StoredNumeric(AsStored, types.Numeric[Any]):
    """A reflected NUMERIC or DECIMAL."""


class StoredDate(AsStored, types.Date):
    """A reflected DATE."""


class StoredTime(AsStored, types.Time):
    """A reflected TIME."""


class StoredDateTime(AsStored, types.DateTime):
    """A reflected DATETIME or TIMESTAMP."""


class StoredBoolean(types.Boolean):
    """A reflected BOOLEAN: the two numbers that are one, and anything else as it is."""


class StoredJSON(types.JSON):
    """A reflected JSON: text that is JSON, and anything else as it is."""


def _number(processor: Reader, value: Any) -> object:
    if type(value) is int and abs(value) >= _EXACT:
        return Decimal(value)
    return processor(value)


def _scale(processor: Reader) -> int | None:
    """The digits after the point of a decimal that it makes."""
    made = processor(1.0)
    exponent = made.as_tuple().exponent if isinstance(made, Decimal) else None
    return -exponent if isinstance(exponent, int) else None


def _truth(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value if value is None else bool(value)
    message = f"{value!r} is not a truth value"
    raise ValueError(message)


def _stored_truth(value: object) -> object:
    return bool(value) if type(value) is int and value in (0, 1) else value


def _stored_json(processor: Reader, value: Any) -> object:
    try:
        processor(value)
    except (TypeError, ValueError):
        return value
    return as_json(value)


class SQLiteValues(Values):
    """As they are stored."""

    def reflected(self, type_: types.TypeEngine[Any]) -> types.TypeEngine[Any]:
        """Numbers and dates as they are stored: the declared type is not enforced."""
        if isinstance(type_, types.Float):
            return type_
        if isinstance(type_, types.Numeric):
            return StoredNumeric(type_.precision, type_.scale)
        stored: dict[type[types.TypeEngine[Any]], Callable[[], types.TypeEngine[Any]]] = {
            types.DateTime: StoredDateTime, types.Date: StoredDate, types.Time: StoredTime,
            types.Boolean: StoredBoolean, types.JSON: StoredJSON,
        }  # fmt: skip
        return next((new() for old, new in stored.items() if isinstance(type_, old)), type_)

    def shown(self, type_: types.TypeEngine[Any], processor: Reader) -> Reader:
        """Any text would be true, and a large whole number be rounded on its way to a Decimal."""
        if isinstance(type_, StoredJSON):
            return lambda value: _stored_json(processor, value)
        if isinstance(type_, types.Boolean):
            return _stored_truth if isinstance(type_, StoredBoolean) else _truth
        if isinstance(type_, types.Numeric):
            own = type(type_).result_processor is types.Numeric.result_processor
            scale = _scale(processor) if own else None
            return ColumnReader(partial(_number, processor), numbers(processor, _EXACT, scale))
        return super().shown(type_, processor)
