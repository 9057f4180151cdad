"""Tables, views, what WITH brings, and schemas."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.place import Place
from sqlsess_cli.names.sql.words import SET_RETURNING

_MOST = 1_000


def tables(
    place: Place, kinds: Collection[str] = (), *, ctes: bool = True, fitness: int = 70
) -> Iterator[Candidate]:
    """What can stand where a table can.

    Args:
        place: where.
        kinds: the kinds of tables that can; nothing for every one.
        ctes: what WITH brings can as well.
        fitness: of a table.
    """
    if ctes:
        for cte, _ in place.spot.scope.ctes.values():
            yield Candidate(cte.name, place.written(cte.name), "cte", fitness + 5, "WITH")
    for name, table in place.schema.table_index.search(place.typed.text.casefold(), _MOST):
        if kinds and not any(kind in table.kind for kind in kinds):
            continue
        text = place.written(name)
        if table.schema:
            if place.typed.opening:
                continue
            text = f"{place.style.written(table.schema)}.{text}"
        yield Candidate(name, text, "table", fitness - 5 * bool(table.schema), table.kind)
    yield from schemas(place, fitness - 20)


def schemas(place: Place, fitness: int) -> Iterator[Candidate]:
    """The schemas that tables can be qualified by."""
    for name in place.schema.schemas:
        yield Candidate(name, place.written(name), "schema", fitness, "schema")


def in_schema(place: Place, name: str) -> Iterator[Candidate]:
    """The tables of one schema, without its name."""
    folded, default = name.casefold(), place.schema.default
    for table in place.schema.tables:
        if (table.schema or default).casefold() == folded:
            yield Candidate(table.name, place.written(table.name), "table", 70, table.kind)


def set_functions(place: Place) -> Iterator[Candidate]:
    """Functions that can be read from."""
    bracket = "" if place.typed.called else "("
    for name in place.style.functions:
        if name in SET_RETURNING and place.typed.text and not place.typed.opening:
            shown = place.cased(name) if place.typed.text.isupper() else name
            yield Candidate(name, f"{shown}{bracket}", "function", 20, "rows", f"{shown}()")
