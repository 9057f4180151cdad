"""What completion has to know of each database: quotes, reserved words, keywords, functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlsess_cli.names.sql import words
from sqlsess_cli.sql.lexical import Lexical, lexical_of

_CLOSING = {"[": "]"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a database spells.

    Attributes:
        lexical: how its text is read.
        quote: what names are quoted with.
        plain: the names that need no quotes.
        reserved: words that need some, in lower case.
        keywords: those of its own that can begin a statement.
        functions: those that can be called, in lower case.
        bare: those of them that take no parentheses.
        types: that a column can have.
    """

    lexical: Lexical
    quote: str
    plain: re.Pattern[str]
    reserved: frozenset[str]
    keywords: Sequence[str]
    functions: Sequence[str]
    types: Sequence[str]
    bare: frozenset[str] = words.BARE

    def written(self, name: str, opening: str = "") -> str:
        """A name as SQL has it: in quotes where it needs them, or where one is open already.

        Args:
            name: as the database has it.
            opening: the quote that is typed.
        """
        if not opening and self.plain.fullmatch(name) and name.casefold() not in self.reserved:
            return name
        opening = opening or self.quote
        closing = _CLOSING.get(opening, opening)
        return f"{opening}{name.replace(closing, closing * 2)}{closing}"

    def literal(self, value: str, quote: str = "'") -> str:
        """A text as SQL has it, in these quotes."""
        doubled = value.replace(quote, quote * 2)
        if self.lexical.backslash_escapes:
            doubled = doubled.replace("\\", r"\\")
        return f"{quote}{doubled}{quote}"


def style_of(dialect: str) -> Style:
    """The style of a SQLAlchemy dialect's name; of one that is not known, what all have."""
    lexical = lexical_of(dialect)
    known = _STYLES.get(lexical.name)
    return known or replace(_STYLES["sqlite"], lexical=lexical)


_ANY_CASE = re.compile(r"[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*")

_STYLES = {
    "postgresql": Style(
        lexical_of("postgresql"),
        '"',
        re.compile(r"[a-z_][a-z0-9_$]*"),
        words.RESERVED | words.RESERVED_POSTGRESQL,
        words.STARTS + words.STARTS_POSTGRESQL,
        words.FUNCTIONS + words.FUNCTIONS_POSTGRESQL,
        words.TYPES + words.TYPES_POSTGRESQL,
    ),
    "mysql": Style(
        lexical_of("mariadb"),
        "`",
        _ANY_CASE,
        words.RESERVED | words.RESERVED_MYSQL,
        words.STARTS + words.STARTS_MYSQL,
        words.FUNCTIONS + words.FUNCTIONS_MYSQL,
        words.TYPES + words.TYPES_MYSQL,
    ),
    "sqlite": Style(
        lexical_of("sqlite"),
        '"',
        _ANY_CASE,
        words.RESERVED | words.RESERVED_SQLITE,
        words.STARTS + words.STARTS_SQLITE,
        words.FUNCTIONS + words.FUNCTIONS_SQLITE,
        words.TYPES + words.TYPES_SQLITE,
    ),
}
