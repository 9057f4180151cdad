"""Values that a column can have, where one is compared or set; and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.cut import Leaf
from sqlsess_cli.names.sql.place import Place
from sqlsess_cli.names.sql.schema import Column
from sqlsess_cli.names.sql.scope import path_at
from sqlsess_cli.names.sql.tree import Group, Item, is_name, split_at_commas, upper

_COMPARING = frozenset("= <> != IN LIKE ILIKE NOT".split())
_SIGNS = frozenset("= < > !".split())


def values(place: Place) -> Iterator[Candidate]:
    """The values of the column beside the cursor."""
    column = _beside(place)
    if column is None:
        return
    for at, value in enumerate(column.values):
        if value.isprintable():
            text = place.style.literal(value, place.typed.opening or "'")
            if place.typed.closed:
                text = text[:-1]
            yield Candidate(value, text, "value", 99 - min(at, 15), column.name)
    if "bool" in column.type.casefold() and place.typed.state != "string":
        for word in ("TRUE", "FALSE"):
            yield Candidate(word, place.cased(word), "value", 90, column.name)


def _beside(place: Place) -> Column | None:
    spot = place.spot
    if spot.clause == "values" or _in_row(spot.brackets, spot.clause):
        return _inserted(place)
    items: Sequence[Item] = spot.before
    if items and upper(items[-1]) in {"WHEN", ","} and "CASE" in map(upper, items):
        return None if upper(items[-1]) == "," else _of_case(place, items)
    if spot.brackets and (not items or upper(items[-1]) == ","):
        items = spot.brackets[-1]
        if not items or upper(items[-1]) != "IN":
            return None
    return _compared(place, items)


def _in_row(brackets: Sequence[Sequence[Item]], clause: str) -> bool:
    return clause == "values" and bool(brackets)


def _compared(place: Place, items: Sequence[Item]) -> Column | None:
    """The column that the end of some items compares, or sets."""
    end = len(items)
    while end and (upper(items[end - 1]) in _SIGNS or upper(items[end - 1]) in _COMPARING):
        end -= 1
    if end == len(items) or not end:
        return None
    begin = end - 1
    while begin > 1 and upper(items[begin - 1]) == "." and is_name(items[begin - 2]):
        begin -= 2
    path, reached = path_at(items, begin)
    return place.reader.column(path, place.spot.scope) if path and reached == end else None


def _of_case(place: Place, items: Sequence[Item]) -> Column | None:
    """The column of CASE column WHEN …."""
    at = max(at for at, item in enumerate(items) if upper(item) == "CASE")
    path, end = path_at(items, at + 1)
    known = bool(path) and end < len(items) and upper(items[end]) == "WHEN"
    return place.reader.column(path, place.spot.scope) if known else None


def _inserted(place: Place) -> Column | None:
    """The column that stands in a row of VALUES where the cursor does."""
    into = next((part for part in place.spot.parts if part.clause == "into"), None)
    if into is None or not place.spot.brackets:
        return None
    at = sum(upper(item) == "," for item in place.spot.before)
    if place.spot.before and upper(place.spot.before[-1]) != ",":
        return None
    path, end = path_at(into.items, 0)
    table = place.schema.table(path) if path else None
    listed = into.items[end] if end < len(into.items) else None
    if isinstance(listed, Group):
        names = [path_at(item, 0)[0] for item in split_at_commas(listed.items)]
        name = names[at][-1] if at < len(names) and names[at] else ""
        return table.column(name) if table and name else None
    return table.columns[at] if table and at < len(table.columns) else None


def parameters(place: Place) -> Iterator[Candidate]:
    """Parameters that the statement names elsewhere."""
    leaves: list[Leaf] = [*place.made.before, *place.made.after]
    for leaf in leaves:
        if leaf.kind == "parameter":
            yield Candidate(leaf.text[1:], leaf.text, "parameter", 50)
    items = place.spot.before
    if not place.typed.text and items and upper(items[-1]) == ":":
        return
    column = _beside(place)
    if column is not None:
        yield Candidate(column.name, f":{column.name}", "parameter", 60, column.type)
