"""What the database itself does to the rows that refer to others: ON DELETE and ON UPDATE."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    TableClause,
    column,
    select,
    table,
    tuple_,
)
from sqlalchemy import inspect as inspected
from sqlalchemy.engine import Inspector

from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._relations import ForeignKey, Place

CASCADE, SET_NULL = "CASCADE", "SET NULL"
_ACTIONS = (CASCADE, SET_NULL, "SET DEFAULT")

Verb = Literal["DELETE", "UPDATE"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a foreign key of the database does to the rows that have it.

    Attributes:
        key: the foreign key.
        on_delete: what it does at a DELETE, as SQL says it; nothing where it does nothing.
        on_update: the same at an UPDATE of what it refers to.
    """

    key: ForeignKey
    on_delete: str
    on_update: str

    def action(self, verb: Verb) -> str:
        """What it does at a statement of this kind."""
        return self.on_delete if verb == "DELETE" else self.on_update


@dataclass(frozen=True, slots=True)
class Referring:
    """Rows that a rule reaches.

    Attributes:
        rule: which.
        table: theirs, with the columns that are needed of it.
        key: its primary key; none where it has none.
        condition: that they meet.
    """

    rule: Rule
    table: TableClause
    key: list[ColumnElement[Any]]
    condition: ColumnElement[bool]


Visit = Callable[[Connection, Referring], bool]


class References:
    """The rules of the tables that refer to one, and the rows that they reach."""

    def __init__(self) -> None:
        self._rules: dict[Place, list[Rule]] = {}
        self._inspector: Inspector | None = None
        self._heeded = True

    def follow(
        self, connection: Connection, verb: Verb, of: FromClause, among: ColumnElement[bool],
        visit: Visit, changed: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        """Find the rows that refer to some rows, and those that refer to these.

        Args:
            connection: that is about to change them.
            verb: how.
            of: their table.
            among: the condition that they meet.
            visit: is told of the rows that refer to them, as many as they may be; says whether
                there is one that it had not heard of.
            changed: the columns that an UPDATE sets.
        """
        for rule in self.on(connection, place_of(of)):
            action = rule.action(verb)
            told = changed is None or not set(changed).isdisjoint(rule.key.target_columns)
            if not (action and told):
                continue
            there, keys = self._table(connection, rule.key)
            reached = Referring(rule, there, keys, _refers(there, of, rule.key, among))
            if visit(connection, reached) and action == CASCADE:
                further = None if changed is None else rule.key.columns
                self.follow(connection, verb, there, reached.condition, visit, further)

    def on(self, connection: Connection, place: Place) -> list[Rule]:
        """The rules of foreign keys that lead to a table, and do something."""
        if self._inspector is None:
            self._inspector = inspected(connection)
            self._heeded = dialects.find(connection.dialect.name).heeds_references(connection)
        if not self._heeded:
            return []
        if place not in self._rules:
            self._rules[place] = list(_read(connection, self._inspector, place))
        return self._rules[place]

    def _table(
        self, connection: Connection, key: ForeignKey
    ) -> tuple[TableClause, list[ColumnElement[Any]]]:
        """The table of a foreign key, with the columns that are needed of it; and its own key."""
        schema, name = key.table
        inspector = self._inspector or inspected(connection)
        keys = inspector.get_pk_constraint(name, schema)["constrained_columns"]
        referred = [column for rule in self.on(connection, key.table)
                    for column in rule.key.target_columns]  # fmt: skip
        names = dict.fromkeys([*keys, *key.columns, *referred])
        made = table(name, *(column(item) for item in names), schema=schema)
        return made, [made.c[item] for item in keys]


def _read(connection: Connection, inspector: Inspector, place: Place) -> Iterator[Rule]:
    hooks = dialects.find(connection.dialect.name)
    for key in hooks.relations.referrers(inspector, place):
        if key.target != place:
            continue
        for item in inspector.get_foreign_keys(key.table[1], key.table[0]):
            same = [*map(str, item["constrained_columns"])] == [*map(str, key.columns)]
            if not same or item["referred_table"] != place[1]:
                continue
            rule = Rule(key, _said(item, "ondelete"), _said(item, "onupdate"))
            if rule.on_delete or rule.on_update:
                yield rule


def _said(item: Any, option: str) -> str:
    action = str(item.get("options", {}).get(option) or "").upper()
    return action if action in _ACTIONS else ""


def _refers(
    there: FromClause, here: FromClause, key: ForeignKey, among: ColumnElement[bool]
) -> ColumnElement[bool]:
    """The rows there that refer to some rows here."""
    theirs = [there.c[name] for name in key.columns]
    ours = [column_of(here, name) for name in key.target_columns]
    alike = select(*ours).where(among)
    return tuple_(*theirs).in_(alike) if len(theirs) > 1 else theirs[0].in_(alike)


def column_of(of: FromClause, name: str) -> Any:
    """A column by what it is called in the database."""
    return next(item for item in of.c if item.name == name)


def place_of(of: FromClause) -> Place:
    """Where a table is."""
    return getattr(of, "schema", None), str(getattr(of, "name", ""))


def name_of(place: Place) -> str:
    """What it is called."""
    return ".".join(filter(None, place))


def among(columns: Sequence[Any], keys: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    """The rows with these keys."""
    if len(columns) > 1:
        return tuple_(*columns).in_(keys)
    found: ColumnElement[bool] = columns[0].in_([key[0] for key in keys])
    return found
