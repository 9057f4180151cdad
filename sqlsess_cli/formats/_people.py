"""What the formats for people share: cells that cannot act, titles, and one object at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from types import NoneType
from typing import cast

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import Values, texts
from sqlsess_cli.inert import inert, is_inert
from sqlsess_cli.result import NUMERIC, Block, Column, Result, Row
from sqlsess_cli.terminal import BOLD, DIM, GREEN, PLAIN, RED

_NOTHING: tuple[object, ...] = (None, "", [], {})
_SIGNS = {"+": "green", "-": "red"}
_CODES = {"green": GREEN, "red": RED}
_LONG, _SEEN = 60, 40  # characters: what is shown whole, and what is shown of a longer text
_COUNTABLE: frozenset[type] = frozenset({int, float, Decimal})


def null_text(style: Style) -> str:
    """What a person sees for NULL."""
    return "∅" if style.null is None else inert(style.null)


def bold(text: str, style: Style) -> str:
    """The text, bold where escape sequences may be sent."""
    return f"{BOLD}{text}{PLAIN}" if style.color else text


def dim(text: str, style: Style) -> str:
    """The text, dim where escape sequences may be sent."""
    return f"{DIM}{text}{PLAIN}" if style.color else text


def heading(result: Result, style: Style) -> str:
    """The title on a line of its own, parted from what is above it; nothing without a title."""
    return f"\n{bold(inert(result.title), style)}\n" if result.title else ""


def counted(column: Column, values: Values) -> Values:
    """In a table the rows inside a cell are shown as their number."""
    if column.kind != "records":
        return values
    return [None if value is None else len(cast("Sequence[object]", value)) for value in values]


def cells(column: Column, values: Values) -> Sequence[str | None]:
    """The values as people see them: text that cannot act; NULL stays None."""
    found = texts(counted(column, values))
    if column.look == "brief":
        found = [text and _brief(text) for text in found]
    if is_inert(" ".join(filter(None, found))):
        return found
    return [text and inert(text) for text in found]


def _brief(text: str) -> str:
    """The beginning of a long text, and how long it is."""
    return text if len(text) <= _LONG else f"{text[:_SEEN]}… ({len(text):,} characters)"


def sign_color(column: Column, text: str | None) -> str:
    """The colour of a sign, by rich's name; empty for what is none."""
    return _SIGNS.get(text or "", "") if column.look == "sign" else ""


def colored(column: Column, text: str, style: Style) -> str:
    """A sign in its colour, where escape sequences may be sent; any other text as it is."""
    color = sign_color(column, text)
    return f"{_CODES[color]}{text}{PLAIN}" if style.color and color else text


def right_aligned(columns: Sequence[Column], block: Block) -> list[bool]:
    """Which columns hold numbers, as far as their kind or the first block tells."""
    turned: Iterable[Values] = zip(*block, strict=True) if block else [()] * len(columns)
    return [
        column.kind in NUMERIC or column.kind == "records" or _numbers(column, values)
        for column, values in zip(columns, turned, strict=True)
    ]


def _numbers(column: Column, values: Values) -> bool:
    if column.kind != "other":
        return False
    kinds = set(map(type, values)) - {NoneType}
    return bool(kinds) and kinds <= _COUNTABLE


def pieces(result: Result) -> Iterator[Result]:
    """One object as tables: its names and values, then each table inside it."""
    row = next(result.rows(), None)
    if row is None:
        return
    pairs: list[Row] = []
    inside: list[Result] = []
    for column, value in zip(result.columns, row, strict=True):
        if column.kind == "records" and value:
            inside.append(_table_inside(column.name, cast("list[Mapping[str, object]]", value)))
        else:
            pairs.append((column.name, *counted(column, [value])))
    yield Result.of(["name", "value"], pairs, result.title)
    yield from inside


def _table_inside(title: str, records: Sequence[Mapping[str, object]]) -> Result:
    names = list(dict.fromkeys(chain.from_iterable(records)))
    return telling(Result.of(names, [tuple(map(record.get, names)) for record in records], title))


def telling(result: Result) -> Result:
    """Without the columns that say nothing in any row: they would only make a table too wide.

    For descriptions, which are few; rows of a database keep all their columns.
    """
    rows = list(result.rows())
    kept = [index for index in range(len(result.columns))
            if any(row[index] not in _NOTHING for row in rows)]  # fmt: skip
    columns = [result.columns[index] for index in kept]
    return Result.of(columns, [[row[index] for index in kept] for row in rows], result.title)
