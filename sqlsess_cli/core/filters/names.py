"""Names looked up on an entity, and where in a text the unknown ones stand; needs no grammar."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

# What stands before the second part of a comparison.
_COMPARED = re.compile(r"(?:[=<>]|\blike)\s*$", re.IGNORECASE)


def find(path: str, entity: Entity, text: str, at: int) -> ColumnElement[Any]:
    """The attribute that a path names.

    Raises:
        UsageError: the entity has none of that name; shows where, and the nearest.
    """
    if path in entity.attributes:
        return entity.attributes[path]
    folded = [name for name in entity.attributes if name.casefold() == path.casefold()]
    if len(folded) == 1:
        return entity.attributes[folded[0]]
    hint = did_you_mean(path, entity.attributes) or f"known: {', '.join(entity.attributes)}"
    if _COMPARED.search(text[:at]):
        hint = f"a text has quotes: '{path}'; an attribute: {', '.join(entity.attributes)}"
    raise UsageError(pointed(f"{entity.label} has no attribute {path!r}", text, at), hint)


def pointed(problem: str, text: str, at: int) -> str:
    """A message with the text around a position and a caret under it."""
    start = max(0, at - 40)
    shown = text[start : at + 40].replace("\n", " ").replace("\t", " ")
    return f"{problem}\n    {shown}\n    {' ' * (at - start)}^"
