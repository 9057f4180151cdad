"""How each tool is asked: one function a tool, from a question to command lines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.data import TABLES
from benchmarks.databases import Database
from benchmarks.environments import OURS, Environments, native

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
MODELS = os.path.join(PROGRAMS, "models.py")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes:
        shape: table, csv or jsonl.
        table: the name of a table.
        limit: how many of its rows, in their order; all, if none is given.
    """

    shape: str
    table: str
    limit: int | None = None

    @property
    def sql(self) -> str:
        """The SELECT."""
        tail = "" if self.limit is None else f" ORDER BY id LIMIT {self.limit}"
        return f"SELECT * FROM {self.table}{tail}"


Lines = Iterator[tuple[str, list[str]]]


def sqlsess(database: Database, asked: Question) -> Lines:
    """Ours: as SQL, through mapped classes, and with the table reflected."""
    common = ["--url", database.url, "-f", asked.shape]
    limit = [] if asked.limit is None else ["-n", str(asked.limit)]
    yield "sqlsess sql", ["sqlsess", "sql", asked.sql, *common]
    yield "sqlsess query", ["sqlsess", "query", asked.table, *limit, "-m", MODELS, *common]


def sqlite3(database: Database, asked: Question) -> Lines:
    """SQLite's own client."""
    mode = {"table": ["-table"], "csv": ["-header", "-csv"], "jsonl": ["-json"]}[asked.shape]
    yield f"sqlite3 {mode[-1]}", ["sqlite3", *mode, database.name, asked.sql]


def mariadb(database: Database, asked: Question) -> Lines:
    """MariaDB's own client; what it has for a script are tabs, and JSON is the server's work."""
    account = ["-h127.0.0.1", f"-P{database.port}", f"-u{database.user}", f"-p{database.password}"]
    client = ["mariadb", "--no-defaults", *account, "--default-character-set=utf8mb4"]
    client += [database.name]
    if asked.shape == "table":
        yield "mariadb -t", [*client, "-t", "-e", asked.sql]
    elif asked.shape == "csv":
        yield "mariadb --batch", [*client, "--batch", "-e", asked.sql]
        yield "mariadb --batch --quick", [*client, "--batch", "--quick", "-e", asked.sql]
    else:
        pairs = ", ".join(f"'{name}', {name}" for name in TABLES[asked.table].names)
        sql = asked.sql.replace("*", f"JSON_OBJECT({pairs})", 1)
        options = ["--batch", "--raw", "--skip-column-names", "--quick"]
        yield "mariadb, JSON_OBJECT", [*client, *options, "-e", sql]


def psql(database: Database, asked: Question) -> Lines:
    """PostgreSQL's own client."""
    client = ["psql", "-X", "-q", f"postgresql://{database.account}"]
    if asked.shape == "table":
        yield "psql", [*client, "-c", asked.sql]
    elif asked.shape == "csv":
        yield "psql \\copy", [*client, "-c", f"\\copy ({asked.sql}) to stdout csv header"]
        yield "psql --csv", [*client, "--csv", "-c", asked.sql]
    else:
        sql = f"SELECT row_to_json(x) FROM ({asked.sql}) x"
        options = ["-At", "-v", "FETCH_COUNT=5000"]
        yield "psql, row_to_json", [*client, *options, "-c", sql]


def litecli(database: Database, asked: Question) -> Lines:
    """The dbcli console for SQLite."""
    flag = {"table": "-t", "csv": "--csv"}.get(asked.shape)
    if flag:
        yield "litecli", ["litecli", flag, "-e", asked.sql, database.name]


def mycli(database: Database, asked: Question) -> Lines:
    """The dbcli console for MySQL and MariaDB."""
    flag = {"table": "-t", "csv": "--csv"}.get(asked.shape)
    if flag:
        yield "mycli", ["mycli", f"mysql://{database.account}", flag, "-e", asked.sql]


def pgcli(database: Database, asked: Question) -> Lines:
    """The dbcli console for PostgreSQL; without --row-limit 0 it stops at a thousand rows."""
    client = ["pgcli", "--row-limit", "0", f"postgresql://{database.account}"]
    if asked.shape == "table":
        yield "pgcli", [*client, "-c", asked.sql]
    elif asked.shape == "csv":
        settings = os.path.join(PROGRAMS, "pgcli-csv")
        yield "pgcli", [*client, "--pgclirc", settings, "-c", asked.sql]
        yield "pgcli \\copy", [*client, "-c", f"\\copy ({asked.sql}) to stdout csv header"]


def sqlite_utils(database: Database, asked: Question) -> Lines:
    """Simon Willison's tool for SQLite."""
    flag = {"table": "-t", "csv": "--csv", "jsonl": "--nl"}[asked.shape]
    yield "sqlite-utils", ["sqlite-utils", database.name, asked.sql, flag]


def hsql(database: Database, asked: Question) -> Lines:
    """Harlequin's program for scripts; without the limits it stops at 500 rows and shows 40."""
    adapter = {
        "sqlite": ["sqlite", database.name],
        "mariadb": [
            "mysql", "-h", "127.0.0.1", "-p", str(database.port), "-U", database.user,
            "--password", database.password, "--database", database.name,
        ],
        "postgresql": ["postgres", f"postgresql://{database.account}"],
    }[database.kind]  # fmt: skip
    every = ["--no-write-history", "--limit", "-1", "--display-rows", "-1"]
    yield "hsql", ["hsql", *every, "-a", *adapter, "--format", asked.shape, "-c", asked.sql]


def sql2csv(database: Database, asked: Question) -> Lines:
    """The exporter of csvkit, on SQLAlchemy as we are."""
    if asked.shape == "csv":
        yield "sql2csv", ["sql2csv", "--db", database.url, "--query", asked.sql]


def driver_loop(database: Database, asked: Question) -> Lines:
    """The bare driver."""
    if asked.shape != "table":
        target = database.name if database.kind == "sqlite" else database.account
        words = [asked.shape, database.kind, target, asked.sql]
        yield "bare driver loop", ["python", os.path.join(PROGRAMS, "driver_loop.py"), *words]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that can be asked.

    Attributes:
        ask: the command lines for a question; the first word of each is the program.
        role: ours, peer, native or floor.
        environment: where the program is; None for a program of the system.
        kinds: the databases it knows.
    """

    ask: Callable[[Database, Question], Lines]
    role: str
    environment: str | None
    kinds: tuple[str, ...]


EVERY = ("sqlite", "mariadb", "postgresql")
TOOLS = (
    Tool(sqlsess, "ours", OURS, EVERY),
    Tool(driver_loop, "floor", OURS, EVERY),
    Tool(sqlite3, "native", None, ("sqlite",)),
    Tool(mariadb, "native", None, ("mariadb",)),
    Tool(psql, "native", None, ("postgresql",)),
    Tool(hsql, "peer", "harlequin", EVERY),
    Tool(sqlite_utils, "peer", "sqlite-utils", ("sqlite",)),
    Tool(sql2csv, "peer", "csvkit", EVERY),
    Tool(litecli, "peer", "litecli", ("sqlite",)),
    Tool(pgcli, "peer", "pgcli", ("postgresql",)),
    Tool(mycli, "peer", "mycli", ("mariadb",)),
)


def located(words: list[str], environment: str | None, places: Environments) -> list[str] | None:
    """The words with the program's path; None when it is not installed."""
    path = places.program(environment, words[0]) if environment else native(words[0])
    return path and [path, *words[1:]]
