"""A server, or a file, to attack: what is in it, and all its state as another client sees it."""

from __future__ import annotations

import glob
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from servers._process import Daemon
from servers._server import ADMIN, Database

CORPUS = Path(__file__).parent / "attacks"


def corpus(kind: str) -> dict[str, Any]:
    """The attacks on a database, those that every one is given among them."""
    with open(CORPUS / f"{kind}.toml", "rb") as own, open(CORPUS / "everywhere.toml", "rb") as all_:
        return merged(tomllib.load(all_), tomllib.load(own))


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both, with the tables in them merged; no attack is there twice."""
    both = {name: merged(first[name], second[name]) for name in first.keys() & second.keys()}
    return {**first, **second, **both}


class Attacked(ABC):
    """A database that is attacked, with another client's session that an attack may want to end.

    Args:
        database: empty.
        folder: the server may write to it; what appears there is part of the state.
        stack: closes what is opened.
    """

    def __init__(self, database: Database, folder: Path, stack: ExitStack) -> None:
        self.database = database
        self.folder = folder
        self._stack = stack
        self.url = database.server.url(database.name, ADMIN)
        self.victim = 0
        self._observer = self._connect()
        self.summon()

    def _connect(self) -> Any:
        connection = self.database.server.connect(self.database.name)
        self._stack.callback(connection.close)
        return connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the observer is told, who has one connection for all questions."""
        cursor = self._observer.cursor()
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def fill(self, text: str) -> str:
        """An attack with the names of what is really there."""
        named = {
            "{file}": f"{self.folder}/written", "{id}": str(self.victim), "{host}": self.host(),
            "{name}": self.database.name,
        }  # fmt: skip
        for name, value in named.items():
            text = text.replace(name, value)
        return text

    def host(self) -> str:
        """How a statement reaches this database once more."""
        return ""

    @abstractmethod
    def summon(self) -> None:
        """Another client's session, in the middle of a long statement."""

    def make(self, statements: list[str]) -> None:
        """What the attacks may use."""
        for sql in statements:
            self.rows(self.fill(sql))

    def state(self) -> dict[str, object]:
        """All that an attack may want to change."""
        tables = {str(name): self.rows(f"SELECT * FROM {name}") for name in self.tables()}
        files = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        return {**tables, **self.more(), "files": files}

    def renew(self) -> dict[str, object]:
        """After an attack that did something: no file, another victim, and the state from there."""
        for path in self.folder.iterdir():
            path.unlink()
        self.summon()
        return self.state()

    @abstractmethod
    def tables(self) -> list[str]:
        """What has rows, quoted."""

    @abstractmethod
    def more(self) -> Mapping[str, object]:
        """What else there is: definitions, sequences, accounts, settings, sessions."""

    def _answers(self, questions: Mapping[str, str]) -> dict[str, object]:
        return {name: self.rows(sql) for name, sql in questions.items()}


class AttackedSQLite(Attacked):
    """A file; its bytes are all there is to it."""

    def summon(self) -> None:
        """Nobody could be told to end."""

    def tables(self) -> list[str]:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return [f'"{name}"' for (name,) in self.rows(sql)]

    def more(self) -> Mapping[str, object]:
        asked = ("user_version", "application_id", "journal_mode", "schema_version", "page_size")
        path = self.database.server.path(self.database.name)
        return {
            **self._answers({name: f"PRAGMA {name}" for name in asked}),
            "schema": self.rows("SELECT * FROM sqlite_master"),
            "bytes": sha256(Path(path).read_bytes()).hexdigest(),
            "beside": sorted(glob.glob(f"{path}*")),
        }


