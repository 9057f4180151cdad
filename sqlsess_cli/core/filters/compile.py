"""A filter's tree becomes an SQL expression over one entity: values bound, names looked up."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from lark import Token
from lark.exceptions import VisitError
from lark.visitors import Transformer_NonRecursive, v_args
from sqlalchemy import ColumnElement, and_, false, func, not_, null, or_, true
from sqlalchemy import types as sqltypes
from sqlalchemy.exc import SQLAlchemyError

from sqlsess_cli.core.filters import values
from sqlsess_cli.core.filters.functions import FUNCTIONS
from sqlsess_cli.core.filters.names import find, pointed
from sqlsess_cli.core.filters.parse import parse, short_form
from sqlsess_cli.core.models.entity import Entity, kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}
_DIGITS = 1000  # of a whole number; Python refuses to read one of more than 4,300


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of an expression that is a value.

    Attributes:
        expression: as SQL; None while it is a literal that waits for the type it is compared with.
        text: the literal, as the user wrote it.
        value: the literal as it is without any other type.
        path: what it is called in messages.
        at: where the literal stands.
    """

    expression: ColumnElement[Any] | None
    text: str = ""
    value: object = None
    path: str = ""
    at: int = 0

    @property
    def type(self) -> sqltypes.TypeEngine[Any] | None:
        """The type of a column or of an expression made of columns."""
        return None if self.expression is None else self.expression.type


def condition(
    words: list[str], entity: Entity, parameters: Mapping[str, str]
) -> ColumnElement[bool] | None:
    """All words as one condition, joined by AND; None when there are none.

    Args:
        words: each `path=value` or an expression.
        entity: whose attributes they name.
        parameters: values of `:name`.

    Raises:
        UsageError: a word is no condition, a name is unknown, or a value does not fit its type.
    """
    parts = [_word(word, entity, parameters) for word in words]
    return and_(*parts) if parts else None


def _word(word: str, entity: Entity, parameters: Mapping[str, str]) -> ColumnElement[bool]:
    if short := short_form(word):
        path, text = short
        attribute = find(path, entity, word, 0)
        with _pointing(word, len(path) + 1):
            return attribute == values.typed(text, attribute.type, path)
    try:
        compiled = Compile(word, entity, parameters).transform(parse(word))
    except VisitError as error:
        if isinstance(error.orig_exc, SQLAlchemyError):
            problem = f"this comparison makes no sense: {error.orig_exc}"
            raise UsageError(pointed(problem, word, 0)) from error
        raise error.orig_exc from None
    return _truth(compiled, word)


@contextmanager
def _pointing(text: str, at: int) -> Iterator[None]:
    """Show where the value stands that is none."""
    try:
        yield
    except UsageError as error:
        raise UsageError(pointed(error.message, text, at), error.hint) from error


def _truth(operand: Any, word: str) -> ColumnElement[bool]:
    """A part used as a condition: one, a boolean attribute, a truth value, or a mistake."""
    if not isinstance(operand, Operand):
        condition: ColumnElement[bool] = operand
        return condition
    if operand.expression is None and isinstance(operand.value, bool):
        return true() if operand.value else false()
    if operand.expression is not None and kind_of(operand.expression.type) == "boolean":
        return operand.expression
    raise UsageError(
        pointed("this is a value, not a condition", word, 0), "compare it, such as score > 8"
    )


