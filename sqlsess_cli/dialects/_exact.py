"""Rows exactly as they are stored, to be put back later: how each database tells them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, cast, text, types

_SECRETS = ("host", "port", "database")  # what of a URL names a database, and is no secret


class Exact:
    """How it is done on a database we know nothing about: the driver's own values."""

    overriding: ClassVar[str] = ""  # before VALUES, where a key is always counted by the database

    def read(self, column: ColumnElement[Any], type_: types.TypeEngine[Any]) -> Any:
        """A column as an expression whose value, bound to the same column, is that value again."""
        return column

    def identity(self, connection: Connection) -> str:
        """What tells this database from all others, whatever it is called; no secret."""
        url = connection.engine.url
        return ":".join(str(getattr(url, name) or "") for name in ("drivername", *_SECRETS))

    def transaction(self, connection: Connection) -> str | None:
        """The database's own number of the transaction, once it has one."""
        return None

    def settings(self, connection: Connection) -> dict[str, str]:
        """The session's settings that decide how values are written as text."""
        return {}

    def using(self, settings: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """What makes a session write text as under these settings, and insert it to the letter.

        Yields:
            Statements, with their parameters.
        """
        yield from ()


class SQLiteExact(Exact):
    """SQLite's values are what is stored: a cell has its own type."""

    def identity(self, connection: Connection) -> str:
        """The file."""
        files = connection.execute(text("PRAGMA database_list")).all()
        path = next((str(row[2]) for row in files if row[1] == "main"), "")
        return f"sqlite:{os.path.realpath(path) if path else ':memory:'}"

    def using(self, settings: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """Foreign keys are looked at when all is back in its place."""
        yield "PRAGMA defer_foreign_keys = ON", {}


class PostgreSQLExact(Exact):
    """PostgreSQL's own text of a value, which it reads back as the same one, whatever its type."""

    overriding: ClassVar[str] = "OVERRIDING SYSTEM VALUE "
    _NAMES = ("DateStyle", "IntervalStyle", "TimeZone", "extra_float_digits", "lc_monetary")

    def read(self, column: ColumnElement[Any], type_: types.TypeEngine[Any]) -> Any:
        """As text, but for what drivers do not change."""
        plain = (types.Integer, types.Boolean, types.String, types.LargeBinary)
        return column if isinstance(type_, plain) else cast(column, types.Text())

    def identity(self, connection: Connection) -> str:
        """The cluster's own number, and the database's."""
        allowed = "SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"
        cluster = "unknown"
        if connection.execute(text(allowed)).scalar():
            known = text("SELECT system_identifier FROM pg_control_system()")
            cluster = str(connection.execute(known).scalar())
        ours = text("SELECT oid, datname FROM pg_database WHERE datname = current_database()")
        oid, name = connection.execute(ours).one()
        return f"postgresql:{cluster}:{oid}:{name}"

    def transaction(self, connection: Connection) -> str | None:
        """As pg_xact_status() takes it."""
        number = connection.execute(text("SELECT txid_current_if_assigned()")).scalar()
        return None if number is None else str(number)

    def settings(self, connection: Connection) -> dict[str, str]:
        """Dates, intervals, numbers and money have their own."""
        asked = text("SELECT current_setting(:name)")
        return {
            name: str(connection.execute(asked, {"name": name}).scalar()) for name in self._NAMES
        }

    def using(self, settings: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """For the transaction only."""
        for name in self._NAMES:
            if name in settings:
                values = {"name": name, "value": settings[name]}
                yield "SELECT set_config(:name, :value, true)", values
