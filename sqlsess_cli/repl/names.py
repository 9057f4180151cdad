"""The names that SQL is completed with: read from a file, and learnt anew in the background."""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING

from sqlsess_cli.names.cache import Cache
from sqlsess_cli.names.place import place
from sqlsess_cli.names.sql.schema import Schema
from sqlsess_cli.names.sql.stored import schema_of
from sqlsess_cli.repl.line import LineApp

if TYPE_CHECKING:
    from sqlsess_cli.core.database import Database
    from sqlsess_cli.repl.console import Console

_WORD = re.compile(r"\w+")
_DEFINES = re.compile(r"\s*(?:alter|create|drop|rename)\b", re.IGNORECASE)
_DEFAULTS = {"postgresql": "public", "sqlite": "main"}


class SqlNames:
    """What is known of the tables of the console's database.

    Attributes:
        uses: how often each word was sent in this sitting.
    """

    def __init__(self) -> None:
        self.uses: Counter[str] = Counter()
        self._read: tuple[str, int] = ("", 0)  # the file, and when it was written
        self._schema = Schema()
        self._learning: Thread | None = None
        self._lock = Lock()

    def schema(self, console: Console) -> Schema:
        """The tables; from any thread but the one that keys come to: a file may have to be read."""
        with self._lock:
            here = LineApp(console, console.flags)
            path = None
            if not here.config.untrusted():
                path = place(console.target, here.config, here.options.models, here.environ)
            now = _written(path or "")
            if now != self._read:
                cache = Cache.read(path) if path else None
                lines = cache.tables.values() if cache else ()
                default = _DEFAULTS.get(console.dialect, "")
                self._read, self._schema = now, schema_of(lines, default)
            return self._schema

    def note(self, text: str) -> bool:
        """Count the words of a text that was sent; whether it may have changed what there is."""
        if len(text) < 10_000:  # what is longer is data
            self.uses.update(_WORD.findall(text))
        return _DEFINES.match(text) is not None

    def learn(self, database: Database) -> None:
        """Have a thread find out what there is, if none is at it."""
        if self._learning is None or not self._learning.is_alive():
            from sqlsess_cli.core.learning import learn_names

            self._learning = Thread(target=learn_names, args=(database,), daemon=True)
            self._learning.start()


def _written(path: str) -> tuple[str, int]:
    with suppress(OSError):
        return path, os.stat(path).st_mtime_ns
    return path, 0
