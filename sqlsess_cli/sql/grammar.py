"""A dialect's tokens as two regular expressions: one for every token, one for whole stretches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlsess_cli.sql.lexical import Lexical

Kind = Literal[
    "space", "comment", "string", "name", "word", "number", "parameter", "positional",
    "punctuation", "terminator",
    "executable",  # the opening and the closing of a comment whose content is code
    "command",  # a line for the client: DELIMITER, or a backslash command
    "data",  # the lines of a COPY … FROM STDIN
    "run",  # any number of tokens that open and end nothing
]  # fmt: skip

BLANK = " \t\n\r\f\v"
# Every character beyond ASCII can be part of a name, on every database we know.
_INITIAL = r"A-Za-z_\x80-\U0010ffff"
_INNER = r"0-9$" + _INITIAL


@dataclass(frozen=True, slots=True)
class Opener:
    """Something that stays open until its end is found, over any number of lines.

    Attributes:
        kind: of the token it makes.
        inside: what a text is in that ends before it is closed.
        close: what closes it.
        event: finds `close`, and what has to be told apart from it; nothing: `close` alone counts.
        deeper: an event that takes one more `close`.
    """

    kind: Kind
    inside: str
    close: str
    event: re.Pattern[str] | None = None
    deeper: str = ""


DATA = Opener("data", "COPY data block", "\\.", re.compile(r"^\\\.(?=[ \t\r]*$)", re.MULTILINE))


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the scanner matches with.

    Attributes:
        token: one token of any kind; for something that can stay open, only what opens it.
        stretch: the same, after as much as can be taken at once because it opens and ends nothing
            (the group "run").
        openers: by the name of the group that matched.
    """

    token: re.Pattern[str]
    stretch: re.Pattern[str]
    openers: Mapping[str, Opener]


@lru_cache(maxsize=32)
def grammar_of(lexical: Lexical, delimiter: str = "") -> Grammar:
    """The grammar of a dialect, with a terminator that a DELIMITER line may have set."""
    token = "|".join(f"(?P<{name}>{rule})" for name, rule in _tokens(lexical, delimiter))
    token += "|(?P<punctuation>.)"
    guard = f"(?!{re.escape(delimiter)})" if delimiter else ""
    items = "|".join(_items(lexical, delimiter))
    # The count is bounded because each turn of a group costs memory until the match ends.
    stretch = f"(?P<run>(?:{guard}(?:{items})){{1,500}})|{token}"
    return Grammar(
        re.compile(token, re.DOTALL), re.compile(stretch, re.DOTALL), dict(_openers(lexical))
    )


def _wordlike(delimiter: str) -> bool:
    return re.match(f"[{_INNER}]", delimiter) is not None and delimiter[0] != "$"


def _tokens(lexical: Lexical, delimiter: str) -> Iterator[tuple[str, str]]:
    """Group names and rules, in the order they are tried."""
    yield "terminator", _terminator(lexical, delimiter)
    yield "space", f"[{BLANK}]+"
    yield "comment", "|".join(_line_comments(lexical))
    if lexical.executable_comments:
        yield "executable", rf"(?:{_either(lexical.executable_comments)})(?:[0-9]{{5,6}})?"
        yield "closer", r"\*/"
    yield "block", r"/\*"
    if "E" in lexical.prefixes:
        yield "escape", "[eE]'"
    prefixes = _prefixes(lexical)
    yield "single", f"(?:{prefixes})?'"
    yield "double", '(?:[Uu]&)?"' if "U&" in lexical.prefixes else '"'
    if lexical.backticks:
        yield "backtick", "`"
    if lexical.brackets:
        yield "bracket", r"\["
    if lexical.dollar_quotes:
        yield "dollar", rf"\$(?:[{_INITIAL}][0-9{_INITIAL}]*)?\$"
    if lexical.positional:
        yield "positional", r"\$[0-9]+"
    inner = _INNER.replace("$", "") if delimiter[:1] == "$" else _INNER
    yield "word", f"[{_INITIAL}][{inner}]*"
    yield "number", "[0-9][0-9A-Za-z_.]*"
    # A name as SQLAlchemy has it; but in :E'…' the letter belongs to the string.
    yield "parameter", r"(?<![\w$:\\]):[^\W\d]\w*+(?![$'\"])"


