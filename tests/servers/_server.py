"""The client's side of a server: its URLs, and an independent connection that tells the truth."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from servers.facts import supports

ADMIN = "suite"
APP = "app"
READER = "reader"
APP_PASSWORD = "p@ss:w/rd%"  # every character that a URL, a shell or a log might get wrong

Rows = list[tuple[Any, ...]]


class Missing(Exception):
    """Something the tests need is not on this machine; the text says how to get it."""


@dataclass(frozen=True, slots=True)
class Session:
    """One connection as the server sees it."""

    id: int
    user: str
    database: str
    state: str
    sql: str


@dataclass(frozen=True)
class Server(ABC):
    """A server that answers; it says nothing about who owns its process.

    Attributes:
        port: on 127.0.0.1.
        directory: holds `ca.pem`, `server.pem`, the socket and the log.
        secret: password of the accounts that only the suite uses.
        version: what the server says it is.
        seconds: how long the start took.
    """

    port: int
    directory: str
    secret: str
    version: str = ""
    seconds: float = 0.0

    kind: ClassVar[str]
    driver: ClassVar[str]

    def url(
        self, database: str = "", user: str = APP, driver: str | None = None, **query: str
    ) -> str:
        """An SQLAlchemy URL, password included and escaped."""
        account = f"{quote(user, safe='')}:{quote(self.password(user), safe='')}"
        tail = f"?{urlencode(query)}" if query else ""
        return f"{driver or self.driver}://{account}@127.0.0.1:{self.port}/{database}{tail}"

    def password(self, user: str = APP) -> str:
        """The password of an account."""
        return APP_PASSWORD if user == APP else self.secret

    def as_json(self) -> dict[str, Any]:
        """What another process needs to make the same object: `Kind(**values)`."""
        return asdict(self)

    @abstractmethod
    def connect(self, database: str = "", user: str = ADMIN, **options: Any) -> Any:
        """A new driver connection in autocommit mode, without SQLAlchemy and without us.

        It is there in `connect_timeout` seconds, 5 unless given, or fails.
        """

    def execute(self, sql: str, database: str = "", user: str = ADMIN, **options: Any) -> Rows:
        """Run one statement by an independent driver; its rows, or none."""
        with closing(self.connect(database, user, **options)) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    @abstractmethod
    def script(self, text: str, database: str, user: str = ADMIN) -> None:
        """Run many statements; the server splits them."""

    @abstractmethod
    def sessions(self, database: str = "") -> list[Session]:
        """Who is connected (to one database, if given), this question itself left out."""

    def processes(self, database: str = "") -> list[Session]:
        """The sessions that execute a statement right now."""
        return [item for item in self.sessions(database) if item.state in {"active", "Query"}]

    @abstractmethod
    def create(self, database: str) -> None:
        """Make an empty database that belongs to the ordinary account."""

    @abstractmethod
    def drop(self, database: str) -> None:
        """Remove a database, and whoever is still connected to it."""

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """An empty database, for as long as the block lasts."""
        name = f"t_{secrets.token_hex(5)}"
        self.create(name)
        try:
            yield Database(self, name)
        finally:
            self.drop(name)


@dataclass(frozen=True)
class Database:
    """One database of one server, seen with one account.

    Attributes:
        server: where it is.
        name: its name there.
        user: the account in `url`, and that of `execute`: so the tables are the account's own.
    """

    server: Server
    name: str
    user: str = APP

    @property
    def kind(self) -> str:
        """sqlite, mariadb or postgresql."""
        return self.server.kind

    @property
    def url(self) -> str:
        """What the program under test is given."""
        return self.server.url(self.name, self.user)

    @property
    def safe_url(self) -> str:
        """The same as the program may show it."""
        password = quote(self.server.password(self.user), safe="")
        return self.url.replace(f":{password}@", ":***@")

    @property
    def where(self) -> str:
        """How the program names it in messages."""
        if self.kind == "sqlite":
            return f"{self.name}.db"
        return f"127.0.0.1:{self.server.port}/{self.name}"

    def supports(self, *facts: str) -> bool:
        """Whether all these facts hold here (tests/servers/facts.py)."""
        return supports(self.kind, *facts)

    def execute(self, *statements: str) -> None:
        """Run statements, each as it is, by an independent driver."""
        for sql in statements:
            self.rows(sql)

    def rows(self, sql: str) -> Rows:
        """The rows of one statement, by an independent driver."""
        return self.server.execute(sql, self.name, self.user)

    def value(self, sql: str) -> Any:
        """The first cell of the first row."""
        return self.rows(sql)[0][0]

    def processes(self) -> list[Session]:
        """The statements running in this database right now."""
        return self.server.processes(self.name)

    def sessions(self) -> list[Session]:
        """Who is connected to this database."""
        return self.server.sessions(self.name)
