"""Records inside rows: laid out as columns where a format cannot nest them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlsess_cli.result import Block, Column, InsertTarget, Result, Row


def flattened(result: Result) -> Result:
    """The same answer with a column for each field of its records, such as `course.name`."""
    if not any(column.kind == "record" for column in result.columns):
        return result
    columns = tuple(flat for column in result.columns for flat in _columns(column))
    insert = result.insert and _insert(result.insert, result.columns)
    return replace(result, columns=columns, blocks=_blocks(result), insert=insert)


def _columns(column: Column, before: str = "") -> Iterator[Column]:
    name = before + column.name
    if column.kind != "record":
        yield replace(column, name=name)
        return
    for inner in column.fields:
        yield from _columns(inner, f"{name}.")


def _blocks(result: Result) -> Iterator[Block]:
    for block in result.blocks:
        yield [tuple(_cells(result.columns, row)) for row in block]


def _cells(columns: tuple[Column, ...], row: Row) -> Iterator[object]:
    for column, value in zip(columns, row, strict=True):
        if column.kind == "record":
            record: Mapping[str, Any] = value or {}  # type: ignore[assignment]  # its kind says so
            yield from _cells(column.fields, [record.get(item.name) for item in column.fields])
        else:
            yield value


def _insert(insert: InsertTarget, columns: tuple[Column, ...]) -> InsertTarget:
    """The target of the answer's own columns: what it includes is not inserted."""
    named = insert.columns or [None] * len(columns)
    widths = [len(list(_columns(column))) for column in columns]
    flat = [name for name, width in zip(named, widths, strict=True) for name in [name] * width]
    return replace(insert, columns=flat)
