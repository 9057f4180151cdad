"""Where in a statement the cursor is: its clause, the brackets, what can be named there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlsess_cli.names.sql.parts import Part, query_of, seen_by
from sqlsess_cli.names.sql.scope import Reader, Scope
from sqlsess_cli.names.sql.tree import QUERIES, Group, Item, here, is_name, upper

_DEFINING = frozenset(
    """
    ALTER ANALYZE ATTACH CALL CLUSTER COMMENT COPY CREATE DEALLOCATE DESC DESCRIBE DROP FLUSH
    GRANT LOCK OPTIMIZE PRAGMA REFRESH REINDEX RENAME RESET REVOKE SHOW TRUNCATE USE VACUUM
    CHECK REPAIR KILL LOAD EXECUTE DECLARE PREPARE DO HANDLER LISTEN NOTIFY UNLISTEN CHECKPOINT
    DISCARD START BEGIN COMMIT END ROLLBACK SAVEPOINT RELEASE ABORT UNLOCK DETACH SECURITY
    REASSIGN SET
    """.split()
)


@dataclass(slots=True)
class Spot:
    """A place in a statement.

    Attributes:
        clause: as in Part; "define" in statements that are no queries, "start" where one begins.
        before: what stands before the cursor, since the clause or the bracket began.
        after: what stands after it, up to the end of those.
        brackets: for each bracket around the cursor in this query what stands before it; the
            innermost one last.
        parts: the clauses of the query.
        part: the one of them that the cursor is in.
        scope: what can be named.
    """

    clause: str
    before: Sequence[Item]
    after: Sequence[Item]
    brackets: Sequence[Sequence[Item]]
    parts: Sequence[Part]
    part: Part
    scope: Scope

    @property
    def last(self) -> Item | None:
        """What stands right before the cursor."""
        return self.before[-1] if self.before else None

    @property
    def joined_by(self) -> str:
        """The word before the JOIN that the cursor is after: LEFT, CROSS …; nothing if none."""
        pairs = pairwise(self.parts)
        before = next((items for items, part in pairs if part is self.part), None)
        return upper(before.items[-1]) if before and before.items else ""


def spot_of(items: Sequence[Item], reader: Reader, scope: Scope) -> Spot:
    """Where the cursor is, in items that it is in."""
    begin = _query_begin(items)
    if begin is None or here(items) < begin:
        part = Part("define" if here(items) else "start", list(items))
        return _within(part, part.items, (), [part], reader, scope)
    query = query_of(items[begin:])
    inside = Scope(reader.ctes(query.ctes, scope), (), scope.outer)
    for cte in query.ctes:
        if cte.body.here:
            return spot_of(cte.body.items, reader, Scope(inside.ctes, (), scope.outer))
    for parts in query.branches:
        for part in parts:
            if here(part.items) >= 0:
                seen = seen_by(part, parts)
                found = Scope(inside.ctes, reader.sources(seen, inside), scope.outer)
                return _within(part, part.items, (), parts, reader, found)
    part = Part("start", list(items))
    return Spot("start", (), (), (), [part], part, inside)


_BEFORE_QUERY = frozenset({"AS", "BEGIN", "FOR", "ROW"})  # in definitions, views and triggers


def _query_begin(items: Sequence[Item]) -> int | None:
    """Where in a statement the query begins; None where there is none."""
    first = upper(items[0]) if items else ""
    if first in {"EXPLAIN", "DESCRIBE", "DESC", "ANALYZE"}:
        return next((at for at, item in enumerate(items) if upper(item) in QUERIES), None)
    if first in {"CREATE", "PREPARE", "DECLARE", "COPY"}:
        words = [upper(item) for item in items]
        pairs = pairwise(words)
        return next(
            (at for at, (before, word) in enumerate(pairs, 1)
             if before in _BEFORE_QUERY and word in QUERIES), None,
        )  # fmt: skip
    is_begun = bool(items) and (isinstance(items[0], Group) or items[0].kind != "cursor")
    return 0 if is_begun and first not in _DEFINING else None


def _within(
    part: Part,
    items: Sequence[Item],
    brackets: Sequence[Sequence[Item]],
    parts: Sequence[Part],
    reader: Reader,
    scope: Scope,
) -> Spot:
    """Go into the brackets that the cursor is in."""
    at = here(items)
    item = items[at]
    if not isinstance(item, Group):
        clause = part.clause or "start"
        return Spot(clause, items[:at], items[at + 1 :], brackets, parts, part, scope)
    before = items[:at]
    last = before[-1] if before else None
    if item.is_query:
        derived = part.clause in {"from", "join"} and not brackets
        lateral = upper(last) == "LATERAL"
        outer = scope if lateral or not derived else scope.outer
        return spot_of(item.items, reader, Scope(scope.ctes, (), outer))
    if part.clause in {"from", "join"} and not brackets and not is_name(last):
        inner = query_of(item.items, "from")
        for found in inner.branches[0]:
            if here(found.items) >= 0:
                return _within(found, found.items, (), inner.branches[0], reader, scope)
    return _within(part, item.items, [*brackets, before], parts, reader, scope)
