"""Comparisons: what is equal, greater, one of several, or like a pattern."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, and_, literal, not_, or_
from sqlalchemy import types as sqltypes

from sqlsess_cli.core.filters import patterns
from sqlsess_cli.core.filters.caret import pointed, pointing
from sqlsess_cli.core.filters.operands import NAMED, Operand, pair
from sqlsess_cli.core.filters.portable import either
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import Kind

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
# The databases do not agree on what is the greater of two.
_ORDERLESS: frozenset[Kind] = frozenset({"boolean", "enum", "json", "array"})
_BEYOND = 2**64  # no whole number is as large
_TEXTUAL: frozenset[Kind] = frozenset({"text", "other"})


def compared(left: Operand, sign: str, right: Operand, source: str, at: int) -> ColumnElement[bool]:
    """A comparison of two values.

    Args:
        left: one side.
        sign: one of the eight.
        right: the other side.
        source: the text that it stands in.
        at: where the sign stands.

    Raises:
        UsageError: they cannot be compared.
    """
    first, second = pair(left, right, source, at)
    if sign in _TURNED:
        _ordered(left, right, source, at)
    for item, other, turned in ((first, second, sign), (second, first, _TURNED.get(sign, sign))):
        if _is_between_wholes(item, other):
            number: Any = other
            return _whole(item, turned, number.value)
    usual: ColumnElement[bool] = _SIGNS[sign](first, second)
    if _is_moment(second) and not isinstance(first, BindParameter):
        return either("moment", usual, _as_texts(first, sign, second))
    if _is_moment(first) and not isinstance(second, BindParameter):
        return either("moment", usual, _as_texts(second, _TURNED.get(sign, sign), first))
    return usual


def _ordered(left: Operand, right: Operand, source: str, at: int) -> None:
    """Refuse to ask for the greater of two where that is not the same everywhere."""
    item = next((item for item in (left, right) if item.kind in _ORDERLESS), None)
    if item is not None:
        problem = f"{item.called} has no order"
        hint = f"{NAMED[item.kind]} is equal to another, or one in (…), or is null"
        raise UsageError(pointed(problem, source, at), hint)


def among(operand: Operand, items: Sequence[Operand], source: str, at: int) -> ColumnElement[bool]:
    """Whether a value is one of several.

    Raises:
        UsageError: one of them cannot be compared with it.
    """
    if operand.waits:  # of the type of those it may be equal to
        return or_(*(compared(operand, "=", item, source, item.at) for item in items))
    found = [pair(operand, item, source, at) for item in items]
    if any(not _is_usual(operand, first, second) for first, second in found):
        return or_(*(compared(operand, "=", item, source, item.at) for item in items))
    return operand.plain.in_([second for _, second in found])


def _is_usual(operand: Operand, first: ColumnElement[Any], second: ColumnElement[Any]) -> bool:
    """Whether IN and BETWEEN can take a literal as it is.

    MariaDB takes the only item of IN for a subquery when it is a scalar one, and errs about NULL.
    """
    special = _is_moment(second) or _is_between_wholes(first, second)
    return first is operand.expression and isinstance(second, BindParameter) and not special


def between(
    operand: Operand, low: Operand, high: Operand, source: str, at: int
) -> ColumnElement[bool]:
    """Whether a value is between two, or one of them.

    Raises:
        UsageError: it cannot be compared with them.
    """
    ends = (compared(operand, ">=", low, source, at), compared(operand, "<=", high, source, at))
    found = [pair(operand, end, source, at) for end in (low, high)]
    if any(not _is_usual(operand, first, second) for first, second in found):
        return and_(*ends)
    return operand.plain.between(found[0][1], found[1][1])


def like(operand: Operand, word: str, pattern: Operand, source: str) -> ColumnElement[bool]:
    """Whether a text is like a pattern.

    Args:
        operand: the text.
        word: `like`, or `ilike` where capitals are as small letters.
        pattern: it.
        source: the text that they stand in.

    Raises:
        UsageError: it is no text, or the pattern is no literal one.
    """
    given = text_of(pattern, "the pattern", source)
    with pointing(source, pattern.at):
        parts = patterns.parts(given)
    return patterns.matches(textual(operand, source), parts, folded=word.lower() == "ilike")


def holds(name: str, operand: Operand, part: Operand, source: str) -> ColumnElement[bool]:
    """Whether a text contains another, or starts or ends with it.

    Raises:
        UsageError: it is no text, or the part is no literal one.
    """
    text = patterns.plain(text_of(part, "the part", source))
    before = [] if name == "startswith" else patterns.ANY
    after = [] if name == "endswith" else patterns.ANY
    return patterns.matches(textual(operand, source), [*before, *text, *after], folded=False)


HOLDS = ("contains", "endswith", "startswith")


def textual(operand: Operand, source: str) -> ColumnElement[Any]:
    """A value, if it is a text.

    Raises:
        UsageError: it is none.
    """
    if operand.kind not in _TEXTUAL:
        problem = f"{operand.called} is {NAMED.get(operand.kind, 'no text')}, and this is for texts"
        raise UsageError(pointed(problem, source, operand.at))
    return operand.plain


def text_of(operand: Operand, called: str, source: str) -> str:
    """The text of a literal.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(operand.value, str):
        problem = f"{called} must be a 'text' or a :parameter"
        raise UsageError(pointed(problem, source, operand.at))
    return operand.value


