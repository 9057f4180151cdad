"""What a catalogue lists: tables, views, indexes, schemas, databases, roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.orm import Session

from sqlsess_cli.core.database import Database
from sqlsess_cli.dialects._listings import LISTINGS
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import Column, Result

Rows = Iterator[tuple[object, ...]]


def listing(database: Database, session: Session, what: str, pattern: str) -> Result:
    """One list.

    Args:
        database: whose.
        session: from begin().
        what: "tables", "views", "indexes", "schemas", "databases" or "roles".
        pattern: only names like it, with * and ?; nothing for all.

    Raises:
        UsageError: this database has no such list.
    """
    with database.asking(session) as connection:
        columns, rows = _rows(database, connection, what)
        found = [row for row in rows if not pattern or fnmatchcase(str(row[0]), pattern)]
    return Result.of([Column(name, "text") for name in columns], found)


def _rows(database: Database, connection: Connection, what: str) -> tuple[tuple[str, ...], Rows]:
    if what in _INSPECTED:
        columns, of = _INSPECTED[what]
        return columns, of(inspect(connection))
    statement = LISTINGS.get(database.dialect, {}).get(what)
    if statement is None:
        raise UsageError(f"{database.hooks.label} has no {what} to list")
    result = connection.execute(text(statement))
    return tuple(result.keys()), (tuple(row) for row in result)


def _tables(inspector: Inspector) -> Rows:
    yield from ((name,) for name in inspector.get_table_names())


def _views(inspector: Inspector) -> Rows:
    yield from ((name,) for name in inspector.get_view_names())


def _schemas(inspector: Inspector) -> Rows:
    yield from ((name,) for name in inspector.get_schema_names())


def _indexes(inspector: Inspector) -> Rows:
    for (_, table), indexes in sorted(inspector.get_multi_indexes().items()):
        for index in indexes:
            columns = ", ".join(str(item) for item in index["column_names"])
            yield index["name"], table, columns, "unique" if index["unique"] else None


_INSPECTED: Mapping[str, tuple[tuple[str, ...], Callable[[Inspector], Rows]]] = {
    "tables": (("table",), _tables),
    "views": (("view",), _views),
    "schemas": (("schema",), _schemas),
    "indexes": (("index", "table", "columns", "kind"), _indexes),
}
