"""What MySQL and MariaDB tell of their tables, from information_schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from sqlalchemy import BindParameter, bindparam, text
from sqlalchemy.engine import Inspector

from sqlsess_cli.dialects._relations import (
    ForeignKey,
    Place,
    Relation,
    RelationKind,
    Relations,
    connection_of,
    grouped,
)

_KINDS: dict[str, RelationKind] = {"VIEW": "view", "SYSTEM VIEW": "view"}

# Where no database is chosen, all that are not the server's own.
_LISTED = """table_schema = COALESCE(DATABASE(), table_schema) AND table_schema NOT IN
    ('information_schema', 'mysql', 'performance_schema', 'sys')"""
_NAMED = "(COALESCE(NULLIF(table_schema, DATABASE()), ''), table_name) IN :places"

# Two statements: joined, they take ten times as long.
_RELATIONS = """SELECT NULLIF(table_schema, DATABASE()), table_name, table_type
    FROM information_schema.tables WHERE {} AND table_type <> 'SEQUENCE' ORDER BY 1, 2"""
_COUNTS = """SELECT NULLIF(table_schema, DATABASE()), table_name, COUNT(*)
    FROM information_schema.columns WHERE {} GROUP BY 1, 2"""

_TYPES = """SELECT column_name, column_type FROM information_schema.columns
    WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name"""

# Where names are told apart by case, information_schema compares them without it all the same.
_SAME = """(referenced_table_schema = COALESCE(:schema, DATABASE()) AND IF(
    @@lower_case_table_names, referenced_table_name = :name,
    BINARY referenced_table_name = BINARY :name))"""
_REFERRERS = f"""SELECT k.constraint_name, NULLIF(k.table_schema, DATABASE()), k.table_name,
        NULLIF(k.referenced_table_schema, DATABASE()), k.referenced_table_name,
        {_SAME}, k.column_name, k.referenced_column_name
    FROM information_schema.key_column_usage k
    JOIN (SELECT DISTINCT table_schema, table_name FROM information_schema.key_column_usage
          WHERE {_SAME}) r
        ON r.table_schema = k.table_schema AND r.table_name = k.table_name
    WHERE k.referenced_table_name IS NOT NULL
    ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position"""


_TRIGGERS = """SELECT DISTINCT NULLIF(event_object_schema, DATABASE()), event_object_table
    FROM information_schema.triggers"""


class MySQLRelations(Relations):
    """In few statements, where SQLAlchemy would ask for each table."""

    triggers: ClassVar[str] = _TRIGGERS

    def listed(
        self, inspector: Inspector, places: Collection[Place] | None = None
    ) -> list[Relation]:
        """From information_schema, in two statements; `places` may be of any database."""
        queries = (_COUNTS, _RELATIONS)
        if places is None:
            asked = [text(query.format(_LISTED)) for query in queries]
            values = {}
        else:
            names: BindParameter[Any] = bindparam("places", expanding=True)
            asked = [text(query.format(_NAMED)).bindparams(names) for query in queries]
            values = {"places": [(schema or "", name) for schema, name in places]}
        connection = connection_of(inspector)
        counts, found = (connection.execute(query, values).all() for query in asked)
        columns = {(schema, name): count for schema, name, count in counts}
        return [
            Relation((schema, name), _KINDS.get(type_, "table"), columns.get((schema, name)))
            for schema, name, type_ in found
        ]

    def declared_types(self, inspector: Inspector, place: Place) -> Mapping[str, str]:
        """In full, as they would be declared again."""
        schema, name = place
        values = {"schema": schema, "name": name}
        rows = connection_of(inspector).execute(text(_TYPES), values)
        return dict(map(tuple, rows))

    def plain_name(self, name: str) -> str:
        """SQLAlchemy leaves a quote within a name as SHOW CREATE TABLE writes it: twice."""
        return name.replace("``", "`")

    def referrers(self, inspector: Inspector, place: Place) -> list[ForeignKey]:
        """Those of any database of the server, in one statement."""
        schema, name = place
        values = {"schema": schema, "name": name}
        rows = connection_of(inspector).execute(text(_REFERRERS), values)
        return grouped(
            (key, (theirs, table), place if is_here else (there, target), *pair)
            for key, theirs, table, there, target, is_here, *pair in rows
        )
