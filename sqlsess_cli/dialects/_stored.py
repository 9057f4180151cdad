"""What a server has stored that a statement can set off, beyond what its text says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SEQUENCE = "SEQUENCE"  # the engine of one: what is written into it stays


@dataclass(frozen=True, slots=True)
class Stored:
    """A table that no rollback reaches, or something that may lead to one.

    Attributes:
        kind: what it is.
        schema: where it is.
        name: what sets it off: its own name, or for a trigger its table's.
        text: its definition, None if this account may not see it; of a table its engine.
        event: what sets a trigger off: "insert", "update" or "delete".
    """

    kind: Literal["table", "view", "trigger", "routine"]
    schema: str
    name: str
    text: str | None
    event: str = ""

    def __str__(self) -> str:
        """As a message names it."""
        return f"trigger of {self.name}" if self.kind == "trigger" else f"{self.kind} {self.name}"
