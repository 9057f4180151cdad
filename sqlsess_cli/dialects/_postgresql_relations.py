"""What PostgreSQL tells of its tables, from its own catalogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from sqlalchemy import text
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

_KINDS: dict[str, RelationKind] = {
    "r": "table", "p": "table", "f": "foreign table", "v": "view", "m": "materialized view",
}  # fmt: skip

# A schema need not be said where the search path leads to the table.
_SCHEMA = "CASE WHEN pg_catalog.pg_table_is_visible({0}.oid) THEN NULL ELSE {0}n.nspname END"

_RELATIONS = f"""SELECT {_SCHEMA.format("c")}, c.relname, c.relkind, c.relispartition,
        (SELECT count(*) FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND cn.nspname <> 'information_schema'
        AND (cn.nspname !~ '^pg_' OR cn.oid = pg_catalog.pg_my_temp_schema())
        AND pg_catalog.has_schema_privilege(cn.oid, 'USAGE')
        AND (CAST(:names AS text[]) IS NULL OR c.relname = ANY (CAST(:names AS text[])))
    ORDER BY 1 NULLS FIRST, 2"""

_COLUMNS = """(SELECT array_agg(CAST(a.attname AS text) ORDER BY u.n)
    FROM unnest({0}) WITH ORDINALITY AS u (number, n)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = {1} AND a.attnum = u.number)"""

_HERE = """WITH here AS (
        SELECT c.oid FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = :name AND CASE WHEN CAST(:schema AS text) IS NULL
            THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = :schema END)"""

_TYPES = f"""{_HERE}
    SELECT attname, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute
    WHERE attrelid IN (SELECT oid FROM here) AND attnum > 0 AND NOT attisdropped"""

# A key that refers to a partitioned table is there once more for each of its partitions.
_KEYS = f"""{_HERE}
    SELECT k.oid, {_SCHEMA.format("r")}, r.relname, {_SCHEMA.format("t")}, t.relname,
        t.oid IN (SELECT oid FROM here),
        {_COLUMNS.format("k.conkey", "k.conrelid")}, {_COLUMNS.format("k.confkey", "k.confrelid")}
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class r ON r.oid = k.conrelid
    JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    JOIN pg_catalog.pg_class t ON t.oid = k.confrelid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    WHERE k.contype = 'f' AND NOT EXISTS
        (SELECT 1 FROM pg_catalog.pg_constraint o
         WHERE o.oid = k.conparentid AND o.conrelid = k.conrelid) AND {{where}}
    ORDER BY 2 NULLS FIRST, 3, k.conkey, k.oid"""
_OF_ONE = "k.conrelid IN (SELECT oid FROM here)"
_OF_REFERRERS = """NOT r.relispartition AND k.conrelid IN
    (SELECT f.conrelid FROM pg_catalog.pg_constraint f
     WHERE f.contype = 'f' AND f.confrelid IN (SELECT oid FROM here))"""


_TRIGGERS = """SELECT DISTINCT NULLIF(n.nspname, current_schema()), c.relname
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal"""


class PostgreSQLRelations(Relations):
    """In one statement each, for all schemas that may be used."""

    triggers: ClassVar[str] = _TRIGGERS

    def listed(
        self, inspector: Inspector, places: Collection[Place] | None = None
    ) -> list[Relation]:
        """From its own catalogue."""
        names = None if places is None else sorted({name for _, name in places})
        rows = connection_of(inspector).execute(text(_RELATIONS), {"names": names})
        found = [
            Relation((schema, name), "partition" if is_partition else _KINDS[kind], count)
            for schema, name, kind, is_partition, count in rows
        ]
        return [item for item in found if places is None or item.place in places]

    def foreign_keys(self, inspector: Inspector, place: Place) -> list[ForeignKey]:
        """Without those that PostgreSQL makes for the partitions of what is referred to."""
        return _keys(inspector, place, _OF_ONE)

    def all_foreign_keys(self, inspector: Inspector) -> list[ForeignKey]:
        """One statement for all schemas."""
        return _keys(inspector, (None, ""), "TRUE")

    def referrers(self, inspector: Inspector, place: Place) -> list[ForeignKey]:
        """Those of any schema, in one statement."""
        return _keys(inspector, place, _OF_REFERRERS)

    def declared_types(self, inspector: Inspector, place: Place) -> Mapping[str, str]:
        """As its own tools show them."""
        schema, name = place
        values = {"schema": schema, "name": name}
        rows = connection_of(inspector).execute(text(_TYPES), values)
        return dict(map(tuple, rows))


def _keys(inspector: Inspector, place: Place, where: str) -> list[ForeignKey]:
    schema, name = place
    query = text(_KEYS.format(where=where))
    rows = connection_of(inspector).execute(query, {"schema": schema, "name": name})
    return grouped(
        (key, (theirs, table), place if is_here else (there, target), *pair)
        for key, theirs, table, there, target, is_here, columns, target_columns in rows
        for pair in zip(columns, target_columns, strict=True)
    )
