"""A table that lines are typed about, on each database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from servers._server import Database
from servers.program import Finished

Play = Callable[..., Finished]


@pytest.fixture
def students(database: Database) -> Database:
    """`students(id, name)`: 1 Ada, 2 Alan."""
    database.execute("CREATE TABLE students (id INTEGER PRIMARY KEY, name VARCHAR(20) UNIQUE)")
    database.execute("INSERT INTO students VALUES (1, 'Ada'), (2, 'Alan')")
    return database


@pytest.fixture
def play(run: Callable[..., Finished], students: Database) -> Play:
    r"""`play("\begin", …)`: run these lines as a script."""

    def script(*lines: str, flags: tuple[str, ...] = (), **options: object) -> Finished:
        text = "".join(f"{line}\n" for line in lines)
        return run("repl", "--url", students.url, *flags, input=text, **options)

    return script


def names(database: Database) -> list[str]:
    """What an independent driver finds there, in order."""
    return [row[0] for row in database.rows("SELECT name FROM students ORDER BY id")]
