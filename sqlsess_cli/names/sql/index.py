"""Many names, searched without looking at each: sorted, and bisected at every key."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from sqlsess_cli.names.sql.match import parts

T = TypeVar("T")
_LAST = "\U0010ffff"


class Index(Generic[T]):
    """Names with what they stand for.

    A search gives what can match, best first, and stops early: how well each one does is for
    `match` to say. The three ways to match cost two bisections and one search of a regular
    expression in all names joined, whatever their number.
    """

    def __init__(self, items: Sequence[tuple[str, T]]) -> None:
        self._items = sorted(items, key=lambda item: item[0].casefold())
        self._folded = [name.casefold().replace("\n", " ") for name, _ in self._items]
        self._starts = sorted(
            (word, at) for at, (name, _) in enumerate(self._items) for word in parts(name)[1:]
        )
        self._joined = "\n".join(self._folded)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self._items)

    def search(self, typed: str, limit: int) -> list[tuple[str, T]]:
        """At most so many that match, those by prefix before all others.

        Args:
            typed: in lower case; nothing matches everything.
            limit: how many, at the most.
        """
        low = bisect_left(self._folded, typed)
        high = bisect_left(self._folded, typed + _LAST)
        found = dict.fromkeys(range(low, min(high, low + limit)))
        if len(found) < limit and typed:
            begin = bisect_left(self._starts, (typed, 0))
            end = bisect_left(self._starts, (typed + _LAST, 0))
            found |= dict.fromkeys(at for _, at in self._starts[begin : min(end, begin + limit)])
        if len(found) < limit and typed:
            found |= dict.fromkeys(self._within(typed, limit))
        return [self._items[at] for at in list(found)[:limit]]

    def _within(self, typed: str, limit: int) -> Iterator[int]:
        """Where the letters of a text stand in this order, in the order of the names."""
        inner = r"[^\n]*?".join(map(re.escape, typed))
        line, before = 0, 0
        for _, match in zip(
            range(limit), re.finditer(inner + r"[^\n]*", self._joined), strict=False
        ):
            line += self._joined.count("\n", before, match.start())
            before = match.start()
            yield line
