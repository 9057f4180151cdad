"""MySQL's and MariaDB's values: a TIME may be no time of day, a bit field is a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects.mysql import BIT, SET

from sqlsess_cli.dialects._values import Reader, Values

# PyMySQL's and mysqlclient's numbers of types.
_TIME, _BIT = 11, 16


def _clock(value: object) -> object:
    """A time of day if it is one: the type holds up to 838 hours, and negative ones."""
    if not isinstance(value, timedelta) or value.days != 0:
        return value
    minutes, seconds = divmod(value.seconds, 60)
    return time(minutes // 60, minutes % 60, seconds, value.microseconds)


def _bits(value: object) -> object:
    """The number that a bit field is."""
    return int.from_bytes(value) if isinstance(value, bytes) else value


_READERS: dict[int, Reader] = {_TIME: _clock, _BIT: _bits}


class MySQLValues(Values):
    """By the driver's numbers of types."""

    def readers(self, description: Sequence[Any], mapped: Sequence[bool]) -> list[Reader | None]:
        """Times of day, and bit fields as numbers."""
        return [
            None if goes_on else _READERS.get(column[1])
            for column, goes_on in zip(description, mapped, strict=True)
        ]

    def as_written(self, type_: types.TypeEngine[Any]) -> bool:
        """A TIME that is no time of day would lose its days, and a number its digits.

        A SET would lose the order that it is written in.
        """
        if isinstance(type_, SET):
            return not type_.retrieve_as_bitwise
        return isinstance(type_, (types.Numeric, types.Time, BIT)) or super().as_written(type_)