def _items(lexical: Lexical, delimiter: str) -> Iterator[str]:
    """What a stretch is made of: nothing that ends anything, and only what is closed."""
    special = r"'\";:/\\\-"
    special += "`" * lexical.backticks + r"\[" * lexical.brackets + "#" * lexical.hash_comments
    first = re.escape(delimiter[:1])
    if first not in special:
        yield first  # alone; the whole delimiter is kept out by the guard
    if lexical.dollar_quotes or "E" in lexical.prefixes:
        special += f"$0-9{_INITIAL}"
        yield rf"[{_INITIAL}][{_INNER}]*+(?!['\"&])"  # it may be a prefix
        yield "[0-9][0-9A-Za-z_.]*+"
    yield f"[^{special}{first}]+"
    yield r"'[^'\\]*+'" if lexical.backslash_escapes else "'[^']*+'"
    yield r'"[^"\\]*+"' if lexical.backslash_escapes else '"[^"]*+"'
    if lexical.backticks:
        yield "`[^`]*+`"
    if lexical.brackets:
        yield r"\[[^\]]*+\]"
    yield from _line_comments(lexical)
    yield (r"/\*(?!M?!)" if lexical.executable_comments else r"/\*") + r"[^*/]*+\*/"
    yield r"-(?!-)|/(?!\*)|::|:(?![^\W\d])"
    if lexical.positional:
        yield r"\$[0-9]+"


def _terminator(lexical: Lexical, delimiter: str) -> str:
    if not delimiter:
        return "|".join(
            re.escape(end) + r"(?!\w)" * end.startswith("\\") for end in lexical.terminators
        )
    if _wordlike(delimiter):
        return rf"(?<![{_INNER}]){re.escape(delimiter)}(?![{_INNER}])"
    client = [end for end in lexical.terminators if end.startswith("\\")]
    return "|".join([re.escape(delimiter), *(re.escape(end) + r"(?!\w)" for end in client)])


def _line_comments(lexical: Lexical) -> Iterator[str]:
    line = r"[^\n\r]*" if lexical.return_ends_comment else r"[^\n]*"
    yield (r"--(?=[\x00-\x20\x7f]|\Z)" if lexical.dash_needs_space else "--") + line
    if lexical.hash_comments:
        yield "#" + line


def _prefixes(lexical: Lexical) -> str:
    plain = [prefix for prefix in lexical.prefixes if prefix != "E"]
    return "|".join(f"[{prefix[0]}{prefix[0].lower()}]{prefix[1:]}" for prefix in plain)


def _either(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, words))


def _openers(lexical: Lexical) -> Iterator[tuple[str, Opener]]:
    plain, escaped = re.compile("''?"), re.compile(r"''?|\\.?", re.DOTALL)
    yield "single", Opener("string", "string", "'", escaped if lexical.backslash_escapes else plain)
    yield "escape", Opener("string", "string", "'", escaped)
    if lexical.double_quotes == "string":
        double = r'""?|\\.?' if lexical.backslash_escapes else '""?'
        yield "double", Opener("string", "string", '"', re.compile(double, re.DOTALL))
    else:
        yield "double", Opener("name", "quoted name", '"', re.compile('""?'))
    yield "backtick", Opener("name", "quoted name", "`", re.compile("``?"))
    yield "bracket", Opener("name", "quoted name", "]")
    nested = re.compile(r"/\*|\*/")
    if lexical.nested_comments:
        yield "block", Opener("comment", "comment", "*/", nested, deeper="/*")
    else:
        yield "block", Opener("comment", "comment", "*/")