def _is_between_wholes(expression: ColumnElement[Any], value: ColumnElement[Any]) -> bool:
    """Whether a whole number is compared with a literal that none is equal to, such as 7.5.

    MariaDB looks such a number up in an index as if it were rounded.
    """
    if not isinstance(value, BindParameter) or not isinstance(value.value, Decimal):
        return False
    if isinstance(expression, BindParameter) or kind_of(expression.type) != "integer":
        return False
    # What is stored as 1050 may be 10.50 to a type of somebody's own.
    number, own = value.value, isinstance(value.type, sqltypes.TypeDecorator)
    return not own and (abs(number) >= _BEYOND or number != number.to_integral_value())


def _whole(expression: ColumnElement[Any], sign: str, number: Decimal) -> ColumnElement[bool]:
    """The comparison with such a number, said without it; of NULL it says nothing, as any."""
    less, more = sign in ("<", "<="), sign in (">", ">=")
    if abs(number) < _BEYOND and (less or more):
        rounding = ROUND_FLOOR if less else ROUND_CEILING
        near = literal(int(number.to_integral_value(rounding)), sqltypes.BigInteger())
        return expression <= near if less else expression >= near
    holds = sign in ("!=", "<>") or (less and number > 0) or (more and number < 0)
    return expression == expression if holds else expression != expression  # noqa: PLR0124


def _is_moment(expression: ColumnElement[Any]) -> bool:
    """Whether it is a literal that SQLite has only as a text, and in more than one spelling."""
    if not isinstance(expression, BindParameter):
        return False
    type_ = expression.type
    own_format = hasattr(type_, "_storage_format") or isinstance(type_, sqltypes.TypeDecorator)
    return not own_format and isinstance(expression.value, datetime | time)


def _as_texts(
    expression: ColumnElement[Any], sign: str, value: ColumnElement[Any]
) -> ColumnElement[bool]:
    """A comparison with a date and time, where those are texts.

    Who writes no fraction of a second where there is none, or no time at midnight, stores a text
    that is less than SQLAlchemy's for the same moment.
    """
    said: Any = value
    texts = [literal(text, String()) for text in _spellings(said.value)]
    if sign in ("=", "=="):
        return expression.in_(texts)
    if sign in ("!=", "<>"):
        return not_(expression.in_(texts))
    shortest = sign in ("<", ">=")
    found: ColumnElement[bool] = _SIGNS[sign](expression, texts[0 if shortest else -1])
    return found


def _spellings(value: datetime | time) -> Iterator[str]:
    """How a moment may be stored, the least of the texts first."""
    whole = value.replace(tzinfo=None)
    separator = {"sep": " "} if isinstance(whole, datetime) else {}
    if isinstance(whole, datetime) and whole.time() == time():
        yield whole.date().isoformat()
    if not whole.microsecond:
        yield whole.isoformat(timespec="seconds", **separator)
    yield whole.isoformat(timespec="microseconds", **separator)


def is_ordered(kind: Kind) -> bool:
    """Whether one of two such values is the greater on every database."""
    return kind not in _ORDERLESS
