"""SQLite: a file that is never created by a typo, real transactions, an authorizer for reading."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from itertools import islice
from math import isnan
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote

from sqlalchemy import Connection, Engine, event, types
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.engine.cursor import CursorFetchStrategy

from sqlsess_cli.dialects._base import (
    FUNCTIONS,
    Dialect,
    Driver,
    Fault,
    Meaning,
    Reader,
    Settings,
    as_json,
    finite,
    first_line,
)
from sqlsess_cli.dialects._plan import RowPlans
from sqlsess_cli.dialects._sqlite_relations import SQLiteRelations
from sqlsess_cli.errors import ConnectError
from sqlsess_cli.result import Block

_PATIENCE = 5.0  # seconds to wait for another writer

# What a statement that only reads may do. ATTACH is absent: it can write another file.
_READING = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
# Pragmas that tell of the schema or the file, and change nothing.
_TELLING = frozenset(
    "application_id collation_list compile_options data_version database_list encoding "
    "foreign_key_check foreign_key_list foreign_keys freelist_count function_list index_info "
    "index_list index_xinfo integrity_check journal_mode module_list page_count page_size "
    "pragma_list quick_check read_uncommitted schema_version table_info table_list table_xinfo "
    "user_version".split()
)
# Of these, only the form without a value is a question. With one, read_uncommitted is how
# SQLAlchemy sets and resets an isolation level; it is about this connection alone.
_QUESTIONS = frozenset(
    "application_id encoding foreign_keys journal_mode page_size schema_version "
    "user_version".split()
)

_MEANINGS: dict[str, Meaning] = {
    "SQLITE_AUTH": "read only",
    "SQLITE_READONLY": "read only",
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_CANTOPEN": "unreachable",
    "SQLITE_NOTADB": "unreachable",
}


def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow only what reads; the database asks before it prepares each part of a statement."""
    if action in _READING:
        return sqlite3.SQLITE_OK
    # json_each() and its like declare themselves so; the schema itself is not writable here.
    if action == sqlite3.SQLITE_UPDATE and first in ("sqlite_master", "sqlite_temp_master"):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if second == "load_extension" else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _TELLING:
        asks = second is None or (first or "").lower() not in _QUESTIONS
        return sqlite3.SQLITE_OK if asks else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


def _existing_only(uri: str) -> str:
    """A file: URI that creates no file, whatever it asks for; of several modes the last counts."""
    uri = uri.partition("#")[0]  # SQLite would not read what we add behind it
    path, _, query = uri.partition("?")
    modes = [value for name, value in parse_qsl(query) if name == "mode"]
    if modes and modes[-1] != "rwc":
        return uri
    return f"{path}?{query}{'&' if query else ''}mode=rw"


class AsStored:
    """Gives what is in the file: SQLite does not enforce the type a column is declared with."""

    as_stored = True


class StoredNumeric(AsStored, types.Numeric[Any]):
    """A reflected NUMERIC or DECIMAL."""


class StoredDate(AsStored, types.Date):
    """A reflected DATE."""


class StoredTime(AsStored, types.Time):
    """A reflected TIME."""


class StoredDateTime(AsStored, types.DateTime):
    """A reflected DATETIME or TIMESTAMP."""


class StoredBoolean(types.Boolean):
    """A reflected BOOLEAN: the two numbers that are one, and anything else as it is."""


class StoredJSON(types.JSON):
    """A reflected JSON: text that is JSON, and anything else as it is."""


_EXACT = 2**53  # from here on a float leaves out some integers


_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def _number(processor: Reader, value: Any) -> object:
    if type(value) is int and abs(value) >= _EXACT:
        return Decimal(value)
    return processor(value)


def _truth(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value if value is None else bool(value)
    message = f"{value!r} is not a truth value"
    raise ValueError(message)


def _stored_truth(value: object) -> object:
    return bool(value) if type(value) is int and value in (0, 1) else value


def _stored_json(processor: Reader, value: Any) -> object:
    try:
        processor(value)
    except (TypeError, ValueError):
        return value
    return as_json(value)


class SQLite(Dialect):
    """SQLite through Python's own module."""

    plans: ClassVar[RowPlans] = RowPlans()
    relations: ClassVar[SQLiteRelations] = SQLiteRelations()
    label: ClassVar[str] = "SQLite"
    drivers: ClassVar[tuple[Driver, ...]] = (Driver("pysqlite", "sqlite3"),)
    reads_only: ClassVar[bool] = True
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

    def prepare(self, engine: Engine) -> None:
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

    def begin(self, connection: Connection, *, write: bool) -> None:
        """Begin by our own BEGIN: the driver's habit lets DDL and savepoints survive ROLLBACK."""
        dbapi: Any = connection.connection.dbapi_connection
        if not dbapi.in_transaction:
            dbapi.isolation_level = None
            # Take the lock now, not at the first rows or at the end.
            if write:
                self._patiently(dbapi, "BEGIN IMMEDIATE")
            else:
                dbapi.execute("BEGIN")
                self._patiently(dbapi, "PRAGMA schema_version")
        if not write:
            dbapi.set_authorizer(authorize)

    def release(self, connection: Connection) -> None:
        """Without the authorizer, which would refuse to set the isolation level back."""
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.set_authorizer(None)

    def _patiently(self, dbapi: Any, statement: str) -> None:
        """Wait for other clients here, where signals are heard; the library's wait is deaf."""
        (patience,) = dbapi.execute("PRAGMA busy_timeout").fetchone()
        deadline = time.monotonic() + patience / 1000
        dbapi.execute("PRAGMA busy_timeout = 0")
        while True:
            try:
                dbapi.execute(statement).fetchall()
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > deadline:
                    raise
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

    def reflected(self, type_: types.TypeEngine[Any]) -> types.TypeEngine[Any]:
        """Numbers and dates as they are stored: the declared type is not enforced."""
        if isinstance(type_, types.Float):
            return type_
        if isinstance(type_, types.Numeric):
            return StoredNumeric(type_.precision, type_.scale)
        stored: dict[type[types.TypeEngine[Any]], Callable[[], types.TypeEngine[Any]]] = {
            types.DateTime: StoredDateTime, types.Date: StoredDate, types.Time: StoredTime,
            types.Boolean: StoredBoolean, types.JSON: StoredJSON,
        }  # fmt: skip
        return next((new() for old, new in stored.items() if isinstance(type_, old)), type_)

    def shown(self, type_: types.TypeEngine[Any], processor: Reader) -> Reader:
        """Any text would be true, and a large whole number be rounded on its way to a Decimal."""
        if isinstance(type_, StoredJSON):
            return lambda value: _stored_json(processor, value)
        if isinstance(type_, types.Boolean):
            return _stored_truth if isinstance(type_, StoredBoolean) else _truth
        if isinstance(type_, types.Numeric):
            return partial(_number, processor)
        return super().shown(type_, processor)

    def text(self, value: str) -> str:
        """What is not UTF-8, or holds a NUL, cannot stand in a statement; its bytes can."""
        if value.isprintable() or not _UNWRITABLE.search(value):
            return super().text(value)
        return f"CAST({self.binary(value.encode('utf-8', 'surrogateescape'))} AS TEXT)"

    def number(self, value: Any) -> str:
        """Infinity is spelled by overflow, and there is no NaN."""
        if finite(value):
            return super().number(value)
        return "NULL" if isnan(value) else ("9e999" if value > 0 else "-9e999")


DIALECT = SQLite()
