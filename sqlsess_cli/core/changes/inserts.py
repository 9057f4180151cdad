"""Inserting: each object by itself, or all in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from sqlalchemy import Table, exc, select
from sqlalchemy import insert as sql_insert
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session

from sqlsess_cli.core.changes.asked import Asked
from sqlsess_cli.core.changes.flush import flush
from sqlsess_cli.core.changes.images import Watch
from sqlsess_cli.core.changes.objects import made, put, related
from sqlsess_cli.core.changes.rows import added
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
            there = self._there(self.objects.pop()) if self._is_duplicate(error) else None
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

    def _is_duplicate(self, error: RejectedError) -> bool:
        """Whether the database says that a key is there, and not that another rule is broken."""
        codes = self.session.info[INFO].hooks.duplicates
        return not codes or error.details.get("sqlstate") in codes

    def _there(self, target: Any) -> Any:
        """The object that has the same key, or the same in any other unique set of columns."""
        values = inspected(target).dict
        given = {
            column: values[item.key] for item in self.entity.mapper.column_attrs
            for column in item.columns if values.get(item.key) is not None
        }  # fmt: skip
        for columns in self._unique:
            if columns <= set(given):
                same = [column == given[column] for column in columns]
                with translated(self.session.info[INFO]):
                    found = self.session.scalars(select(self.entity.origin).where(*same)).first()
                if found is not None:
                    return found
        return None

    @cached_property
    def _unique(self) -> list[set[Any]]:
        """The sets of columns that no two rows have alike, as the database has them."""
        found = [set(self.entity.mapper.primary_key)]
        inspector = inspected(self.session.connection())
        hooks = self.session.info[INFO].hooks
        for table in self.entity.mapper.tables:
            if not isinstance(table, Table):
                continue
            schema, name = table.schema, table.name
            named: list[list[Any]] = [
                [*item["column_names"]] for item in inspector.get_unique_constraints(name, schema)
            ]
            named += hooks.relations.unseen_uniques(inspector, (schema, name))
            named += [[*item["column_names"]] for item in inspector.get_indexes(name, schema)
                      if item["unique"] and not _is_partial(item)]  # fmt: skip
            by_name = {column.name: column for column in table.columns}
            found += [{by_name[item] for item in names} for names in named
                      if set(names) <= set(by_name)]  # fmt: skip
        return found

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
        if self.watch.shown:
            self.watch.rows += added(self.entity, rows)
        self.inserted = len(rows)
        return len(rows)

    def said(self, say: Callable[[int, Entity, str, Watch], str]) -> str:
        """What was done, in words."""
        parts = [say(self.inserted, self.entity, "inserted", self.watch)]
        parts += [f"{self.updated} updated"] * bool(self.updated)
        parts += [f"{self.skipped} skipped"] * bool(self.skipped)
        return ", ".join(parts)


def _is_partial(index: Any) -> bool:
    """Whether an index looks at some rows only, or at what is computed of them."""
    options = index.get("dialect_options", {})
    return None in index["column_names"] or any(name.endswith("_where") for name in options)


def _at(place: str, error: SqlsessError) -> str:
    return f"{place}: {error.message}" if place else error.message
