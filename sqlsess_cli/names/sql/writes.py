"""Statements that write: their columns, values and conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from sqlsess_cli.names.sql import columns, values
from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.expression import expression
from sqlsess_cli.names.sql.keywords import following, functions, keywords
from sqlsess_cli.names.sql.place import Place, at_table, ended
from sqlsess_cli.names.sql.schema import Table
from sqlsess_cli.names.sql.scope import path_at
from sqlsess_cli.names.sql.tables import tables
from sqlsess_cli.names.sql.tree import Item, name_of, upper


def into(place: Place) -> Iterator[Candidate]:
    """INSERT INTO: a table, then its columns."""
    spot = place.spot
    if not spot.brackets:
        return tables(place, ctes=False) if at_table(place) else following(place)
    if ended(spot.before):
        return iter(())
    table = _target(place, spot.brackets[-1])
    listed = {name_of(item).casefold() for item in (*spot.before, *spot.after)}
    own = [item for item in table.columns if item.name.casefold() not in listed] if table else []
    names = ", ".join(place.style.written(item.name) for item in own)
    every = [Candidate(own[0].name, names, "list", 60, "every column")] if len(own) > 1 else []
    ordered = (Candidate(item.name, place.written(item.name), "column", 90 - min(at, 30), item.type)
               for at, item in enumerate(own))  # fmt: skip
    return chain(ordered, every)


def _target(place: Place, items: Sequence[Item]) -> Table | None:
    path, _ = path_at(items, 1 if upper(items[0] if items else None) == "TABLE" else 0)
    return place.schema.table(path) if path else None


def inserted(place: Place) -> Iterator[Candidate]:
    """A row of VALUES, and what comes after the rows."""
    if not place.spot.brackets:
        return following(place) if ended(place.spot.before) else iter(())
    if ended(place.spot.before):
        return following(place)
    words = keywords(place, ("DEFAULT", "NULL", "TRUE", "FALSE", "SELECT"))
    return chain(values.values(place), words, functions(place))


def assigned(place: Place) -> Iterator[Candidate]:
    """UPDATE … SET: a column, then its value."""
    if place.spot.brackets or upper(place.spot.last) not in {"", ","} or ended(place.spot.before):
        return expression(place)
    sources = [item for item in place.spot.scope.sources if item.name != "excluded"]
    own = sources if place.style.lexical.name == "mysql" else sources[:1]
    return chain.from_iterable(columns.members(place, item.columns) for item in own)


def resolved(place: Place) -> Iterator[Candidate]:
    """ON CONFLICT and ON DUPLICATE KEY: what it is about, and what to do."""
    spot, last = place.spot, upper(place.spot.last)
    if spot.brackets:
        own = spot.scope.sources[:1]
        return chain.from_iterable(columns.members(place, item.columns) for item in own)
    words = {
        "": ("CONFLICT", "DUPLICATE KEY UPDATE"), "DO": ("NOTHING", "UPDATE SET"),
        "UPDATE": ("SET",), "DUPLICATE": ("KEY UPDATE",), "KEY": ("UPDATE",),
        "CONFLICT": ("ON CONSTRAINT", "DO NOTHING", "DO UPDATE SET"),
    }  # fmt: skip
    if last in words and (last or not spot.before):
        return keywords(place, words[last], 60)
    return following(place)
