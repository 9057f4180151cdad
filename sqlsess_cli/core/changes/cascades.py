"""What the database itself deletes, or empties, with the rows that a command deletes: ON DELETE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    TableClause,
    column,
    event,
    select,
    table,
    tuple_,
)
from sqlalchemy import inspect as inspected
from sqlalchemy.engine import Inspector
from sqlalchemy.orm import Mapper, Session, object_session

from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._relations import ForeignKey, Place
from sqlsess_cli.foreign import Foreign

CASCADE = "CASCADE"
_ACTIONS = (CASCADE, "SET NULL", "SET DEFAULT")

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a foreign key of the database does at a DELETE.

    Attributes:
        key: the foreign key.
        action: as SQL says it.
    """

    key: ForeignKey
    action: str


@dataclass(frozen=True, slots=True)
class Cascade:
    """What one kind of rule did to one table.

    Attributes:
        table: its name.
        action: as SQL says it.
        count: to how many rows.
    """

    table: str
    action: str
    count: int

    def __str__(self) -> str:
        return f"{self.count} more by ON DELETE {self.action} in {self.table}"


class Cascades:
    """Counts them just before each DELETE, when the classes have done what they do themselves.

    Args:
        session: from begin().
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.uncounted: set[str] = set()  # tables of which it cannot be told
        self._rows: dict[tuple[Place, str], set[Row]] = {}
        self._gone: dict[Place, set[Row]] = {}  # by a DELETE that was sent
        self._rules: dict[Place, list[Rule]] = {}
        self._inspector: Inspector | None = None
        self._heeded = True
        event.listen(Mapper, "before_delete", self._before)

    def close(self) -> None:
        """Look no more."""
        event.remove(Mapper, "before_delete", self._before)

    def _before(self, mapper: Mapper[Any], connection: Connection, target: object) -> None:
        if object_session(target) is not self.session:
            return
        values = {}
        for item in mapper.column_attrs:
            values.update(dict.fromkeys(item.columns, inspected(target).dict.get(item.key)))
        for one in mapper.tables:
            # Where the table has no key, the class says which columns are as good as one.
            keys: list[Any] = [*one.primary_key] or [
                key for key in mapper.primary_key if key.table is one
            ]
            if keys and all(values.get(key) is not None for key in keys):
                self.count(connection, one, keys, [tuple(values[key] for key in keys)])
            elif self._rules_on(connection, _place(one)):
                self.uncounted.add("other tables")

    def count(
        self, connection: Connection, of: FromClause, columns: Sequence[ColumnElement[Any]],
        keys: Sequence[Row],
    ) -> None:  # fmt: skip
        """Count what goes with rows that are about to be deleted.

        Args:
            connection: that will delete them.
            of: their table.
            columns: of its primary key.
            keys: their values.
        """
        self._gone.setdefault(_place(of), set()).update(keys)
        among = columns[0].in_([key[0] for key in keys])
        if len(columns) > 1:
            among = tuple_(*columns).in_(keys)
        savepoints = dialects.find(connection.dialect.name).savepoints
        with Foreign() as asking, connection.begin_nested() if savepoints else nullcontext():
            self._follow(connection, of, among)
        if asking.error is not None:  # such as a table that this account may not read
            if _is_over(connection, asking.error):
                raise asking.error
            self.uncounted.add("other tables")

    def _follow(self, connection: Connection, of: FromClause, among: ColumnElement[bool]) -> None:
        """Find the rows that refer to some rows, and those that refer to these."""
        for rule in self._rules_on(connection, _place(of)):
            there, keys = self._table(connection, rule.key)
            condition = _refers(there, of, rule.key, among)
            if (
                self._add(connection, rule, select(*keys), there, condition)
                and rule.action == CASCADE
            ):
                self._follow(connection, there, condition)

    def _add(
        self, connection: Connection, rule: Rule, keys: Select[Any], there: TableClause,
        condition: ColumnElement[bool],
    ) -> bool:  # fmt: skip
        """Remember the rows; whether there was any that was not known yet."""
        if not keys.selected_columns:
            if connection.execute(select(1).select_from(there).where(condition).limit(1)).first():
                self.uncounted.add(_name(rule.key.table))
            return False
        found = {tuple(row) for row in connection.execute(keys.where(condition))}
        known = self._rows.setdefault((rule.key.table, rule.action), set())
        new = not found <= known
        known |= found
        return new

    def _rules_on(self, connection: Connection, place: Place) -> list[Rule]:
        if self._inspector is None:
            self._inspector = inspected(connection)
            self._heeded = dialects.find(connection.dialect.name).heeds_references(connection)
        if not self._heeded:
            return []
        if place not in self._rules:
            self._rules[place] = list(self._read(connection, self._inspector, place))
        return self._rules[place]

    def _read(self, connection: Connection, inspector: Inspector, place: Place) -> Iterator[Rule]:
        hooks = dialects.find(connection.dialect.name)
        for key in hooks.relations.referrers(inspector, place):
            if key.target != place:
                continue
            for item in inspector.get_foreign_keys(key.table[1], key.table[0]):
                action = str(item.get("options", {}).get("ondelete") or "").upper()
                same = [*map(str, item["constrained_columns"])] == [*map(str, key.columns)]
                if same and item["referred_table"] == place[1] and action in _ACTIONS:
                    yield Rule(key, action)

    def _table(
        self, connection: Connection, key: ForeignKey
    ) -> tuple[TableClause, list[ColumnElement[Any]]]:
        """The table of a foreign key, with the columns that are needed of it; and its own key."""
        schema, name = key.table
        inspector = self._inspector or inspected(connection)
        keys = inspector.get_pk_constraint(name, schema)["constrained_columns"]
        referred = [column for rule in self._rules_on(connection, key.table)
                    for column in rule.key.target_columns]  # fmt: skip
        names = dict.fromkeys([*keys, *key.columns, *referred])
        made = table(name, *(column(item) for item in names), schema=schema)
        return made, [made.c[item] for item in keys]

    def found(self) -> list[Cascade]:
        """What was found, without what was deleted by a DELETE of ours in the end."""
        gone = {place: set(rows) for place, rows in self._gone.items()}
        for (place, action), rows in self._rows.items():
            if action == CASCADE:
                gone.setdefault(place, set()).update(rows)
        counts = []
        for (place, action), rows in self._rows.items():
            ours = self._gone.get(place, set()) if action == CASCADE else gone.get(place, set())
            if left := len(rows - ours):
                counts.append(Cascade(_name(place), action, left))
        return counts

    def said(self) -> list[str]:
        """The same in words."""
        unknown = f"and more by ON DELETE in {' and '.join(sorted(self.uncounted))}, not counted"
        return [*map(str, self.found()), *[unknown] * bool(self.uncounted)]


def _refers(
    there: FromClause, here: FromClause, key: ForeignKey, among: ColumnElement[bool]
) -> ColumnElement[bool]:
    """The rows there that refer to some rows here."""
    theirs = [there.c[name] for name in key.columns]
    ours = [_column(here, name) for name in key.target_columns]
    alike = select(*ours).where(among)
    return tuple_(*theirs).in_(alike) if len(theirs) > 1 else theirs[0].in_(alike)


def _is_over(connection: Connection, error: BaseException) -> bool:
    """Whether an error ended more than our question: the connection, or the whole transaction."""
    hooks = dialects.find(connection.dialect.name)
    original = getattr(error, "orig", None) or error
    return connection.invalidated or hooks.diagnose(original).code in hooks.repeatable


def _column(of: FromClause, name: str) -> Any:
    """A column by what it is called in the database."""
    return next(item for item in of.c if item.name == name)


def _place(of: FromClause) -> Place:
    return getattr(of, "schema", None), str(getattr(of, "name", ""))


def _name(place: Place) -> str:
    return ".".join(filter(None, place))
