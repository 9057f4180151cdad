"""Joins along foreign keys: whole conditions, and paths through the tables between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.match import parts as words_of
from sqlsess_cli.names.sql.match import quality
from sqlsess_cli.names.sql.place import Place
from sqlsess_cli.names.sql.schema import Link, Table, named
from sqlsess_cli.names.sql.scope import Source, path_at
from sqlsess_cli.names.sql.tree import upper

_HOPS = 4  # further apart nobody means a join along keys
_MOST_LOOKED_AT = 2_000  # paths, for each source
_MOST_PATHS = 40


def conditions(place: Place, one: Source, others: Sequence[Source]) -> Iterator[Candidate]:
    """The conditions that join one source to others along foreign keys, in either direction."""
    mine = _taken_from(one)
    for other in reversed(others):
        theirs = _taken_from(other)
        for where, own in mine.items():
            for link in place.schema.links.get(where, ()):
                known = theirs.get(link.there.place, {})
                if own.keys() >= {*link.here_columns} and known.keys() >= {*link.there_columns}:
                    left = [own[name] for name in link.here_columns]
                    right = [known[name] for name in link.there_columns]
                    text = _equal(place, (one, left), (other, right))
                    yield Candidate(text, text, "condition", 90, "foreign key")


def _taken_from(source: Source) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """By a table's place, its columns and what a source calls them, be it a query of its own."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for column in source.columns:
        if column.origin:
            schema, table, name = column.origin
            found.setdefault((schema, table), {}).setdefault(name, column.name)
    return found


def partners(place: Place) -> Iterator[Candidate]:
    """After `column =`, the column of another source that a foreign key relates to it."""
    before, scope = place.spot.before, place.spot.scope
    if len(before) < 4 or upper(before[-1]) != "=" or upper(before[-3]) != ".":
        return
    path, _ = path_at(before, len(before) - 4)
    one = scope.source(path[:-1]) if len(path) == 2 else None
    column = named(one.columns, path[1]) if one else None
    if column is None or not column.origin:
        return
    schema, table, name = column.origin
    for link in place.schema.links.get((schema, table), ()):
        its = dict(zip(link.here_columns, link.there_columns, strict=True)).get(name)
        for other in (*scope.sources, *scope.around()):
            known = _taken_from(other).get(link.there.place, {}).get(its or "")
            if known and other is not one:
                text = f"{called(place, other)}.{place.style.written(known)}"
                yield Candidate(known, text, "column", 95, "foreign key")


Side = tuple[Source, Sequence[str]]  # one side of a condition: a source, and its columns


def _equal(place: Place, one: Side, other: Side) -> str:
    """Every pair of columns, joined by AND."""
    written = place.style.written
    left, right = called(place, one[0]), called(place, other[0])
    pairs = zip(one[1], other[1], strict=True)
    said = (f"{left}.{written(a)} = {right}.{written(b)}" for a, b in pairs)
    return f" {place.cased_around('AND')} ".join(said)


def called(place: Place, source: Source) -> str:
    """What a source is called in front of a column."""
    name = place.style.written(source.name)
    return f"{place.style.written(source.schema)}.{name}" if source.schema else name


def joins(place: Place, sources: Sequence[Source]) -> Iterator[Candidate]:
    """Tables to join next, each with its condition, and those that others lead to."""
    far = 0
    for source in reversed(sources):
        for where, names in _taken_from(source).items():
            for path in _paths(place, place.schema.places[where]):
                far += len(path) > 1
                known = names.keys() >= {*path[0].here_columns}
                if known and (len(path) == 1 or far <= _MOST_PATHS):
                    begin = source, [names[name] for name in path[0].here_columns]
                    yield _joined(place, begin, path, sources)


def _paths(place: Place, begin: Table) -> Iterator[list[Link]]:
    """The ways from a table: to each neighbour, and further to what is associated or meant.

    Of the ways to a table the shortest ones are given.
    """
    links, typed = place.schema.links, place.typed.text.casefold()
    queue = deque([link] for link in links.get(begin.place, ()))
    shortest = {begin.place: 1}
    for _ in range(_MOST_LOOKED_AT):
        if not queue:
            return
        path = queue.popleft()
        there = path[-1].there
        if shortest.setdefault(there.place, len(path)) < len(path):
            continue
        through = all(is_association(link.there) for link in path[:-1])
        if len(path) == 1 or through or (typed and quality(typed, there.name) is not None):
            yield path
        if len(path) < _HOPS and there is not begin:
            queue.extend([*path, link] for link in links.get(there.place, ())
                         if link.key is not path[-1].key and link.there is not there)  # fmt: skip


def is_association(table: Table) -> bool:
    """Whether a table is there to relate others: most of its columns are of its foreign keys."""
    keyed = {column for key in table.keys for column in key.columns}
    return len(table.keys) > 1 and len(keyed) * 2 >= len(table.columns)


def _joined(
    place: Place, begin: Side, path: Sequence[Link], sources: Sequence[Source]
) -> Candidate:
    """A path as text: every table with its alias and condition."""
    aliased = any(item.aliased for item in sources)
    taken = {item.name.casefold() for item in sources}
    before, pieces = begin[0], []
    for link in path:
        there = link.there
        name = alias(there, taken, place) if aliased or there.name.casefold() in taken else ""
        taken.add((name or there.name).casefold())
        schema = "" if name else there.schema
        new = Source(name or there.name, there.columns, there, bool(name), schema)
        here = begin[1] if before is begin[0] else link.here_columns
        on = (
            f"{place.cased_around('ON')} {_equal(place, (new, link.there_columns), (before, here))}"
        )
        pieces.append(" ".join(filter(None, [table_text(place, there), name, on])))
        before = new
    text = f" {place.cased_around('JOIN')} ".join(pieces)
    between = ", ".join(link.there.name for link in path[:-1])
    meta = f"via {between}" if between else "foreign key"
    return Candidate(path[-1].there.name, text, "join", 100 - 6 * len(path), meta)


def table_text(place: Place, table: Table) -> str:
    """A table as it is written outside of open quotes."""
    name = place.style.written(table.name)
    return f"{place.style.written(table.schema)}.{name}" if table.schema else name


def alias(table: Table, taken: set[str], place: Place) -> str:
    """A short name for a table that nothing else has: the first letters of its words."""
    letters = "".join(word[0] for word in words_of(table.name))
    if not letters.isalpha() or not letters.isascii():
        letters = "t"
    number, made = 1, letters
    while made in taken or made in place.style.reserved:
        number += 1
        made = f"{letters}{number}"
    return made
