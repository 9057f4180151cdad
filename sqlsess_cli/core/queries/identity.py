"""One object: by its primary key, or by conditions that only it meets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlsess_cli.core.filters.parse import parse, short_form
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.errors import UsageError


def identified(entity: Entity, words: Sequence[str], asked: Query) -> Query:
    """The query for the object that the words of a command line name.

    Args:
        entity: what it is of.
        words: the values of its key, in the mapper's order; or conditions.
        asked: what else is asked.

    Raises:
        UsageError: they are too few or too many for its key.
    """
    if all(_is_condition(word, entity) for word in words):
        return replace(asked, conditions=words)
    if not entity.key:
        hint = "say PATH=VALUE for what tells it apart"
        raise UsageError(f"{entity.label} has no primary key", hint)
    if len(words) != len(entity.key):
        count = f"{len(words)} value{'s' if len(words) > 1 else ''}"
        message = f"the key of {entity.label} is {', '.join(entity.key)}; here are {count}"
        raise UsageError(message, f"{' '.join(map(str.upper, entity.key))}, or PATH=VALUE")
    return replace(asked, key=tuple(words))


def _says_something(word: str) -> bool:
    """Whether a word is a condition, such as `score > 8`, and not the value of a key."""
    if not re.search(r"[\s<>=!]", word):
        return False
    from sqlsess_cli.core.filters.expressions import CONDITIONS  # not for a key

    try:
        tree = parse(word)
    except UsageError:
        return False
    return tree.data in CONDITIONS


def _is_condition(word: str, entity: Entity) -> bool:
    short = short_form(word)
    if short is not None:
        return entity.named(short[0].partition(".")[0]) is not None
    return _says_something(word)
