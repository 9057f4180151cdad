"""A school that tests of writing change: the console on it, and another client that looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from applications import school
from servers._server import Database
from servers.program import Finished
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

MODELS = str(Path(school.__file__))
# SQLite heeds foreign keys only for whom it is asked to.
PRAGMA = """
from sqlalchemy import Engine, event

@event.listens_for(Engine, "connect")
def _heed(connection, _record):
    if "sqlite" in type(connection).__module__:
        connection.execute("PRAGMA foreign_keys = ON")
"""


@dataclass(frozen=True)
class School:
    """The database, and commands on it.

    Attributes:
        database: as another client sees it.
        run: the program.
        models: the files of its classes.
    """

    database: Database
    run: Callable[..., Finished]
    models: tuple[str, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """Those that say which database, and which classes."""
        models = [word for path in self.models for word in ("-m", path)]
        return (*models, "--url", self.database.url)

    def __call__(self, *words: str, **options: Any) -> Finished:
        return self.run(*words, *self.flags, **options)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.database.rows(sql)

    def all(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that is in it."""
        return {
            table.name: sorted(self.database.rows(f"SELECT * FROM {table.name}"), key=repr)
            for table in school.Base.metadata.tables.values()
        }

    def refuses(self, code: int, *words: str, **options: Any) -> Finished:
        """A command that fails with this code, and leaves everything as it was."""
        before = self.all()
        done = self(*words, **options)
        assert done.code == code, done
        assert "Traceback" not in done.err, done
        assert self.all() == before, done
        if "rolled back" not in done.err:
            assert "committed" not in done.err, done
        return done

    def commits(self, *words: str, **options: Any) -> Finished:
        """A command that succeeds and says so."""
        done = self(*words, **options)
        assert done.code == 0, done
        assert last(done).startswith("committed: "), done
        return done


def last(done: Finished) -> str:
    return (done.err.splitlines() or [""])[-1]


def opened(database: Database, run: Callable[..., Finished], folder: Path) -> School:
    """Make the tables and rows of the school in an empty database."""
    engine = create_engine(database.url)
    with Session(engine) as session, session.begin():
        school.create(session.connection())
        school.seed(session)
    engine.dispose()
    pragma = folder / "pragma.py"
    pragma.write_text(PRAGMA)
    return School(database, run, (MODELS, str(pragma)))
