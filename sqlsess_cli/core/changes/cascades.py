"""What the database itself deletes, empties or follows with the rows that a command changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Index,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Mapper, Session, object_session

from sqlsess_cli.core.changes.references import (
    CASCADE,
    References,
    Referring,
    Verb,
    among,
    name_of,
    place_of,
)
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._relations import Place
from sqlsess_cli.foreign import Foreign

DELETED = f"ON DELETE {CASCADE}"

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Cascade:
    """What one kind of rule did to one table.

    Attributes:
        table: its name.
        rule: as SQL says it.
        count: to how many rows.
    """

    table: str
    rule: str
    count: int

    def __str__(self) -> str:
        return f"{self.count} more by {self.rule} in {self.table}"


class Cascades:
    """Counts them just before each statement, when the classes have done what they do themselves.

    Args:
        session: from begin().
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.references = References()
        self.uncounted: set[str] = set()  # tables of which it cannot be told
        self._rows: dict[tuple[Place, str], set[Row]] = {}
        self._gone: dict[Place, set[Row]] = {}  # by a DELETE that was sent
        event.listen(Mapper, "before_delete", self._deleting)
        event.listen(Mapper, "before_update", self._updating)

    def close(self) -> None:
        """Look no more."""
        event.remove(Mapper, "before_delete", self._deleting)
        event.remove(Mapper, "before_update", self._updating)

    def _deleting(self, mapper: Mapper[Any], connection: Connection, target: object) -> None:
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
            elif self.references.on(connection, place_of(one)):
                self.uncounted.add("other tables")

    def _updating(self, mapper: Mapper[Any], connection: Connection, target: object) -> None:
        """What refers to an object whose values others have follows them."""
        if object_session(target) is not self.session:
            return
        attributes = inspected(target).attrs
        histories = {item: attributes[item.key].history for item in mapper.column_attrs}
        changed = [column for item, history in histories.items() if history.deleted
                   for column in item.columns]  # fmt: skip
        for one in mapper.tables if changed else ():
            set_here = [column for column in changed if column.table is one]
            key, columns = tuple(inspected(target).identity or ()), [*one.primary_key]
            if len(key) == len(columns):
                self.count_followers(connection, one, columns, [key], set_here)

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
        self._gone.setdefault(place_of(of), set()).update(keys)
        self._count(connection, "DELETE", of, columns, keys)

    def count_followers(
        self, connection: Connection, of: FromClause, columns: Sequence[ColumnElement[Any]],
        keys: Sequence[Row], changed: Iterable[Any],
    ) -> None:  # fmt: skip
        """Count what follows the values of rows that are about to be set.

        Args:
            connection: that will set them.
            of: their table.
            columns: of its primary key.
            keys: their values.
            changed: the columns that are set; None among them is no column.
        """
        names = [item.name for item in changed if item is not None and _is_unique(item)]
        if names:
            self._count(connection, "UPDATE", of, columns, keys, names)

    def _count(
        self, connection: Connection, verb: Verb, of: FromClause,
        columns: Sequence[ColumnElement[Any]], keys: Sequence[Row],
        changed: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        savepoints = dialects.find(connection.dialect.name).savepoints
        met = among(columns, keys)
        with Foreign() as asking, connection.begin_nested() if savepoints else nullcontext():
            self.references.follow(
                connection, verb, of, met, lambda on, found: self._add(on, found, verb), changed
            )
        if asking.error is not None:  # such as a table that this account may not read
            if _is_over(connection, asking.error):
                raise asking.error
            self.uncounted.add("other tables")

    def _add(self, connection: Connection, found: Referring, verb: Verb) -> bool:
        """Remember the rows; whether there was any that was not known yet."""
        place = found.rule.key.table
        if not found.key:
            anything = select(1).select_from(found.table).where(found.condition).limit(1)
            if connection.execute(anything).first():
                self.uncounted.add(name_of(place))
            return False
        reached = select(*found.key).where(found.condition)
        rows = {tuple(row) for row in connection.execute(reached)}
        rule = f"ON {verb} {found.rule.action(verb)}"
        known = self._rows.setdefault((place, rule), set())
        new = not rows <= known
        known |= rows
        return new

    def found(self) -> list[Cascade]:
        """What was found, without what was deleted by a DELETE of ours in the end."""
        gone = {place: set(rows) for place, rows in self._gone.items()}
        for (place, rule), rows in self._rows.items():
            if rule == DELETED:
                gone.setdefault(place, set()).update(rows)
        counts = []
        for (place, rule), rows in self._rows.items():
            ours = self._gone.get(place, set()) if rule == DELETED else gone.get(place, set())
            if left := len(rows - ours):
                counts.append(Cascade(name_of(place), rule, left))
        return counts

    def triggered(self, connection: Connection, tables: Iterable[FromClause]) -> list[str]:
        """The names of those tables, and of those reached here, that have triggers."""
        reached = {place_of(table) for table in tables} | self._gone.keys()
        reached |= {place for place, _ in self._rows}
        words = dialects.find(connection.dialect.name).relations.triggers
        if not (words and reached):
            return []
        found = {(row[0], str(row[1])) for row in connection.execute(text(words))}
        return sorted(name_of(place) for place in reached & found)

    def said(self) -> list[str]:
        """The same in words."""
        unknown = f"and more by foreign keys in {' and '.join(sorted(self.uncounted))}, not counted"
        return [*map(str, self.found()), *[unknown] * bool(self.uncounted)]


def _is_unique(column: Any) -> bool:
    """Whether a foreign key could lead to it: the model says that it is part of what is unique."""
    if column.primary_key or column.unique or column.index:
        return True
    groups = [*getattr(column.table, "constraints", ()), *getattr(column.table, "indexes", ())]
    return any(
        isinstance(item, UniqueConstraint | Index) and column in set(item.columns)
        for item in groups
    )


def _is_over(connection: Connection, error: BaseException) -> bool:
    """Whether an error ended more than our question: the connection, or the whole transaction."""
    hooks = dialects.find(connection.dialect.name)
    original = getattr(error, "orig", None) or error
    return connection.invalidated or hooks.diagnose(original).code in hooks.repeatable
