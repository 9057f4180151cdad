"""All that is known of the place where something is to be proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlsess_cli.names.sql.cut import Cut, Typed
from sqlsess_cli.names.sql.dialects import Style
from sqlsess_cli.names.sql.schema import Schema
from sqlsess_cli.names.sql.scope import Reader
from sqlsess_cli.names.sql.spot import Spot
from sqlsess_cli.names.sql.tree import Group, Item, upper

# Words that are keywords wherever they stand: by them the case is told that somebody types in.
_TELLING = frozenset(
    """
    SELECT FROM WHERE JOIN ON AND OR GROUP ORDER BY INSERT INTO UPDATE SET DELETE VALUES WITH AS IN
    IS NOT NULL CREATE ALTER DROP TABLE LEFT LIMIT UNION EXPLAIN ALL DISTINCT RETURNING HAVING USING
    """.split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is to be proposed.

    Attributes:
        source: the whole text.
        made: the statement around the cursor.
        spot: where the cursor is in it.
        schema: the names of the database.
        style: how it spells.
        reader: what works out columns.
    """

    source: str
    made: Cut
    spot: Spot
    schema: Schema
    style: Style
    reader: Reader

    @property
    def typed(self) -> Typed:
        """The word at the cursor."""
        return self.made.typed

    def written(self, name: str) -> str:
        """A name as it is inserted: in the quotes that are open, and without one that is there."""
        made = self.style.written(name, self.typed.opening)
        return made[:-1] if self.typed.closed else made

    def cased(self, word: str) -> str:
        """A keyword in the case that it is typed in, or else that of the last keyword."""
        letters = [letter for letter in self.typed.text if letter.isalpha()]
        if letters:
            return word.lower() if letters[-1].islower() else word.upper()
        return self.cased_around(word)

    def cased_around(self, word: str) -> str:
        """A keyword in the case of the last one."""
        before = self.made.before
        for leaf in (*reversed(before), *self.made.after):
            if leaf.upper in _TELLING or (leaf is before[0] if before else False):
                return word.lower() if leaf.text.islower() else word.upper()
        return word.upper()

    def text_of(self, items: Sequence[Item]) -> str:
        """What some items are written as."""
        return self.source[items[0].start : items[-1].end]


def ended(items: Sequence[Item]) -> bool:
    """Whether an expression may end with the last of some items, so that no operand comes next."""
    last = items[-1] if items else None
    if isinstance(last, Group):
        return [upper(item) for item in items[-3:-1]] != ["DISTINCT", "ON"]
    if last is None:
        return False
    if last.kind == "word":
        return last.upper not in _BEFORE_OPERAND
    if last.upper == "*":
        return not ended(items[:-1])
    return last.kind != "sign" or last.text in {"]", "?"}


_BEFORE_OPERAND = frozenset(
    """
    FROM ALL AND ANY AS BETWEEN BY CASE DISTINCT ELSE ESCAPE EXISTS GLOB HAVING ILIKE IN INTERVAL IS
    LIKE MATCH NOT ON OR REGEXP RETURNING RLIKE SELECT SET SIMILAR SOME THEN USING VALUES WHEN
    WHERE XOR DIV MOD BINARY CONFLICT KEY DISTINCTROW LIMIT OFFSET COLLATE DUPLICATE
    """.split()
)


def called_by(place: Place) -> str:
    """The word before the innermost bracket around the cursor, in upper case."""
    before = place.spot.brackets[-1] if place.spot.brackets else ()
    return upper(before[-1]) if before else ""


def at_table(place: Place) -> bool:
    """Whether a table comes here, in a clause of tables."""
    last = place.spot.last
    return last is None or upper(last) in _BEFORE_NAME


_BEFORE_NAME = frozenset({",", "ONLY", "LATERAL", "IGNORE", "LOW_PRIORITY", "TABLE"})
