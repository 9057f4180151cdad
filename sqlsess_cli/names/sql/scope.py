"""What can be named in a query: tables by their aliases, what WITH brings, what is around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlsess_cli.names.sql.parts import TABLES, Cte, Part, query_of, seen_by
from sqlsess_cli.names.sql.schema import Column, Schema, Table, named
from sqlsess_cli.names.sql.tree import Group, Item, is_name, name_of, split_at_commas, upper

# Words after a table that are no alias of it.
_NO_ALIAS = frozenset(
    """
    AS CROSS DEFAULT FORCE FULL IGNORE INDEXED INNER LEFT NATURAL NOT ONLY OUTER PARTITION RIGHT
    SELECT SET STRAIGHT_JOIN TABLESAMPLE USE WHEN WITH LATERAL
    """.split()
)
_BEFORE_TABLE = frozenset({"ONLY", "LATERAL", "LOW_PRIORITY", "IGNORE", "TABLE", "OR", "ROLLBACK",
                           "ABORT", "FAIL"})  # fmt: skip
_NO_VALUE_BEFORE = frozenset({".", "+", "-", "*", "/", "|", "=", "<", ">", "%", "AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class Source:
    """Something whose columns can be named.

    Attributes:
        name: what it is called: its alias, or the table's name.
        columns: of it.
        table: the table that it is, if it is one.
        aliased: it is called by an alias.
        schema: that is written before the name.
        start: where it stands in the text.
    """

    name: str
    columns: Sequence[Column]
    table: Table | None = None
    aliased: bool = False
    schema: str = ""
    start: int = 0


@dataclass(slots=True)
class Scope:
    """What can be named at some place of a query.

    Attributes:
        ctes: what WITH brings, each with the scope that its query is in.
        sources: of the query itself.
        outer: of the query around it, where that can be named.
    """

    ctes: Mapping[str, tuple[Cte, Scope]] = field(default_factory=dict)
    sources: Sequence[Source] = ()
    outer: Scope | None = None

    def around(self) -> Iterator[Source]:
        """The sources of the queries around."""
        if self.outer:
            yield from self.outer.sources
            yield from self.outer.around()

    def source(self, path: Sequence[str]) -> Source | None:
        """What a written path names, the nearest one."""
        every = [*self.sources, *self.around()]
        for fold in (str, str.casefold):
            for source in every:
                schema = fold(path[-2]) if len(path) > 1 else fold(source.schema)
                place = fold(source.schema or (source.table.schema if source.table else ""))
                if fold(source.name) == fold(path[-1]) and schema in {place, fold(source.schema)}:
                    return source
        return None


class Reader:
    """Works out what a query's sources and columns are.

    Attributes:
        schema: where tables are looked up.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._reading: set[int] = set()  # where the queries begin that are being read

    def ctes(self, found: Sequence[Cte], scope: Scope) -> Mapping[str, tuple[Cte, Scope]]:
        """What can be named where WITH has brought these: they know each other."""
        inner = Scope(dict(scope.ctes), (), scope.outer)
        known = {cte.name.casefold(): (cte, inner) for cte in found}
        inner.ctes = {**inner.ctes, **known}
        return inner.ctes

    def sources(self, parts: Sequence[Part], scope: Scope) -> list[Source]:
        """What a query's clauses bring to be named, in the order of the text."""
        found: list[Source] = []
        writes = any(part.clause in {"insert", "merge"} for part in parts)
        for part in parts:
            if part.clause in TABLES and (writes or part.clause != "into"):
                several = part.clause in {"from", "update"}
                lists = split_at_commas(part.items) if several else [part.items]
                for items in lists:
                    found += self._source(items, Scope(scope.ctes, found, scope.outer))
        conflict = any(
            part.clause == "conflict" and upper(part.items[0] if part.items else None) == "CONFLICT"
            for part in parts
        )
        if conflict and found and found[0].table:
            found.append(replace(found[0], name="excluded", table=None, aliased=True))
        return found

    def _source(self, items: Sequence[Item], scope: Scope) -> Iterator[Source]:
        """What one item of FROM brings; a join in brackets brings several."""
        at = 0
        while at < len(items) and upper(items[at]) in _BEFORE_TABLE:
            at += 1
        if at == len(items):
            return
        first, start = items[at], items[at].start
        if isinstance(first, Group):
            if not first.is_query:
                inner = query_of(first.items, "from")
                yield from (item for parts in inner.branches for item in self.sources(parts, scope))
                return
            alias, listed = _alias(items[at + 1 :])
            columns = self.columns(first, scope)
            yield Source(alias, _renamed(columns, listed), None, bool(alias), start=start)
            return
        path, at = path_at(items, at)
        if not path:
            return
        called = at < len(items) and isinstance(items[at], Group)
        alias, listed = _alias(items[at + called :])
        yield from self._named(path, alias, listed, start, Scope(scope.ctes), called=called)

    def _named(
        self,
        path: list[str],
        alias: str,
        listed: list[str],
        start: int,
        scope: Scope,
        *,
        called: bool,
    ) -> Iterator[Source]:
        """A table, what WITH calls so, or a function."""
        name = alias or path[-1]
        cte = scope.ctes.get(path[-1].casefold()) if len(path) == 1 else None
        table = None
        columns: Sequence[Column]
        if cte is not None:
            columns = self._of_cte(*cte)
        elif called and not (table := self.schema.table(path)):
            columns = [Column(item) for item in listed or [name]]
        else:
            table = table or self.schema.table(path)
            columns = [_originating(item, table) for item in table.columns] if table else ()
        written = path[-2] if len(path) > 1 and not alias else ""
        yield Source(name, _renamed(columns, listed), table, bool(alias), written, start)

    def _of_cte(self, cte: Cte, scope: Scope) -> Sequence[Column]:
        columns = self.columns(cte.body, scope)
        return _renamed(columns, list(cte.columns))

    def columns(self, group: Group, scope: Scope) -> Sequence[Column]:
        """The columns of a query; none of one that is being read, as in a recursion."""
        if group.start in self._reading:
            return ()
        self._reading.add(group.start)
        try:
            return self._columns(group.items, scope)
        finally:
            self._reading.discard(group.start)

    def _columns(self, items: Sequence[Item], scope: Scope) -> Sequence[Column]:
        query = query_of(items)
        inner = Scope(self.ctes(query.ctes, scope), (), scope)
        for parts in query.branches[:1]:
            for part in parts:
                if part.clause in {"select", "returning"}:
                    sources = self.sources(seen_by(part, parts), inner)
                    here = Scope(inner.ctes, sources, scope)
                    return [*self._selected(part.items, here)]
                if part.clause == "values":
                    rows = [item for item in part.items if isinstance(item, Group)]
                    width = len(split_at_commas(rows[0].items)) if rows else 0
                    return [Column(f"column{at + 1}") for at in range(width)]
                if part.items and isinstance(part.items[0], Group) and not part.clause:
                    return self.columns(part.items[0], scope)
        return ()

    def _selected(self, items: Sequence[Item], scope: Scope) -> Iterator[Column]:
        for item in split_at_commas(without_distinct(items)):
            if item and upper(item[-1]) == "*" and (len(item) == 1 or upper(item[-2]) == "."):
                path, _ = path_at(item, 0)
                starred = [scope.source(path)] if path else scope.sources
                yield from (column for source in starred if source for column in source.columns)
            elif found := self._one(item, scope):
                yield found

    def _one(self, item: Sequence[Item], scope: Scope) -> Column | None:
        """The column that an expression makes."""
        alias = alias_of(item)
        path, end = path_at(item, 0)
        if path and end >= len(item) - (1 if alias else 0) - (upper(item[-2:][0]) == "AS"):
            known = self.column(path, scope)
            return replace(known or Column(path[-1]), name=alias or path[-1])
        if alias:
            return Column(alias)
        if len(path) == 1 and end == len(item) - 1 and isinstance(item[-1], Group):
            return Column(path[0].lower())  # as PostgreSQL calls the result of a function
        return None

    def column(self, path: Sequence[str], scope: Scope) -> Column | None:
        """The column that a written path names."""
        *above, name = path
        if above:
            source = scope.source(above)
            return named(source.columns, name) if source else None
        for source in (*scope.sources, *scope.around()):
            if found := named(source.columns, name):
                return found
        return None


