"""The parts of an expression that are values, and how they meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal
from sqlalchemy import types as sqltypes

from sqlsess_cli.core.filters import values
from sqlsess_cli.core.filters.paths import pointed
from sqlsess_cli.errors import UsageError


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

    @property
    def plain(self) -> ColumnElement[Any]:
        """It as an expression, whatever it is compared with."""
        return literal(self.value) if self.expression is None else self.expression

    def fitted(self, other: Operand | None, source: str) -> Any:
        """It as a value of the type of what it is compared with.

        Args:
            other: what it is compared with.
            source: the text that it stands in.

        Raises:
            UsageError: it is no value of that type.
        """
        if self.expression is not None:
            return self.expression
        type_ = other.type if other is not None else None
        if other is None or type_ is None or self is NULL:
            return self.value
        with pointing(source, self.at):
            return values.fitting(self.value, self.text, type_, other.path or "the value")


NULL = Operand(None, "null", None)


def pair(left: Operand, right: Operand, source: str) -> tuple[Any, Any]:
    """Both sides of an operator, at least one of them an expression."""
    first, second = left.fitted(right, source), right.fitted(left, source)
    if not isinstance(first, ColumnElement) and not isinstance(second, ColumnElement):
        first = left.plain
    return first, second


@contextmanager
def pointing(text: str, at: int) -> Iterator[None]:
    """Show where the value stands that is none."""
    try:
        yield
    except UsageError as error:
        raise UsageError(pointed(error.message, text, at), error.hint) from error
