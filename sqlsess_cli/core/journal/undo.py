"""Putting back what a journal tells: if every row is still as it was left, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TableClause, and_, column, delete, exc, text, update
from sqlalchemy import table as named_table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import Insert

from sqlsess_cli.core.changes.references import References, Referring, name_of
from sqlsess_cli.core.journal.document import Change, Journal
from sqlsess_cli.core.journal.stored import (
    RAW,
    Key,
    Row,
    Stored,
    Tables,
    Value,
    alike,
    bound,
    differing,
)
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO, OWN
from sqlsess_cli.dialects._relations import Place
from sqlsess_cli.errors import NegativeAnswer, RefusedError, RejectedError, UsageError
from sqlsess_cli.result import Column, Result

_DIFFERENCES = (
    Column("object", "text"),
    Column("column", "text"),
    Column("journal", "other", look="brief"),
    Column("now", "other", look="brief"),
)
_CHANGES = (
    Column("change", "text", look="sign"),
    Column("object", "text"),
    Column("attribute", "text"),
    Column("before", "other", look="brief"),
    Column("after", "other", look="brief"),
)

At = tuple[Place, Key]


@dataclass(frozen=True, slots=True)
class _Difference:
    """A column that is not as a journal tells; without a name, the row itself."""

    at: At
    column: str | None
    told: object
    now: object


class Undoing:
    """Undoes one journal in a session.

    Args:
        session: from begin(), to write.
        journal: what was done.
        any_database: also on another database than the journal's.

    Raises:
        RefusedError: it is of another database.
        RejectedError: a table of it is not there.
    """

    def __init__(self, session: Session, journal: Journal, *, any_database: bool) -> None:
        self._session, self._journal = session, journal
        self._connection: Connection = session.connection()
        self._hooks = session.info[INFO].hooks
        self._references = References()
        self._first: dict[At, Row | None] = {}
        self._last: dict[At, Row | None] = {}
        self._names: dict[Place, str] = {}
        self._computed: list[_Difference] = []
        with translated(session.info[INFO]):
            self._require_database(any_database=any_database)
            own = {OWN: True}
            for words, values in self._hooks.exact.using(journal.header.get("settings") or {}):
                self._connection.execute(text(words), values, execution_options=own)
            self._tables = Tables(self._connection)
            for change in journal.changes:
                self._learn(change)

    # What is known before

    def _require_database(self, *, any_database: bool) -> None:
        header, here = self._journal.header, self._hooks.exact.identity(self._connection)
        if header.get("identity") != here and not any_database:
            name = header.get("database")
            raise RefusedError(
                f"{self._journal.path} is of another database, {name} ({header.get('identity')})",
                "--other-database undoes it here all the same, if every row is as it tells",
            )

    def _learn(self, change: Change) -> None:
        """What each row was at first, and what it was left as."""
        table = self._table(change)
        self._names[change.place] = change.name or name_of(change.place)
        was = None if change.before is None else (change.place, table.key_of(change.before))
        is_ = None if change.after is None else (change.place, table.key_of(change.after))
        if was is not None:
            self._require_follows(change, was, change.before)
            self._last[was] = None
        if is_ is not None:
            if is_ != was:
                self._require_follows(change, is_, None)
            self._last[is_] = change.after

    def _require_follows(self, change: Change, at: At, row: Row | None) -> None:
        self._first.setdefault(at, row)
        if at in self._last and not alike(self._last[at], row):
            where = f"{self._journal.path}:{change.line}"
            raise UsageError(f"{where}: the row is not as the lines above left it")

    def _table(self, change: Change) -> Stored:
        name = name_of(change.place)
        try:
            table = self._tables.at(change.place)
        except exc.NoSuchTableError:
            raise RejectedError(f"there is no table {name} any more") from None
        row = change.before if change.before is not None else change.after
        if row is None or set(row) != set(table.types):
            raise RefusedError(f"{name} has other columns than it had: nothing can be compared")
        return table

    def differences(self) -> Result | None:
        """What is not as the journal left it; None if all is.

        Raises:
            NegativeAnswer: all is as it was before: there is nothing to undo.
        """
        with translated(self._session.info[INFO]):
            now = self._now()
        found = [item for at, row in self._last.items() for item in _compared(at, row, now[at])]
        if not found:
            return None
        if all(alike(row, now[at]) for at, row in self._first.items()):
            raise NegativeAnswer(
                f"nothing to undo: every row is as it was before ({self._journal.path})"
            )
        rows = [(self._label(item.at), item.column, item.told, item.now) for item in found]
        return Result.of(_DIFFERENCES, rows)

    def _now(self) -> dict[At, Row | None]:
        """The rows as they are, locked."""
        found: dict[At, Row | None] = dict.fromkeys(self._last)
        for place in dict.fromkeys(place for place, _ in self._last):
            keys = [key for there, key in self._last if there == place]
            for key, row in self._tables.at(place).by_key(self._connection, keys).items():
                found[place, key] = row
        return found

    # What is done

    def restore(self) -> None:
        """Put all back, the last change first: through the same states, so that each can be.

        Raises:
            RefusedError: other rows would go, or be emptied, with those that are removed.
            RejectedError: the database refuses it, or changed other rows than it was told.
        """
        with translated(self._session.info[INFO]):
            for change in reversed(self._journal.changes):
                self._undo(change)
            now = self._now()
        self._computed = [item for at, row in self._first.items()
                          for item in _compared(at, row, now[at])]  # fmt: skip

    def _undo(self, change: Change) -> None:
        table = self._tables.at(change.place)
        of = named_table(
            table.place[1], *(column(name, RAW) for name in table.types), schema=table.place[0]
        )
        before, after = change.before, change.after
        if after is None:
            self._insert(table, of, before or {})
            return
        here = and_(*table.same(of, table.key_of(after)))
        if before is None:
            self._require_alone(of, here, (change.place, table.key_of(after)))
            self._execute(change, delete(of).where(here))
            return
        names = [name for name in differing(before, after) if name not in table.computed]
        if names:
            back = update(of).values({name: bound(before[name]) for name in names})
            there = and_(*table.same(of, table.key_of(before)))
            # What refers to a row whose key was put back may have followed it.
            self._execute(change, back.where(here), back.where(there))

    def _insert(self, table: Stored, of: TableClause, row: Row) -> None:
        made = _Overriding(of) if table.clause else Insert(of)
        values = {name: value for name, value in row.items() if name not in table.computed}
        self._connection.execute(made, values)

    def _execute(self, change: Change, *statements: Any) -> None:
        """Change the one row, by the first statement that finds it."""
        counts = (self._connection.execute(statement).rowcount for statement in statements)
        if (count := next(filter(None, counts), 0)) != 1:
            where = f"{self._journal.path}:{change.line}"
            raise RejectedError(f"{where}: {count} rows were changed, and it has to be one")

    def _require_alone(self, of: TableClause, here: Any, at: At) -> None:
        """See that the database takes no rows away that came later."""

        def visit(connection: Connection, found: Referring) -> bool:
            if connection.execute(found.table.select().where(found.condition).limit(1)).first():
                there, action = name_of(found.rule.key.table), found.rule.on_delete
                raise RefusedError(
                    f"rows of {there} refer to {self._label(at)}, which is to be removed",
                    f"ON DELETE {action} would reach them; they are not in the journal",
                )
            return False

        self._references.follow(self._connection, "DELETE", of, here, visit)

    # What is told of it

    def count(self) -> int:
        """How many rows are put back."""
        return len(self._first)

    def said(self) -> str:
        """The same in words."""
        count = self.count()
        return f"{count} rows put back as they were" if count != 1 else "1 row put back as it was"

    def otherwise(self) -> list[str]:
        """What is not as it was, because the database computes it."""
        return [f"{self._label(item.at)}: {item.column or 'the row'} is not as it was:"
                " the database computes it" for item in self._computed]  # fmt: skip

    def result(self) -> Result:
        """Each value that changes, as a dry run of other commands shows it."""
        rows = []
        for at, first in self._first.items():
            last = self._last[at]
            sign = "+" if last is None else "-" if first is None else "~"
            names = differing(first or {}, last or {})
            rows += [(sign, self._label(at), name, (last or {}).get(name), (first or {}).get(name))
                     for name in names]  # fmt: skip
        return Result.of(_CHANGES, rows)

    def _label(self, at: At) -> str:
        place, key = at
        return f"{self._names[place]} {' '.join(map(str, key))}"


class _Overriding(Insert):
    """An INSERT with the keys that it is given, also where the database would count."""

    inherit_cache = False


@compiles(_Overriding)
def _overriding(made: _Overriding, compiler: Any, **options: Any) -> str:
    head, values, tail = str(compiler.visit_insert(made, **options)).rpartition(" VALUES (")
    return f"{head} OVERRIDING SYSTEM VALUE{values}{tail}"


def _compared(at: At, told: Row | None, now: Row | None) -> Iterator[_Difference]:
    if told is None or now is None:
        if told is not now:
            there = ("a row", "no row") if now is None else ("no row", "a row")
            yield _Difference(at, None, *there)
        return
    for name in differing(told, now):
        missing: Value = None
        yield _Difference(at, name, told.get(name, missing), now.get(name, missing))