def _originating(column: Column, table: Table) -> Column:
    return Column(column.name, column.type, column.values, (*table.place, column.name))


def path_at(items: Sequence[Item], at: int) -> tuple[list[str], int]:
    """The names that dots join from here on, and where they end."""
    path: list[str] = []
    while at < len(items) and is_name(items[at]):
        path.append(name_of(items[at]))
        at += 1
        if at == len(items) or upper(items[at]) != ".":
            break
        at += 1
    return path, at


def without_distinct(items: Sequence[Item]) -> Sequence[Item]:
    """The items of SELECT after DISTINCT, and what that may be on."""
    at = 0
    while at < len(items) and upper(items[at]) in {"DISTINCT", "ALL", "DISTINCTROW", "ON"}:
        at += 1
        if upper(items[at - 1]) == "ON" and at < len(items):
            at += 1
    return items[at:]


def alias_of(item: Sequence[Item]) -> str:
    """What an expression of SELECT is called by its end, with AS or without."""
    if (
        len(item) < 2
        or not is_name(item[-1])
        or upper(item[-1]) in {"END", "NULL", "TRUE", "FALSE"}
    ):
        return ""
    before = item[-2]
    if upper(before) in _NO_VALUE_BEFORE or (upper(before) and upper(before) in {"IS", "CASE"}):
        return ""
    return name_of(item[-1])


def _alias(items: Sequence[Item]) -> tuple[str, list[str]]:
    """The alias at the beginning, and the names of columns that may be listed after it."""
    at = 1 if items and upper(items[0]) == "AS" else 0
    if at >= len(items) or not is_name(items[at]) or upper(items[at]) in _NO_ALIAS:
        return "", []
    listed = items[at + 1] if at + 1 < len(items) else None
    names = split_at_commas(listed.items) if isinstance(listed, Group) else []
    columns = [path[-1] for path, _ in (path_at(item, 0) for item in names) if path]
    return name_of(items[at]), columns


def _renamed(columns: Sequence[Column], names: Sequence[str]) -> Sequence[Column]:
    """Columns under other names, as far as those are given."""
    if not names:
        return columns
    known = [*columns, *(Column(name) for name in names[len(columns) :])]
    return [replace(column, name=name) for column, name in zip(known, names, strict=False)] + [
        *known[len(names) :]
    ]
