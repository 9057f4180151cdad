"""A block of rows as text, a whole column at a time: that is what makes the formats fast.

A column whose values all print themselves is never looked at one by one; a text column is searched
once, joined, for what the format would have to escape; and one `%` fills in all rows of a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, repeat
from types import NoneType
from uuid import UUID

from sqlsess_cli.formats._values import FLAT, digits
from sqlsess_cli.result import Block, Digits, ReadBlock

Values = Sequence[object]

# What str() spells as we want it, in characters that no format has to escape.
PLAIN: frozenset[type] = frozenset({int, float, Decimal, datetime, date, time, UUID})
_NULLABLE = PLAIN | {NoneType}
_TEXT: frozenset[type] = frozenset({str, NoneType})


def columns(block: Block, *, digits: bool = False) -> list[Values]:
    """The block turned on its side.

    Args:
        block: rows.
        digits: decimals may come as Digits.
    """
    if isinstance(block, ReadBlock):
        return [*block.columns] if digits else block.read()
    return list(zip(*block, strict=True))


def lines(comma: str, block: Iterable[Values]) -> str:
    """A line for each row, with `comma` between its values; `block` is given as columns of text."""
    return "\n".join([*map(comma.join, zip(*block, strict=True)), ""])


def filled(template: str, block: Iterable[Values]) -> str:
    """The template, once for each row, with the row's values; `block` is given as columns."""
    rows = list(zip(*block, strict=True))
    values = tuple(chain.from_iterable(rows))
    try:
        return template * len(rows) % values
    except ValueError:  # an int with more digits than str() gives
        return (
            template
            * len(rows)
            % tuple(digits(value) if type(value) is int else value for value in values)
        )


def literal(text: str) -> str:
    """The text as a part of a template that stands for itself."""
    return text.replace("%", "%%")


def plain(values: Values, null: str) -> Sequence[str] | None:
    """The values as they print when there is no text among them; otherwise None."""
    if isinstance(values, Digits):
        found: Sequence[str | None] = values
    else:
        kinds = set(map(type, values))
        if kinds == {datetime}:  # what str() does, without its detour
            return [*map(datetime.isoformat, values, repeat(" "))]  # type: ignore[arg-type]
        if not kinds <= _NULLABLE:
            return None
        found = _printed(values, kinds)
    if None in found:
        return [null if text is None else text for text in found]
    return found  # type: ignore[return-value]  # the line above has just looked


def texts(values: Values) -> Sequence[str | None]:
    """Every value as text; None stays None."""
    kinds = set(map(type, values))
    if kinds <= _TEXT:
        return values  # type: ignore[return-value]  # the line above has just looked
    return _printed(values, kinds)


def _printed(values: Values, kinds: set[type]) -> Sequence[str | None]:
    if kinds <= _NULLABLE:
        with suppress(ValueError):  # an int with more digits than str() gives
            found = (
                [None if value is None else str(value) for value in values]
                if NoneType in kinds
                else [*map(str, values)]
            )
            # Few decimals are so small that str() gives them an exponent.
            if Decimal not in kinds or "E-" not in "".join(filter(None, found)):
                return found
    return [None if value is None else FLAT[type(value)](value) for value in values]


def spelled(found: Sequence[str | None], spell: Callable[[str | None], str]) -> Values:
    """Every text spelled; what comes again and again, as in most columns, only once."""
    different = set(found)
    if len(different) * 2 > len(found):
        return [*map(spell, found)]
    return [*map({text: spell(text) for text in different}.__getitem__, found)]


def escaped(
    values: Values, odd: Callable[[str], object], spell: Callable[[str], str], null: str
) -> Values:
    """The values as they print, each text in which something is `odd` spelled.

    `odd` must find in texts joined by spaces whatever it finds in one of them.
    """
    easy = plain(values, null)
    if easy is not None:
        return easy
    found = texts(values)
    if odd(" ".join(filter(None, found))):
        found = [spell(text) if text and odd(text) else text for text in found]
    return [null if text is None else text for text in found] if None in found else found