class AttackedMariaDB(Attacked):
    """A server of its own, with all that its administrator could set."""

    def tables(self) -> list[str]:
        sql = (
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SEQUENCE')"
        )
        return [f"`{name}`" for (name,) in self.rows(sql)]

    def more(self) -> Mapping[str, object]:
        schema = "information_schema"
        return self._answers({
            "databases": f"SELECT schema_name FROM {schema}.schemata",
            "relations": f"SELECT table_schema, table_name, table_type FROM {schema}.tables",
            "columns": f"SELECT column_name FROM {schema}.columns WHERE table_schema = DATABASE()",
            "routines": f"SELECT routine_name FROM {schema}.routines",
            "events": f"SELECT event_name FROM {schema}.events",
            "triggers": f"SELECT trigger_name FROM {schema}.triggers",
            "indexes": "SELECT database_name, table_name FROM mysql.innodb_index_stats",
            "statistics": "SELECT * FROM mysql.table_stats",
            "accounts": "SELECT * FROM mysql.global_priv",
            "grants": "SELECT * FROM mysql.tables_priv",
            "libraries": "SELECT * FROM mysql.func",
            "plugins": "SELECT * FROM mysql.plugin",
            "servers": "SELECT * FROM mysql.servers",
            "variables": "SHOW GLOBAL VARIABLES WHERE variable_name NOT LIKE '%timestamp%'",
            "prepared": "XA RECOVER",
            "victim": f"SELECT info FROM {schema}.processlist WHERE id = {self.victim}",
        })  # fmt: skip

    def summon(self) -> None:
        connection = self._connect()
        self.victim = connection.thread_id()
        connection._execute_command(3, "SELECT SLEEP(3600)")  # COM_QUERY; nobody reads the answer


class AttackedPostgreSQL(Attacked):
    """A cluster of its own."""

    def tables(self) -> list[str]:
        sql = (
            "SELECT quote_ident(nspname) || '.' || quote_ident(relname)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE relkind IN ('r', 'm', 'S') AND nspname !~ '^pg_|^information_schema'"
        )
        return [name for (name,) in self.rows(sql)]

    def more(self) -> Mapping[str, object]:
        return self._answers({
            "relations": "SELECT relname, relacl::text, obj_description(oid) FROM pg_class"
                         " WHERE relpersistence <> 't' ORDER BY 1",
            "functions": "SELECT count(*), max(oid) FROM pg_proc",
            "large objects": "SELECT loid, md5(data) FROM pg_largeobject",
            "databases": "SELECT datname FROM pg_database",
            "roles": "SELECT rolname, rolpassword FROM pg_authid",
            "settings of roles": "SELECT * FROM pg_db_role_setting",
            "settings of the cluster": "SELECT name, setting FROM pg_file_settings",
            "settings read": "SELECT pg_conf_load_time()",
            "log": "SELECT pg_walfile_name(pg_current_wal_lsn())",
            "log files": "SELECT count(*) FROM pg_ls_dir('.')",
            "slots": "SELECT slot_name FROM pg_replication_slots",
            "prepared": "SELECT gid FROM pg_prepared_xacts",
            "extensions": "SELECT extname FROM pg_extension",
            "collations": "SELECT count(*) FROM pg_collation",
            "statistics": "SELECT datname, stats_reset FROM pg_stat_database",
            "shared statistics": "SELECT stats_reset FROM pg_stat_bgwriter",
            "victim": f"SELECT state, query_start FROM pg_stat_activity WHERE pid = {self.victim}",
        })  # fmt: skip

    def host(self) -> str:
        server = self.database.server
        account = f"user={ADMIN} password={server.password(ADMIN)}"
        return f"host=127.0.0.1 port={server.port} dbname={self.database.name} {account}"

    def summon(self) -> None:
        connection = self._connect()
        connection.execute("SET application_name = victim")
        self.victim = connection.info.backend_pid
        connection.pgconn.send_query(b"SELECT pg_sleep(3600)")


_KINDS: Mapping[str, type[Attacked]] = {
    "sqlite": AttackedSQLite, "mariadb": AttackedMariaDB, "postgresql": AttackedPostgreSQL
}  # fmt: skip


@contextmanager
def attacked(
    kind: str, fresh: Callable[[str], Database], private: Callable[..., Daemon], folder: Path
) -> Iterator[Attacked]:
    """A database with what its corpus needs; a server is one's own, for nobody else is at stake."""
    with ExitStack() as stack:
        if kind == "sqlite":
            database = fresh(kind)
        else:
            server = private(kind).server
            folder = Path(server.directory)  # pytest's own are closed to the server's account
            database = stack.enter_context(server.fresh())
        folder /= "open"
        folder.mkdir()
        folder.chmod(0o777)
        found = _KINDS[kind](database, folder, stack)
        found.make(corpus(kind)["made"])
        yield found
