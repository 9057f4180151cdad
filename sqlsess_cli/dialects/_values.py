"""What a driver gives becomes what is shown: read, and never changed on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import types
from sqlalchemy.types import TypeEngine

from sqlsess_cli.result import JsonText, Kind

Reader = Callable[[Any], object]


class Values:
    """How the values of a database we know nothing about are read."""

    def readers(self, description: Sequence[Any], mapped: Sequence[bool]) -> list[Reader | None]:
        """For each column, what turns such a value into the one the driver would have given.

        Args:
            description: the cursor's.
            mapped: for each column, whether a mapped type goes on with the value; where none
                does, the database's own text may stay.
        """
        return [None] * len(description)

    def kinds(self, description: Sequence[Any]) -> list[Kind]:
        """For each column of textual SQL, what the driver tells of its values."""
        return ["other"] * len(description)

    def reflected(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        """The type to read a reflected column with."""
        return type_

    def as_written(self, type_: TypeEngine[Any]) -> bool:
        """Whether the driver's value is shown, since the mapped type's own way to read it loses.

        A Float may be a Decimal of ten digits for the application; the driver's number has all.
        """
        return isinstance(type_, types.Float) or getattr(type_, "as_stored", False)

    def shown(self, type_: TypeEngine[Any], processor: Reader) -> Reader:
        """How a mapped type's value is shown, given SQLAlchemy's own way to read it.

        An Enum or JSON value must be readable, but is shown as the database spells it.
        """
        if isinstance(type_, types.Enum):
            return lambda value: (processor(value), value)[1]
        if isinstance(type_, types.JSON):
            return lambda value: (processor(value), as_json(value))[1]
        return processor


def as_json(value: object) -> object:
    """JSON text as what it is; parsed where it holds numbers that only Python takes for JSON."""
    if type(value) is not str:
        return value
    if "NaN" in value or "Infinity" in value:
        from json import loads

        return loads(value, parse_float=Decimal)
    return JsonText(value)
