"""Keywords by context, and functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.place import Place, called_by, ended
from sqlsess_cli.names.sql.proposal import Kind
from sqlsess_cli.names.sql.tree import upper
from sqlsess_cli.names.sql.words import AGGREGATES

_OPERATORS = ("AND", "OR", "IS NULL", "IS NOT NULL", "IN", "LIKE", "BETWEEN", "NOT IN", "NOT LIKE",
              "NOT BETWEEN", "IS", "NOT", "COLLATE")  # fmt: skip
_SETS = ("UNION", "UNION ALL", "INTERSECT", "EXCEPT")
_TAIL = ("ORDER BY", "LIMIT", *_SETS, "OFFSET", "FETCH FIRST", "FOR UPDATE", "WINDOW")
_JOINS = ("LEFT JOIN", "INNER JOIN", "RIGHT JOIN", "CROSS JOIN", "NATURAL JOIN", "FULL JOIN",
          "LEFT OUTER JOIN")  # fmt: skip
_AFTER_FROM = ("JOIN", "WHERE", "LEFT JOIN", "GROUP BY", "ORDER BY", "LIMIT", *_JOINS, "AS",
               "HAVING", *_TAIL)  # fmt: skip
# By clause, the words that can come where an expression or a table has ended.
FOLLOWING = {
    "select": ("FROM", "AS", "OVER", "FILTER", "INTO", "WHERE", *_SETS, "ORDER BY", "LIMIT"),
    "from": _AFTER_FROM,
    "join": ("ON", "USING", *_AFTER_FROM),
    "on": _AFTER_FROM,
    "using": _AFTER_FROM,
    "where": ("GROUP BY", "HAVING", *_TAIL, "RETURNING"),
    "group": ("HAVING", *_TAIL, "WITH ROLLUP"),
    "having": _TAIL,
    "order": ("ASC", "DESC", "NULLS FIRST", "NULLS LAST", "LIMIT", "OFFSET", "FETCH FIRST",
              "FOR UPDATE", "COLLATE"),
    "limit": ("OFFSET", "FOR UPDATE"),
    "offset": ("LIMIT", "ROWS", "FETCH FIRST"),
    "into": ("VALUES", "SELECT", "DEFAULT VALUES", "SET", "WITH", "AS", "USING"),
    "values": ("ON CONFLICT", "ON DUPLICATE KEY UPDATE", "RETURNING", *_SETS, "ORDER BY"),
    "update": ("SET", "AS"),
    "set": ("WHERE", "FROM", "RETURNING"),
    "returning": ("AS", "INTO"),
    "conflict": ("DO NOTHING", "DO UPDATE SET", "WHERE"),
    "window": ("AS", *_TAIL),
}  # fmt: skip
_EXPRESSION = {"select", "on", "where", "having", "set", "group", "order"}
_OPERANDS = ("CASE", "NULL", "NOT", "EXISTS", "TRUE", "FALSE", "CAST", "INTERVAL")
_ONLY_ON = {
    "ON DUPLICATE KEY UPDATE": {"mysql"},
    "ON CONFLICT": {"postgresql", "sqlite"},
    "ILIKE": {"postgresql"},
    "NULLS FIRST": {"postgresql", "sqlite"},
    "NULLS LAST": {"postgresql", "sqlite"},
    "FOR UPDATE": {"postgresql", "mysql"},
    "FETCH FIRST": {"postgresql"},
    "WITH ROLLUP": {"mysql"},
    "FULL JOIN": {"postgresql", "sqlite"},
    "FILTER": {"postgresql", "sqlite"},
    "INTERVAL": {"postgresql", "mysql"},
    "INTO": {"postgresql", "mysql"},
    "IGNORE INTO": {"mysql", "sqlite"},
    "REPLACE INTO": {"sqlite"},
    "OR REPLACE INTO": {"sqlite"},
    "OR IGNORE INTO": {"sqlite"},
    "RECURSIVE": {"postgresql", "mysql", "sqlite"},
    "MATERIALIZED": {"postgresql", "sqlite"},
    "QUERY PLAN": {"sqlite"},
    "GLOB": {"sqlite"},
}


def keywords(
    place: Place, words: Iterable[str], fitness: int = 30, kind: Kind = "keyword"
) -> Iterator[Candidate]:
    """Words in the case that is typed in, the first ones fitting best."""
    if place.typed.opening or place.typed.path:
        return
    for at, word in enumerate(words):
        if place.style.lexical.name in _ONLY_ON.get(word, {place.style.lexical.name}):
            yield Candidate(word, place.cased(word), kind, fitness - min(at, 20))


def following(place: Place) -> Iterator[Candidate]:
    """What can come where something has ended."""
    clause, spot = place.spot.clause, place.spot
    words: list[str] = []
    said = [upper(item) for item in spot.before]
    if said.count("CASE") > said.count("END"):
        words += ["WHEN", "THEN", "ELSE", "END"]
    if spot.brackets:
        called = called_by(place)
        words += ["AS"] * (called == "CAST") + ["FROM"] * (called in _WITH_FROM)
        words += _OPERATORS
        words += ["ORDER BY", "ASC", "DESC", "ROWS", "RANGE", "SEPARATOR"]
    elif clause in {"from", "update"} and any(it.clause in _WRITING for it in spot.parts):
        words += _of_written(place)
    else:
        first = FOLLOWING.get(clause, ())
        operators = _OPERATORS if clause in _EXPRESSION else ()
        words += [*operators, *first] if clause in _OPERATORS_FIRST else [*first, *operators]
    if "LIKE" in words:
        words += ["ILIKE", "GLOB"]
    yield from keywords(place, dict.fromkeys(words))


_OPERATORS_FIRST = {"where", "on", "having"}
_WRITING = {"delete", "update"}


def _of_written(place: Place) -> tuple[str, ...]:
    """What can come after the table that is updated, or deleted from."""
    joins = ("JOIN", *_JOINS) if place.style.lexical.name == "mysql" else ()
    if place.spot.clause == "update":
        return (*FOLLOWING["update"], *joins)
    return ("WHERE", "USING", "RETURNING", "AS", *joins)


_WITH_FROM = {"EXTRACT", "SUBSTRING", "TRIM", "OVERLAY"}


def operands(place: Place) -> Iterator[Candidate]:
    """Words that an expression can begin with, and functions."""
    last, before = upper(place.spot.last), place.spot.before
    words: tuple[str, ...] = _OPERANDS
    if not last and called_by(place) == "COUNT":
        yield from keywords(place, ("DISTINCT",), 75)
    fitness = 30 if place.spot.scope.sources else 50
    if last == "NOT":
        words = ("EXISTS", "NULL", *words)
    elif place.spot.brackets and not last:
        fitness, words = _in_bracket(called_by(place), words)
    elif place.spot.clause == "select" and not before:
        words = ("DISTINCT", *words, "ALL")
    yield from keywords(place, words, fitness)
    yield from functions(place)


def forced(place: Place) -> Iterator[Candidate] | None:
    """Where only some words can come, and no operand: those; None elsewhere."""
    before = place.spot.before
    last = upper(place.spot.last)
    words: tuple[str, ...]
    if last == "IS":
        words = ("NULL", "NOT NULL", "TRUE", "FALSE", "NOT", "DISTINCT FROM", "NOT DISTINCT FROM")
    elif last == "NOT" and upper(before[-2] if len(before) > 1 else None) == "IS":
        words = ("NULL", "TRUE", "FALSE", "DISTINCT FROM")
    elif last == "NOT" and ended(before[:-1]):
        words = ("IN", "LIKE", "BETWEEN", "ILIKE", "GLOB", "REGEXP")
    elif last in {"PARTITION", "ORDER"} and place.spot.brackets:
        words = ("BY",)
    elif last in {"INTERVAL", "LIMIT", "OFFSET"}:
        words = ()
    else:
        return None
    return keywords(place, words, 98)


def _in_bracket(called: str, words: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """Words that a bracket can begin with, and how well they fit."""
    if called == "OVER":
        return 98, ("PARTITION BY", "ORDER BY", "ROWS")
    if called == "FILTER":
        return 98, ("WHERE",)
    if called == "GROUP":
        return 98, ("ORDER BY",)
    if called.lower() in AGGREGATES:
        return 50, ("DISTINCT", *words)
    return (98 if called == "EXISTS" else 80 if called == "IN" else 35), ("SELECT", *words, "WITH")


def functions(place: Place) -> Iterator[Candidate]:
    """Functions with their bracket, unless one is typed already."""
    if place.typed.opening or place.typed.path:
        return
    upper_case = place.typed.text.isupper()
    for name in dict.fromkeys([*place.style.functions, *place.schema.functions]):
        bare = name in place.style.bare
        bracket = "" if bare or place.typed.called else "("
        shown = name.upper() if upper_case else name
        fitness = 45 if name in AGGREGATES else 40
        yield Candidate(name, shown + bracket, "function", fitness, "aggregate" * (fitness > 40),
                        shown + "()" * (not bare))  # fmt: skip


def types(place: Place) -> Iterator[Candidate]:
    """Types of columns."""
    yield from keywords(place, place.style.types, 60, "type")


def starts(place: Place) -> Iterator[Candidate]:
    """Words that a statement can begin with."""
    yield from keywords(place, place.style.keywords, 60)
