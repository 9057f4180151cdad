"""A script as statements: fed whole or piece by piece, each one given as soon as it has ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlsess_cli.sql.bodies import Body, body_of
from sqlsess_cli.sql.grammar import BLANK, Kind
from sqlsess_cli.sql.lexical import Lexical
from sqlsess_cli.sql.scan import BYTE_ORDER_MARK, Scanner, tokens
from sqlsess_cli.sql.statement import Statement, upper

_REST_OF_LINE = re.compile(rf"[{BLANK}]*?(?:\n|\Z)")


def split(source: str | Iterable[str], lexical: Lexical) -> Iterator[Statement]:
    """The statements of a script: a text, or any pieces of it, as an open file gives them.

    What holds only comments and space is no statement. The last one has no terminator when the
    script does not end in one, and says what it is `inside` when that is not closed.
    """
    splitter = Splitter(lexical)
    for piece in [source] if isinstance(source, str) else source:
        yield from splitter.feed(piece)
    yield from splitter.finish()


class _Draft:
    """The statement that is being read."""

    def __init__(self, lexical: Lexical, start: int, origin: tuple[int, int]) -> None:
        self.lexical = lexical
        self.start = start  # in the piece being read
        self.origin = origin
        self.earlier: list[str] = []  # its text in the pieces before
        self.length = 0  # of those
        self.head = -1  # the index of the first token that is no comment
        self.parenthesized = False
        self.words: list[str] = []
        self.body: Body | bool = True  # True: not decided yet; False: none

    @property
    def keyword(self) -> str:
        """The first word, if there was one where a first word can be."""
        return self.words[0] if self.words else ""

    @property
    def open(self) -> bool:
        """Whether a semicolon would belong to the body."""
        return not isinstance(self.body, bool) and self.body.open

    def see(self, kind: Kind, mark: str) -> None:
        """A token that is neither space nor comment."""
        if self.body is False or kind == "executable":
            return
        if not isinstance(self.body, bool):
            self.body.see(upper(mark) if kind == "word" else mark[-1])
        elif kind == "word":
            self.words.append(upper(mark))
            self.body = not self.parenthesized and body_of(self.words, self.lexical)
        elif mark == "(" and not self.words:
            self.parenthesized = True
        elif "DEFINER" not in self.words:
            self.body = False

    def carry(self, text: str) -> None:
        """The piece being read ends, the statement does not."""
        self.earlier.append(text[self.start :])
        self.length += len(text) - self.start
        self.start = 0

    def statement(self, text: str, end: int, terminator: str = "", inside: str = "") -> Statement:
        """What was read, now that it ends."""
        whole = "".join([*self.earlier, text[self.start : end]])
        whole = whole if inside else whole.rstrip(BLANK)
        head = max(self.head, 0)
        return Statement(whole, self.lexical, self.origin, head, self.keyword, terminator, inside)


class Splitter:
    """Reads a script as it comes: every `feed`, and `finish`, has to be read to its end."""

    def __init__(self, lexical: Lexical) -> None:
        self._lexical = lexical
        self._scanner = Scanner(lexical)
        self._begun = False
        self._held: list[str] = []  # of a line that is not whole yet
        self._draft: _Draft | None = None
        self._copy: tuple[Statement, list[str]] | None = None  # and its data so far
        self._line, self._column = 1, 1  # of …
        self._mark = 0  # … this index in the piece being read

    @property
    def inside(self) -> str:
        """What the text so far ends inside, as in a Statement."""
        if self._scanner.open:
            return self._scanner.open.inside
        if self._scanner.executable:
            return "comment"
        return "body" if self._draft and self._draft.open else ""

    def feed(self, text: str) -> Iterator[Statement]:
        """The statements that have ended by now. A line is read once it is whole."""
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix(BYTE_ORDER_MARK)
        cut = text.rfind("\n") + 1
        if cut:
            whole = "".join([*self._held, text[:cut]])
            self._held.clear()
            yield from self._read(whole)
        if cut < len(text):
            self._held.append(text[cut:])

    def finish(self) -> Iterator[Statement]:
        """What is left at the end of the script."""
        yield from self._read("".join(self._held))
        if self._copy:
            statement, data = self._copy
            yield replace(statement, data=_lines(data), inside=self.inside)
        elif self._draft and (self._draft.head >= 0 or self.inside):
            yield self._draft.statement("", 0, inside=self.inside)

    def _read(self, text: str) -> Iterator[Statement]:
        scanner, size, at = self._scanner, len(text), 0
        while at < size:
            draft = self._draft
            stretch = draft is not None and draft.body is False
            kind, end = scanner.next(text, at, stretch=stretch)
            if kind == "terminator" or kind == "command" or kind == "data":  # noqa: PLR1714
                if ended := self._end(kind, text, at, end):
                    yield ended
            elif kind != "space":
                if draft is None:
                    self._draft = draft = _Draft(self._lexical, at, self._place(text, at))
                if kind != "comment" and draft.body is not False:
                    if draft.head < 0:
                        draft.head = draft.length + at - draft.start
                    draft.see(kind, text[at:end])
            at = end
        if self._draft:
            self._draft.carry(text)
        self._place(text, size)
        self._mark = 0

    def _place(self, text: str, at: int) -> tuple[int, int]:
        """Line and column of an index not before the last one that was asked for."""
        lines = text.count("\n", self._mark, at)
        if lines:
            self._line += lines
            self._column = at - text.rfind("\n", self._mark, at)
        else:
            self._column += at - self._mark
        self._mark = at
        return self._line, self._column

    def _end(self, kind: Kind, text: str, at: int, end: int) -> Statement | None:
        """The statement that this token ends, if it does."""
        if kind == "data":
            return self._data(text[at:end])
        if kind == "command":
            return self._command(text[at:end], self._place(text, at))
        draft, mark = self._draft, text[at:end]
        if draft is None:
            return None
        draft.see(kind, mark)
        if self._scanner.executable or (mark == ";" and draft.open):
            return None
        self._draft = None
        statement = draft.statement(text, at, mark) if draft.head >= 0 else None
        if statement and _takes_data(statement) and _REST_OF_LINE.match(text, end):
            self._copy = statement, []
            self._scanner.expect_data()
            return None
        return statement

    def _data(self, lines: str) -> Statement | None:
        if self._copy is None:
            return None
        statement, data = self._copy
        data.append(lines)
        if self._scanner.open:
            return None
        self._copy = None
        return replace(statement, data=_lines(data).removesuffix("\\."))

    def _command(self, line: str, place: tuple[int, int]) -> Statement | None:
        """A DELIMITER line has done its work already; any other one stands for a statement."""
        if self._draft and self._draft.head >= 0:
            return None  # in a body that has no end yet
        self._draft = None
        if not line.startswith("\\"):
            return None
        line = line.rstrip(BLANK)
        return Statement(line, self._lexical, place, keyword=line.split()[0], terminator="\n")


def _lines(data: list[str]) -> str:
    """Data without the rest of the line that COPY stands on."""
    return "".join(data).partition("\n")[2]


def _takes_data(statement: Statement) -> bool:
    """COPY … FROM STDIN, not in parentheses: the lines that follow are its data."""
    if statement.keyword != "COPY" or not statement.lexical.copy_data:
        return False
    depth, before = 0, ""
    for kind, at, end in tokens(statement.text, statement.lexical):
        mark = statement.text[at:end].upper()
        depth += (mark == "(") - (mark == ")")
        if kind == "word" and not depth:
            if (before, mark) == ("FROM", "STDIN"):
                return True
            before = mark
    return False
