"""The three databases as clients see them: where each is, and how a client is told."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.data import make_sqlite, make_wide

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIDE = "wide.db"  # 1,000 tables of 50 columns
KINDS = ("sqlite", "mariadb", "postgresql")


@dataclass(frozen=True, slots=True)
class Database:
    """One database.

    Attributes:
        name: its name on the server; of SQLite, the path of its file.
        pid: of the server.
        missing: why there is none.
    """

    kind: str
    name: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    pid: int = 0
    version: str = ""
    missing: str = ""

    @property
    def account(self) -> str:
        """user:password@host:port/name."""
        return f"{self.user}:{self.password}@127.0.0.1:{self.port}/{self.name}"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL, with the drivers that sqlsess installs."""
        if self.kind == "sqlite":
            return f"sqlite:///{self.name}"
        driver = {"mariadb": "mysql+pymysql", "postgresql": "postgresql+psycopg"}[self.kind]
        return f"{driver}://{self.account}"


@contextmanager
def databases(work: str, python: str, count: int, kinds: list[str]) -> Iterator[list[Database]]:
    """The databases with their largest tables `count` rows long, for as long as the block lasts.

    Args:
        work: where files are kept.
        python: an interpreter with the drivers.
        count: of rows.
        kinds: which of them are wanted.
    """
    folder = os.path.join(work, "data")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"rows-{count}.db")
    make_sqlite(path, count)
    make_wide(os.path.join(folder, WIDE))
    found = [Database("sqlite", path, version=f"SQLite {sqlite3.sqlite_version}")]
    if set(kinds) <= {"sqlite"}:
        yield found
        return
    words = [python, "-m", "benchmarks.serve", str(count), folder, *kinds]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    ) as keeper:  # fmt: skip
        told = keeper.stdout.readline()
        if not told:
            raise SystemExit("the servers were not started; what they said is above")
        found += [Database(kind, **facts) for kind, facts in json.loads(told).items()]
        try:
            yield found if "sqlite" in kinds else found[1:]
        finally:
            keeper.stdin.close()
            keeper.wait(60)
