"""Patterns of `like`: % and _ are wildcards, a backslash takes a meaning away."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, String, literal

from sqlsess_cli.core.filters.portable import either
from sqlsess_cli.errors import UsageError

# The escape that is sent: unlike a backslash it means nothing else in any database's texts.
_ESCAPE = "!"
_GLOB = {"%": "*", "_": "?"}

Part = tuple[str, bool]  # a character, and whether it is a wildcard


def parts(pattern: str) -> list[Part]:
    """The characters of a pattern as it is written.

    Raises:
        UsageError: it ends with a backslash.
    """
    return list(_parts(pattern))


def _parts(pattern: str) -> Iterator[Part]:
    characters = iter(pattern)
    for char in characters:
        if char != "\\":
            yield char, char in _GLOB
            continue
        escaped = next(characters, None)
        if escaped is None:
            hint = r"\\ is a backslash, \% a percent sign, \_ an underscore"
            raise UsageError("the pattern ends with a backslash, which escapes nothing", hint)
        yield escaped, False


def plain(text: str) -> list[Part]:
    """A text in which nothing is a wildcard."""
    return [(char, False) for char in text]


ANY: list[Part] = [("%", True)]


def matches(
    expression: ColumnElement[str], pattern: list[Part], *, folded: bool
) -> ColumnElement[bool]:
    """Whether a text is like a pattern.

    SQLite's LIKE takes A for a; its GLOB does not.

    Args:
        expression: the text.
        pattern: the parts of the pattern.
        folded: capitals and small letters are the same.
    """
    text, escape = _like(pattern)
    like = expression.ilike if folded else expression.like
    usual: ColumnElement[bool] = like(literal(text, String()), escape=escape)
    if folded:
        return usual
    glob = literal(_glob(pattern), String())
    return either("like", usual, expression.op("GLOB", is_comparison=True)(glob))


def _like(pattern: list[Part]) -> tuple[str, str | None]:
    """A pattern for LIKE, and the escape it needs; none where nothing is escaped."""
    special = {*_GLOB, "\\", _ESCAPE}
    if all(wild or char not in special - {_ESCAPE} for char, wild in pattern):
        return "".join(char for char, _ in pattern), None
    return "".join(
        f"{_ESCAPE}{char}" if char in special - {"\\"} and not wild else char
        for char, wild in pattern
    ), _ESCAPE


def _glob(pattern: list[Part]) -> str:
    return "".join(
        _GLOB[char] if wild else f"[{char}]" if char in "*?[" else char for char, wild in pattern
    )
