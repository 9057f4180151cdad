"""Columns and aliases of what is in scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.joins import called
from sqlsess_cli.names.sql.place import Place
from sqlsess_cli.names.sql.schema import Column, Table
from sqlsess_cli.names.sql.scope import Source

_MOST_ELSEWHERE = 60


def visible(place: Place, fitness: int = 70, *, qualified: bool = False) -> Iterator[Candidate]:
    """The columns that can be named, and the aliases that they can be named by.

    Args:
        place: where.
        fitness: of the columns of the query itself; those of the queries around fit less.
        qualified: write the alias also where one table only has such a column.
    """
    scope = place.spot.scope
    counts = Counter(
        name for item in scope.sources for name in {it.name.casefold() for it in item.columns}
    )
    several = len(scope.sources) > 1
    for source in scope.sources:
        if source.name == "excluded" and not source.table:
            continue
        for column in source.columns:
            alone = counts[column.name.casefold()] == 1 and not (qualified and several)
            yield _column(place, column, source if not alone else None, fitness, source)
    for source in scope.around():
        for column in source.columns:
            yield _column(place, column, source, fitness - 30, source)
    for source in (*scope.sources, *scope.around()):
        if source.name:
            yield Candidate(source.name, place.written(source.name), "alias", fitness - 20,
                            _told(source))  # fmt: skip


def _told(source: Source) -> str:
    return source.table.name if source.table and source.aliased else "in this query"


def _column(
    place: Place, column: Column, qualifier: Source | None, fitness: int, source: Source
) -> Candidate:
    """One, with the alias before it if it needs that; not in quotes that are open already."""
    name = place.written(column.name)
    if qualifier is not None and qualifier.name:
        if place.typed.opening:
            fitness -= 5
        else:
            name = f"{called(place, qualifier)}.{name}"
    meta = " ".join(filter(None, [column.type, f"of {source.name}" if source.name else ""]))
    return Candidate(column.name, name, "column", fitness, meta)


def members(place: Place, columns: Sequence[Column], fitness: int = 70) -> Iterator[Candidate]:
    """The columns of one table alone."""
    for column in columns:
        yield Candidate(column.name, place.written(column.name), "column", fitness, column.type)


def star(place: Place, *, is_list: bool) -> Iterator[Candidate]:
    """The asterisk, and all columns of what is in scope as one list in its place."""
    yield Candidate("*", "*", "keyword", 60, "every column" if is_list else "every row")
    if not is_list:
        return
    sources = [source for source in place.spot.scope.sources if source.columns]
    several, names = len(sources) > 1, []
    for source in sources:
        before = f"{called(place, source)}." if several else ""
        names += [before + place.style.written(column.name) for column in source.columns]
    if len(names) > 1:
        yield Candidate("*", ", ".join(names), "list", 40, "every column")


def elsewhere(place: Place) -> Iterator[Candidate]:
    """Columns of any table, where the query names none yet: it is typed from its beginning."""
    typed = place.typed.text.casefold()
    if typed and not place.spot.scope.sources:
        for name, owners in place.schema.column_index.search(typed, _MOST_ELSEWHERE):
            yield Candidate(name, place.written(name), "column", 35, _owners(owners))


def _owners(owners: Sequence[Table]) -> str:
    more = f" and {len(owners) - 1} more" if len(owners) > 1 else ""
    return f"of {owners[0].name}{more}"
