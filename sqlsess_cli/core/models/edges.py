"""The ways from one table to others, by foreign keys: its own, and those of others to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from sqlsess_cli.core.models.naming import Edge, inward, outward
from sqlsess_cli.dialects._relations import ForeignKey, Place

if TYPE_CHECKING:
    from sqlsess_cli.core.models.reflection import Reflection


class Edges:
    """The ways from a table; asked of the database when they are wanted.

    Args:
        reflection: where other tables are.
        place: the table.
        columns: of it.
        attributes: what they are called, in the same order.
    """

    def __init__(
        self, reflection: Reflection, place: Place, columns: Sequence[str],
        attributes: Sequence[str],
    ) -> None:  # fmt: skip
        self.reflection = reflection
        self.place = place
        self.columns = columns
        self.attributes = attributes

    @cached_property
    def outward(self) -> list[Edge]:
        """To one: its own foreign keys, in the order of their columns."""
        order = {name.casefold(): at for at, name in enumerate(self.columns)}
        keys = self.reflection.tables.foreign_keys(self.place)
        known = [key for key in keys if all(name.casefold() in order for name in key.columns)]
        known.sort(key=lambda key: [order[name.casefold()] for name in key.columns])
        return outward(known, self.attributes)

    @cached_property
    def inward(self) -> list[Edge]:
        """To many: foreign keys of others; and beyond those that do nothing but associate."""
        theirs = self.reflection.tables.referrers(self.place)
        ours = [key for key in theirs if key.target == self.place]
        pairs = [(near, far) for keys in self._associations(theirs)
                 for near, far in (keys, keys[::-1]) if near in ours]  # fmt: skip
        taken = [*self.attributes, *(edge.name for edge in self.outward)]
        return inward(ours, pairs, taken)

    def known(self) -> list[Edge]:
        """Those that were asked for already."""
        found = [self.__dict__.get(name, ()) for name in ("outward", "inward")]
        return [edge for edges in found for edge in edges]

    def _associations(self, keys: Sequence[ForeignKey]) -> Iterator[list[ForeignKey]]:
        """The pairs of foreign keys of tables that have little else."""
        by_table: dict[Place, list[ForeignKey]] = {}
        for key in keys:
            by_table.setdefault(key.table, []).append(key)
        pairs = {place: found for place, found in by_table.items()
                 if len(found) == 2 and place not in [key.target for key in found]}  # fmt: skip
        counts = self.reflection.column_counts(list(pairs)) if pairs else {}
        for place, found in pairs.items():
            others = counts.get(place, 0) - len(columns_of(found))
            if others == 0 or (others == 1 and self._is_numbered(place, found)):
                yield found

    def _is_numbered(self, place: Place, keys: Sequence[ForeignKey]) -> bool:
        """Whether the other column of an association table is a key that nobody refers by."""
        own = self.reflection.tables.key(place)
        return len(own) == 1 and not own & columns_of(keys)


def columns_of(keys: Sequence[ForeignKey]) -> set[str]:
    """All columns of foreign keys."""
    return {name for key in keys for name in key.columns}
