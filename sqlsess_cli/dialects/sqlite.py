"""SQLite: a file that is never created by a typo, real transactions, an authorizer for reading."""

from __future__ import annotations

import os
import shlex
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from itertools import islice
from math import ceil
from threading import Timer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.engine.cursor import CursorFetchStrategy
from sqlalchemy.exc import DatabaseError

from sqlsess_cli.dialects._base import Dialect, Driver, Settings
from sqlsess_cli.dialects._exact import SQLiteExact
from sqlsess_cli.dialects._faults import Fault, Meaning, first_line
from sqlsess_cli.dialects._functions import FUNCTIONS
from sqlsess_cli.dialects._literals import SQLiteLiterals
from sqlsess_cli.dialects._plan import RowPlans
from sqlsess_cli.dialects._sqlite_reading import (
    authorize,
    authorize_undoable,
    authorize_unending,
)
from sqlsess_cli.dialects._sqlite_relations import SQLiteRelations
from sqlsess_cli.dialects._sqlite_values import SQLiteValues
from sqlsess_cli.errors import ConnectError
from sqlsess_cli.result import Block

_PATIENCE = 5.0  # seconds to wait for another writer
_SILENCE = 1.0  # seconds of them in which nothing is said

_MEANINGS: dict[str, Meaning] = {
    "SQLITE_AUTH": "read only",
    "SQLITE_READONLY": "read only",
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_CANTOPEN": "unreachable",
    "SQLITE_NOTADB": "unreachable",
}


def _existing_only(uri: str) -> str:
    """A file: URI that creates no file, whatever it asks for; of several modes the last counts."""
    uri = uri.partition("#")[0]  # SQLite would not read what we add behind it
    path, _, query = uri.partition("?")
    modes = [value for name, value in parse_qsl(query) if name == "mode"]
    if modes and modes[-1] != "rwc":
        return uri
    return f"{path}?{query}{'&' if query else ''}mode=rw"


