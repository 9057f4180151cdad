"""What a notation is: a module with a suffix and a `text`."""

from __future__ import annotations

from typing import Protocol

from sqlsess_cli.core.diagram.graph import Graph
from sqlsess_cli.registry import Registry

NOTATIONS = Registry("sqlsess_cli.core.diagram.notations", "notation")


class Notation(Protocol):
    """The shape of each module in this directory.

    Attributes:
        SUFFIX: the file suffix that chooses it for `-o`.
    """

    SUFFIX: str

    @staticmethod
    def text(graph: Graph) -> str:
        """The whole diagram, without a line end at its end."""


def by_suffix(path: str) -> str | None:
    """The notation that the name of a file asks for."""
    named = (name for name in NOTATIONS.names if path.lower().endswith(f".{_suffix(name)}"))
    return next(named, None)


def _suffix(name: str) -> str:
    module: Notation = NOTATIONS.load(name)  # type: ignore[assignment]  # of that shape
    return module.SUFFIX
