"""The parts of an expression that are values, and what may meet what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, literal
from sqlalchemy import types as sqltypes

from sqlsess_cli.core.filters import values
from sqlsess_cli.core.filters.caret import pointed, pointing, shortened
from sqlsess_cli.core.filters.portable import Portable
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import NUMERIC, Kind

NAMED: dict[Kind, str] = {
    "integer": "a number", "decimal": "a number", "float": "a number", "text": "a text",
    "boolean": "a truth value", "date": "a date", "datetime": "a date and time", "time": "a time",
    "interval": "a span of time", "uuid": "a UUID", "bytes": "bytes", "enum": "one of its values",
    "json": "JSON", "array": "an array",
}  # fmt: skip
_MOMENTS = frozenset({"date", "datetime"})
_LARGEST = 2**63  # whole numbers are sent in 64 bits
_SPELLED = frozenset({"text", "enum", "boolean"})  # a number beside these is what it is spelled


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of an expression that is a value.

    Attributes:
        expression: as SQL; None while it is a literal that waits for the type it is compared with.
        text: the literal, as the user wrote it.
        value: the literal as it is without any other type.
        path: what it is called in messages.
        at: where it stands.
    """

    expression: ColumnElement[Any] | None
    text: str = ""
    value: object = None
    path: str = ""
    at: int = 0

    @property
    def waits(self) -> bool:
        """It is a literal."""
        return self.expression is None

    @property
    def untyped(self) -> bool:
        """It is a literal text: of any type that can be read from a text."""
        return self.expression is None and isinstance(self.value, str)

    @property
    def kind(self) -> Kind:
        """What it is, or would be beside nothing else."""
        if self.expression is None:
            return values.kind_of_value(self.value)
        return kind_of(self.expression.type)

    @property
    def plain(self) -> ColumnElement[Any]:
        """It as an expression, whatever it is compared with."""
        return _literal(self.value) if self.expression is None else self.expression

    @property
    def called(self) -> str:
        """What a message calls it."""
        return self.path or (shortened(self.text) if self.waits else "the value")

    def read(self, kind: Kind, source: str) -> Operand:
        """A literal text as a literal of a kind; anything else as it is.

        Raises:
            UsageError: it is no such value.
        """
        if not self.untyped or kind in ("text", "enum", "other"):
            return self
        with pointing(source, self.at):
            if kind in NUMERIC:
                return Operand(None, self.text, values.number(self.text), at=self.at)
            return Operand(None, self.text, values.of_kind(self.text, kind), at=self.at)

    def beside(self, other: Operand, source: str) -> ColumnElement[Any]:
        """It as an expression of the type of what it is compared with.

        Raises:
            UsageError: it is no value of that type.
        """
        if self.expression is not None:
            return self.expression
        if other.expression is None:
            return self.plain
        with pointing(source, self.at):
            return bound(self, other.expression.type, other.called)


def bound(operand: Operand, type_: sqltypes.TypeEngine[Any], path: str) -> ColumnElement[Any]:
    """A literal, bound as a value of an attribute's type.

    Args:
        operand: the literal.
        type_: the attribute's type.
        path: the attribute, for the message.

    Raises:
        UsageError: it does not fit.
    """
    value = _fitting(operand, type_, path)
    if isinstance(type_, sqltypes.PickleType):
        return literal(value, sqltypes.LargeBinary())  # what is stored, and not pickled again
    if isinstance(type_, sqltypes.TypeDecorator):
        return literal(value, type_)
    kind = kind_of(type_)
    # A number is sent as it is, whatever the attribute can hold: 7.5 beside whole numbers, and
    # 3000000000 beside those of 32 bits, are equal to none of them.
    if kind in ("integer", "decimal") or isinstance(value, Decimal):
        return _literal(value)
    if kind == "date" and isinstance(value, datetime):
        return literal(value, sqltypes.DateTime())
    return literal(value, type_)


def _literal(value: object) -> ColumnElement[Any]:
    """A literal of the type it has by itself."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return literal(value)
    if isinstance(value, int) and -_LARGEST <= value < _LARGEST:
        return literal(value, sqltypes.BigInteger())
    return literal(Decimal(value), sqltypes.Numeric())


def _fitting(operand: Operand, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    """A literal as the Python value that an attribute of a type takes."""
    value, text, kind = operand.value, operand.text, kind_of(type_)
    if isinstance(value, str) or (isinstance(value, bool | int | Decimal) and kind in _SPELLED):
        return values.typed(text, type_, path)
    own = operand.kind
    if kind in NUMERIC and own in NUMERIC:
        return _number(value, kind, text, path)
    if own in _MOMENTS and kind in _MOMENTS:
        return _moment(value, kind, type_, path)
    if kind not in (own, "other"):
        raise UsageError(f"{path}: {shortened(text)} is not {NAMED.get(kind, kind)}")
    return value


def _number(value: Any, kind: Kind, text: str, path: str) -> object:
    if kind != "float":
        return Decimal(value) if kind == "decimal" else value
    try:
        return values.double(value)
    except (ValueError, OverflowError):
        raise UsageError(f"{path}: {shortened(text)} is too large a number") from None


def _moment(value: Any, kind: Kind, type_: sqltypes.TypeEngine[Any], path: str) -> object:
    if not isinstance(value, datetime):
        return value if kind == "date" else datetime.combine(value, time())
    return values.zoned(value, type_, path)


def pair(
    left: Operand, right: Operand, source: str, at: int
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Both sides of a comparison, as values that every database compares alike.

    Args:
        left: one side.
        right: the other.
        source: the text that they stand in.
        at: where the comparison stands.

    Raises:
        UsageError: one is no value of the other's type; or they cannot be compared.
    """
    if left.waits and right.waits:
        left, right = left.read(right.kind, source), right.read(left.kind, source)
    document = next((item for item in (left, right) if item.kind == "json"), None)
    if document is not None:
        problem = f"{document.called} is JSON, which is equal to nothing"
        raise UsageError(pointed(problem, source, at), "is null, or is not null")
    if left.waits == right.waits and not comparable(left.kind, right.kind):
        problem = (
            f"{left.called} is {NAMED.get(left.kind)}, and {right.called} is"
            f" {NAMED.get(right.kind)}: nothing can be said of both"
        )
        raise UsageError(pointed(problem, source, at), "compare it with one of its kind")
    first, second = left.beside(right, source), right.beside(left, source)
    if {kind_of(first.type), kind_of(second.type)} == _MOMENTS:
        return midnight(first), midnight(second)
    return first, second


def midnight(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """A date as the date and time that it begins with; such a one as it is."""
    if kind_of(expression.type) != "date":
        return expression
    return Portable("midnight", expression, type_=sqltypes.DateTime())


def comparable(first: Kind, second: Kind) -> bool:
    """Whether values of two kinds are equal or unequal on every database."""
    if "other" in (first, second):
        return True
    return first == second or any({first, second} <= kinds for kinds in (NUMERIC, _MOMENTS))
