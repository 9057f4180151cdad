"""What can stand at a cursor in SQL text, best first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlsess_cli.names.sql.candidate import ranked
from sqlsess_cli.names.sql.cut import cut
from sqlsess_cli.names.sql.dialects import style_of
from sqlsess_cli.names.sql.expect import candidates
from sqlsess_cli.names.sql.place import Place
from sqlsess_cli.names.sql.proposal import Proposal
from sqlsess_cli.names.sql.schema import Schema
from sqlsess_cli.names.sql.scope import Reader, Scope
from sqlsess_cli.names.sql.spot import spot_of
from sqlsess_cli.names.sql.tree import tree

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
    typed, whole or broken, it does not raise; after more than anybody types it gives nothing.

    Args:
        text: all that is typed: any number of statements.
        cursor: an index in it.
        schema: the names of the database, made once in the background and kept: by
            `stored.schema_of(cache.tables.values())` from the file of names.
        dialect: SQLAlchemy's name of it.
        uses: how often names were used, by the name as the database has it.
    """
    style = style_of(dialect)
    made = cut(text, cursor, style.lexical)
    if made is None:
        return []
    reader = Reader(schema)
    place = Place(text, made, spot_of(tree(made), reader, Scope()), schema, style, reader)
    typed, found = made.typed, candidates(place)
    if typed.opening:
        found = (item for item in found if item.text.startswith(typed.opening))
    return ranked(found, typed.text, typed.start, uses)
