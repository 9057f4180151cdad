"""Arithmetic with one meaning: `/` is floating, dividing by zero is NULL, dates move by spans."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy import ColumnElement, literal, type_coerce
from sqlalchemy import types as sqltypes

from sqlsess_cli.core.filters.caret import pointed
from sqlsess_cli.core.filters.operands import NAMED, Operand
from sqlsess_cli.core.filters.portable import Portable
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import NUMERIC, Kind

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_MOMENTS = frozenset({"date", "datetime"})
_DIGITS = 200  # that literals are calculated with


def calculated(left: Operand, sign: str, right: Operand, source: str, at: int) -> Operand:
    """What two values make.

    Args:
        left: one side.
        sign: one of + - * / %.
        right: the other side.
        source: the text that they stand in.
        at: where the sign stands.

    Raises:
        UsageError: they make nothing.
    """
    left, right = left.read(_beside(right, sign), source), right.read(_beside(left, sign), source)
    kinds = left.kind, right.kind
    if _numbers(kinds):
        made = _folded if left.waits and right.waits else _number
        return made(left, sign, right, source, at)
    if kinds == ("text", "text") and sign == "+":
        return _joined(left, right)
    if sign in ("+", "-") and kinds[0] in _MOMENTS and isinstance(right.value, timedelta):
        return _moved(left, right.value if sign == "+" else -right.value, source)
    problem = f"{NAMED.get(kinds[0], kinds[0])} {sign} {NAMED.get(kinds[1], kinds[1])}"
    hint = "such as now() - interval '7 days'" if _MOMENTS & set(kinds) else ""
    raise UsageError(pointed(f"{problem} makes no sense", source, at), hint)


def negated(operand: Operand, source: str, at: int) -> Operand:
    """The opposite of a number or a span.

    Raises:
        UsageError: it is neither.
    """
    operand = operand.read("decimal", source)
    value = operand.value
    if operand.waits and isinstance(value, int | Decimal | float | timedelta):
        if not isinstance(value, bool):
            return Operand(None, _spelled(-value), -value, at=at)
    elif not operand.waits and operand.kind in (*NUMERIC, "other"):
        return Operand(-_whole(operand.plain), path=operand.path, at=at)
    message = f"{NAMED.get(operand.kind, operand.kind)} has no opposite"
    raise UsageError(pointed(message, source, at))


def _beside(other: Operand, sign: str) -> Kind:
    """What a literal text is read as, beside another value."""
    if other.kind in NUMERIC:
        return "decimal"
    return "interval" if other.kind in _MOMENTS and sign in ("+", "-") else "text"


def _numbers(kinds: tuple[Kind, Kind]) -> bool:
    """Whether one is a number, and the other may be."""
    return bool(NUMERIC & set(kinds)) and {*kinds} <= {*NUMERIC, "other"}


def _folded(left: Operand, sign: str, right: Operand, source: str, at: int) -> Operand:
    """Two literal numbers are calculated here, exactly, and are a literal again."""
    first: Any = left.value
    second: Any = right.value
    with localcontext(prec=_DIGITS):
        if sign in _SIGNS:
            value = _SIGNS[sign](first, second)
        elif not second:
            raise UsageError(pointed("a division by zero", source, at))
        elif sign == "/":
            value = Decimal(repr(float(Decimal(first) / Decimal(second))))
        else:
            _whole_numbers(left, right, source, at)
            value = abs(first) % abs(second) * (1 if first >= 0 else -1)
    if abs(value) >= 10**_DIGITS:
        raise UsageError(pointed("a number too large to calculate with", source, at))
    return Operand(None, _spelled(value), value, at=left.at)


def _spelled(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _number(left: Operand, sign: str, right: Operand, source: str, at: int) -> Operand:
    if sign == "%":
        _whole_numbers(left, right, source, at)
    first, second = left.plain, right.plain
    if sign == "/":
        double: sqltypes.Double[float] = sqltypes.Double()
        quotient = Portable("quotient", first, second, type_=double)
        return Operand(quotient, path=f"what {sign} makes", at=left.at)
    type_ = _type_of(left.kind, right.kind)
    first, second = _whole(first), _whole(second)
    if sign == "%":
        made = Portable("remainder", first, second, type_=type_)
        return Operand(made, path=f"what {sign} makes", at=left.at)
    made = _SIGNS[sign](type_coerce(first, type_), type_coerce(second, type_))
    return Operand(type_coerce(made, type_), path=f"what {sign} makes", at=left.at)


def _whole_numbers(left: Operand, right: Operand, source: str, at: int) -> None:
    if (left.kind, right.kind) != ("integer", "integer"):
        raise UsageError(pointed("% is for whole numbers", source, at))


def _type_of(first: Kind, second: Kind) -> sqltypes.TypeEngine[Any]:
    if "float" in (first, second):
        return sqltypes.Double()
    return sqltypes.BigInteger() if first == second == "integer" else sqltypes.Numeric()


def _whole(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """A whole number in 64 bits, so that a product does not leave the 32 bits of its factors."""
    type_ = expression.type
    if kind_of(type_) != "integer" or isinstance(type_, sqltypes.BigInteger):
        return expression
    return Portable("whole", expression, type_=sqltypes.BigInteger())


def _joined(left: Operand, right: Operand) -> Operand:
    """A text and another."""
    if left.waits and right.waits:
        return Operand(None, left.text + right.text, left.text + right.text, at=left.at)
    made = type_coerce(left.plain, sqltypes.String()) + type_coerce(right.plain, sqltypes.String())
    return Operand(made, path="what + makes", at=left.at)


def _moved(left: Operand, span: timedelta, source: str) -> Operand:
    """A date or time, and a span before or after it."""
    if left.waits:
        try:
            value = _moment(left.value) + span
        except OverflowError:
            raise UsageError(pointed("there is no such date", source, left.at)) from None
        return Operand(None, str(value), value, at=left.at)
    micros = literal(span // timedelta(microseconds=1), sqltypes.BigInteger())
    zone = getattr(left.plain.type, "timezone", False)
    made = Portable("moved", left.plain, micros, type_=sqltypes.DateTime(timezone=zone))
    return Operand(made, path=left.path, at=left.at)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    assert isinstance(value, date)  # noqa: S101  by its kind
    return datetime.combine(value, time())
