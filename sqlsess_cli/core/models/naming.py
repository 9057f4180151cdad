"""What the relationships of a reflected table are called: by its foreign keys, and those to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from sqlsess_cli.dialects._base import Place

_SUFFIX = re.compile(r"(?:_(?:id|uuid|fk)|(?<=[a-z0-9])(?:Id|ID)|_I[Dd])$")

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


@dataclass(frozen=True, slots=True)
class Edge:
    """One way along a foreign key, or along two of an association table.

    Attributes:
        name: what the relationship is called.
        key: the foreign key.
        back: it is followed to the table that has it.
        beyond: the other foreign key of an association table; `key` is the one to us.
    """

    name: str
    key: ForeignKey
    back: bool = False
    beyond: ForeignKey | None = None

    @property
    def target(self) -> Place:
        """The table that it leads to."""
        if self.beyond is not None:
            return self.beyond.target
        return self.key.table if self.back else self.key.target


def stem(column: str) -> str:
    """What a foreign-key column is about: `AlbumId` and `album_id` are about an album."""
    found = _SUFFIX.search(column)
    return column[: found.start()].rstrip("_") if found else ""


def outward(keys: Sequence[ForeignKey], taken: Collection[str]) -> list[Edge]:
    """The to-one relationships of a table.

    Each is named after its column without the `id`; else after the table it leads to, where that
    is clear; else after both.

    Args:
        keys: its foreign keys.
        taken: the names of its columns.
    """
    edges: list[Edge] = []
    for key in keys:
        alone = _only(key.target, [item.target for item in keys]) and key.target != key.table
        columns = "_".join(key.columns)
        wanted = [stem(columns) if len(key.columns) == 1 else "", key.target[1] if alone else ""]
        wanted.append(f"{columns}_{key.target[1]}")
        edges.append(Edge(_free(wanted, [*taken, *(item.name for item in edges)]), key))
    return edges


def shorter(edges: Sequence[Edge], taken: Collection[str]) -> Iterator[Edge]:
    """The same to-one relationships by the names of their tables, where those are clear."""
    names = {*taken, *(edge.name for edge in edges)}
    for edge in edges:
        name = edge.target[1]
        clear = _only(edge.target, [item.target for item in edges])
        if clear and name not in names and edge.target != edge.key.table:
            yield Edge(name, edge.key)


def inward(
    keys: Sequence[ForeignKey], beyond: Sequence[tuple[ForeignKey, ForeignKey]],
    taken: Collection[str],
) -> list[Edge]:  # fmt: skip
    """The relationships of a table that others' foreign keys make.

    Each is named after the table it leads to, and where several lead there, after the column too.

    Args:
        keys: the foreign keys that refer to it.
        beyond: of association tables the foreign key to it, and the one to the table beyond.
        taken: the names of its columns and to-one relationships.
    """
    edges: list[Edge] = []
    for key in keys:
        alone = _only(key.table, [item.table for item in keys]) and key.table != key.target
        columns = "_".join(stem(column) or column for column in key.columns)
        wanted = [key.table[1] if alone else "", f"{key.table[1]}_{columns}"]
        edges.append(Edge(_free(wanted, [*taken, *(item.name for item in edges)]), key, back=True))
    for near, far in beyond:
        alone = _only(far.target, [item.target for _, item in beyond])
        wanted = [far.target[1] if alone else "", f"{far.target[1]}_{far.table[1]}"]
        name = _free(wanted, [*taken, *(item.name for item in edges)])
        edges.append(Edge(name, near, back=True, beyond=far))
    return edges


def _only(place: Place, places: Sequence[Place]) -> bool:
    return places.count(place) == 1


def _free(wanted: Sequence[str], taken: Sequence[str]) -> str:
    """The first of the names that is not taken, in any case."""
    folded = {name.casefold() for name in taken}
    names = [name for name in wanted if name]
    for name in names:
        if name.casefold() not in folded:
            return name
    return next(
        name for n in count(2) if (name := f"{names[-1]}_{n}").casefold() not in folded
    )
