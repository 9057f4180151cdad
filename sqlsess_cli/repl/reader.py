r"""Lines become what is to be done: statements ended by `;`, commands of the console, verbs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlsess_cli.sql.lexical import PORTABLE, Lexical, lexical_of
from sqlsess_cli.sql.scan import tokens
from sqlsess_cli.sql.statements import split

_ENDING = re.compile(r"[;\\]|delimiter", re.IGNORECASE)
_DELIMITER = re.compile(r"\s*delimiter[ \t]+(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sql:
    """A whole statement, and the line of the script where it begins."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    r"""A line for the console: `\name argument`, or a verb without the backslash.

    Attributes:
        text: the line, without what stood before the backslash.
        line: where in the script.
        buffer: the statement that stood before it and has no end.
    """

    text: str
    line: int
    buffer: str = ""


Unit = Sql | Command


def reading_of(dialect: str) -> Lexical:
    r"""How text typed for a database is read: a backslash is always for the console."""
    lexical = lexical_of(dialect) if dialect else PORTABLE
    return replace(lexical, terminators=(";",), copy_data=False)


class Reader:
    """Takes lines, and gives what they are as soon as it has ended.

    Args:
        lexical: how the database reads text; see `reading_of`.
        is_line: whether a line stands for itself, such as a verb.
    """

    def __init__(self, lexical: Lexical, is_line: Callable[[str], bool]) -> None:
        self.lexical = lexical
        self._is_line = is_line
        self._delimiter = ""  # the line that set another one than a semicolon
        self._pending = ""
        self._line = 1  # of the script, where what is pending begins
        self._next = 1

    @property
    def pending(self) -> str:
        """What has no end yet."""
        return self._pending

    def feed(self, line: str) -> Iterator[Unit]:
        """What has ended with this line, which has no line end of its own."""
        number, self._next = self._next, self._next + 1
        if not self._pending.strip():
            self._pending, self._line = "", number
            if line.lstrip().startswith("\\") or self._is_line(line):
                yield Command(line.strip(), number)
                return
        self._pending += f"{line}\n"
        if self._delimiter or _ENDING.search(line):
            yield from self._ended()

    def finish(self) -> Iterator[Unit]:
        """What is left at the end: a last statement needs no semicolon."""
        if self._pending.strip():
            for statement in split(self._delimiter + self._pending, self.lexical):
                yield Sql(statement.text, self._line + statement.line - 1)
        self._pending = ""

    def forget(self) -> None:
        """Throw away what is pending."""
        self._pending = ""

    def _ended(self) -> Iterator[Unit]:
        while (at := self._backslash()) is not None:
            before, (line, _, after) = self._pending[:at], self._pending[at:].partition("\n")
            self._pending = before
            yield from self._statements()
            number = self._line + before.count("\n")
            buffer, self._pending = self._pending.strip(), after
            self._line += before.count("\n") + 1
            yield Command(line.strip(), number, buffer)
        yield from self._statements()

    def _backslash(self) -> int | None:
        """Where a backslash stands that belongs to no string, name or comment."""
        if "\\" not in self._pending:
            return None
        starts = (start for _, start, _ in tokens(self._pending, self.lexical))
        return next((start for start in starts if self._pending[start] == "\\"), None)

    def _statements(self) -> Iterator[Sql]:
        """The statements that have ended; what is left stays pending."""
        if found := _DELIMITER.match(self._pending):
            self._delimiter = f"{found[0].strip()}\n" if found[1] != ";" else ""
            self._pending = ""
            return
        text = self._delimiter + self._pending
        rest = ""
        for statement in split(text, self.lexical):
            if statement.terminator and statement.terminator != "\n":
                yield Sql(statement.text, self._place(statement.line))
            else:
                line, column = statement.origin
                lines = text.splitlines(keepends=True)
                rest = text[sum(map(len, lines[: line - 1])) + column - 1 :]
                self._line = self._place(line)
        self._pending = rest

    def _place(self, line: int) -> int:
        return self._line + line - 1 - self._delimiter.count("\n")


def is_whole(text: str, lexical: Lexical, is_line: Callable[[str], bool]) -> bool:
    """Whether a text that somebody typed has an end: nothing of it waits for more."""
    reader = Reader(lexical, is_line)
    for line in text.split("\n"):
        for _ in reader.feed(line):
            pass
    return not reader.pending.strip()
