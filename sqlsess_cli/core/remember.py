"""What a command came to know is left for completion, once it is done; no answer depends on it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import exc
from sqlalchemy.orm import Session

from sqlsess_cli.config.mapped import mapped
from sqlsess_cli.core.database import Database
from sqlsess_cli.core.models import known
from sqlsess_cli.core.models.catalog import Catalog
from sqlsess_cli.errors import Interrupted, SqlsessError
from sqlsess_cli.names.cache import Cache, Files
from sqlsess_cli.names.place import place


def remember(databases: Iterable[Database]) -> None:
    """Leave the names of what a command used for completion, once it has done all it was asked.

    They are no part of that: whatever goes wrong here, and be it a signal, changes nothing.
    """
    with suppress(Interrupted, Exception):  # types and hybrids are anybody's code
        for database in databases:
            _remember(database)


def _remember(database: Database) -> None:
    """Write what is known of a database's models, if that is more than was known before.

    Mapped classes are described when one of their files has changed; of reflected tables those
    are added that the command used, and nothing is asked.

    Raises:
        OSError: it cannot be written.
    """
    path = _place(database)
    if path is None:
        return
    before = Cache.read(path)
    catalog = database.catalog
    if catalog.mappers:
        files = _model_files(database, catalog)
        if before is None or before.facts.files != files:
            known.mapped(catalog.classes(), files).write(path)
        return
    reflection, files = catalog.reflection, _database_files(database)
    now = before
    if reflection.listed is not None:
        now = known.listed(reflection.listed, now, files)
    if reflection.entities():
        now = known.reflected(reflection, now, files)
    if now is not None and now != before:
        now.write(path)


def learn(database: Database, session: Session) -> None:
    """Ask for everything of the tables and views of a database, unless that is known.

    It is known while there are the same ones, with as many columns each.
    """
    path, reflection = _place(database), database.catalog.reflection
    if path is None or reflection.listed is None:
        return
    files, before = _database_files(database), Cache.read(path)
    now = known.listed(reflection.listed, before, files)
    if now.facts.whole:
        return
    # A database that does not tell of itself is no reason for the command to fail.
    with suppress(SqlsessError, exc.SQLAlchemyError, OSError), database.asking(session):
        known.everything(reflection, reflection.listed, before, files).write(path)


def _place(database: Database) -> str | None:
    environ = database.config.environ
    return place(database.target, database.config, database.asked.models, environ)


def _model_files(database: Database, catalog: Catalog) -> Files:
    folder = mapped(database.target, database.config, database.asked.models).folder
    return known.files_of(catalog.mappers, folder)


def _database_files(database: Database) -> Files:
    """The file that the database is, if it is one; its time would change with every row."""
    bind = database.factory.kw.get("bind")
    path = bind.engine.url.database if bind is not None and database.dialect == "sqlite" else None
    return [(os.path.abspath(path), 0, 0)] if path and os.path.exists(path) else []
