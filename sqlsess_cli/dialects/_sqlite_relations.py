"""What SQLite tells of its tables: pragmas that can be joined, so that one statement does."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

from sqlalchemy import Connection, text
from sqlalchemy.engine import Inspector
from sqlalchemy.exc import OperationalError

from sqlsess_cli.dialects._relations import (
    ForeignKey,
    Place,
    Relation,
    Relations,
    connection_of,
    grouped,
)

# A view on what is not there spoils the counting of all, so that there is one without views.
_COUNT = "(SELECT count(*) FROM pragma_table_xinfo(m.name, :schema) WHERE hidden <> 1)"
_COUNTS = (_COUNT, f"CASE m.type WHEN 'table' THEN {_COUNT} END")

# The tables in which a virtual table keeps what it has; older versions do not tell.
_SHADOWS = """AND m.name NOT IN
    (SELECT name FROM pragma_table_list WHERE schema = :schema AND type = 'shadow')"""
_TELLS_SHADOWS = sqlite3.sqlite_version_info >= (3, 37)

_RELATIONS = """SELECT m.type, m.name, {count} FROM {schema}.sqlite_master m
    WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' {shadows}
    ORDER BY m.name"""

_NAMED = """SELECT name FROM {schema}.sqlite_master
    WHERE name = :name COLLATE NOCASE AND type IN ('table', 'view')"""

# The keys of a table come last first; one that names no columns means the primary key.
_KEYS = """SELECT m.name, k.id,
        coalesce((SELECT t.name FROM {schema}.sqlite_master t
                  WHERE t.type = 'table' AND t.name = k."table" COLLATE NOCASE), k."table"),
        k."from", coalesce(k."to", (SELECT c.name FROM pragma_table_xinfo(k."table", :schema) c
                                    WHERE c.pk = k.seq + 1))
    FROM {schema}.sqlite_master m, pragma_foreign_key_list(m.name, :schema) k
    WHERE m.type = 'table' AND {where}
    ORDER BY m.name, k.id DESC, k.seq"""
_OF_ONE = "m.name = :name"
_OF_REFERRERS = """m.name IN
    (SELECT r.name FROM {schema}.sqlite_master r, pragma_foreign_key_list(r.name, :schema) f
     WHERE r.type = 'table' AND f."table" = :name COLLATE NOCASE)"""

_TYPES = "SELECT name, type FROM pragma_table_xinfo(:name, :schema)"

_UNIQUES = """SELECT l.seq, i.name FROM pragma_index_list(:name, :schema) l,
    pragma_index_info(l.name, :schema) i WHERE l.origin = 'u' ORDER BY l.seq DESC, i.seqno"""


_TRIGGERS = """SELECT NULL, tbl_name FROM sqlite_master WHERE type = 'trigger'
    UNION SELECT NULL, tbl_name FROM sqlite_temp_master WHERE type = 'trigger'"""


class SQLiteRelations(Relations):
    """By pragmas that can be joined, in the case that each name was declared in."""

    triggers: ClassVar[str] = _TRIGGERS

    def schemas(self, inspector: Inspector) -> list[str | None]:
        """The file itself, and those that are attached."""
        attached = set(inspector.get_schema_names()) - {"main", "temp"}
        return [None, *sorted(attached)]

    def table_named(self, inspector: Inspector, schema: str | None, name: str) -> str:
        """As declared: SQLite finds a table in any case, SQLAlchemy finds its keys only so."""
        query = text(_NAMED.format(schema=_quoted(schema)))
        try:
            return connection_of(inspector).scalar(query, {"name": name}) or name
        except OperationalError:  # no file is attached under this name
            return name

    def listed(
        self, inspector: Inspector, places: Collection[Place] | None = None
    ) -> list[Relation]:
        """From each file's own catalogue; what is SQLite's business alone is left out."""
        found = []
        for schema in self.schemas(inspector):
            if places is None or any(theirs == schema for theirs, _ in places):
                found += _of_file(connection_of(inspector), schema)
        return [item for item in found if places is None or item.place in places]

    def foreign_keys(self, inspector: Inspector, place: Place) -> list[ForeignKey]:
        """In any case that a target is written in, and also where its columns are not named."""
        return _keys(inspector, place, _OF_ONE)

    def all_foreign_keys(self, inspector: Inspector) -> list[ForeignKey]:
        """One statement for each file."""
        schemas = self.schemas(inspector)
        return [key for schema in schemas for key in _keys(inspector, (schema, ""), "TRUE")]

    def referrers(self, inspector: Inspector, place: Place) -> list[ForeignKey]:
        """Those of the same file, in one statement."""
        return _keys(inspector, place, _OF_REFERRERS.format(schema=_quoted(place[0])))

    def unseen_uniques(self, inspector: Inspector, place: Place) -> list[list[str]]:
        """All of them: SQLAlchemy looks for them in the text of CREATE TABLE."""
        schema, name = place
        values = {"schema": schema or "main", "name": name}
        rows = connection_of(inspector).execute(text(_UNIQUES), values)
        return [[column for _, column in group] for _, group in groupby(rows, itemgetter(0))]

    def declared_types(self, inspector: Inspector, place: Place) -> Mapping[str, str]:
        """The text of each, which may be none."""
        schema, name = place
        values = {"schema": schema or "main", "name": name}
        rows = connection_of(inspector).execute(text(_TYPES), values)
        return dict(map(tuple, rows))

    def counts(self, declared: str) -> bool:
        """Only INTEGER by this very name is the row's own number."""
        return declared.upper() == "INTEGER"


def _of_file(connection: Connection, schema: str | None) -> list[Relation]:
    shadows = _SHADOWS if _TELLS_SHADOWS else ""
    queries = [_RELATIONS.format(count=count, schema=_quoted(schema), shadows=shadows)
               for count in _COUNTS]  # fmt: skip
    values = {"schema": schema or "main"}
    try:
        rows = connection.execute(text(queries[0]), values).all()
    except OperationalError:
        rows = connection.execute(text(queries[1]), values).all()
    return [Relation((schema, name), kind, count) for kind, name, count in rows]


def _keys(inspector: Inspector, place: Place, where: str) -> list[ForeignKey]:
    schema, name = place
    query = text(_KEYS.format(schema=_quoted(schema), where=where))
    values = {"schema": schema or "main"} | ({"name": name} if name else {})
    rows = connection_of(inspector).execute(query, values)
    return grouped(
        (number, (schema, table), (schema, target), column, there)
        for table, number, target, column, there in rows
    )


def _quoted(schema: str | None) -> str:
    """A file's name in SQL text, where no parameter can stand."""
    name = (schema or "main").replace('"', '""').replace(":", "\\:")
    return f'"{name}"'
