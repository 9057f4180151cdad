"""What a recording remembers of a row: that a statement changed it, and how it is found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlsess_cli.core.journal.stored import Key, Row, Stored


@dataclass(slots=True)
class Touch:
    """One change of one row, from one statement to the next that reached it.

    Attributes:
        table: its table.
        key: what told the row apart before; of one that was inserted, afterwards.
        before: the row as it was; None where there was none.
        after: as it became; None where it is gone.
    """

    table: Stored
    key: Key
    before: Row | None
    after: Row | None = None


@dataclass(frozen=True, slots=True)
class Moving:
    """A row whose key the statement under way sets, or the database with it.

    Attributes:
        touch: its change.
        of: its table, as the condition has it.
        condition: that it meets afterwards.
    """

    touch: Touch
    of: Any
    condition: Any
