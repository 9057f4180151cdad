"""SQLite with the face of a server: a folder of files."""

from __future__ import annotations

import glob
import os
import sqlite3
from contextlib import closing
from typing import Any

from servers._server import ADMIN, APP, Server, Session


class SQLite(Server):
    """A folder; a database is a file in it, and nobody runs."""

    kind = "sqlite"
    driver = "sqlite"

    def path(self, database: str) -> str:
        """The file of a database."""
        return f"{self.directory}/{database}.db"

    def url(
        self, database: str = "", user: str = APP, driver: str | None = None, **query: str
    ) -> str:
        return f"{driver or self.driver}:///{self.path(database)}"

    def connect(self, database: str = "", user: str = ADMIN, **options: Any) -> Any:
        wishes: dict[str, Any] = {"isolation_level": None, "timeout": 10}
        return sqlite3.connect(self.path(database), **{**wishes, **options})

    def script(self, text: str, database: str, user: str = ADMIN) -> None:
        with closing(self.connect(database)) as connection:
            connection.executescript(f"BEGIN;\n{text};\nCOMMIT;")

    def sessions(self, database: str = "") -> list[Session]:
        return []

    def create(self, database: str) -> None:
        with open(self.path(database), "xb"):  # no bytes at all is an empty database
            pass

    def drop(self, database: str) -> None:
        for path in glob.glob(f"{self.path(database)}*"):  # a journal may lie beside it
            os.remove(path)
