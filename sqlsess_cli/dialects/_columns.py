"""Readers that know a quicker way for a whole column, when its values are as one expects."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

from sqlsess_cli.result import Digits

Values = Sequence[Any]

_LONGEST = 1_000_000  # characters of documents that are copied to be parsed at once
_NUMBERS = frozenset({int, float, NoneType})
_FLOATS = frozenset({int, float})
_TEXTS = frozenset({str, NoneType})


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Reads one value when called; and many at once, if they are such as can be.

    Attributes:
        each: reads any value.
        column: reads all of a column as `each` would, or gives None.
    """

    each: Callable[[Any], object]
    column: Callable[[Values], Values | None]

    def __call__(self, value: object) -> object:
        """The value as it is shown."""
        return self.each(value)


def read_column(reader: Callable[[Any], object], values: Values) -> Values:
    """All values of a column, read; raises whatever the reader does."""
    found = reader.column(values) if isinstance(reader, ColumnReader) else None
    return tuple(map(reader, values)) if found is None else found


def numbers(
    reader: Callable[[Any], object], exact: int, scale: int | None
) -> Callable[[Values], Values | None]:
    """A way for columns of NULLs and numbers between -exact and exact: all by this reader.

    Args:
        reader: makes a decimal of a number.
        exact: a larger whole number is not what it was, once it has been a float.
        scale: the digits after the point, where that is all that the reader does.
    """

    def column(values: Values) -> Values | None:
        kinds = set(map(type, values))
        if not kinds <= _NUMBERS:
            return None
        if int in kinds:
            found = [*filter(None, values), 0]
            if max(found) >= exact or min(found) <= -exact:
                return None
        if kinds <= _FLOATS and scale is not None:
            text = f"%.{scale}f\n" * len(values) % tuple(values)
            if "n" not in text:  # as in inf
                return Digits(text.splitlines())
        return tuple(map(reader, values))

    return column


def documents(as_shown: Callable[[Any], object]) -> Callable[[Values], Values | None]:
    """A way for columns of JSON text: all are parsed at once, to see that they can be.

    They are parted by a mark that nobody can have written into them. Where each mark is found
    again between two values of the outermost list, each text was a document of its own.
    """
    mark = os.urandom(16).hex()
    parting = f',"{mark}",'

    def column(values: Values) -> Values | None:
        if not _TEXTS.issuperset(map(type, values)):
            return None
        texts = [value for value in values if value is not None]
        if sum(map(len, texts)) > _LONGEST:
            return None
        parsed = json.loads(f"[{parting.join(texts)}]")
        if len(parsed) != max(0, 2 * len(texts) - 1) or any(item != mark for item in parsed[1::2]):
            return None
        return [value if value is None else as_shown(value) for value in values]

    return column
