"""The statement around a cursor as tokens, and what is typed of the word at the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlsess_cli.sql.lexical import Lexical
from sqlsess_cli.sql.scan import Scanner, Token

# Characters that are looked at, so that an answer takes no longer than a key: of a statement before
# the cursor, of all before it, and of what comes after it. In more than that nobody types.
_LONGEST, _MOST, _FARTHEST = 20_000, 100_000, 10_000
_TAIL = re.compile(r"[\w$]*")
_CLOSING = {"[": "]"}

State = Literal["word", "name", "string", "parameter"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A token that means something.

    Attributes:
        kind: "word", "name" for a quoted one, "literal", "sign", "parameter", or "cursor".
        text: as it is written; of a quoted name what is in the quotes.
        start: where it begins in the whole text.
        end: where it ends.
        name: the name that the database reads there, if it is one.
    """

    kind: Literal["word", "name", "literal", "sign", "parameter", "cursor"]
    text: str
    start: int
    end: int
    name: str = ""

    @property
    def upper(self) -> str:
        """What it is as a keyword or a sign; nothing for all else."""
        if self.kind == "word":
            return self.text.upper() if self.text.isascii() else self.text
        return self.text if self.kind == "sign" else ""

    @property
    def is_name(self) -> bool:
        """Whether it can be a name."""
        return self.kind in {"word", "name"}


@dataclass(frozen=True, slots=True)
class Typed:
    """The word at the cursor as far as it is typed.

    Attributes:
        text: what is typed of it, without the quote.
        start: where it begins in the whole text, with the quote.
        state: "name" in open quotes, "string", "parameter" after its colon.
        opening: the quote.
        closed: the closing quote stands behind the cursor already.
        path: the names before it that dots join to it.
        called: an opening bracket stands right behind the cursor.
    """

    text: str
    start: int
    state: State = "word"
    opening: str = ""
    closed: bool = False
    path: tuple[str, ...] = ()
    called: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A statement, taken apart at the cursor."""

    typed: Typed
    before: Sequence[Leaf]
    after: Sequence[Leaf] = field(default=())


def cut(text: str, cursor: int, lexical: Lexical) -> Cut | None:
    """What is around a cursor; None where nothing can come: in a comment, after a number.

    Nor does anything after a text that is too long to be looked at at every key.
    """
    if cursor > _MOST:
        return None
    begin = _beginning(text[:cursor], lexical)
    if cursor - begin > _LONGEST:
        return None
    if begin == cursor and text[begin - 1 : begin].isalnum():
        return None  # a terminator of letters, which more of them would change
    scanner = Scanner(lexical)
    found = list(_scanned(scanner, text[begin:cursor]))
    last = found[-1] if found else Token("space", 0, 0)
    start = begin + last.start if found else cursor
    word = text[start:cursor]
    cast = word == ":" and text[start - 1 : start] == ":" and start > begin
    typed = Typed("", cursor) if cast else _typed(word, start, last, scanner)
    if text[start - 1 : start] == "@" or word == "@":
        return None  # a variable
    if typed is None:
        return None
    if typed.start < cursor:
        found.pop()
    before = list(_leaves(text, begin, found, lexical))
    path: list[str] = []
    while typed.state in {"word", "name"} and len(before) > 1 and before[-1].upper == ".":
        if not before[-2].is_name:
            break
        path.insert(0, before[-2].name)
        before = before[:-2]
    after = _tail(text, cursor, typed)
    rest = text[after : after + _FARTHEST]
    closed = bool(typed.opening) and after > cursor
    typed = Typed(
        typed.text, typed.start, typed.state, typed.opening, closed, tuple(path),
        rest.lstrip(" ").startswith("("),
    )  # fmt: skip
    return Cut(typed, before, list(_until_end(rest, after, lexical)))


def _beginning(text: str, lexical: Lexical) -> int:
    """Where the last statement of a text begins."""
    scanner, begin, at = Scanner(lexical), 0, 0
    while at < len(text):
        kind, at = scanner.next(text, at, stretch=True)
        if (kind in {"terminator", "command", "data"} and at < len(text)) or kind == "terminator":
            begin = at
    return begin


def _scanned(scanner: Scanner, text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        kind, end = scanner.next(text, at)
        yield Token(kind, at, end)
        at = end


def _typed(word: str, start: int, last: Token, scanner: Scanner) -> Typed | None:
    """What is typed of the last token; None where nothing can come."""
    if scanner.open is not None:
        return _quoted(word, start, last)
    if last.kind == "parameter" or word == ":":
        return Typed(word[1:], start, "parameter")
    if last.kind in _WHOLE or (last.kind == "comment" and not word.startswith("/*")):
        return None
    return Typed(word, start) if last.kind == "word" else Typed("", start + len(word))


_WHOLE = {"number", "positional", "string", "name", "command", "data", "executable"}


def _quoted(word: str, start: int, last: Token) -> Typed | None:
    """What is typed after a quote that is open."""
    closing = _CLOSING.get(word[0], word[0])
    inner = word[1:].replace(closing * 2, closing)
    if last.kind == "name":
        return Typed(inner, start, "name", word[0])
    plain = last.kind == "string" and word[0] in "'\""
    return Typed(inner, start, "string", word[0]) if plain else None


def _tail(text: str, cursor: int, typed: Typed) -> int:
    """Where the text goes on after the rest of the word at the cursor."""
    if typed.start == cursor:
        return cursor
    end = _TAIL.match(text, cursor).end()  # type: ignore[union-attr]  # it matches nothing as well
    if not typed.opening:
        return end if typed.state != "string" else cursor
    closing = _CLOSING.get(typed.opening, typed.opening)
    return end + 1 if text[end : end + 1] == closing else cursor


def _until_end(rest: str, at: int, lexical: Lexical) -> Iterator[Leaf]:
    """The tokens of what follows, up to the end of the statement."""
    scanner = Scanner(lexical)
    found = []
    for token in _scanned(scanner, rest):
        if token.kind in {"terminator", "command", "data"}:
            break
        found.append(token)
    yield from _shifted(rest, at, found, lexical)


def _leaves(text: str, begin: int, found: Sequence[Token], lexical: Lexical) -> Iterator[Leaf]:
    end = begin + (found[-1].end if found else 0)
    yield from _shifted(text[begin:end], begin, found, lexical)


def _shifted(text: str, by: int, found: Sequence[Token], lexical: Lexical) -> Iterator[Leaf]:
    """The tokens that mean something, placed in the whole text."""
    for kind, at, end in found:
        piece = text[at:end]
        if kind == "word":
            name = piece.lower() if lexical.name == "postgresql" else piece
            yield Leaf("word", piece, at + by, end + by, name)
        elif kind == "name":
            closing = _CLOSING.get(piece[0], piece[0])
            inner = piece[1:].removesuffix(closing).replace(closing * 2, closing)
            yield Leaf("name", inner, at + by, end + by, inner)
        elif kind in {"string", "number", "positional"}:
            yield Leaf("literal", piece, at + by, end + by)
        elif kind == "parameter":
            yield Leaf("parameter", piece, at + by, end + by)
        elif kind == "punctuation":
            yield Leaf("sign", piece, at + by, end + by)
