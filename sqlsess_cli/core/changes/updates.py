"""Updating and deleting: objects one by one, or all in as few statements as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy import update as sql_update
from sqlalchemy.orm import Session

from sqlsess_cli.core.changes import collections, rows
from sqlsess_cli.core.changes.asked import Asked
from sqlsess_cli.core.changes.images import Watch
from sqlsess_cli.core.changes.objects import (
    change,
    computed,
    found,
    linked_objects,
    matching,
    require_key,
)
from sqlsess_cli.core.changes.references import among
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO
from sqlsess_cli.errors import NegativeAnswer, RejectedError, UsageError
from sqlsess_cli.foreign import Foreign

_AT_ONCE = 500  # keys in one statement


class Selection:
    """The objects that a command changes.

    Args:
        session: from begin().
        watch: is told of the objects.
        entity: what they are of.
        query: which of them.
    """

    def __init__(self, session: Session, watch: Watch, entity: Entity, query: Query) -> None:
        self.session, self.watch, self.entity, self.query = session, watch, entity, query
        self.objects: list[Any] = []
        self.count = 0

    def load(self) -> None:
        """Load the objects.

        Raises:
            NegativeAnswer: there is none of the key that was given.
        """
        self.objects = found(self.session, self.entity, self.query)
        self.count = len(self.objects)
        self._require()
        for target in self.objects:
            self.watch.name(target)

    def _require(self) -> None:
        if not self.count and self.query.key:
            raise NegativeAnswer(f"no match in {self.entity.label}")

    def keys(self) -> Iterator[list[tuple[Any, ...]]]:
        """The keys of the objects, in parts; all are read before the first is given."""
        require_key(self.entity)
        scope, conditions = matching(self.entity, self.query)
        columns = [scope.attribute(name) for name in self.entity.key]
        statement = scope.extended(select(*columns).select_from(self.entity.origin))
        with translated(self.session.info[INFO]):
            found = [tuple(row) for row in self.session.execute(statement.where(*conditions))]
        keys = list(dict.fromkeys(found))
        self.count = len(keys)
        self._require()
        for start in range(0, len(keys), _AT_ONCE):
            yield keys[start : start + _AT_ONCE]

    def execute(self, statement: Any, keys: list[tuple[Any, ...]]) -> None:
        """Execute a statement on the rows of these keys, and show what it did if that is wanted.

        Raises:
            RejectedError: it changed more or fewer rows than there were.
        """
        columns = [self.entity.attribute(self.entity.origin, name) for name in self.entity.key]
        statement, options = statement.where(among(columns, keys)), {"synchronize_session": False}
        with translated(self.session.info[INFO]):
            before = rows.read(self.session, self.entity, keys) if self.watch.shown else {}
            result: Any = self.session.execute(statement, execution_options=options)
            self.show(before)
        if result.rowcount not in (len(keys), -1):
            message = f"{len(keys)} {self.entity.label} were counted, {result.rowcount} changed"
            raise RejectedError(message, "somebody else changes them at the same time")

    def show(self, before: Mapping[tuple[Any, ...], rows.Values]) -> None:
        """Remember what became of rows: these are gone."""
        for key, values in before.items():
            self.watch.rows += rows.removed(self.entity, key, values)


class Updates(Selection):
    """Sets what is asked on objects."""

    def __init__(self, session: Session, watch: Watch, asked: Asked, query: Query) -> None:
        super().__init__(session, watch, asked.entity, query)
        self.asked = asked

    def each(self, link: Sequence[str], unlink: Sequence[str]) -> None:
        """Set the attributes and relationships of each object.

        Raises:
            SqlsessError: one is refused.
        """
        self.load()
        joined = [linked_objects(self.session, self.entity, word) for word in link]
        parted = [linked_objects(self.session, self.entity, word) for word in unlink]
        for target in self.objects:
            with self.session.no_autoflush:  # one UPDATE for all that is set
                change(self.session, target, self.asked)
                self._relate(target, joined, parted)

    def _relate(
        self, target: Any, joined: Sequence[tuple[str, Any]], parted: Sequence[tuple[str, Any]]
    ) -> None:
        with translated(self.session.info[INFO]):
            for name, other in joined:
                if not collections.holds(target, name, other):
                    _call(collections.add, target, name, other)
            for name, other in parted:
                if not collections.holds(target, name, other):
                    raise RejectedError(f"{name}: that one is not related")
                _call(collections.remove, target, name, other)

    def said(self, say: Callable[[int, Entity, str, Watch], str]) -> str:
        """What was done, in words; the objects that had these values before are apart."""
        changed = self.watch.changed() if self.objects else self.count
        same = self.count - changed
        return say(changed, self.entity, "updated", self.watch) + f", {same} as before" * bool(same)

    def show(self, before: Mapping[tuple[Any, ...], rows.Values]) -> None:
        """Read them again, under the keys that they have now."""
        names, given = self.entity.key, self.asked.values
        keys = [
            tuple(given.get(name, value) for name, value in zip(names, key, strict=True))
            for key in before
        ]
        after = rows.read(self.session, self.entity, keys) if keys else {}
        for (key, values), moved in zip(before.items(), keys, strict=True):
            self.watch.rows += rows.changed(self.entity, key, values, after.get(moved))

    def in_bulk(self, links: object) -> int:
        """Set columns by as few statements as can be; how many rows were set.

        Raises:
            UsageError: something is asked that only objects can do.
        """
        if links or self.asked.links:
            raise UsageError("--bulk sets columns only", "leave --bulk out")
        values = {**self.asked.values, **computed(self.asked)}
        columns = [self._own_column(name) for name in values]
        connection = self.session.connection(bind_arguments={"mapper": self.entity.mapper})
        for keys in self.keys():
            self.watch.cascades.count_followers(
                connection, self.entity.table, self.entity.mapper.primary_key, keys, columns
            )
            self.execute(sql_update(self.entity.origin).values(values), keys)
        return self.count

    def _own_column(self, name: str) -> Any:
        column = self.entity.column_of(self.entity.attribute(self.entity.origin, name))
        if column is not None and column.table is not self.entity.table:
            message = f"--bulk updates one table, and {name} is in {column.table}"
            raise UsageError(message, "leave --bulk out")
        return column


class Deletes(Selection):
    """Deletes objects."""

    def each(self) -> None:
        """Delete each, with what its class says goes with it.

        Raises:
            SqlsessError: one is refused.
        """
        self.load()
        with translated(self.session.info[INFO]):
            for target in self.objects:
                self.session.delete(target)

    def in_bulk(self) -> int:
        """Delete rows by as few statements as can be; how many there were."""
        tables = {table for item in self.entity.mapper.self_and_descendants
                  for table in item.tables}  # fmt: skip
        if len(tables) > 1:
            message = f"--bulk deletes from one table, and {self.entity.label} is in several"
            raise UsageError(message, "leave --bulk out")
        connection = self.session.connection()
        for keys in self.keys():
            self.watch.cascades.count(
                connection, self.entity.table, self.entity.mapper.primary_key, keys
            )
            self.execute(sql_delete(self.entity.origin), keys)
        return self.count


def _call(change: Callable[[Any, str, Any], None], target: Any, name: str, other: Any) -> None:
    """Change a collection; its class, or a validator, may refuse."""
    with Foreign() as calling:
        change(target, name, other)
    if calling.error is not None:
        raise RejectedError(f"refused: {calling.error}")