class SQLite(Dialect):
    """SQLite through Python's own module."""

    plans: ClassVar[RowPlans] = RowPlans()
    relations: ClassVar[SQLiteRelations] = SQLiteRelations()
    values: ClassVar[SQLiteValues] = SQLiteValues()
    literals: ClassVar[SQLiteLiterals] = SQLiteLiterals()
    exact: ClassVar[SQLiteExact] = SQLiteExact()
    label: ClassVar[str] = "SQLite"
    repeatable: ClassVar[frozenset[str]] = frozenset(
        {"SQLITE_BUSY", "SQLITE_BUSY_RECOVERY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_TIMEOUT"}
        | {"SQLITE_LOCKED", "SQLITE_LOCKED_SHAREDCACHE"}
    )
    duplicates: ClassVar[frozenset[str]] = frozenset(
        {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"}
    )
    drivers: ClassVar[tuple[Driver, ...]] = (Driver("pysqlite", "sqlite3"),)
    reads_only: ClassVar[bool] = True
    unheld: ClassVar[tuple[str, ...]] = ("a program's own connections",)
    outlasts: ClassVar[frozenset[str]] = frozenset({"ATTACH", "DETACH"})
    interleaves: ClassVar[bool] = True
    functions: ClassVar[Mapping[str, str]] = {
        **FUNCTIONS,
        "double": "(({0}) * 1.0)",
        "quotient": "(({0}) * 1.0 / NULLIF({1}, 0))",
        "remainder": "(({0}) % NULLIF({1}, 0))",
        "round float": "round({0}, {2})",
        "length": "length({0})",
        "bytes": "length({0})",
        # As SQLAlchemy stores them.
        "now": "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
        "date": "date({0})",
        "midnight": "(date({0}) || ' 00:00:00.000000')",
        "moved": "(strftime('%Y-%m-%d %H:%M:%f', {0}, ({1} / 1000000.0) || ' seconds') || '000')",
        "year": "CAST(strftime('%Y', {0}) AS INTEGER)",
        "month": "CAST(strftime('%m', {0}) AS INTEGER)",
        "day": "CAST(strftime('%d', {0}) AS INTEGER)",
        "hour": "CAST(strftime('%H', {0}) AS INTEGER)",
        "like": "({1})",
        "moment": "({1})",
    }
    fetch_size: ClassVar[int] = 250  # fits a processor's cache: fetching is a function call here

    def connect_args(self, url: URL, settings: Settings) -> dict[str, Any]:
        """Let another thread interrupt, and wait for locks."""
        return {"check_same_thread": False, "timeout": _PATIENCE}

    def protect(self, engine: Engine) -> None:
        """Open existing files only."""

        @event.listens_for(engine, "do_connect")
        def existing(_dialect: Any, _record: Any, arguments: list[Any], named: Any) -> None:
            path = arguments[0] if arguments else ":memory:"
            if path in ("", ":memory:"):
                return
            if named.get("uri"):
                arguments[0] = _existing_only(path)
                return
            if not os.path.exists(path):
                shown = shlex.quote(path)
                hint = f"sqlsess does not create files; an empty one will do: touch {shown}"
                raise ConnectError(f"there is no SQLite file {path}", hint)
            arguments[0], named["uri"] = (
                f"file:{quote(os.fsencode(os.path.abspath(path)))}?mode=rw",
                True,
            )

    def heeds_references(self, connection: Connection) -> bool:
        """Only who asks for it has foreign keys heeded."""
        return bool(connection.execute(text("PRAGMA foreign_keys")).scalar())

    def limit_locks(self, connection: Connection, seconds: float) -> None:
        """Of the file, from now on."""
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.execute(f"PRAGMA busy_timeout = {ceil(seconds * 1000)}")

    @contextmanager
    def committing(self, waiting: Callable[[], None]) -> Iterator[None]:
        """The library waits by itself, for those who read."""
        timer = Timer(_SILENCE, waiting)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def begin(
        self, connection: Connection, *, write: bool, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Begin by our own BEGIN: the driver's habit lets DDL and savepoints survive ROLLBACK."""
        dbapi: Any = connection.connection.dbapi_connection
        if not dbapi.in_transaction:
            dbapi.isolation_level = None
            # Take the lock now, not at the first rows or at the end.
            if write:
                self._patiently(dbapi, "BEGIN IMMEDIATE", waiting)
            else:
                dbapi.execute("BEGIN")
                self._patiently(dbapi, "PRAGMA schema_version", waiting)
        if not write:
            dbapi.execute("PRAGMA query_only = ON")  # holds where the authorizer is not asked
            dbapi.set_authorizer(authorize)

    def confine(self, connection: Connection, *, dry: bool) -> None:
        """Refuse the end of the transaction, also on the driver's own cursor; and other files."""
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.set_authorizer(authorize_undoable if dry else authorize_unending)

    def release(self, connection: Connection) -> None:
        """Without the authorizer, which would refuse the rollback or to set a level back."""
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.set_authorizer(None)
        dbapi.execute("PRAGMA query_only = OFF")

    def reading(self, connection: Connection) -> Sequence[str]:
        """The authorizer, by what it says to a statement that is not executed; and the pragma."""
        try:
            connection.exec_driver_sql("EXPLAIN CREATE TABLE sqlsess (a)").close()
        except DatabaseError:
            held = ["authorizer"]
        else:
            held = []
        pragma = connection.exec_driver_sql("PRAGMA query_only").scalar()
        return held + ["query_only"] * bool(pragma)

    def _patiently(self, dbapi: Any, statement: str, waiting: Callable[[], None]) -> None:
        """Wait for other clients here, where signals are heard; the library's wait is deaf."""
        (patience,) = dbapi.execute("PRAGMA busy_timeout").fetchone()
        began, told = time.monotonic(), False
        deadline = began + patience / 1000
        dbapi.execute("PRAGMA busy_timeout = 0")
        while True:
            try:
                dbapi.execute(statement).fetchall()
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > deadline:
                    raise
                if not told and time.monotonic() > began + _SILENCE:
                    told = True
                    waiting()
                time.sleep(0.02)
            else:
                break
        dbapi.execute(f"PRAGMA busy_timeout = {patience}")

    def canceller(self, engine: Engine, dbapi: Any) -> Callable[[], None]:
        """Interrupt the running statement."""
        interrupt: Callable[[], None] = dbapi.interrupt
        return interrupt

    def parameter(self, value: object) -> object:
        """A number with a fraction is a float here, as it is in the text of a statement."""
        return float(value) if isinstance(value, Decimal) else value

    def streaming(self, *, cursor_ok: bool) -> dict[str, Any]:
        """A SQLite cursor streams as it is."""
        return {}

    def fetch(self, result: CursorResult[Any]) -> Block:
        """The next rows; from the first text on that is not UTF-8, its bytes are kept as they are.

        Reading every text so costs a quarter more. A row that failed is still the cursor's next.
        """
        if type(result.cursor_strategy) is not CursorFetchStrategy or result.cursor is None:
            return super().fetch(result)
        cursor: Any = result.cursor
        rows: list[Any] = []
        try:
            rows.extend(islice(cursor, self.fetch_size))  # keeps what came before an error
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            lenient = partial(str, encoding="utf-8", errors="surrogateescape")
            cursor.connection.text_factory = lenient
            rows.extend(islice(cursor, self.fetch_size))
        return rows

    def diagnose(self, error: BaseException) -> Fault:
        """By the library's own name of the error."""
        name = getattr(error, "sqlite_errorname", None)
        message = first_line(error)
        meaning = _MEANINGS.get(str(name), "other")
        # An extended name, such as SQLITE_READONLY_DBMOVED, begins with the plain one.
        meaning = next((m for n, m in _MEANINGS.items() if str(name).startswith(n)), meaning)
        if message.startswith("not authorized"):  # some statements are refused without the name
            meaning = "read only"
        if message.startswith(("no such table", "no such column", "no such function")):
            meaning = "missing"
        hint = "is it a SQLite database file?" if meaning == "unreachable" else ""
        return Fault(meaning, message, hint, name)

    def server(self, connection: Connection) -> str:
        """The library's version: no server runs."""
        return f"SQLite {sqlite3.sqlite_version}"

    def tls(self, connection: Connection) -> str:
        """A file of this machine."""
        return "none (a local file)"

    def autocommits(self, dbapi: Any) -> bool:
        """Never: we begin by ourselves."""
        return False


DIALECT = SQLite()
