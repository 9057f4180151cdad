"""Pages by key: the rows after a given row, found by the order itself and not by counting."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, or_

from sqlsess_cli.core.filters import values
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.core.queries.order import Sorted
from sqlsess_cli.errors import UsageError
from sqlsess_cli.formats._values import flat
from sqlsess_cli.result import Unreadable

START = "start"  # instead of a token: before the first row
_ORDERLESS = frozenset({"json", "array", "records", "record"})


@dataclass(frozen=True, slots=True)
class Paging:
    """How a query is cut into pages.

    Attributes:
        order: what its rows are sorted by; no two of them are equal.
        nulls_are_largest: where this database puts NULL by itself.
        about: what the query asks, in short, to tell a token of another one.
    """

    order: Sequence[Sorted]
    nulls_are_largest: bool
    about: str

    @classmethod
    def of(cls, order: Sequence[Sorted], label: str, *, nulls_are_largest: bool) -> Paging:
        """The paging of a query for an entity of this label."""
        terms = [(item.column.name, item.descending, item.nulls_first) for item in order]
        about = blake2b(repr((label, terms)).encode(), digest_size=6).hexdigest()
        return cls(order, nulls_are_largest, about)

    def token(self, row: Sequence[object]) -> str | None:
        """What names the place after a row.

        Args:
            row: its values of what the rows are sorted by.

        Returns:
            None when one of them cannot be spelled.
        """
        if any(isinstance(value, Unreadable) for value in row):
            return None
        texts = [None if value is None else flat(value) for value in row]
        said = json.dumps([self.about, *texts], ensure_ascii=False, separators=(",", ":"))
        return urlsafe_b64encode(said.encode("utf-8", "surrogateescape")).decode().rstrip("=")

    def after(self, token: str) -> ColumnElement[bool]:
        """The condition that only rows after a token's meet.

        Raises:
            UsageError: it is none of ours, or of another query.
        """
        found = _read(token)
        if len(found) != len(self.order) + 1 or found[0] != self.about:
            hint = "keep MODEL and --order as they were"
            raise UsageError("--after: the token is of another query", hint)
        same: list[ColumnElement[bool]] = []
        steps: list[ColumnElement[bool]] = []
        for item, text in zip(self.order, found[1:], strict=True):
            expression = item.column.expression
            value = None if text is None else self._typed(item, text)
            steps.append(and_(*same, self._beyond(item, value)))
            same.append(expression.is_(None) if value is None else expression == value)
        return or_(*steps)

    def _typed(self, item: Sorted, text: str) -> ColumnElement[Any]:
        """The value that a token spells, as one of a column."""
        type_ = item.column.expression.type
        return literal(values.typed(text, type_, item.column.name), type_)

    def _beyond(self, item: Sorted, value: ColumnElement[Any] | None) -> ColumnElement[bool]:
        """Whether a value of this column comes after the given one."""
        expression = item.column.expression
        nulls_first = item.nulls_first
        if nulls_first is None:
            nulls_first = item.descending == self.nulls_are_largest
        if value is None:
            return expression.is_not(None) if nulls_first else false()
        further = expression < value if item.descending else expression > value
        return further if nulls_first else or_(further, expression.is_(None))


def can_page(order: Sequence[Sorted]) -> bool:
    """Whether all that the rows are sorted by can be compared."""
    return not any(kind_of(item.column.expression.type) in _ORDERLESS for item in order)


def _read(token: str) -> list[Any]:
    try:
        said = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        found = json.loads(said.decode("utf-8", "surrogateescape"))
    except (Base64Error, ValueError):
        found = None
    if not isinstance(found, list) or not all(isinstance(item, str | None) for item in found):
        raise UsageError("--after: this is no token", f"{START}, or what a page ended with")
    return found
