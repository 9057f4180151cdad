"""PostgreSQL: psycopg first, a read-only transaction that cannot be reopened, values as written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import ceil
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, Engine, event, text
from sqlalchemy.engine import URL

from sqlsess_cli.dialects import _postgresql_reading
from sqlsess_cli.dialects._base import Dialect, Driver, Settings, doubled, is_local
from sqlsess_cli.dialects._exact import PostgreSQLExact
from sqlsess_cli.dialects._faults import Fault
from sqlsess_cli.dialects._functions import FUNCTIONS
from sqlsess_cli.dialects._literals import PostgreSQLLiterals
from sqlsess_cli.dialects._marks import Became, Mark
from sqlsess_cli.dialects._plan import NodePlans
from sqlsess_cli.dialects._postgresql_faults import fault_of
from sqlsess_cli.dialects._postgresql_relations import PostgreSQLRelations
from sqlsess_cli.dialects._postgresql_values import AS_TEXT, PostgreSQLValues
from sqlsess_cli.errors import RefusedError

_SHORTEST = 2  # seconds; libpq waits no shorter
_BEFORE = "sqlsess_read_only"  # key of a connection's info: how it was before we read on it
_REQUIRES = 160000  # the first libpq that has require_auth
_FAILED = "25P02"  # in_failed_sql_transaction

_MARKED_SINCE = (13,)  # the version that has these functions
_STARTED = "SELECT CAST(pg_postmaster_start_time() AS text)"
_MARK = f"{_STARTED}, CAST(pg_current_xact_id_if_assigned() AS text)"
_STATUS = "SELECT pg_xact_status(CAST(%s AS xid8))"
_BECAME: dict[str | None, Became] = {
    "committed": "committed", "aborted": "rolled back", "in progress": "under way"
}  # fmt: skip


class PostgreSQL(Dialect):
    """PostgreSQL through psycopg, and through other drivers without its refinements."""

    plans: ClassVar[NodePlans] = NodePlans()
    relations: ClassVar[PostgreSQLRelations] = PostgreSQLRelations()
    values: ClassVar[PostgreSQLValues] = PostgreSQLValues()
    literals: ClassVar[PostgreSQLLiterals] = PostgreSQLLiterals()
    exact: ClassVar[PostgreSQLExact] = PostgreSQLExact()
    label: ClassVar[str] = "PostgreSQL"
    repeatable: ClassVar[frozenset[str]] = frozenset({"40001", "40P01", "55P03"})
    duplicates: ClassVar[frozenset[str]] = frozenset({"23505"})
    unbegun: ClassVar[frozenset[str]] = frozenset({"25P01", "3B001"})
    deferred: ClassVar[str] = "SET CONSTRAINTS ALL IMMEDIATE"
    drivers: ClassVar[tuple[Driver, ...]] = (
        Driver("psycopg", "psycopg", "postgresql"),
        Driver("psycopg2", "psycopg2"),
        Driver("pg8000", "pg8000"),
    )
    reads_only: ClassVar[bool] = True
    interleaves: ClassVar[bool] = True
    nulls_are_largest: ClassVar[bool] = True
    functions: ClassVar[Mapping[str, str]] = {
        **FUNCTIONS,
        "whole": "CAST({0} AS BIGINT)",
        "moved": "({0} + {1} * INTERVAL '1 microsecond')",
        "nulls first": "{0} NULLS FIRST",
        "nulls last": "{0} NULLS LAST",
    }
    outlasts: ClassVar[frozenset[str]] = _postgresql_reading.OUTLASTING
    evades_reading: ClassVar[frozenset[str]] = _postgresql_reading.EVADING
    outside: ClassVar[re.Pattern[str]] = _postgresql_reading.OUTSIDE
    unheld: ClassVar[tuple[str, ...]] = _postgresql_reading.UNHELD
    fetch_size: ClassVar[int] = 200  # each is a round trip; a thousand wide rows take 2 MiB

    def connect_args(self, url: URL, settings: Settings) -> dict[str, Any]:
        """TLS as the settings ask, by libpq's own modes; `.pgpass` is libpq's own too."""
        if url.get_driver_name() not in ("psycopg", "psycopg2"):
            return {}
        arguments: dict[str, Any] = {}
        if "sslmode" not in {*url.query, *settings.get("connect", {})}:
            usual = "verify" if "tls_ca" in settings or not is_local(url) else "prefer"
            mode = settings.get("tls", usual)
            mode = {"off": "disable", "insecure": "require"}.get(mode, mode)
            if mode == "verify":
                arguments["sslrootcert"] = settings.get("tls_ca", "system")
            arguments["sslmode"] = "verify-full" if mode == "verify" else mode
        return arguments

    def connect_limit(self, url: URL, seconds: float) -> dict[str, Any]:
        """Whole seconds, two at least."""
        if url.get_driver_name() not in ("psycopg", "psycopg2"):
            return {}
        return {"connect_timeout": max(ceil(seconds), _SHORTEST)}

    def limit_locks(self, connection: Connection, seconds: float) -> None:
        """For this transaction; of any kind of lock."""
        limit = text("SELECT set_config('lock_timeout', :limit, true)")
        connection.execute(limit, {"limit": f"{ceil(seconds * 1000)}ms"})

    def prepare(self, engine: Engine) -> None:
        """Send no password in clear but to a server whose certificate was verified."""

        @event.listens_for(engine, "do_connect")
        def limit(dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
            asked = "require_auth" in named or "PGREQUIREAUTH" in os.environ
            private = str(named.get("sslmode")).startswith("verify") or _is_socket(named)
            if not (asked or private) and _libpq(dialect.loaded_dbapi) >= _REQUIRES:
                named["require_auth"] = "!password"

    def begin(
        self, connection: Connection, *, write: bool, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Read-only by a query: after one, the transaction cannot be made to write again.

        What a program begins on the driver's connection itself is read-only by the driver.
        """
        _tell_driver(connection, write=write)
        if not write:
            connection.execute(text("SELECT set_config('transaction_read_only', 'on', true)"))

    def reading(self, connection: Connection) -> Sequence[str]:
        """What the transaction is set to."""
        held = connection.execute(text("SHOW transaction_read_only")).scalar() == "on"
        return ["transaction READ ONLY"] * held

    def only_rollback_is_left(self, error: BaseException | None) -> bool:
        """After any error that no savepoint undid."""
        return error is not None and self.diagnose(error).code == _FAILED

    def heeds_references(self, connection: Connection) -> bool:
        """What only a superuser can switch off."""
        role = connection.execute(text("SHOW session_replication_role")).scalar()
        return bool(role != "replica")

    def mark(self, connection: Connection) -> Mark | None:
        """Its number, which it has if anything was written."""
        if (connection.dialect.server_version_info or ()) < _MARKED_SINCE:
            return None
        server, number = connection.execute(text(_MARK)).one()
        return Mark(number, server) if number else None

    def became(self, cursor: Any, mark: Mark) -> Became:
        """As the server says; not after a crash, which may have given the number to another."""
        cursor.execute(_STARTED)
        if cursor.fetchone() != (mark.server,):
            return "unknown"
        cursor.execute(_STATUS, (mark.id,))
        (status,) = cursor.fetchone()
        return _BECAME.get(status, "unknown")

    def canceller(self, engine: Engine, dbapi: Any) -> Callable[[], None]:
        """A cancel request, on a connection that the driver makes for it."""

        def cancel() -> None:
            with suppress(engine.dialect.loaded_dbapi.Error):
                if hasattr(dbapi, "cancel_safe"):
                    dbapi.cancel_safe(timeout=3)
                elif hasattr(dbapi, "cancel"):
                    dbapi.cancel()

        return cancel

    def hear(self, dbapi: Any, tell: Callable[[str], None]) -> None:
        """Notices and warnings, as psycopg hands them out."""
        if hasattr(dbapi, "add_notice_handler"):
            said = lambda notice: tell(f"{notice.severity.lower()}: {notice.message_primary}")  # noqa: E731
            dbapi.add_notice_handler(said)

    def streaming(self, *, cursor_ok: bool) -> dict[str, Any]:
        """A server-side cursor, for what DECLARE takes."""
        return super().streaming(cursor_ok=cursor_ok) if cursor_ok else {}

    def sorting(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """A REAL is compared as the double that it is read as."""
        return doubled(expression)

    def prepare_cursor(self, cursor: Any, statement: str) -> None:
        """Load some types as PostgreSQL writes them (psycopg's cursors have their own loaders)."""
        if hasattr(cursor, "adapters"):
            from psycopg.types.string import TextLoader

            for oid in AS_TEXT:
                cursor.adapters.register_loader(oid, TextLoader)

    def require_same_reading(self, dbapi: Any, statement: str) -> None:
        """Where backslashes escape in strings, one can hide the end of a string from us.

        What looks like text to us, such as a COMMIT, is then executed.
        """
        said = getattr(getattr(dbapi, "info", None), "parameter_status", None)
        if "\\" in statement and said is not None and said("standard_conforming_strings") == "off":
            raise RefusedError(
                "a backslash is not sent while standard_conforming_strings is off",
                "write E'…' around strings that hold one",
            )

    def diagnose(self, error: BaseException) -> Fault:
        """By SQLSTATE; errors of connecting have none and are known by their words."""
        return fault_of(error)

    def misspoken(self, error: BaseException) -> str:
        """Libpq looks at what it gets; what psycopg falls over is text that is none."""
        decoding = isinstance(error, UnicodeDecodeError)
        return "the server does not keep to the protocol" if decoding else ""

    def server(self, connection: Connection) -> str:
        """PostgreSQL's own version."""
        return f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"

    def tls(self, connection: Connection) -> str:
        """Protocol and cipher of this session, and whether libpq checked the certificate."""
        query = "SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
        row = connection.execute(text(query)).one_or_none()
        if row is None:
            return "none"
        parameters = getattr(connection.connection.dbapi_connection, "info", None)
        mode = parameters.get_parameters().get("sslmode", "") if parameters else ""
        return f"{row[0]} {row[1]} ({'verified' if mode.startswith('verify') else 'not verified'})"


def _tell_driver(connection: Connection, *, write: bool) -> None:
    """Have psycopg begin read-only transactions, or what it began before; not within one."""
    dbapi: Any = connection.connection.dbapi_connection
    if not hasattr(dbapi, "read_only") or dbapi.info.transaction_status:
        return
    if not write:
        connection.info.setdefault(_BEFORE, dbapi.read_only)
        dbapi.read_only = True
    elif _BEFORE in connection.info:
        dbapi.read_only = connection.info.pop(_BEFORE)


def _libpq(driver: Any) -> int:
    """The version of libpq that a driver has, as libpq writes it; 0 for a driver without."""
    if hasattr(driver, "pq"):
        return int(driver.pq.version())
    return int(getattr(driver, "__libpq_version__", 0))


def _is_socket(named: Mapping[str, Any]) -> bool:
    return not named.get("hostaddr") and str(named.get("host") or "/").startswith("/")


DIALECT = PostgreSQL()
