"""The completers of our peers, each given the schema in its own structures, as it would read it.

This runs in their environments; a completer is set as its program sets it when nothing is
configured. Foreign keys over several columns come as their programs ask for them: column by column.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from benchmarks.completion import corpus
from sqlsess_cli.names.sql import words


def pgcli() -> corpus.Complete:
    """Of pgcli: PostgreSQL."""
    from pgcli.packages.parseutils.meta import ForeignKey, FunctionMetadata
    from pgcli.pgcompleter import PGCompleter

    made = PGCompleter(
        smart_completion=True,
        settings={"keyword_casing": "auto", "qualify_columns": "if_more_than_one_table"},
    )
    made.set_search_path(["pg_catalog", "public"])
    made.extend_schemata(["pg_catalog", "public", "sales"])
    functions = (*words.FUNCTIONS, *words.FUNCTIONS_POSTGRESQL)
    made.extend_functions(
        FunctionMetadata("pg_catalog", name, (), (), (), "text", name in words.AGGREGATES, False,
                         name in words.SET_RETURNING, False, None)
        for name in functions if name not in words.BARE
    )  # fmt: skip
    types = (*words.TYPES, *words.TYPES_POSTGRESQL)
    made.extend_datatypes([("pg_catalog", name) for name in types])
    for kind in ("tables", "views"):
        tables = [(schema, name, about) for schema, name, about in _tables("public")
                  if (about.get("kind") == "view") == (kind == "views")]  # fmt: skip
        made.extend_relations([(schema, name) for schema, name, _ in tables], kind=kind)
        columns = [(schema, name, column, type_, False, None) for schema, name, about in tables
                   for column, type_ in about["columns"].items()]  # fmt: skip
        made.extend_columns(columns, kind=kind)
    made.extend_foreignkeys(
        [ForeignKey(to_schema, to, parent, schema, name, child)
         for schema, name, child, to_schema, to, parent in _keys("public")]
    )  # fmt: skip
    return _asked(made)


def mycli() -> corpus.Complete:
    """Of mycli: MariaDB and MySQL."""
    from mycli.packages.completion.sql_completer import SQLCompleter

    made = SQLCompleter(smart_completion=True)
    made.extend_database_names(["main", "sales"])
    for schema in ("sales", "main"):  # the last one is that which is used
        own = [(name, about) for where, name, about in _tables("main") if where == schema]
        made.extend_schemata(schema)
        made.set_dbname(schema)
        columns = [(name, column) for name, about in own for column in about["columns"]]
        made.extend_relations(columns, kind="tables")
        made.extend_columns(columns, kind="tables")
        made.extend_foreign_keys(
            [(name, child, to, parent) for where, name, child, _, to, parent in _keys("main")
             if where == schema]
        )  # fmt: skip
        made.extend_enum_values(
            [(name, column, values) for name, about in own
             for column, values in about.get("values", {}).items()]
        )  # fmt: skip
    made.extend_show_items([("create table",), ("tables",), ("databases",)])
    return _asked(made)


def litecli() -> corpus.Complete:
    """Of litecli: SQLite."""
    from litecli.sqlcompleter import SQLCompleter

    made = SQLCompleter()
    made.extend_database_names(["main", "sales"])
    for schema in ("sales", "main"):
        made.extend_schemata(schema)
        made.set_dbname(schema)
        columns = [(name, column) for where, name, about in _tables("main")
                   for column in about["columns"] if where == schema]  # fmt: skip
        made.extend_relations(columns, kind="tables")
        made.extend_columns(columns, kind="tables")
    return _asked(made)


def _asked(completer: Any) -> corpus.Complete:
    from prompt_toolkit.document import Document

    def complete(text: str, cursor: int) -> list[str]:
        found = completer.get_completions(Document(text, cursor), None)
        return [item.text for item in found]

    return complete


def _tables(default: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Schema, name and description of every table and view."""
    for name, about in cast("dict[str, Any]", corpus.schema()).items():
        schema, _, plain = name.rpartition(".")
        yield schema or default, plain, about


def _keys(default: str) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Of every pair of columns of a key: schema, table and column on both sides, its own first."""
    for schema, name, about in _tables(default):
        for columns, target, others in about.get("keys", ()):
            to_schema, _, to = target.rpartition(".")
            for column, other in zip(columns, others, strict=True):
                yield schema, name, column, to_schema or default, to, other
