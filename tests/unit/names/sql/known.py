"""The schema of the corpus as completion has it."""

from __future__ import annotations

from typing import Any, cast

from benchmarks.completion import corpus
from sqlsess_cli.names.sql.schema import Column, ForeignKey, Schema, Table


def known() -> Schema:
    described = cast("dict[str, Any]", corpus.schema())
    return Schema([table(name, about) for name, about in described.items()], "main").prepare()


def table(name: str, about: dict[str, Any]) -> Table:
    schema, _, plain = name.rpartition(".")
    values = about.get("values", {})
    columns = [Column(key, type_, tuple(values.get(key, ())))
               for key, type_ in about["columns"].items()]  # fmt: skip
    keys = [foreign_key(*key) for key in about.get("keys", ())]
    return Table(plain, tuple(columns), tuple(keys), schema, about.get("kind", "table"))


def foreign_key(columns: list[str], target: str, to: list[str]) -> ForeignKey:
    schema, _, plain = target.rpartition(".")
    return ForeignKey(tuple(columns), plain, tuple(to), schema)
