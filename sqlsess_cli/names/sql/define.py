"""What can come in statements that are no queries: definitions, and what looks after tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.columns import members
from sqlsess_cli.names.sql.keywords import functions, keywords, starts, types
from sqlsess_cli.names.sql.place import Place
from sqlsess_cli.names.sql.schema import Table
from sqlsess_cli.names.sql.scope import path_at
from sqlsess_cli.names.sql.tables import schemas, tables
from sqlsess_cli.names.sql.tree import Item, is_name, name_of, split_at_commas, upper

_QUERY = ("SELECT", "INSERT INTO", "UPDATE", "DELETE FROM", "WITH", "VALUES")
# After the last words of a statement that is begun, those that can follow.
_WORDS = {
    "CREATE": ("TABLE", "VIEW", "INDEX", "UNIQUE INDEX", "TEMPORARY TABLE", "TRIGGER", "SCHEMA",
               "SEQUENCE", "FUNCTION", "MATERIALIZED VIEW", "DATABASE", "EXTENSION", "TYPE",
               "OR REPLACE VIEW", "PROCEDURE", "ROLE", "USER", "VIRTUAL TABLE"),
    "ALTER": ("TABLE", "VIEW", "INDEX", "SEQUENCE", "DATABASE", "SCHEMA", "ROLE", "USER", "TYPE"),
    "DROP": ("TABLE", "VIEW", "INDEX", "TRIGGER", "SCHEMA", "SEQUENCE", "FUNCTION", "DATABASE",
             "MATERIALIZED VIEW", "TYPE", "ROLE", "USER", "EXTENSION", "PROCEDURE"),
    "TRUNCATE": ("TABLE",), "LOCK": ("TABLE",), "EXPLAIN": ("ANALYZE", "QUERY PLAN", "VERBOSE"),
    "BEGIN": ("TRANSACTION", "WORK"), "COMMIT": ("WORK",), "ROLLBACK": ("TO SAVEPOINT", "WORK"),
    "START": ("TRANSACTION",), "REFRESH": ("MATERIALIZED VIEW",), "RELEASE": ("SAVEPOINT",),
    "VACUUM": ("FULL", "ANALYZE", "VERBOSE"), "COMMENT": ("ON TABLE", "ON COLUMN"),
    "GRANT": ("SELECT", "INSERT", "UPDATE", "DELETE", "ALL PRIVILEGES"),
    "REVOKE": ("SELECT", "INSERT", "UPDATE", "DELETE", "ALL PRIVILEGES"),
    "UNIQUE": ("INDEX",), "RENAME": ("TO", "COLUMN"), "PRIMARY": ("KEY",), "FOREIGN": ("KEY",),
    "NOT": ("NULL",), "QUERY": ("PLAN",), "VIRTUAL": ("TABLE",), "TEMP": ("TABLE", "VIEW"),
    "MATERIALIZED": ("VIEW",), "TEMPORARY": ("TABLE", "VIEW"), "IF": ("EXISTS", "NOT EXISTS"),
    "SHOW": ("TABLES", "DATABASES", "CREATE TABLE", "COLUMNS FROM", "INDEX FROM", "PROCESSLIST",
             "VARIABLES", "STATUS", "WARNINGS", "GRANTS", "FULL TABLES", "ENGINES"),
    "PRAGMA": ("table_info", "foreign_keys", "foreign_key_list", "foreign_key_check", "index_list",
               "index_info", "integrity_check", "journal_mode", "table_list", "user_version",
               "synchronous", "cache_size", "busy_timeout", "wal_checkpoint", "optimize",
               "table_xinfo", "database_list", "compile_options"),
}  # fmt: skip
_SETTINGS = ("ALL", "search_path", "server_version", "statement_timeout", "timezone",
             "transaction_isolation", "work_mem", "default_transaction_read_only")  # fmt: skip
_BEFORE_TABLE = frozenset(
    "TABLE EXISTS ONLY TRUNCATE VACUUM ANALYZE VIEW REFERENCES ON COPY FROM DESCRIBE DESC INTO"
    " CLUSTER CONCURRENTLY LOCK REINDEX VERBOSE".split()
)
_ACTIONS = ("ADD COLUMN", "DROP COLUMN", "RENAME TO", "RENAME COLUMN", "ALTER COLUMN",
            "ADD CONSTRAINT", "DROP CONSTRAINT", "MODIFY COLUMN", "CHANGE COLUMN",
            "ADD FOREIGN KEY",
            "ADD INDEX", "ADD PRIMARY KEY", "OWNER TO", "SET SCHEMA", "ADD UNIQUE")  # fmt: skip
_BEFORE_COLUMN = frozenset("COLUMN DROP RENAME ALTER MODIFY CHANGE AFTER".split())
_CONSTRAINTS = ("NOT NULL", "PRIMARY KEY", "DEFAULT", "REFERENCES", "UNIQUE", "CHECK", "NULL",
                "AUTO_INCREMENT", "GENERATED ALWAYS AS", "COLLATE")  # fmt: skip
_OF_TABLE = ("PRIMARY KEY", "FOREIGN KEY", "CONSTRAINT", "UNIQUE", "CHECK")


def defined(place: Place) -> Iterator[Candidate]:
    """What can come next."""
    spot = place.spot
    if spot.brackets:
        yield from _in_brackets(place)
        return
    words = [upper(item) for item in spot.before]
    last, first = words[-1], words[0]
    yield from _next_words(place, words)
    if first in {"DESCRIBE", "DESC", "ANALYZE", "EXPLAIN"}:
        yield from keywords(place, _QUERY, 50)
    if first == "EXPLAIN":
        return
    if last == "USE":
        yield from schemas(place, 70)
    elif last in _BEFORE_TABLE and _takes_table(words):
        yield from tables(place, ("view",) if "VIEW" in words else (), ctes=False)
        if last in {"TABLE", "VIEW", "INDEX"} and first == "DROP":
            yield from keywords(place, ("IF EXISTS",), 40)
    elif first == "ALTER" and words[1:2] == ["TABLE"]:
        yield from _altered(place, words)
    elif last == "AS":
        yield from keywords(place, _QUERY, 50)


def _takes_table(words: Sequence[str]) -> bool:
    """Whether a table can come here that exists."""
    if words[0] == "CREATE" and words[-1] in {"TABLE", "VIEW", "EXISTS"}:
        return False
    return not (words[0] in {"CREATE", "ALTER"} and words[-1] == "ON" and "REFERENCES" in words)


def _next_words(place: Place, words: Sequence[str]) -> Iterator[Candidate]:
    last = words[-1]
    in_alter = words[0] == "ALTER" and len(words) > 1
    if last == "SHOW" and place.style.lexical.name != "mysql":
        yield from keywords(place, _SETTINGS, 60)
    elif last in _WORDS and not (in_alter and last != "NOT"):
        yield from keywords(place, _WORDS[last], 60)
    if words[:2] == ["CREATE", "TABLE"] and last == "TABLE":
        yield from keywords(place, ("IF NOT EXISTS",), 60)
    elif words[0] == "CREATE" and last not in _WORDS and last not in _BEFORE_TABLE and last != "AS":
        yield from keywords(place, ("AS", "ON", "USING", "WHERE"), 40)
    elif words[0] in {"TRUNCATE", "DROP"} and is_name(place.spot.last) and len(words) > 2:
        yield from keywords(place, ("CASCADE", "RESTRICT", "RESTART IDENTITY"), 40)
    elif words[0] in {"GRANT", "REVOKE"} and len(words) > 1 and last not in {"ON", "TO", "FROM"}:
        yield from keywords(place, ("ON", "TO", "FROM"), 60)


def _altered(place: Place, words: Sequence[str]) -> Iterator[Candidate]:
    """After ALTER TABLE and its table."""
    table, end = _table(place, place.spot.before, 2)
    rest = words[end:]
    if not rest:
        yield from keywords(place, _ACTIONS, 60)
        return
    if rest[-1] in _BEFORE_COLUMN and table:
        yield from members(place, table.columns)
        if rest[-1] != "COLUMN":
            yield from keywords(place, ("COLUMN", "CONSTRAINT", "TO"), 60)
    elif rest[-1] == "ADD":
        yield from keywords(
            place, ("COLUMN", "CONSTRAINT", "FOREIGN KEY", "PRIMARY KEY", "UNIQUE"), 60
        )
    elif rest[0] in {"ADD", "MODIFY", "CHANGE"} and (rest[-2:-1] == ["COLUMN"] or len(rest) == 2):
        yield from types(place)
    elif rest[:2] == ["RENAME", "COLUMN"]:
        yield from keywords(place, ("TO",), 60)
    elif rest[0] == "ALTER":
        words_ = ("TYPE", "SET DEFAULT", "SET NOT NULL", "DROP NOT NULL", "DROP DEFAULT")
        yield from keywords(place, words_, 60) if rest[-1] != "TYPE" else types(place)
    else:
        yield from keywords(place, (*_CONSTRAINTS, *_OF_TABLE), 60)


def _table(place: Place, items: Sequence[Item], at: int) -> tuple[Table | None, int]:
    """The table that is written from some item on, and where its name ends."""
    while at < len(items) and upper(items[at]) in {"IF", "EXISTS", "ONLY", "NOT"}:
        at += 1
    path, end = path_at(items, at)
    return (place.schema.table(path) if path else None), end


def _in_brackets(place: Place) -> Iterator[Candidate]:
    """In the brackets of a definition."""
    before = place.spot.brackets[-1]
    words = [upper(item) for item in before]
    if words[:1] == ["PRAGMA"]:
        yield from tables(place, ctes=False)
    elif words[-1:] == ["KEY"] or words[-1:] == ["UNIQUE"]:
        yield from _own_columns(place, before)
    elif (table := _listed_for(place, before, words)) is not None:
        if len(place.spot.before) == 0 or upper(place.spot.last) == ",":
            yield from members(place, table.columns)
        else:
            yield from keywords(place, ("ASC", "DESC"), 40)
    elif "TABLE" in words[:4]:
        yield from _column_defined(place)
    elif words[:1] == ["EXPLAIN"]:
        yield from keywords(
            place, ("ANALYZE", "BUFFERS", "FORMAT JSON", "VERBOSE", "COSTS OFF"), 60
        )
    else:
        yield from functions(place)


def _listed_for(place: Place, before: Sequence[Item], words: Sequence[str]) -> Table | None:
    """The table that stands before a bracket and whose columns are listed in it."""
    for word in ("REFERENCES", "ON", "COPY", "ANALYZE", "VACUUM"):
        if word in words:
            at = len(words) - 1 - words[::-1].index(word)
            table, end = _table(place, before, at + 1)
            if end == len(before) or "USING" in words[end:]:
                return table
    return None


def _own_columns(place: Place, before: Sequence[Item]) -> Iterator[Candidate]:
    """The columns that this definition has so far, or that its table has."""
    for items in split_at_commas(before):
        if items and is_name(items[0]) and upper(items[0]) not in {"PRIMARY", "FOREIGN", "UNIQUE"}:
            name = name_of(items[0])
            if upper(items[0]) not in {"ALTER", "CONSTRAINT"}:
                yield Candidate(name, place.written(name), "column", 70)
    if upper(before[0]) == "ALTER":
        table, _ = _table(place, before, 2)
        yield from members(place, table.columns if table else ())


def _column_defined(place: Place) -> Iterator[Candidate]:
    """In the list of a CREATE TABLE."""
    piece = split_at_commas(place.spot.before)[-1]
    last = upper(piece[-1]) if piece else ""
    if not piece:
        yield from keywords(place, _OF_TABLE, 60)
    elif last in _WORDS:
        yield from keywords(place, _WORDS[last], 60)
    elif last == "REFERENCES":
        yield from tables(place, ctes=False)
    elif len(piece) == 1:
        yield from types(place)
    else:
        yield from keywords(place, (*_CONSTRAINTS, "ON DELETE CASCADE", "ON UPDATE CASCADE"), 60)
        yield from functions(place) if last == "DEFAULT" else ()


def begun(place: Place) -> Iterator[Candidate]:
    """At the beginning of a statement, or where nothing better is known."""
    if not place.spot.before:
        yield from keywords(place, _QUERY, 60) if place.made.before else starts(place)
