"""Every way in which databases differ for us, each with the portable answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, Engine, cast, types
from sqlalchemy.engine import URL, CursorResult

from sqlsess_cli.dialects._exact import Exact
from sqlsess_cli.dialects._faults import Fault, first_line
from sqlsess_cli.dialects._functions import FUNCTIONS
from sqlsess_cli.dialects._literals import Literals
from sqlsess_cli.dialects._marks import Became, Mark
from sqlsess_cli.dialects._plan import Plans
from sqlsess_cli.dialects._relations import Relations
from sqlsess_cli.dialects._stored import Stored
from sqlsess_cli.dialects._values import Values
from sqlsess_cli.errors import UsageError
from sqlsess_cli.registry import Registry
from sqlsess_cli.result import Block

DIALECTS = Registry("sqlsess_cli.dialects", "dialect")

Settings = Mapping[str, Any]
_ASYNCHRONOUS = frozenset({"aiomysql", "aiosqlite", "asyncmy", "asyncpg", "psycopg_async"})
_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Driver:
    """A DBAPI driver: its name in a URL, the module it needs, and our extra that brings it."""

    name: str
    module: str
    extra: str = ""


class Dialect:
    """The hooks, answered for a database we know nothing about."""

    plans: ClassVar[Plans] = Plans()
    relations: ClassVar[Relations] = Relations()
    values: ClassVar[Values] = Values()
    literals: ClassVar[Literals] = Literals()
    exact: ClassVar[Exact] = Exact()
    label: ClassVar[str] = "the database"
    drivers: ClassVar[tuple[Driver, ...]] = ()
    fetch_size: ClassVar[int] = 500  # rows taken from the driver at a time
    interleaves: ClassVar[bool] = False  # a statement may run while another's rows are fetched
    nulls_are_largest: ClassVar[bool] = False  # where NULL is sorted
    savepoints: ClassVar[bool] = True
    reads_only: ClassVar[bool] = False  # begin(write=False) makes the database refuse writes
    reading_commits: ClassVar[bool] = False  # begin(write=False) ends, and commits, a transaction
    undoing: ClassVar[frozenset[str]] = frozenset()  # codes of errors that undo the transaction
    # Codes of errors that come of others at work: once all is rolled back, it can be repeated.
    repeatable: ClassVar[frozenset[str]] = frozenset()
    duplicates: ClassVar[frozenset[str]] = frozenset()  # codes of errors that a key is there
    unbegun: ClassVar[frozenset[str]] = frozenset()  # codes: there is no such savepoint
    definitions_commit: ClassVar[bool] = False  # DDL ends the transaction, and commits it
    deferred: ClassVar[str] = ""  # SQL that has looked at now what waits for COMMIT
    # First words of what can make a session write again that was set to reading, or write files.
    evades_reading: ClassVar[frozenset[str]] = frozenset()
    # Words that do so inside of a statement that is more than a query.
    evades_inside: ClassVar[frozenset[str]] = frozenset()
    # First words, and words anywhere, of what no rollback undoes: a file, a session, the server.
    outlasts: ClassVar[frozenset[str]] = frozenset()
    outlasts_inside: ClassVar[frozenset[str]] = frozenset()
    outside: ClassVar[re.Pattern[str] | None] = None  # functions that no transaction holds
    # What neither the database nor the scanner stops while reading, in short.
    unheld: ClassVar[tuple[str, ...]] = ("whatever a query's functions do",)
    functions: ClassVar[Mapping[str, str]] = FUNCTIONS  # of the filter language, as SQL

    def choose_driver(self, url: URL) -> URL:
        """The URL with a driver: its own, else the first of ours that is installed.

        A driver for an application's event loop is replaced as well: we work without one.
        """
        name, _, own = url.drivername.partition("+")
        if own and own not in _ASYNCHRONOUS:
            return url
        installed = (driver for driver in self.drivers if find_spec(driver.module) is not None)
        driver = next(installed, None) or next(iter(self.drivers), None)
        return url.set(drivername=f"{name}+{driver.name}") if driver else url

    def extra_for(self, module: str) -> str:
        """What to install for a driver that is missing."""
        extras = (driver.extra for driver in self.drivers if driver.module == module)
        extra = next((item for item in extras if item), "")
        return f"pip install 'sqlsess[{extra}]'" if extra else f"pip install {module}"

    def connect_args(self, url: URL, settings: Settings) -> dict[str, Any]:
        """Arguments for the driver's connect: TLS, time limits, what must never be on."""
        return {}

    def password(self, url: URL, environ: Mapping[str, str]) -> str | None:
        """The password that this database's own option files hold for a URL without one."""
        return None

    def protect(self, engine: Engine) -> None:
        """Keep any engine, an application's own too, from what no command of ours may do."""

    def prepare(self, engine: Engine) -> None:
        """Listen to what an engine of ours must do whenever it connects."""

    def connect_limit(self, url: URL, seconds: float) -> dict[str, Any]:
        """Arguments for the driver's connect that end it after so long."""
        return {}

    def connect(self, dialect: Any, arguments: Sequence[Any], named: dict[str, Any]) -> Any:
        """A connection of the driver's, within the limit that its arguments say."""
        return dialect.connect(*arguments, **named)

    def limit_locks(self, connection: Connection, seconds: float) -> None:
        """Wait for locks of other transactions so long, and no longer.

        Raises:
            UsageError: this database is not known to do so.
        """
        raise UsageError(f"no --lock-timeout is known for {self.label}", "leave it out")

    def begin(
        self, connection: Connection, *, write: bool, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """Make the transaction that has just begun what it promises: real, or read-only.

        Args:
            connection: that takes part.
            write: it may change data.
            waiting: to be called, once, when it waits for others longer than a second.
        """

    @contextmanager
    def committing(self, waiting: Callable[[], None]) -> Iterator[None]:
        """While the block commits, call `waiting` if that waits for others longer than a second."""
        yield

    def confine(self, connection: Connection, *, dry: bool) -> None:
        """Have the database refuse the end of a write, and of a dry run what it could not undo."""

    def release(self, connection: Connection) -> None:
        """Before the end: take back what begin() or confine() did that the rollback would mind."""

    def reading(self, connection: Connection) -> Sequence[str]:
        """What holds a command to reading, as the database itself says of this transaction."""
        return ()

    def undo(self, connection: Connection) -> bool:
        """Roll a write back; False when the server says that it could not undo all of it."""
        return True

    def stored(self, connection: Connection) -> Sequence[Stored]:
        """Tables that no rollback reaches, and what can lead to them: views, triggers, routines."""
        return ()

    def heeds_references(self, connection: Connection) -> bool:
        """Whether foreign keys are heeded there now, and so what they say of a DELETE."""
        return True

    def only_rollback_is_left(self, error: BaseException | None) -> bool:
        """Whether the error says that the transaction is there, but takes nothing more."""
        return False

    def mark(self, connection: Connection) -> Mark | None:
        """What to ask for this transaction by, once it is over; None where nobody could tell."""
        return None

    def became(self, cursor: Any, mark: Mark) -> Became:
        """What became of that transaction.

        Args:
            cursor: of a connection that was made since.
            mark: of the transaction.
        """
        return "unknown"

    def keeps_when_lost(self, engine: Engine) -> bool:
        """Whether a write may stay though its connection was lost before COMMIT."""
        return False

    def canceller(self, engine: Engine, dbapi: Any) -> Callable[[], None]:
        """How to stop, from another thread, what a DBAPI connection is waiting for."""
        return lambda: None

    def hear(self, dbapi: Any, tell: Callable[[str], None]) -> None:
        """Have a connection tell what its server says by itself, such as notices."""

    def warnings(self, dbapi: Any) -> Sequence[str]:
        """What the server warns of after a statement that gave no rows."""
        return ()

    def streaming(self, *, cursor_ok: bool) -> dict[str, Any]:
        """Execution options that make the driver hand rows out as they come."""
        return {"stream_results": True, "max_row_buffer": self.fetch_size}

    def parameter(self, value: object) -> object:
        """A value of a `:name` parameter, as the driver takes it."""
        return value

    def sorting(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """What rows are sorted by, as something that compares as it sorts, and as it is read."""
        return expression

    def prepare_cursor(self, cursor: Any, statement: str) -> None:
        """Have a cursor give values as the database writes them, where that loses less."""

    def require_same_reading(self, dbapi: Any, statement: str) -> None:
        """See that the server reads a statement as our scanner did.

        Raises:
            RefusedError: its settings move where a string or a name ends.
        """

    def fetch(self, result: CursorResult[Any]) -> Block:
        """The next rows as the driver gives them, `fetch_size` at most; none at the end."""
        rows: Block = result.cursor_strategy.fetchmany(result, result.cursor, self.fetch_size)
        return rows

    def more(self, cursor: Any) -> bool:
        """Go on to a statement's next answer, if it gives several; False after the last."""
        return False

    def autocommits(self, dbapi: Any) -> bool:
        """Whether each statement of a driver's connection is a transaction of its own."""
        asked = getattr(dbapi, "get_autocommit", None)  # mysqlclient's way, and PyMySQL's
        return bool(asked()) if asked is not None else getattr(dbapi, "autocommit", False) is True

    def abandon(self, cursor: Any) -> bool:
        """Prepare to leave a stream early; True when the connection must be given up for it."""
        return False

    def diagnose(self, error: BaseException) -> Fault:
        """What an error of the driver means."""
        return Fault("other", first_line(error))

    def misspoken(self, error: BaseException) -> str:
        """What is wrong with what the server said, if the driver fell over that; else nothing.

        It is asked about errors that are not the driver's own. After one the connection is out of
        step.
        """
        return ""

    def server(self, connection: Connection) -> str:
        """The server's name and version."""
        version = connection.dialect.server_version_info or ()
        return f"{connection.dialect.name} {'.'.join(map(str, version))}".strip()

    def tls(self, connection: Connection) -> str:
        """The state of encryption: protocol and cipher, or "none"."""
        return "unknown"


def doubled(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """A floating number as one of double precision, which equals what is read; others as they are.

    One of single precision is read as 7.1, and is not equal to that.
    """
    type_ = expression.type
    single = isinstance(type_, types.Float) and not isinstance(type_, types.Double)
    return cast(expression, types.Double()) if single else expression


def find(name: str) -> Dialect:
    """The hooks of a database, by SQLAlchemy's name for it; the portable ones if it has no file."""
    if name not in DIALECTS.names:
        return Dialect()
    dialect: Dialect = DIALECTS.load(name).DIALECT
    return dialect


def is_local(url: URL) -> bool:
    """Whether a URL stays on this machine: loopback, or a socket."""
    host = url.host or ""
    return host in _LOCAL or host.startswith("127.")
