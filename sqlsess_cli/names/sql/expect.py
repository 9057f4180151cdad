"""What can come at a place in a query, by its clause."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from sqlsess_cli.names.sql import columns, joins, lists, values
from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.define import begun, defined
from sqlsess_cli.names.sql.expression import expression
from sqlsess_cli.names.sql.keywords import following, keywords
from sqlsess_cli.names.sql.place import Place, at_table, called_by, ended
from sqlsess_cli.names.sql.tables import in_schema, set_functions, tables
from sqlsess_cli.names.sql.tree import Group, upper
from sqlsess_cli.names.sql.writes import assigned, inserted, into, resolved

_JOIN_BEGUN = frozenset({"LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "OUTER"})


def candidates(place: Place) -> Iterator[Candidate]:
    """Everything that can come, whether or not it is what is typed."""
    typed = place.typed
    if typed.state == "parameter":
        return values.parameters(place)
    if typed.state == "string":
        return values.values(place)
    if typed.path:
        return _members(place)
    return _BY_CLAUSE.get(place.spot.clause, expression)(place)


def _members(place: Place) -> Iterator[Candidate]:
    """What can come after a dot."""
    path = place.typed.path
    if place.spot.clause in {"from", "join", "into", "update"} and at_table(place):
        return in_schema(place, path[-1])
    source = place.spot.scope.source(path)
    if source is not None:
        fields = columns.members(place, source.columns)
        every = Candidate("*", "*", "keyword", 10, "every column")
        return chain(fields, [every] if place.spot.clause in {"select", "returning"} else [])
    table = place.schema.table(path)
    if table is not None and place.spot.clause != "define":
        return columns.members(place, table.columns)
    return in_schema(place, path[-1])


def _from(place: Place) -> Iterator[Candidate]:
    if place.spot.brackets:
        return expression(place)
    if at_table(place):
        opened = [leaf.upper for leaf in place.made.before[-1:]] == ["("]
        query = keywords(place, ("SELECT", "VALUES", "WITH"), 80) if opened else ()
        last = keywords(place, ("LATERAL", "ONLY"), 10)
        return chain(query, tables(place), set_functions(place), last)
    if upper(place.spot.last) in _JOIN_BEGUN:
        return keywords(place, ("JOIN", "OUTER JOIN"), 60)
    return following(place) if upper(place.spot.last) != "AS" else iter(())


def _join(place: Place) -> Iterator[Candidate]:
    if not at_table(place):
        return _from(place)
    before = [item for item in place.spot.scope.sources if item.start < place.typed.start]
    if place.spot.joined_by in {"CROSS", "NATURAL"}:
        return _from(place)
    return chain(joins.joins(place, before), _from(place))


def _on(place: Place) -> Iterator[Candidate]:
    before = [item for item in place.spot.scope.sources if item.start < place.typed.start]
    begins = upper(place.spot.last) in {"", "AND", "OR", "NOT"} and not ended(place.spot.before)
    whole = joins.conditions(place, before[-1], before[:-1]) if begins and before else ()
    written = place.text_of(place.spot.before) if place.spot.before else ""
    fresh = (item for item in whole if item.text not in written)
    return chain(fresh, expression(place, qualified=True))


def _where(place: Place) -> Iterator[Candidate]:
    """Where tables are joined by commas, the conditions of that come here."""
    sources = [item for item in place.spot.scope.sources if item.name != "excluded"]
    by_commas = len(sources) > 1 and not any(part.clause == "join" for part in place.spot.parts)
    found: list[Candidate] = []
    if by_commas and not ended(place.spot.before) and place.typed.state == "word":
        for at, one in enumerate(sources):
            found += joins.conditions(place, one, sources[:at])
    return chain(found if upper(place.spot.last) in {"", "AND"} else (), expression(place))


def _select(place: Place) -> Iterator[Candidate]:
    before = place.spot.before
    begins = upper(place.spot.last) in {"", ",", "DISTINCT"} and not (
        place.spot.brackets or ended(before)
    )
    counts = bool(place.spot.brackets) and not before and called_by(place) == "COUNT"
    every = columns.star(place, is_list=begins) if begins or counts else ()
    return chain(every if not place.typed.text else (), expression(place))


def _using(place: Place) -> Iterator[Candidate]:
    """The columns that both sides of a join have."""
    if not place.spot.brackets:
        return following(place)
    sources = place.spot.scope.sources
    there = {column.name.casefold() for item in sources[:-1] for column in item.columns}
    own = sources[-1].columns if sources else ()
    return columns.members(place, [item for item in own if item.name.casefold() in there])


def _by(take: Callable[[Place], Iterator[Candidate]]) -> Callable[[Place], Iterator[Candidate]]:
    """GROUP BY and ORDER BY: first BY, then what is selected, then what an expression has."""

    def found(place: Place) -> Iterator[Candidate]:
        if not place.spot.before and not place.spot.brackets:
            return keywords(place, ("BY",), 99)
        begins = not ended(place.spot.before) and upper(place.spot.last) in {"BY", ","}
        return chain(take(place) if begins and not place.spot.brackets else (), expression(place))

    return found


def _word(*words: str) -> Callable[[Place], Iterator[Candidate]]:
    def found(place: Place) -> Iterator[Candidate]:
        return keywords(place, words, 60)

    return found


def _limit(place: Place) -> Iterator[Candidate]:
    return following(place) if place.spot.before else iter(())


def _with(place: Place) -> Iterator[Candidate]:
    last = place.made.before[-1].upper if place.made.before else ""
    named = bool(place.made.before) and place.made.before[-1].is_name
    words = {"WITH": ("RECURSIVE",), "AS": ("MATERIALIZED", "NOT MATERIALIZED")}.get(last, ())
    if last == ")":
        words = ("SELECT", "INSERT INTO", "UPDATE", "DELETE FROM", "AS", "VALUES")
    return keywords(place, words or (("AS",) if named and last != "RECURSIVE" else ()), 60)


def _start(place: Place) -> Iterator[Candidate]:
    if place.spot.brackets or isinstance(place.spot.last, Group):
        last = isinstance(place.spot.last, Group)
        words = ("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "ORDER BY", "LIMIT")
        return keywords(place, words if last else ("SELECT", "WITH", "VALUES"), 60)
    if upper(place.spot.last) == "TABLE":
        return tables(place)
    return begun(place)


_BY_CLAUSE: Mapping[str, Callable[[Place], Iterator[Candidate]]] = {
    "start": _start,
    "define": defined,
    "with": _with,
    "select": _select,
    "from": _from,
    "join": _join,
    "on": _on,
    "using": _using,
    "where": _where,
    "group": _by(lists.groupings),
    "order": _by(lists.orderings),
    "insert": _word("INTO", "IGNORE INTO", "OR REPLACE INTO", "OR IGNORE INTO", "REPLACE INTO"),
    "into": into,
    "values": inserted,
    "update": _from,
    "set": assigned,
    "delete": _word("FROM"),
    "conflict": resolved,
    "merge": _word("INTO"),
    "union": _word("SELECT", "ALL", "DISTINCT", "VALUES"),
    "limit": _limit,
    "offset": _limit,
    "for": _word("UPDATE", "SHARE", "NO KEY UPDATE", "KEY SHARE", "SKIP LOCKED", "NOWAIT"),
    "fetch": _word("FIRST", "NEXT", "ROW ONLY", "ROWS ONLY"),
}
