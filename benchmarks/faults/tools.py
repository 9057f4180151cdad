"""How each tool is told where its database is and what to do; no more: defaults are judged."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.environments import Environments, native

OURS = "sqlsess"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is; of SQLite, `name` is the path of its file."""

    kind: str
    name: str
    port: int = 0
    user: str = ""
    password: str = ""

    @property
    def account(self) -> str:
        """user:password@host:port/name, as it stands in a URL."""
        return f"{self.user}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{self.name}"


Words = list[str]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that can be tried.

    Attributes:
        name: of its program.
        kinds: the databases that it knows.
        words: the words that start it, without arguments.
        place: arguments that say where the database is.
        once: arguments that have it execute one text, which may change data, and end.
        script: arguments that have it execute a file; None when it reads that from its input.
        sheet: arguments for output that a program can read; None when it has only tables.
        prompts: it has a prompt.
        settings: its own file of settings, below HOME, and what an unknown one looks like there.
    """

    name: str
    kinds: tuple[str, ...]
    words: tuple[str, ...]
    place: Callable[[Address], Words]
    once: Callable[[str], Words]
    script: Callable[[str], Words] | None
    sheet: Words | None
    prompts: bool = True
    settings: tuple[str, str] = ("", "")


def _ours(address: Address) -> Words:
    scheme = {"mariadb": "mysql+pymysql", "postgresql": "postgresql+psycopg"}.get(address.kind)
    return ["--url", f"{scheme}://{address.account}" if scheme else f"sqlite:///{address.name}"]


def _mariadb(address: Address) -> Words:
    return ["-h127.0.0.1", f"-P{address.port}", f"-u{address.user}", f"-p{address.password}",
            address.name]  # fmt: skip


def _url(scheme: str) -> Callable[[Address], Words]:
    return lambda address: [f"{scheme}://{address.account}"]


def _file(address: Address) -> Words:
    return [address.name]


def tools(places: Environments | None) -> list[Tool]:
    """Ours, and the others that are installed here.

    Args:
        places: where peers were installed; None if only ours is wanted.
    """
    ours = Tool(
        OURS, ("sqlite", "mariadb", "postgresql"), (sys.executable, "-P", "-m", "sqlsess_cli"),
        _ours, lambda sql: ["sql", sql, "--write"], lambda path: ["sql", f"@{path}", "--write"],
        ["-f", "csv"], prompts=False,
        settings=(".config/sqlsess/config.toml", "no_such_setting = 1\n"),
    )  # fmt: skip
    return [ours, *(tool for tool in _peers(places) if tool.words)] if places else [ours]


def _peers(places: Environments) -> list[Tool]:
    def path(name: str, environment: str | None = None) -> tuple[str, ...]:
        found = places.program(environment, name) if environment else native(name)
        return (found,) if found else ()

    main = "[main]\nno_such_setting = 1\n"
    return [
        Tool("psql", ("postgresql",), path("psql"), _url("postgresql"), lambda sql: ["-c", sql],
             lambda file: ["-f", file], ["--csv"], settings=(".psqlrc", "")),
        Tool("mariadb", ("mariadb",), path("mariadb"), _mariadb, lambda sql: ["-e", sql], None,
             ["--batch"], settings=(".my.cnf", "[client]\nno_such_setting = 1\n")),
        Tool("sqlite3", ("sqlite",), path("sqlite3"), _file, lambda sql: [sql], None,
             ["-header", "-csv"], settings=(".sqliterc", "")),
        Tool("mycli", ("mariadb",), path("mycli", "mycli"), _url("mysql"),
             lambda sql: ["-e", sql], lambda file: ["--batch", file], ["--csv"],
             settings=(".myclirc", main)),
        Tool("pgcli", ("postgresql",), path("pgcli", "pgcli"), _url("postgresql"),
             lambda sql: ["-c", sql], lambda file: ["-f", file], None,
             settings=(".config/pgcli/config", main)),
        Tool("litecli", ("sqlite",), path("litecli", "litecli"), _file, lambda sql: ["-e", sql],
             None, ["--csv"], settings=(".config/litecli/config", main)),
    ]  # fmt: skip


def order(tool: Tool, address: Address, arguments: Words) -> Words:
    """Place and arguments in the order that the tool wants."""
    here = tool.place(address)
    return [*here, *arguments] if tool.name == "mariadb" else _after(tool, here, arguments)


def _after(tool: Tool, here: Words, arguments: Words) -> Words:
    if tool.name == "sqlite3":  # its options come before the file, what it does after
        options = [word for word in arguments if word.startswith("-")]
        return [*options, *here, *(word for word in arguments if word not in options)]
    return [*arguments, *here]


def exists(path: str) -> bool:
    """Whether there is a file."""
    return os.path.exists(path)
