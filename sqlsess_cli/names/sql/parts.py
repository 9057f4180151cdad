"""A query as its clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlsess_cli.names.sql.tree import Group, Item, is_name, name_of, upper

_CLAUSES = {
    "SELECT": "select", "FROM": "from", "JOIN": "join", "STRAIGHT_JOIN": "join", "ON": "on",
    "USING": "using", "WHERE": "where", "GROUP": "group", "HAVING": "having", "WINDOW": "window",
    "ORDER": "order", "LIMIT": "limit", "OFFSET": "offset", "FETCH": "fetch", "FOR": "for",
    "VALUES": "values", "INSERT": "insert", "REPLACE": "insert", "INTO": "into",
    "UPDATE": "update", "SET": "set", "DELETE": "delete", "RETURNING": "returning",
    "MERGE": "merge", "UNION": "union", "INTERSECT": "union", "EXCEPT": "union",
    "EXPLAIN": "explain",
}  # fmt: skip
TABLES = frozenset({"from", "join", "into", "update"})


@dataclass(slots=True)
class Part:
    """A clause: the word that begins it is not among its items."""

    clause: str
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Cte:
    """A query that WITH names.

    Attributes:
        name: its name.
        columns: the names of its columns, where they are listed.
        body: its query.
    """

    name: str
    columns: Sequence[str]
    body: Group


@dataclass(slots=True)
class Query:
    """A query with all that UNION and its like join.

    Attributes:
        ctes: what WITH brings.
        branches: of each query its clauses.
    """

    ctes: list[Cte]
    branches: list[list[Part]]


def query_of(items: Sequence[Item], clause: str = "") -> Query:
    """Items as a query; the first ones are of the given clause until another begins."""
    ctes, at = _with(items)
    branches = [[Part("with" if at else clause)]]
    rest = items[at:]
    for index, item in enumerate(rest):
        new = _clause_at(rest, index, branches[-1])
        if not new:
            branches[-1][-1].items.append(item)
            continue
        if new == "union":
            branches.append([])
        branches[-1].append(Part(new))
    return Query(ctes, branches)


def _with(items: Sequence[Item]) -> tuple[list[Cte], int]:
    """What WITH brings, and where that ends."""
    if upper(items[0] if items else None) != "WITH":
        return [], 0
    ctes, at = [], 1
    at += upper(_at(items, at)) == "RECURSIVE"
    while is_name(_at(items, at)):
        name, columns = items[at], _at(items, at + 1)
        at += 1
        listed: list[str] = []
        if isinstance(columns, Group):
            listed = [name_of(item) for item in columns.items if is_name(item)]
            at += 1
        while upper(_at(items, at)) in {"AS", "NOT", "MATERIALIZED"}:
            at += 1
        body = _at(items, at)
        if not isinstance(body, Group):
            break
        ctes.append(Cte(name_of(name), listed, body))
        at += 1
        if upper(_at(items, at)) != ",":
            return ctes, at
        at += 1
    return ctes, at


def _at(items: Sequence[Item], at: int) -> Item | None:
    return items[at] if at < len(items) else None


def _clause_at(items: Sequence[Item], at: int, parts: Sequence[Part]) -> str:
    """The clause that a word begins; nothing if it begins none here."""
    word = upper(items[at])
    new = _CLAUSES.get(word, "")
    if not new:
        return ""
    before = upper(items[at - 1]) if at else ""
    following = _at(items, at + 1)
    current = parts[-1].clause if parts else ""
    if word == "FROM" and before == "DISTINCT" and at > 1 and upper(items[at - 2]) in {"IS", "NOT"}:
        return ""
    if _is_no_clause(word, before, following, current):
        return ""
    return _meant(word, new, upper(following), parts)


def _is_no_clause(word: str, before: str, following: Item | None, current: str) -> bool:
    """Whether a word that can begin a clause is part of an expression, or a name."""
    if upper(following) == "." or (before == "." and word != "FROM"):
        return True  # but what comes before FROM may have to be typed yet
    if before == "AS" and word not in {"SELECT", "VALUES", "INSERT", "UPDATE", "DELETE"}:
        return True
    return {
        "GROUP": isinstance(following, Group),  # WITHIN GROUP (…)
        "VALUES": current == "set",  # MySQL's VALUES(column)
        "REPLACE": current != "",
        "INSERT": current not in {"", "with"},
        "ON": current == "select",  # DISTINCT ON (…)
        "STRAIGHT_JOIN": current == "select",  # where it is an option
        "FOR": isinstance(following, Group),  # an index hint
    }.get(word, False)


def _meant(word: str, new: str, following: str, parts: Sequence[Part]) -> str:
    """The clause that a word begins after these."""
    said = {part.clause for part in parts}
    last = parts[-1] if parts else Part("")
    before = upper(last.items[-1]) if last.items else ""
    in_insert = "into" in said and "from" not in said
    if word == "ON" and (following in {"CONFLICT", "DUPLICATE"} or in_insert):
        return "conflict"
    if word == "USING" and not said.isdisjoint({"delete", "merge"}):
        return "from"
    if word == "UPDATE":
        if before == "KEY":
            return "set"
        return "" if last.clause in {"for", "conflict", "on"} else new
    if word == "SET" and said.isdisjoint({"update", "into", "conflict", "insert"}):
        return ""
    return new


def seen_by(part: Part, parts: Sequence[Part]) -> Sequence[Part]:
    """The clauses whose tables can be named in one: not those of INSERT in its own query."""
    said = [item.clause for item in parts]
    if "insert" not in said or "select" not in said:
        return parts
    begin = said.index("select")
    of_query = any(item is part for item in parts[begin:])
    if of_query and part.clause not in {"returning", "conflict", "set"}:
        return parts[begin:]
    return [*parts[:begin], *(item for item in parts if item.clause == "conflict")]
