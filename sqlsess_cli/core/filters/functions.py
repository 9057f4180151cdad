"""The functions of the filter language: a fixed list, and none of them has an effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal
from sqlalchemy import types as sqltypes

from sqlsess_cli.core.filters.caret import pointed
from sqlsess_cli.core.filters.operands import NAMED, Operand, comparable, midnight
from sqlsess_cli.core.filters.portable import Portable
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import NUMERIC, Kind

_TEXT: frozenset[Kind] = frozenset({"text"})
_MOMENTS: frozenset[Kind] = frozenset({"date", "datetime"})
_MOST = 15  # digits that round() leaves: a floating number has no more

Build = Callable[[Sequence[Operand], str], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    Attributes:
        fewest: how many arguments it takes.
        most: at most.
        build: what it becomes; takes the arguments, and the text that they stand in.
        takes: what its first argument may be; nothing said, anything.
    """

    fewest: int
    most: int
    build: Build
    takes: frozenset[Kind] = frozenset()

    def called(self, name: str, arguments: Sequence[Operand], source: str, at: int) -> Operand:
        """It, called.

        Raises:
            UsageError: an argument is not what it takes.
        """
        if self.takes and arguments:
            first = taken(arguments[0], self.takes, name, source)
            arguments = [first, *arguments[1:]]
        return Operand(self.build(arguments, source), path=name, at=at)


def taken(operand: Operand, takes: frozenset[Kind], name: str, source: str) -> Operand:
    """An argument, a literal text read as what is taken.

    Raises:
        UsageError: it is none of that.
    """
    if "text" not in takes:
        operand = operand.read("datetime" if "datetime" in takes else "decimal", source)
    if operand.kind in takes or operand.kind == "other":
        return operand
    wanted = " or ".join(dict.fromkeys(NAMED[kind] for kind in sorted(takes)))
    problem = f"{name} takes {wanted}, and {operand.called} is {NAMED[operand.kind]}"
    raise UsageError(pointed(problem, source, operand.at))


def _sql(name: str, type_: sqltypes.TypeEngine[Any]) -> Build:
    """A function that every database has under this name."""
    return lambda given, _: getattr(func, name)(given[0].plain, type_=type_)


def _portable(name: str, type_: sqltypes.TypeEngine[Any]) -> Build:
    """A function that each database says in its own way."""
    return lambda given, _: Portable(name, *(item.plain for item in given), type_=type_)


def _abs(given: Sequence[Operand], _source: str) -> ColumnElement[Any]:
    value = given[0].plain
    return func.abs(value, type_=value.type)


def _length(given: Sequence[Operand], _source: str) -> ColumnElement[Any]:
    name = "bytes" if given[0].kind == "bytes" else "length"
    return Portable(name, given[0].plain, type_=sqltypes.Integer())


def _round(given: Sequence[Operand], source: str) -> ColumnElement[Any]:
    digits = given[1].read("decimal", source).value if len(given) > 1 else 0
    if not isinstance(digits, int) or isinstance(digits, bool) or not 0 <= digits <= _MOST:
        problem = f"round takes a whole number of digits, from 0 to {_MOST}"
        raise UsageError(pointed(problem, source, given[1].at))
    number = given[0].plain
    if given[0].kind == "integer":
        return number
    places = literal(digits, sqltypes.Integer())
    if given[0].kind == "float":
        double: sqltypes.Double[float] = sqltypes.Double()
        power = literal(10.0**digits, double)
        return Portable("round float", number, power, places, type_=double)
    return Portable("round", number, places, type_=sqltypes.Numeric())


def _coalesce(given: Sequence[Operand], source: str) -> ColumnElement[Any]:
    typed = next((item for item in given if not item.waits), None)
    if typed is None:
        return given[0].plain
    for item in given:
        if not item.waits and not comparable(typed.kind, item.kind):
            problem = f"{typed.called} is {NAMED[typed.kind]}, and {item.called} is not"
            raise UsageError(pointed(problem, source, item.at), "coalesce takes values of one kind")
    type_ = typed.plain.type
    parts = [item.beside(typed, source) for item in given]
    kinds = {kind_of(part.type) for part in parts}
    if {"date", "datetime"} <= kinds:
        return func.coalesce(*map(midnight, parts), type_=sqltypes.DateTime())
    if len(kinds) > 1 and not kinds - NUMERIC:
        type_ = sqltypes.Double() if "float" in kinds else sqltypes.Numeric()
    return func.coalesce(*parts, type_=type_)


# Those there are. None reads or writes anything but its arguments.
FUNCTIONS = {
    "abs": Function(1, 1, _abs, NUMERIC),
    "coalesce": Function(2, 9, _coalesce),
    "current_date": Function(0, 0, lambda _given, _source: func.current_date()),
    "date": Function(1, 1, _portable("date", sqltypes.Date()), _MOMENTS),
    "day": Function(1, 1, _portable("day", sqltypes.Integer()), _MOMENTS),
    "hour": Function(1, 1, _portable("hour", sqltypes.Integer()), frozenset({"datetime"})),
    "length": Function(1, 1, _length, frozenset({"text", "bytes"})),
    "lower": Function(1, 1, _sql("lower", sqltypes.String()), _TEXT),
    "month": Function(1, 1, _portable("month", sqltypes.Integer()), _MOMENTS),
    "now": Function(0, 0, _portable("now", sqltypes.DateTime())),
    "round": Function(1, 2, _round, NUMERIC),
    "trim": Function(1, 1, _sql("trim", sqltypes.String()), _TEXT),
    "upper": Function(1, 1, _sql("upper", sqltypes.String()), _TEXT),
    "year": Function(1, 1, _portable("year", sqltypes.Integer()), _MOMENTS),
}
