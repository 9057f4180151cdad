"""What a session's statements do to rows: each is read before, and again when all is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, TextClause, and_, event, or_
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql import Delete, Insert, Update, visitors
from sqlalchemy.sql.dml import UpdateBase

from sqlsess_cli.core.changes.references import (
    References,
    Referring,
    Verb,
    column_of,
    place_of,
)
from sqlsess_cli.core.journal.statements import (
    UNKNOWN,
    Values,
    filled,
    passed_on,
    same,
    told_keys,
    values_of,
)
from sqlsess_cli.core.journal.stored import Key, Row, Stored, Tables, alike
from sqlsess_cli.core.journal.touches import Moving, Touch
from sqlsess_cli.core.transaction.state import INFO, OWN, Transaction
from sqlsess_cli.dialects._relations import Place
from sqlsess_cli.errors import RefusedError
from sqlsess_cli.sql.lexical import lexical_of
from sqlsess_cli.sql.statements import split
from sqlsess_cli.sql.verbs import verb_of

Parameters = Sequence[Mapping[str, Any]]

_AT_ONCE = 200  # rows that one statement asks for


class Recording:
    """Hears every statement of a session that changes rows.

    Args:
        session: from begin(), not used yet.
    """

    def __init__(self, session: Session) -> None:
        self.connection: Connection | None = None
        self._transaction: Transaction = session.info[INFO]
        self._references = References()
        self._tables: Tables | None = None
        self._touches: list[Touch] = []
        self._open: dict[tuple[Place, Key], Touch] = {}  # the last of each row
        self._moving: list[Moving] = []  # of the statement under way
        self._refused: RefusedError | None = None
        self._done = False
        event.listen(session, "after_begin", self._begun)

    def finish(self) -> list[Touch]:
        """Read what became of all rows; the changes in order, without those that are none.

        Raises:
            RefusedError: something was changed that is not known row by row.
        """
        if self._refused is not None:
            raise self._refused
        for table in {id(item.table): item.table for item in self._open.values()}.values():
            keys = [key for place, key in self._open if place == table.place]
            now = table.by_key(self._taken(), keys)
            for key in keys:
                self._open[table.place, key].after = now.get(key)
        self._done = True
        return [item for item in self._touches if not alike(item.before, item.after)]

    def tables(self, connection: Connection) -> Tables:
        """The tables of the connection."""
        if self._tables is None:
            self._tables = Tables(connection)
        return self._tables

    def _taken(self) -> Connection:
        if self.connection is None:
            raise self._refuse("a journal of a session that was never used")
        return self.connection

    def _begun(self, _session: Session, inside: SessionTransaction, connection: Connection) -> None:
        if inside.nested:
            return
        if self.connection is not None:
            raise self._refuse("a journal is of one database, and the session uses several")
        self.connection = connection
        event.listen(connection, "before_execute", self._before)
        event.listen(connection, "after_execute", self._after)
        event.listen(connection, "before_cursor_execute", self._sending)

    def _refuse(self, why: str, hint: str = "") -> RefusedError:
        """An error that also stands when the application's code catches it."""
        error = RefusedError(f"refused: {why}", hint or "leave --journal out, or change objects")
        self._refused = self._refused or error
        return error

    # What is heard

    def _before(
        self, connection: Connection, clause: Any, several: Parameters, one: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> None:  # fmt: skip
        parameters = several or [one]
        if not isinstance(clause, UpdateBase):
            self._look_for_hidden(clause)
            return
        if self._done:
            raise self._refuse("rows were changed when the journal was already written")
        with self._aside():
            table = self._known(connection, clause, options)
            if isinstance(clause, Insert):
                self._require_plain(clause)
            elif isinstance(clause, Update | Delete):
                self._change(connection, clause, table, parameters)

    def _after(
        self, connection: Connection, clause: Any, _several: Parameters, _one: Mapping[str, Any],
        options: Mapping[str, Any], result: Any,
    ) -> None:  # fmt: skip
        if isinstance(clause, Insert):
            with self._aside():
                table = self._known(connection, clause, options)
                for row in self._inserted(connection, clause, table, result):
                    self._touch(Touch(table, table.key_of(row), None, row))
        elif isinstance(clause, Update | Delete):
            with self._aside():
                for moving in self._moving:
                    self._move(connection, moving)
            self._moving.clear()

    def _sending(
        self, connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any,
        *_: Any,
    ) -> None:  # fmt: skip
        """A text tells nothing of the rows that it changes."""
        compiled = getattr(context, "compiled", None)
        textual = compiled is None or isinstance(compiled.statement, TextClause)
        if not textual or context.execution_options.get(OWN):
            return
        parts = split(statement, lexical_of(connection.dialect.name))
        if not all(verb_of(part).reads for part in parts):
            raise self._refuse("what SQL text changes is not known row by row")

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """What is sent meanwhile is nobody's but ours."""
        self._transaction.aside = True
        try:
            yield
        finally:
            self._transaction.aside = False

    # What is done with it

    def _known(self, connection: Connection, clause: Any, options: Mapping[str, Any]) -> Stored:
        """The table of a statement, under the name that it has in the database."""
        translated = options.get("schema_translate_map") or {}
        of = clause.table
        schema = translated.get(of.schema, of.schema)
        return self.tables(connection).at((schema, of.name))

    def _look_for_hidden(self, clause: Any) -> None:
        if isinstance(clause, ExecutableDDLElement):
            raise self._refuse("a definition (DDL) is not undone from a journal")
        if hasattr(clause, "get_children") and any(
            isinstance(item, UpdateBase) for item in visitors.iterate(clause)
        ):
            raise self._refuse("a statement inside a query changes rows that are not known")

    def _require_plain(self, clause: Any) -> None:
        """See that an INSERT makes rows, and does nothing else."""
        odd = clause.select is not None or clause._post_values_clause is not None  # noqa: SLF001
        if odd or clause._prefixes:  # noqa: SLF001  there is no public way
            raise self._refuse("an INSERT of a query, or with a conflict clause, tells no rows")

    def _change(
        self, connection: Connection, clause: Any, table: Stored, parameters: Parameters
    ) -> None:
        verb: Verb = "DELETE" if isinstance(clause, Delete) else "UPDATE"
        of, where = clause.table, clause.whereclause
        # With what goes with them first: put back in reverse, they come after what they refer to.
        for one in parameters:
            bound = where if where is None or not one else filled(where, one)
            given = None if verb == "DELETE" else values_of(clause, one)
            self._follow(connection, verb, of, bound, given)
            self._changing(table, table.read(connection, of, bound), of, given or {})

    def _follow(
        self, connection: Connection, verb: Verb, of: Any, where: Any, given: Values | None
    ) -> None:
        """Read what the database is going to change by itself."""
        reached: list[tuple[Stored, list[Row], Any, Values]] = []
        seen: set[tuple[Place, Key]] = set()
        values: dict[Place, Values] = {place_of(of): given or {}}

        def visit(connection: Connection, found: Referring) -> bool:
            table = self.tables(connection).at(found.rule.key.table)
            rows = table.read(connection, found.table, found.condition)
            new = [row for row in rows if (table.place, table.key_of(row)) not in seen]
            seen.update((table.place, table.key_of(row)) for row in new)
            passed = passed_on(found.rule, verb, values.get(found.rule.key.target, {}))
            values[table.place] = {**values.get(table.place, {}), **passed}
            reached.append((table, new, found.table, passed))
            return bool(new)

        everything = and_(True) if where is None else where
        self._references.follow(connection, verb, of, everything, visit, given)
        for table, rows, there, passed in reversed(reached):
            self._changing(table, rows, there, passed)

    def _changing(self, table: Stored, rows: Sequence[Row], of: Any, given: Values) -> None:
        """Take rows that a statement is about to change, or the database with it.

        Args:
            table: theirs.
            rows: as they are.
            of: the table, as the statement has it.
            given: what is set in them.
        """
        names = set(table.key) & set(given)
        for row in rows:
            touch = Touch(table, table.key_of(row), row)
            self._touch(touch)
            if not names:
                continue
            if any(given[name] is UNKNOWN for name in names):
                raise self._refuse("keys are set that only the database knows: they tell no rows")
            # It is found again under its new key only.
            conditions = [*table.same(of, touch.key)]
            for index, name in enumerate(table.key):
                if name in names:
                    conditions[index] = same([column_of(of, name)], [given[name]])
            self._moving.append(Moving(touch, of, and_(*conditions)))

    def _touch(self, touch: Touch) -> None:
        at = touch.table.place, touch.key
        if (known := self._open.get(at)) is not None:
            known.after = touch.before
        self._open[at] = touch
        self._touches.append(touch)

    def _move(self, connection: Connection, moving: Moving) -> None:
        touch = moving.touch
        rows = touch.table.read(connection, moving.of, moving.condition)
        if len(rows) != 1:
            raise self._refuse(f"{touch.table.place[1]} has rows that cannot be told apart")
        key = touch.table.key_of(rows[0])
        touch.after = rows[0]
        if key != touch.key:
            self._open.pop((touch.table.place, touch.key), None)
            self._open[touch.table.place, key] = touch

    def _inserted(
        self, connection: Connection, clause: Any, table: Stored, result: Any
    ) -> Iterator[Row]:
        """The rows that an INSERT made."""
        of: Table = clause.table
        sent: Parameters = result.context.compiled_parameters
        columns = [item for item in of.c if item.name in table.key]
        if not table.keyed:  # what was sent is what there is to know them by
            columns = [item for item in columns if all(item.key in one for one in sent)]
        made = [tuple(one.get(item.key) for item in columns) for one in sent]
        if table.keyed and any(None in key for key in made):
            columns, made = [*of.primary_key], told_keys(result)
        if len(made) != len(sent) or not columns:
            raise self._refuse(f"the keys of the rows inserted into {of.name} are not known")
        # Those that refer to each other are put back in their order.
        refers = any(item.references(of) for item in of.foreign_keys)
        at_once = 1 if refers else _AT_ONCE
        for start in range(0, len(made), at_once):
            part = made[start : start + at_once]
            condition = or_(*(same(columns, key) for key in part))
            rows = table.read(connection, of, condition)
            if len(rows) != len(part):
                raise self._refuse(f"{of.name} has rows that cannot be told apart")
            yield from rows
