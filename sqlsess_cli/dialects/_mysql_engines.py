"""Tables of MySQL and MariaDB whose engine, such as MyISAM, has no transactions; ways there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from threading import Thread
from typing import Any, Literal

from sqlalchemy import Connection, Engine, text

from sqlsess_cli.dialects._stored import SEQUENCE, Stored

_SOME = """
    SELECT 1 FROM information_schema.tables JOIN information_schema.engines USING (engine)
    WHERE transactions <> 'YES' AND table_type = 'BASE TABLE'
    AND table_schema = DATABASE() LIMIT 1
"""
# No text at all is one that this account may not see.
_STORED: Mapping[Literal["table", "view", "trigger", "routine"], str] = {
    "table": f"""SELECT table_schema, table_name, IF(table_type = '{SEQUENCE}', table_type, engine)
        FROM information_schema.tables JOIN information_schema.engines USING (engine)
        WHERE (table_type = '{SEQUENCE}' OR transactions <> 'YES' AND table_type = 'BASE TABLE')
        AND table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')""",
    "view": """SELECT table_schema, table_name, NULLIF(view_definition, '')
        FROM information_schema.views WHERE table_schema <> 'sys'""",
    "trigger": """SELECT event_object_schema, event_object_table, action_statement,
        LOWER(event_manipulation) FROM information_schema.triggers WHERE trigger_schema <> 'sys'""",
    "routine": """SELECT routine_schema, routine_name, routine_definition
        FROM information_schema.routines WHERE routine_schema NOT IN ('mysql', 'sys')""",
}
_PATIENCE = 2.0  # seconds that a question after a loss may take


def stored(connection: Connection) -> list[Stored]:
    """Such tables, and sequences; and views, triggers and routines, which may lead there."""
    return [
        Stored(kind, str(schema), str(name), *more)
        for kind, query in _STORED.items()
        for schema, name, *more in connection.execute(text(query))
    ]


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
