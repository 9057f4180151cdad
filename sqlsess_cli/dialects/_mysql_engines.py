"""Tables of MySQL and MariaDB whose engine, such as MyISAM, has no transactions."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from threading import Thread
from typing import Any

from sqlalchemy import Connection, Engine, text

from sqlsess_cli.dialects._relations import Place

_SOME = """
    SELECT 1 FROM information_schema.tables JOIN information_schema.engines USING (engine)
    WHERE transactions <> 'YES' AND table_type = 'BASE TABLE'
    AND table_schema = DATABASE() LIMIT 1
"""
_ONE = """
    SELECT engine FROM information_schema.tables JOIN information_schema.engines USING (engine)
    WHERE transactions <> 'YES' AND table_type = 'BASE TABLE'
    AND table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name
"""
_EVERY = """
    SELECT table_name, engine
    FROM information_schema.tables JOIN information_schema.engines USING (engine)
    WHERE transactions <> 'YES' AND table_type = 'BASE TABLE' AND table_schema NOT IN
    ('information_schema', 'performance_schema', 'mysql', 'sys')
"""
_PATIENCE = 2.0  # seconds that a question after a loss may take


def of(connection: Connection, place: Place) -> str:
    """The engine of a table, if it has no transactions."""
    named = {"schema": place[0], "name": place[1]}
    return str(connection.execute(text(_ONE), named).scalar() or "")


def of_all(connection: Connection) -> Mapping[str, str]:
    """The engines of such tables of all databases that the account sees."""
    return {str(row[0]).casefold(): str(row[1]) for row in connection.execute(text(_EVERY))}


def are_there(engine: Engine) -> bool:
    """Whether there are such tables; False when the server does not answer."""
    found: list[Any] = []

    def ask() -> None:
        with suppress(Exception):  # whatever it is, the answer stays out
            connection = engine.pool.recreate().connect()
            try:
                cursor = connection.cursor()
                cursor.execute(_SOME)
                found.extend(cursor.fetchall())
            finally:
                connection.close()

    thread = Thread(target=ask, daemon=True)  # a frozen server is not waited for
    thread.start()
    thread.join(_PATIENCE)
    return bool(found)
