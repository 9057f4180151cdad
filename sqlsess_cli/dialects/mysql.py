"""MySQL and MariaDB: PyMySQL first, one TLS context an engine, KILL QUERY to cancel."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import ceil
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, Engine, cast, event, text, types
from sqlalchemy.engine import URL

from sqlsess_cli.dialects import _mysql_connect, _mysql_engines, _mysql_reading
from sqlsess_cli.dialects._base import Dialect, Driver, Settings, doubled
from sqlsess_cli.dialects._faults import Fault, Meaning
from sqlsess_cli.dialects._functions import FUNCTIONS
from sqlsess_cli.dialects._literals import MySQLLiterals
from sqlsess_cli.dialects._mysql_exact import MySQLExact
from sqlsess_cli.dialects._mysql_relations import MySQLRelations
from sqlsess_cli.dialects._mysql_values import MySQLValues
from sqlsess_cli.dialects._plan import DocumentPlans
from sqlsess_cli.dialects._stored import Stored
from sqlsess_cli.errors import ConfigError, RefusedError

_NOT_UNDONE = 1196  # the warning that a rollback gives for tables without transactions
_NO_BACKSLASH_ESCAPES = 1 << 9  # in the status that the server sends with each answer
_CLEAR = 2059  # a way to log in that we refuse, see _mysql_login
_LIMITED = "sqlsess_limited"  # key of a connection record whose read_timeout is ours

_MEANINGS: dict[int, Meaning] = {
    1020: "locked",  # read, and changed since by another
    1040: "unreachable",  # too many connections
    1044: "denied",
    1045: "denied",
    1049: "unreachable",  # unknown database
    1054: "missing",
    1142: "denied",
    1143: "denied",
    1146: "missing",
    1205: "locked",
    1213: "locked",  # a deadlock
    1227: "denied",
    1290: "read only",  # the server runs with --read-only
    1305: "missing",
    1698: "denied",
    1792: "read only",  # the transaction is read-only
    1836: "read only",
    1927: "lost",
    2002: "unreachable",
    2003: "unreachable",
    2005: "unreachable",
    2006: "lost",
    2013: "lost",
    2014: "lost",
    2026: "unreachable",  # TLS
    2027: "lost",  # a packet that makes no sense
    2055: "lost",
    3572: "locked",  # NOWAIT
    4031: "lost",
}


class MySQL(Dialect):
    """MySQL, and MariaDB under a mysql:// URL."""

    plans: ClassVar[DocumentPlans] = DocumentPlans()
    relations: ClassVar[MySQLRelations] = MySQLRelations()
    values: ClassVar[MySQLValues] = MySQLValues()
    literals: ClassVar[MySQLLiterals] = MySQLLiterals()
    exact: ClassVar[MySQLExact] = MySQLExact()
    label: ClassVar[str] = "MySQL"
    repeatable: ClassVar[frozenset[str]] = frozenset({"1020", "1205", "1213", "3572"})
    duplicates: ClassVar[frozenset[str]] = frozenset({"1062", "1169", "1586"})
    drivers: ClassVar[tuple[Driver, ...]] = (
        Driver("pymysql", "pymysql"),
        Driver("mysqldb", "MySQLdb"),
    )
    reads_only: ClassVar[bool] = True
    functions: ClassVar[Mapping[str, str]] = {
        **FUNCTIONS,
        "whole": "CAST({0} AS SIGNED)",  # an unsigned one takes no difference below zero
        "double": "(({0}) + 0e0)",
        "quotient": "((({0}) + 0e0) / NULLIF({1}, 0))",
        "now": "NOW(6)",
        "midnight": "CAST({0} AS DATETIME(6))",
        "moved": "(CAST({0} AS DATETIME(6)) + INTERVAL {1} MICROSECOND)",
    }
    fetch_size: ClassVar[int] = 500
    reading_commits: ClassVar[bool] = True
    definitions_commit: ClassVar[bool] = True
    # A deadlock; a lock that was waited for too long, if the server is configured so.
    undoing: ClassVar[frozenset[str]] = frozenset({"1213", "1205"})
    evades_reading: ClassVar[frozenset[str]] = _mysql_reading.EVADING
    evades_inside: ClassVar[frozenset[str]] = (  # behind SET STATEMENT … FOR
        _mysql_reading.OUTLASTING | {"CALL", "EXECUTE", "PREPARE"}
    )
    outlasts_inside: ClassVar[frozenset[str]] = _mysql_reading.OUTLASTING
    outside: ClassVar[re.Pattern[str]] = _mysql_reading.OUTSIDE
    unheld: ClassVar[tuple[str, ...]] = _mysql_reading.UNHELD

    def connect_args(self, url: URL, settings: Settings) -> dict[str, Any]:
        """TLS as the settings ask; a file of this machine is never sent to a server."""
        asked = {*url.query, *settings.get("connect", {})}
        if sent := asked & {"local_infile", "allow_local_infile"}:
            raise ConfigError(
                f"{min(sent)} would let the server read files of this machine",
                "leave it out; loading data does not need it",
            )
        if url.get_driver_name() != "pymysql":
            return {}
        return _mysql_connect.tls(url, settings, asked)

    def password(self, url: URL, environ: Mapping[str, str]) -> str | None:
        """MYSQL_PWD, or the [client] group of ~/.my.cnf when host and user agree with it."""
        if environ.get("MYSQL_PWD"):
            return environ["MYSQL_PWD"]
        path = os.path.join(environ.get("HOME", ""), ".my.cnf")
        if url.get_driver_name() != "pymysql" or not os.path.isfile(path):
            return None
        return _mysql_connect.password_in(path, url)

    def prepare(self, engine: Engine) -> None:
        """Limit the whole way to a connection: the driver's limit ends before the greeting.

        And on that way no server gets the password in clear.
        """
        if engine.dialect.driver != "pymysql":
            return
        from sqlsess_cli.dialects._mysql_login import METHODS

        @event.listens_for(engine, "do_connect")
        def limit(_dialect: Any, record: Any, _arguments: Any, named: dict[str, Any]) -> None:
            named.setdefault("auth_plugin_map", METHODS)
            if "read_timeout" not in named:
                named["read_timeout"] = named.get("connect_timeout")
                record.info[_LIMITED] = True

        @event.listens_for(engine, "connect")
        def lift(dbapi: Any, record: Any) -> None:
            if _LIMITED in record.info:  # a statement may take as long as it takes
                dbapi._read_timeout = None  # noqa: SLF001  there is no public way

    def connect_limit(self, url: URL, seconds: float) -> dict[str, Any]:
        """PyMySQL's own limit, which holds for a part of the way: see connect()."""
        whole = url.get_driver_name() == "mysqldb"
        return {"connect_timeout": ceil(seconds) if whole else seconds}

    def connect(self, dialect: Any, arguments: Sequence[Any], named: dict[str, Any]) -> Any:
        """The whole way within the limit, also if the server says a word now and then."""
        limit = named.get("connect_timeout")
        if dialect.driver != "pymysql" or not limit:
            return super().connect(dialect, arguments, named)
        made = super().connect(dialect, arguments, {**named, "defer_connect": True})
        return _mysql_connect.within(made, float(limit))

    def limit_locks(self, connection: Connection, seconds: float) -> None:
        """Of rows, and of definitions; whole seconds."""
        limit = max(ceil(seconds), 1)
        names = ("innodb_lock_wait_timeout", "lock_wait_timeout")
        both = ", ".join(f"SESSION {name} = {limit}" for name in names)
        connection.execute(text(f"SET {both}"))

    def begin(
        self, connection: Connection, *, write: bool, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """A read-only transaction, in a session whose next ones are read-only too.

        The transaction alone does not hold: MariaDB commits it at a definition (DDL), and then
        executes the definition outside of it.
        """
        if not write:
            connection.execute(text("SET SESSION TRANSACTION READ ONLY"))
            connection.execute(text("START TRANSACTION READ ONLY"))

    def undo(self, connection: Connection) -> bool:
        """Tables of some engines, such as MyISAM, have no transactions: only a warning tells."""
        dbapi: Any = connection.connection.dbapi_connection
        cursor = dbapi.cursor()
        cursor.execute("ROLLBACK")
        cursor.execute("SHOW WARNINGS")
        return not any(row[1] == _NOT_UNDONE for row in cursor.fetchall())

    def reading(self, connection: Connection) -> Sequence[str]:
        """What the session is set to; of the transaction no server tells."""
        dialect: Any = connection.dialect
        name = "tx_read_only" if dialect.is_mariadb else "transaction_read_only"
        held = bool(connection.execute(text(f"SELECT @@session.{name}")).scalar())
        return ["session READ ONLY", "transaction READ ONLY"] * held

    def require_same_reading(self, dbapi: Any, statement: str) -> None:
        """Some settings move where a string ends: what looks like text to us is then executed."""
        if "\\" not in statement or not hasattr(dbapi, "server_status"):
            return
        if moving := _mysql_reading.moving(dbapi, statement):
            raise RefusedError(
                f"a backslash is not sent while the session has {moving}",
                "give the text as a parameter, such as -p name=VALUE",
            )

    def stored(self, connection: Connection) -> Sequence[Stored]:
        """Of all databases, as far as the account may see it."""
        return _mysql_engines.stored(connection)

    def heeds_references(self, connection: Connection) -> bool:
        """A variable of the session."""
        return bool(connection.execute(text("SELECT @@foreign_key_checks")).scalar())

    def keeps_when_lost(self, engine: Engine) -> bool:
        """Whether there are tables without transactions; False when the server does not answer."""
        return _mysql_engines.are_there(engine)

    def sorting(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """An ENUM is sorted by the number of its value, though it compares as text."""
        type_ = expression.type
        impl = type_.impl_instance if isinstance(type_, types.TypeDecorator) else type_
        if isinstance(impl, types.Enum) and impl.native_enum:
            return cast(expression, types.Integer())
        return doubled(expression)

    def prepare_cursor(self, cursor: Any, statement: str) -> None:
        """Where backslashes do not escape, one can show us the end of a string where none is."""
        status = getattr(getattr(cursor, "connection", None), "server_status", 0)
        if "\\" in statement and status & _NO_BACKSLASH_ESCAPES:
            raise RefusedError(
                "a backslash is not sent while sql_mode has NO_BACKSLASH_ESCAPES",
                "we would read strings that hold one differently than the server does",
            )

    def canceller(self, engine: Engine, dbapi: Any) -> Callable[[], None]:
        """KILL QUERY, on a connection of its own."""
        thread = dbapi.thread_id()

        def kill() -> None:
            # A pool of its own: the engine's may be used up by the very connection that waits.
            with suppress(engine.dialect.loaded_dbapi.Error):
                connection = engine.pool.recreate().connect()
                try:
                    connection.cursor().execute(f"KILL QUERY {thread:d}")
                finally:
                    connection.close()

        return kill

    def warnings(self, dbapi: Any) -> Sequence[str]:
        """Asked for where the answer says that there are some."""
        return _mysql_connect.warnings(dbapi)

    def abandon(self, cursor: Any) -> bool:
        """Give the connection up: the driver would read all the remaining rows to keep it."""
        result: Any = getattr(cursor, "_result", None)
        active = bool(getattr(result, "unbuffered_active", False))
        if active:  # or the cursor, once collected, would read from the closed socket
            result.unbuffered_active = False
        return active

    def more(self, cursor: Any) -> bool:
        """A routine gives one for each of its queries, and at last what it changed."""
        return bool(cursor.nextset())

    def diagnose(self, error: BaseException) -> Fault:
        """By the error's number, the first of its arguments."""
        number = error.args[0] if error.args and isinstance(error.args[0], int) else None
        message = " ".join(str(error.args[1]).split()) if len(error.args) > 1 else str(error)
        meaning = _MEANINGS.get(number or 0, "other")
        kind = type(error).__name__
        if kind == "InterfaceError" or (kind == "InternalError" and number is None):
            meaning = "lost"  # the latter: what arrived is not what comes next
        hint = "let tls verify the server" if number == _CLEAR else ""
        code = str(number) if number else None
        return Fault(meaning, message or "the connection was lost", hint, code)

    def misspoken(self, error: BaseException) -> str:
        """PyMySQL hardly looks at what it gets."""
        from sqlsess_cli.dialects._mysql_login import misspoken

        return misspoken(error)

    def server(self, connection: Connection) -> str:
        """MySQL or MariaDB, as the server says."""
        version = str(connection.scalar(text("SELECT VERSION()")))
        name = "MariaDB" if "mariadb" in version.lower() else "MySQL"
        return f"{name} {version.partition('-')[0]}"

    def tls(self, connection: Connection) -> str:
        """Protocol and cipher of this session."""
        rows = connection.execute(
            text("SHOW STATUS WHERE variable_name IN ('Ssl_version','Ssl_cipher')")
        )
        status = {str(name).lower(): str(value) for name, value in rows}
        if not status.get("ssl_cipher"):
            return "none"
        dbapi: Any = connection.connection.dbapi_connection
        context = getattr(dbapi, "ctx", None)
        checked = "verified" if getattr(context, "verify_mode", 0) else "not verified"
        return f"{status.get('ssl_version')} {status['ssl_cipher']} ({checked})"


DIALECT = MySQL()
