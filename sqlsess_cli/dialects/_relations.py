"""What a database's catalogue tells: its tables and views, and which refer to which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

Place = tuple[str | None, str]  # schema, None for the one that need not be said; and table
RelationKind = Literal["table", "partition", "foreign table", "view", "materialized view"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view.

    Attributes:
        place: where it is.
        kind: which of them it is.
        columns: how many it has; None where the database cannot tell, as of a broken view.
    """

    place: Place
    kind: RelationKind
    columns: int | None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key as the database has it.

    Attributes:
        table: whose it is.
        columns: its columns there.
        target: the table that it refers to.
        target_columns: the columns there, in the same order.
    """

    table: Place
    columns: tuple[str, ...]
    target: Place
    target_columns: tuple[str, ...]


def keys_of(
    table: Place, found: Iterable[Mapping[str, Any]], plain: Callable[[str], str]
) -> list[ForeignKey]:
    """Foreign keys as SQLAlchemy's inspector gives them; those that tell what they refer to.

    Args:
        table: whose they are.
        found: what it gives.
        plain: makes a name what it is in the database.
    """
    return [
        ForeignKey(
            table,
            tuple(map(plain, item["constrained_columns"])),
            (item["referred_schema"], item["referred_table"]),
            tuple(map(plain, item["referred_columns"])),
        )
        for item in found
        if len(item["constrained_columns"]) == len(item["referred_columns"])
    ]


KeyRow = tuple[object, Place, Place, str, str | None]


def grouped(rows: Iterable[KeyRow]) -> list[ForeignKey]:
    """Foreign keys from rows of one column each, those of one key together and in order.

    Args:
        rows: what tells one key of a table from another, the table, the target, the column, and
            the column there; None where the catalogue does not know it.
    """
    keys = []
    for (_, table, target), group in groupby(rows, itemgetter(0, 1, 2)):
        pairs = [(column, there) for *_, column, there in group if there is not None]
        if pairs:
            columns, target_columns = zip(*pairs, strict=True)
            keys.append(ForeignKey(table, columns, target, target_columns))
    return keys