@v_args(inline=True)
class Compile(Transformer_NonRecursive[Token, Any]):
    """Builds the expression from the leaves up, without recursion."""

    def __init__(self, text: str, entity: Entity, parameters: Mapping[str, str]) -> None:
        super().__init__()
        self.source = text
        self.entity = entity
        self.parameters = parameters

    # Conditions

    def any_of(self, *parts: Any) -> Any:
        return or_(*map(self._condition, parts))

    def all_of(self, *parts: Any) -> Any:
        return and_(*map(self._condition, parts))

    def negated(self, part: Any) -> Any:
        return not_(self._condition(part))

    def compared(self, left: Any, sign: Token, right: Any) -> Any:
        if right is _NULL or left is _NULL:
            hint = "is null, or is not null"
            raise UsageError(pointed("nothing equals null", self.source, sign.start_pos or 0), hint)
        first, second = self._pair(left, right)
        return _COMPARE[sign](first, second)

    def is_null(self, operand: Any) -> Any:
        return self._value(operand).is_(null())

    def is_not_null(self, operand: Any) -> Any:
        return self._value(operand).is_not(null())

    def is_in(self, operand: Any, *items: Any) -> Any:
        return self._value(operand).in_([self._typed(item, operand) for item in items])

    def is_not_in(self, operand: Any, *items: Any) -> Any:
        return self._value(operand).not_in([self._typed(item, operand) for item in items])

    def is_between(self, operand: Any, low: Any, high: Any) -> Any:
        value = self._value(operand)
        return value.between(self._typed(low, operand), self._typed(high, operand))

    def is_not_between(self, operand: Any, low: Any, high: Any) -> Any:
        return not_(self.is_between(operand, low, high))

    def is_like(self, operand: Any, word: Token, pattern: Any) -> Any:
        value = self._value(operand)
        like = value.ilike if word.lower() == "ilike" else value.like
        return like(pattern.text if pattern.expression is None else pattern.expression)

    def is_not_like(self, operand: Any, word: Token, pattern: Any) -> Any:
        return not_(self.is_like(operand, word, pattern))

    # Values

    def added(self, left: Any, sign: Token, right: Any) -> Any:
        first, second = self._pair(left, right)
        return Operand(_ARITHMETIC[sign](first, second))

    multiplied = added

    def signed(self, sign: Token, operand: Any) -> Any:
        number = isinstance(operand, Operand) and isinstance(operand.value, int | Decimal)
        if number and sign == "-":
            return replace(operand, text=f"-{operand.text}", value=-operand.value)
        if number:
            return operand
        value = self._value(operand)
        return Operand(-value if sign == "-" else value)

    def string(self, token: Token) -> Operand:
        text = token[1:-1].replace("''", "'")
        return Operand(None, text, text, at=token.start_pos or 0)

    def number(self, token: Token) -> Operand:
        whole = token.isdecimal() and len(token) < _DIGITS
        value = int(token) if whole else Decimal(token)
        return Operand(None, str(token), value, at=token.start_pos or 0)

    def true(self, token: Token) -> Operand:
        return Operand(None, "true", True, at=token.start_pos or 0)

    def false(self, token: Token) -> Operand:
        return Operand(None, "false", False, at=token.start_pos or 0)

    def null(self) -> Operand:
        return _NULL

    def parameter(self, token: Token) -> Operand:
        name, at = token[1:], token.start_pos or 0
        if name not in self.parameters:
            message = pointed(f"the parameter :{name} has no value", self.source, at)
            raise UsageError(message, f"-p {name}=VALUE")
        return Operand(None, self.parameters[name], self.parameters[name], at=at)

    def typed(self, name: Token, token: Token) -> Operand:
        text = token[1:-1].replace("''", "'")
        at = name.start_pos or 0
        with _pointing(self.source, at):
            return Operand(None, text, values.of_kind(text, name.lower()), at=at)

    def call(self, name: Token, *arguments: Any) -> Operand:
        function, at = FUNCTIONS.get(name.lower()), name.start_pos or 0
        if function is None:
            hint = did_you_mean(name, FUNCTIONS) or f"known: {', '.join(FUNCTIONS)}"
            raise UsageError(pointed(f"there is no function {name!s}", self.source, at), hint)
        fewest, most = function.fewest, function.most
        if not fewest <= len(arguments) <= most:
            counted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            noun = "argument" if most == 1 else "arguments"
            raise UsageError(pointed(f"{name!s} takes {counted} {noun}", self.source, at))
        known = next((item for item in arguments if item.type is not None), None)
        given = [self._typed(item, known if function.alike else None) for item in arguments]
        type_ = function.type() if function.type else known.type if known else None
        return Operand(getattr(func, name.lower())(*given, type_=type_), path=str(name))

    def name(self, token: Token) -> Token:
        plain = token[1:-1].replace('""', '"') if token.startswith('"') else str(token)
        return Token("NAME", plain, token.start_pos)

    def path(self, *names: Token) -> Operand:
        path = ".".join(names)
        return Operand(find(path, self.entity, self.source, names[0].start_pos or 0), path=path)

    # How they meet

    def _condition(self, part: Any) -> Any:
        return _truth(part, self.source)

    def _value(self, operand: Any) -> Any:
        """An operand as an expression, whatever it is compared with."""
        if not isinstance(operand, Operand):
            return operand
        if operand.expression is not None:
            return operand.expression
        from sqlalchemy import literal

        return literal(operand.value)

    def _typed(self, operand: Any, other: Any) -> Any:
        """An operand as a value of the type of what it is compared with."""
        if not isinstance(operand, Operand) or operand.expression is not None:
            return self._value(operand)
        type_ = other.type if isinstance(other, Operand) else None
        if type_ is None or operand is _NULL:
            return operand.value
        with _pointing(self.source, operand.at):
            return values.fitting(operand.value, operand.text, type_, other.path or "the value")

    def _pair(self, left: Any, right: Any) -> tuple[Any, Any]:
        """Both sides of an operator, at least one of them an expression."""
        first, second = self._typed(left, right), self._typed(right, left)
        if not isinstance(first, ColumnElement) and not isinstance(second, ColumnElement):
            first = self._value(left)
        return first, second


_NULL = Operand(None, "null", None)
