"""What a transaction can be asked for by, and what can have become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Became = Literal["committed", "rolled back", "under way", "unknown"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a transaction can be asked for by, on another connection.

    Attributes:
        id: its number.
        server: tells the server's run apart from the one after a crash, which may use numbers anew.
    """

    id: str
    server: str
