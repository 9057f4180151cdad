"""Statements that hold statements: whether a semicolon ends them or belongs to their body."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sqlsess_cli.sql.lexical import Lexical


class Body(Protocol):
    """Follows one statement.

    It is shown every significant token: words in upper case, punctuation and terminators as they
    are, strings and names as their last character.
    """

    def see(self, mark: str) -> None:
        """The next token."""

    @property
    def open(self) -> bool:
        """Whether a terminator that was just seen belongs to the body, or the end is missing."""


class TriggerBody:
    """SQLite's own rule: such a statement ends with a semicolon, END, and a semicolon."""

    def __init__(self) -> None:
        self._last = ("", "", "")

    def see(self, mark: str) -> None:
        """The next token."""
        self._last = (*self._last[1:], mark)

    @property
    def open(self) -> bool:
        """Whether the last three tokens, or the last two at the end of a text, are not these."""
        return self._last != (";", "END", ";") and self._last[1:] != (";", "END")


class RuleBody:
    """PostgreSQL's CREATE RULE … DO (…; …): what is in parentheses is inside."""

    def __init__(self) -> None:
        self._depth = 0

    def see(self, mark: str) -> None:
        """The next token."""
        self._depth += (mark == "(") - (mark == ")")

    @property
    def open(self) -> bool:
        """Whether a parenthesis is."""
        return self._depth > 0


class AtomicBody:
    """PostgreSQL's BEGIN ATOMIC … END, with CASE … END in it."""

    def __init__(self) -> None:
        self._depth = 0
        self._before = ""

    def see(self, mark: str) -> None:
        """The next token."""
        before, self._before = self._before, mark
        if mark == "ATOMIC" and before == "BEGIN":
            self._depth += 1
        elif self._depth and before not in _NAMING:
            self._depth += (mark == "CASE") - (mark == "END")

    @property
    def open(self) -> bool:
        """Whether an END is missing."""
        return self._depth > 0


_CONTROL = frozenset({"CASE", "FOR", "IF", "LOOP", "REPEAT", "WHILE"})
_NAMING = frozenset({".", "@", "AS"})  # what follows is a name: x.end, @end, AS end
# After these a statement begins, as far as that can be told without a grammar: in a body, or
# after the head of a routine.
_AFTER_HEAD = frozenset(
    {")", "'", '"', "DATA", "DEFINER", "DETERMINISTIC", "INVOKER", "ROW", "SQL"}
)
_STARTS = _AFTER_HEAD | {";", ":", "ATOMIC", "BEGIN", "DO", "ELSE", "LOOP", "REPEAT", "THEN"}


class CompoundBody:
    """Blocks of SQL/PSM as MySQL and MariaDB have them, when no DELIMITER says where they end."""

    def __init__(self, opened: str = "") -> None:
        self._blocks = [opened] if opened else []
        self._before = opened
        self._ending = False  # END was seen: the next word says of what
        self._handler = False  # in DECLARE … HANDLER FOR …, before its statement

    def see(self, mark: str) -> None:
        """The next token."""
        before, self._before = self._before, mark
        if self._ending:
            self._ending = False
            self._close(mark)
            if mark in _CONTROL:
                return
        if mark == "END":
            self._ending = before not in _NAMING
        elif self._opens(mark, before):
            self._blocks.append(mark)
        self._handler = mark == "HANDLER" or (self._handler and mark not in {";", "BEGIN"})

    def _opens(self, mark: str, before: str) -> bool:
        if mark == "BEGIN":
            return not self._blocks or self._handler or before in _STARTS
        if mark == "CASE":
            return before not in _NAMING
        if mark == "FOR" and before in _AFTER_HEAD:
            return False
        return mark in _CONTROL and before in _STARTS

    def _close(self, mark: str) -> None:
        """An END, and what came after it: END IF closes an IF, END alone a BEGIN or a CASE."""
        if self._blocks and self._blocks[-1] in {mark, "CASE"}:
            self._blocks.pop()
        elif mark not in _CONTROL:  # what is above the BEGIN or CASE was none: IF(…) after THEN
            while self._blocks and self._blocks.pop() not in {"BEGIN", "CASE"}:
                pass

    @property
    def open(self) -> bool:
        """Whether an END is missing."""
        if not self._ending:
            return bool(self._blocks)
        # The last word was END: it closes as it does before any other word than IF, LOOP …
        closed = [at for at, mark in enumerate(self._blocks) if mark in {"BEGIN", "CASE"}]
        return bool(closed and closed[-1])


# By style: the first words of statements that may have a body, the words that can stand between
# those and the kind of object, and the kinds that have one.
_FIRST = {
    "": frozenset[str](),
    "atomic": frozenset({"CREATE"}),
    "trigger": frozenset({"CREATE", "EXPLAIN"}),
    "compound": frozenset({"ALTER", "BEGIN", "CREATE", *_CONTROL}),
}
_LEADING = {
    "atomic": frozenset({"CREATE", "OR", "REPLACE"}),
    "trigger": frozenset({"CREATE", "EXPLAIN", "PLAN", "QUERY", "TEMP", "TEMPORARY"}),
    "compound": frozenset({"AGGREGATE", "ALTER", "CREATE", "OR", "REPLACE"}),
}
_OBJECTS: Mapping[str, Mapping[str, Callable[[], Body]]] = {
    "atomic": {"FUNCTION": AtomicBody, "PROCEDURE": AtomicBody, "RULE": RuleBody},
    "trigger": {"TRIGGER": TriggerBody},
    "compound": dict.fromkeys(("EVENT", "FUNCTION", "PROCEDURE", "TRIGGER"), CompoundBody),
}
_DEFINER_LIMIT = 12  # words to wait for the kind of object after DEFINER = user


def body_of(words: Sequence[str], lexical: Lexical) -> Body | bool:
    """The body that a statement with these first words has: True, undecided yet; False, none."""
    first, last, style = words[0], words[-1], lexical.bodies
    if first not in _FIRST[style]:
        return False
    if first in _CONTROL:  # MariaDB has these outside of routines; T-SQL's IF has no END
        return lexical.name == "mysql" and CompoundBody(opened=first)
    if first == "BEGIN":  # BEGIN alone, or BEGIN WORK, begins a transaction
        return len(words) == 1 or (last == "NOT" and CompoundBody(opened=first))
    if last in _LEADING[style]:
        return True
    if last in _OBJECTS[style]:
        return _OBJECTS[style][last]()
    return "DEFINER" in words and last not in {"VIEW", "SQL"} and len(words) < _DEFINER_LIMIT
