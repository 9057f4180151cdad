"""Inserting: each object by itself, or all in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import UniqueConstraint, exc, select
from sqlalchemy import insert as sql_insert
from sqlalchemy.orm import Session

from sqlsess_cli.core.changes.asked import Asked
from sqlsess_cli.core.changes.flush import flush
from sqlsess_cli.core.changes.images import Watch
from sqlsess_cli.core.changes.objects import made, put, related
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO
from sqlsess_cli.errors import RejectedError, SqlsessError, UsageError

Placed = Iterable[tuple[str, Asked]]


class Inserts:
    """Inserts objects of one entity, and counts what became of them.

    Args:
        session: from begin().
        watch: is told of the objects.
        entity: what they are of.
        on_conflict: error, skip or update.
    """

    def __init__(self, session: Session, watch: Watch, entity: Entity, on_conflict: str) -> None:
        self.session, self.watch, self.entity = session, watch, entity
        self.on_conflict = on_conflict
        self.objects: list[Any] = []
        self.inserted = self.updated = self.skipped = 0

    def each(self, asked: Placed) -> None:
        """Insert the objects one by one, through their class.

        Raises:
            SqlsessError: one is refused; says which.
        """
        for place, one in asked:
            try:
                self._one(one)
            except SqlsessError as error:
                raise type(error)(_at(place, error), error.hint, **error.details) from error

    def _one(self, asked: Asked) -> None:
        if self.on_conflict == "error":
            self._add(asked)
            return
        known = self.watch.known()
        try:
            with self.session.begin_nested():
                self._add(asked)
                flush(self.session)
        except RejectedError as error:
            if not isinstance(error.__cause__, exc.IntegrityError):
                raise
            self.watch.forget(known)
            self.inserted -= 1
            self.objects.pop()
            there = self._there(asked)
            if there is None:  # another rule than a key was broken
                raise
            self._conflict(there, asked)

    def _add(self, asked: Asked) -> None:
        target = made(self.session, asked)
        self.session.add(target)
        self.watch.name(target)
        self.objects.append(target)
        self.inserted += 1

    def _conflict(self, there: Any, asked: Asked) -> None:
        if self.on_conflict == "skip":
            self.skipped += 1
            return
        rest = {name: value for name, value in asked.values.items() if name not in self.entity.key}
        self.watch.name(there)
        put(self.entity, there, {**rest, **related(self.session, asked)})
        flush(self.session)
        self.objects.append(there)
        self.updated += 1

    def _there(self, asked: Asked) -> Any:
        """The object that has the same key, or the same in any other unique set of columns."""
        given = {
            column: asked.values[name] for name, column in self._columns()
            if asked.values.get(name) is not None
        }  # fmt: skip
        for columns in self._unique():
            if columns <= set(given):
                same = [column == given[column] for column in columns]
                with translated(self.session.info[INFO]):
                    found = self.session.scalars(select(self.entity.origin).where(*same)).first()
                if found is not None:
                    return found
        return None

    def _columns(self) -> Iterator[tuple[str, Any]]:
        for item in self.entity.mapper.column_attrs:
            yield from ((item.key, column) for column in item.columns)

    def _unique(self) -> Iterator[set[Any]]:
        yield set(self.entity.mapper.primary_key)
        for table in self.entity.mapper.tables:
            for constraint in getattr(table, "constraints", ()):
                if isinstance(constraint, UniqueConstraint):
                    yield set(constraint.columns)
            for index in getattr(table, "indexes", ()):
                if index.unique:
                    yield set(index.columns)

    def in_bulk(self, asked: Placed) -> int:
        """Insert all in one statement; how many there were.

        Raises:
            UsageError: something is asked that only objects can do.
        """
        rows = []
        for place, one in asked:
            if one.links or one.nested or self.on_conflict != "error":
                message = _at(place, UsageError("--bulk sets columns only"))
                raise UsageError(message, "leave --bulk out")
            rows.append(one.values)
        # One statement has the same columns in each row.
        names = dict.fromkeys(name for row in rows for name in row)
        if any(len(row) != len(names) for row in rows):
            hint = f"give all of {', '.join(names)} in each, or leave --bulk out"
            raise UsageError("--bulk needs the same attributes in each object", hint)
        if rows:
            with translated(self.session.info[INFO]):
                self.session.execute(sql_insert(self.entity.origin), rows)
        self.inserted = len(rows)
        return len(rows)

    def said(self, say: Callable[[int, Entity, str, Watch], str]) -> str:
        """What was done, in words."""
        parts = [say(self.inserted, self.entity, "inserted", self.watch)]
        parts += [f"{self.updated} updated"] * bool(self.updated)
        parts += [f"{self.skipped} skipped"] * bool(self.skipped)
        return ", ".join(parts)


def _at(place: str, error: SqlsessError) -> str:
    return f"{place}: {error.message}" if place else error.message
