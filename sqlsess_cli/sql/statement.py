"""One statement of a script: its text, where it stood, how it ended."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlsess_cli.sql.lexical import Lexical
from sqlsess_cli.sql.scan import tokens

_WORDS = 8


@dataclass(frozen=True, slots=True)
class Statement:
    r"""One statement, or a client's backslash command that stood in its place.

    Attributes:
        text: exactly as written, comments included, without the terminator and the space around.
        lexical: the facts it was read by.
        origin: line and column of the text's beginning in the script, from 1.
        head: the index in `text` of the first thing that is no comment.
        keyword: the first word in upper case, seen through comments and opening parentheses and in
            executable comments; a client command as it is written (`\connect`); or nothing.
        terminator: what ended it: ";", a DELIMITER's, `\G` …; nothing at the end of the script.
        inside: what the script ended inside: "string", "quoted name", "comment", "dollar quote",
            "body", "COPY data block"; nothing for a statement that is whole.
        data: the lines that followed a COPY … FROM STDIN.
    """

    text: str
    lexical: Lexical = field(repr=False)
    origin: tuple[int, int] = (1, 1)
    head: int = 0
    keyword: str = ""
    terminator: str = ""
    inside: str = ""
    data: str | None = None

    @property
    def line(self) -> int:
        """The line in the script where it begins, after any comments."""
        return self.place(self.head)[0]

    @property
    def column(self) -> int:
        """The column there."""
        return self.place(self.head)[1]

    def place(self, position: int) -> tuple[int, int]:
        """Line and column in the script of a character of `text`: where a server complained."""
        lines = self.text.count("\n", 0, position)
        if not lines:
            return self.origin[0], self.origin[1] + position
        return self.origin[0] + lines, position - self.text.rfind("\n", 0, position)

    @property
    def complete(self) -> bool:
        """Whether nothing is left open."""
        return not self.inside

    @property
    def words(self) -> tuple[str, ...]:
        """The first eight words in upper case, those of executable comments too."""
        return tuple(islice(_words(self.text, self.lexical), _WORDS))

    @property
    def parameters(self) -> tuple[str, ...]:
        r"""The names of its `:name` parameters, each once, in order of appearance.

        A parameter is a colon and a name outside strings, names and comments, the colon not after
        a colon, backslash, letter, digit, underscore or dollar sign: not `x::type`, `@a := 1`,
        `\\:x`, `a[1:n]` nor `label:`. But `a[:n]` and `a[1 :n]` count: whoever means a slice gives
        no such parameter, and it stays as it is.
        """
        if ":" not in self.text:
            return ()
        found = tokens(self.text, self.lexical, stretch=True)
        names = (self.text[at + 1 : end] for kind, at, end in found if kind == "parameter")
        return tuple(dict.fromkeys(names))


def escaped_for_text(statement: Statement, given: Collection[str]) -> str:
    r"""The text to hand to `sqlalchemy.text()`.

    Of its colons only those of parameters with a given name bind; every other one is written `\:`.
    """
    text = statement.text
    if ":" not in text:
        return text
    pieces = []
    for kind, at, end in tokens(text, statement.lexical, stretch=True):
        piece = text[at:end]
        bound = kind == "parameter" and piece[1:] in given
        pieces.append(piece if bound else piece.replace(":", r"\:"))
    return "".join(pieces)


def _words(text: str, lexical: Lexical) -> Iterator[str]:
    for kind, at, end in tokens(text, lexical):
        if kind == "word":
            yield upper(text[at:end])


def upper(word: str) -> str:
    """A keyword in upper case. Beyond ASCII nothing is a keyword, whatever its upper case."""
    return word.upper() if word.isascii() else word
