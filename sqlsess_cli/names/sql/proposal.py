"""What completion answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "alias", "column", "condition", "cte", "function", "join", "keyword", "list", "parameter",
    "schema", "table", "type", "value",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that can stand at the cursor.

    Taking it replaces what is from `start` to the cursor; what comes after the cursor stays.

    Attributes:
        text: what is inserted, quoted as the dialect wants it.
        start: an index in the whole text, where the word begins that it replaces.
        display: what a menu shows.
        kind: what it is. "condition" is one of a join, "join" a table with its condition, or
            several on the way to one; "list" several columns at once.
        meta: what a menu shows beside it: a type, a table, a path.
    """

    text: str
    start: int
    display: str
    kind: Kind
    meta: str = ""
