"""The scanner: tokens of SQL text, fed piece by piece, and what is open in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

from sqlsess_cli.sql.grammar import DATA, Grammar, Kind, Opener, grammar_of
from sqlsess_cli.sql.lexical import Lexical

BYTE_ORDER_MARK = "\ufeff"
_DELIMITER = re.compile(r"delimiter[ \t]+([^\s\\]\S*)[^\n]*", re.IGNORECASE)
_COMMAND = re.compile(r"\\[A-Za-z?!][^\n]*")


class Token(NamedTuple):
    """A piece of a text: what it is, and from where to where."""

    kind: Kind
    start: int
    end: int


class Scanner:
    """Where the reading of a text stands.

    Text is given in whole lines, any number at a time (the last line of all may lack its end), and
    read with `next` from 0 to its end. What is open at the end of one piece goes on in the next.

    Attributes:
        open: the string, name, comment or data that the text so far ends in.
        executable: inside a comment whose content is code.
    """

    def __init__(self, lexical: Lexical) -> None:
        self.lexical = lexical
        self.open: Opener | None = None
        self.executable = False
        self._depth = 0
        self._fresh = True  # nothing but space and comments since the last terminator
        self._tail = ""  # "'" after E'…', "\n" after a line end after that: it may go on
        self._use(grammar_of(lexical))

    def _use(self, grammar: Grammar) -> None:
        # Any character matches something: there is always a Match.
        self._token = cast("Callable[[str, int], re.Match[str]]", grammar.token.match)
        self._stretch = cast("Callable[[str, int], re.Match[str]]", grammar.stretch.match)
        self._openers = grammar.openers
        self._turning = {*grammar.openers, "dollar", "executable", "closer", "terminator"}

    def next(self, text: str, at: int, *, stretch: bool = False) -> tuple[Kind, int]:
        """The kind and the end of the token that begins at `at`, which is less than `len(text)`.

        With `stretch` it may be a "run" of many tokens, which is many times faster.
        """
        if self.open is not None:
            return self.open.kind, self._through(self.open, text, at)
        if stretch and not (self._fresh or self._tail or self.executable):
            found = self._stretch(text, at)
        else:
            found = self._token(text, at)
        group: Any = found.lastgroup
        end = found.end()
        if group in self._turning or self._fresh or self._tail:
            if group not in {"space", "comment"}:
                return self._turn(group, text, at, end)
            if self._tail and not {"\n", "\r"}.isdisjoint(text[at:end]):
                self._tail = "\n"
        return group, end

    def expect_data(self) -> None:
        """The next line is the first one of a COPY's data."""
        self.open, self._depth = DATA, 1

    def _turn(self, group: str, text: str, at: int, end: int) -> tuple[Kind, int]:
        """A token that changes where we stand, or whose meaning depends on it."""
        fresh, tail = self._fresh, self._tail
        self._fresh, self._tail = False, ""
        if group == "dollar":
            return self._enter(Opener("string", "dollar quote", text[at:end]), text, end)
        if group in self._openers:
            self._fresh = fresh and group == "block"
            goes_on = group == "single" and tail == "\n" and text[at] == "'"
            return self._enter(self._openers["escape" if goes_on else group], text, end)
        if group == "executable":
            self.executable = True
        elif group == "closer":
            if not self.executable:
                return "punctuation", at + 1
            self.executable = False
            return "executable", end
        elif group == "terminator":
            self._fresh = not self.executable
        elif fresh and (command := self._command(text, at)):
            self._fresh = True
            return "command", command
        return cast("Kind", group), end

    def _enter(self, opener: Opener, text: str, at: int) -> tuple[Kind, int]:
        self.open, self._depth = opener, 1
        return opener.kind, self._through(opener, text, at)

    def _through(self, opener: Opener, text: str, at: int) -> int:
        """The end of what is open, or of the text."""
        if opener.event is None:
            close = text.find(opener.close, at)
            self.open = opener if close < 0 else None
            return len(text) if close < 0 else close + len(opener.close)
        for event in opener.event.finditer(text, at):
            mark = event[0]
            if mark == opener.deeper:
                self._depth += 1
            elif mark == opener.close:
                self._depth -= 1
                if not self._depth:
                    self.open = None
                    self._tail = "'" if opener is self._openers.get("escape") else ""
                    return event.end()
        return len(text)

    def _command(self, text: str, at: int) -> int:
        """The end of a line for the client that begins here, or 0."""
        if text[at] == "\\":
            found = _COMMAND.match(text, at)
        elif self.lexical.delimiter_command and (found := _DELIMITER.match(text, at)):
            self._use(grammar_of(self.lexical, found[1] if found[1] != ";" else ""))
        else:
            found = None
        return found.end() if found else 0


def tokens(text: str, lexical: Lexical, *, stretch: bool = False) -> Iterator[Token]:
    """The tokens of a whole text; their slices joined are the text.

    What is not closed goes to the end. Data lines after a COPY are not known as such here.
    """
    scanner = Scanner(lexical)
    at = 0
    if text.startswith(BYTE_ORDER_MARK):
        yield Token("space", 0, 1)
        at = 1
    while at < len(text):
        kind, end = scanner.next(text, at, stretch=stretch)
        yield Token(kind, at, end)
        at = end
