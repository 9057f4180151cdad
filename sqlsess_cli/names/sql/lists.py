"""What GROUP BY and ORDER BY take up of the select list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.cut import Leaf
from sqlsess_cli.names.sql.place import Place
from sqlsess_cli.names.sql.scope import alias_of, path_at, without_distinct
from sqlsess_cli.names.sql.tree import Group, Item, is_here, split_at_commas, upper
from sqlsess_cli.names.sql.words import AGGREGATES


def _selected(place: Place) -> list[tuple[str, str, Sequence[Item]]]:
    """Each expression of the select list: its text, its alias, its items."""
    found = []
    for part in place.spot.parts:
        if part.clause == "select":
            for items in split_at_commas(without_distinct(part.items)):
                alias = alias_of(items)
                bare = _without_alias(items) if alias else items
                if bare and not any(map(is_here, bare)) and upper(bare[-1]) != "*":
                    found.append((place.text_of(bare), alias, bare))
    return found


def _without_alias(items: Sequence[Item]) -> Sequence[Item]:
    return items[:-2] if upper(items[-2]) == "AS" else items[:-1]


def groupings(place: Place) -> Iterator[Candidate]:
    """The expressions that are no aggregates: all at once, and each."""
    plain = [(text, alias, items) for text, alias, items in _selected(place)
             if not _aggregates(items) and not _is_literal(items)]  # fmt: skip
    listed = place.text_of(place.spot.before) if place.spot.before else ""
    texts = [text for text, _, _ in plain]
    if len(texts) > 1 and upper(place.spot.last) == "BY":
        yield Candidate(texts[0], ", ".join(texts), "list", 95, "what is selected")
    for at, (text, alias, items) in enumerate(plain):
        if text not in listed:
            yield _taken_up(place, text, items, 90 - min(at, 10))
            if alias and place.style.lexical.name != "postgresql":
                yield Candidate(alias, place.written(alias), "alias", 75, text)


def orderings(place: Place) -> Iterator[Candidate]:
    """The aliases of the select list, and what has none."""
    for at, (text, alias, items) in enumerate(_selected(place)):
        fitness = 90 - min(at, 10)
        if alias:
            yield Candidate(alias, place.written(alias), "alias", fitness, text)
        elif not _is_literal(items):
            yield _taken_up(place, text, items, fitness)


def _taken_up(place: Place, text: str, items: Sequence[Item], fitness: int) -> Candidate:
    path, end = path_at(items, 0)
    name = path[-1] if path and end == len(items) else text
    if place.typed.opening and path:
        return Candidate(name, place.written(name), "column", fitness, "selected")
    return Candidate(name, text, "column", fitness, "selected")


def _aggregates(items: Sequence[Item]) -> bool:
    """Whether an aggregate or a window is anywhere in it."""
    for at, item in enumerate(items):
        if isinstance(item, Group):
            name = items[at - 1] if at else None
            called = name.text.lower() if isinstance(name, Leaf) else ""
            if called in AGGREGATES or upper(name) == "OVER":
                return True
            if not item.is_query and _aggregates(item.items):
                return True
    return False


def _is_literal(items: Sequence[Item]) -> bool:
    return all(isinstance(item, Leaf) and item.kind in {"literal", "parameter"} for item in items)
