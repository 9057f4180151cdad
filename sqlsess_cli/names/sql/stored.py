"""Tables as the file of names keeps them, a line for each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

from sqlsess_cli.names.sql.schema import Column, ForeignKey, Schema, Table


def line(table: Table) -> bytes:
    """A table as one line."""
    columns = [[item.name, item.type, *([item.values] if item.values else [])]
               for item in table.columns]  # fmt: skip
    keys = [[item.columns, item.schema, item.table, item.to] for item in table.keys]
    said = [table.schema, table.name, table.kind, columns, keys]
    return json.dumps(said, separators=(",", ":")).encode()


def parsed(text: bytes) -> Table | None:
    """The table of a line; None if it is none."""
    with suppress(ValueError, TypeError, RecursionError):
        schema, name, kind, columns, keys = json.loads(text)
        made = tuple(_column(*item) for item in columns)
        return Table(_text(name), made, tuple(_key(*item) for item in keys), _text(schema),
                     _text(kind))  # fmt: skip
    return None


def schema_of(lines: Iterable[bytes], default: str = "", functions: Iterable[str] = ()) -> Schema:
    """The tables of a file's lines, ready to be searched.

    Args:
        lines: as `names.cache.Cache.tables` has them.
        default: as in `Schema`.
        functions: as in `Schema`.
    """
    tables = [table for text in lines if (table := parsed(text)) is not None]
    return Schema(tables, default, [*functions]).prepare()


def _column(name: object, type_: object, values: object = ()) -> Column:
    return Column(_text(name), _text(type_), _texts(values))


def _key(columns: object, schema: object, table: object, to: object) -> ForeignKey:
    made = ForeignKey(_texts(columns), _text(table), _texts(to), _text(schema))
    if len(made.columns) != len(made.to):
        raise ValueError(made)
    return made


def _texts(items: object) -> tuple[str, ...]:
    if not isinstance(items, list | tuple):
        raise TypeError(items)
    return tuple(map(_text, items))


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise TypeError(item)
    return item
