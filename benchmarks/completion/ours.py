"""The schema of the corpus as our completion has it."""

from __future__ import annotations

from typing import Any, cast

from benchmarks.completion import corpus
from sqlsess_cli.names.sql.propose import proposals
from sqlsess_cli.names.sql.schema import Column, ForeignKey, Schema, Table


def known() -> Schema:
    """It, ready to be searched."""
    described = cast("dict[str, Any]", corpus.schema())
    return Schema([_table(name, about) for name, about in described.items()], "main").prepare()


def _table(name: str, about: dict[str, Any]) -> Table:
    schema, _, plain = name.rpartition(".")
    values = about.get("values", {})
    columns = [Column(key, type_, tuple(values.get(key, ())))
               for key, type_ in about["columns"].items()]  # fmt: skip
    keys = [_foreign_key(*key) for key in about.get("keys", ())]
    return Table(plain, tuple(columns), tuple(keys), schema, about.get("kind", "table"))


def _foreign_key(columns: list[str], target: str, to: list[str]) -> ForeignKey:
    schema, _, plain = target.rpartition(".")
    return ForeignKey(tuple(columns), plain, tuple(to), schema)


def completer(dialect: str) -> corpus.Complete:
    """What completes for a dialect."""
    schema = known()

    def complete(text: str, cursor: int) -> list[str]:
        return [item.text for item in proposals(text, cursor, schema, dialect)]

    return complete
