"""INSERT statements that load the rows again.

Up to a hundred rows share an INSERT, each on its own line: databases load that many times faster
than single INSERTs, a diff still shows rows, and one bad row is still found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import columns
from sqlsess_cli.formats._values import flat
from sqlsess_cli.result import Column, InsertTarget, Kind, ReadBlock, Result, Unreadable
from sqlsess_cli.sinks import Sink

MANY = True
NESTS = False
STYLED = False
SUFFIX = ".sql"

_ROWS = 100
_LENGTH = 1_000_000  # characters of one INSERT: MySQL takes packets of 4 MB at least by default


def write(result: Result, sink: Sink, _style: Style) -> None:
    """Write one answer; see Format."""
    insert = result.insert or InsertTarget(_quoted("result"), _quoted, _literal)
    named = insert.columns or [column.name for column in result.columns]
    # Rows inside a cell belong to another table; what has no name there is computed.
    kept = {
        index: name
        for index, (column, name) in enumerate(zip(result.columns, named, strict=True))
        if column.kind != "records" and name is not None
    }
    if not kept:
        return
    names = ", ".join(map(insert.quote, kept.values()))
    head = f"INSERT INTO {insert.table} ({names}) {insert.clause}VALUES\n"
    for block in filter(None, result.blocks):
        turned = columns(block.stored() if isinstance(block, ReadBlock) else block)
        cells = [_spelled(insert, result.columns[index], turned[index]) for index in kept]
        rows = (f"({', '.join(row)})" for row in zip(*cells, strict=True))
        sink.write("".join(f"{head}{group};\n" for group in _groups(rows)))


def _spelled(insert: InsertTarget, column: Column, values: Iterable[object]) -> list[str]:
    return [
        "NULL" if value is None
        else "NULL /* unreadable */" if isinstance(value, Unreadable)
        else insert.literal(value, column.kind)
        for value in values
    ]  # fmt: skip


def _groups(rows: Iterable[str]) -> Iterator[str]:
    """The rows, as many at a time as one INSERT may have."""
    held: list[str] = []
    length = 0
    for row in rows:
        if len(held) == _ROWS or (held and length + len(row) > _LENGTH):
            yield ",\n".join(held)
            held, length = [], 0
        held.append(row)
        length += len(row)
    yield ",\n".join(held)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: object, _kind: Kind) -> str:
    """A literal of standard SQL, where nobody knows the database."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"X'{value.hex()}'"
    text = format(value, "f") if isinstance(value, Decimal) else flat(value)
    number = isinstance(value, (int, float, Decimal))
    if number and text.lstrip("-")[:1].isdigit():  # not NaN, not Infinity, not an enum's name
        return text
    return "'" + text.replace("'", "''") + "'"
