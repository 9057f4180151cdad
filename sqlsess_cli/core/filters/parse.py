"""Text of the filter language becomes a tree, or an error with a caret."""

from __future__ import annotations

import os
import re
from functools import cache

from lark import Lark, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken
from lark.lexer import Token

from sqlsess_cli.core.filters.caret import pointed
from sqlsess_cli.errors import UsageError

LONGEST = 20_000  # characters of one condition
_DEEPEST = 60  # brackets
_HIGHEST = 100  # nodes above each other; what is compiled from them is walked recursively

_SHORT = re.compile(r"(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*)*)=(?P<value>[^=\s'].*|)$", re.DOTALL)

# How what the grammar expects is told to a person; what is not here is left unsaid.
_SAID = {
    "COMPARE": "a comparison such as = or <",
    "_IS": "is",
    "_IN": "in",
    "LIKE": "like",
    "_BETWEEN": "between",
    "_AND": "and",
    "_OR": "or",
    "NAME": "a name",
    "STRING": "'text'",
    "NUMBER": "a number",
    "RPAR": "')'",
    "LPAR": "'('",
    "_NULL": "null",
    "COMMA": "','",
}


@cache
def parser() -> Lark:
    """The parser of the language, built once."""
    with open(os.path.join(os.path.dirname(__file__), "filter.lark"), encoding="utf-8") as file:
        return Lark(
            file.read(), parser="lalr", start=["start", "column"], propagate_positions=True,
            maybe_placeholders=False,
        )  # fmt: skip


def short_form(word: str) -> tuple[str, str] | None:
    """Path and value of a word `path=value`; None when it is an expression.

    A value may hold spaces, unless the word then reads as an expression: `course=Art or score>8`
    is one, and is refused for its unquoted Art; `name=Ada Lovelace` is not.
    """
    match = _SHORT.match(word)
    if match is None:
        return None
    if re.search(r"\s", word) and _is_expression(word):
        return None
    return match["path"], match["value"]


def _is_expression(word: str) -> bool:
    if len(word) > LONGEST:
        return False
    try:
        parser().parse(word, "start")
    except UnexpectedInput:
        return False
    return True


def parse(text: str, start: str = "start") -> Tree[Token]:
    """The tree of an expression.

    Args:
        text: the expression.
        start: "start" for a condition, "column" for a value.

    Raises:
        UsageError: it is no expression; shows where, and what could have come.
    """
    if len(text) > LONGEST:
        raise UsageError(f"a condition of {len(text):,} characters", f"at most {LONGEST:,}")
    if _depth(text) > _DEEPEST:
        raise UsageError("a condition nested too deeply", f"at most {_DEEPEST} brackets")
    try:
        tree = parser().parse(text, start)
    except UnexpectedInput as error:
        raise _refused(text, error) from None
    if _height(tree) > _HIGHEST:
        raise UsageError("a condition nested too deeply", f"at most {_HIGHEST} steps")
    return tree


def _depth(text: str) -> int:
    deepest = depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return deepest


def _height(tree: Tree[Token]) -> int:
    """How many nodes are above each other, counted level by level."""
    level, height = [tree], 0
    while level:
        height += 1
        level = [item for node in level for item in node.children if isinstance(item, Tree)]
    return height


def _refused(text: str, error: UnexpectedInput) -> UsageError:
    at = len(text) if isinstance(error, UnexpectedEOF) else error.pos_in_stream or 0
    expected: set[str] = set()
    problem = "the condition ends too early"
    if isinstance(error, UnexpectedToken):
        expected = set(error.accepts or error.expected)
        if error.token.type == "$END":  # the parser's name for the end of the text
            at = len(text)
        else:
            problem = f"{str(error.token)!r} cannot stand here"
    elif isinstance(error, UnexpectedCharacters):
        expected = set(error.allowed or ())
        problem = f"{text[at : at + 1]!r} cannot stand here"
        if text[at : at + 1] == "'":
            problem = "the text that begins here has no closing quote"
    said = [word for name, word in _SAID.items() if name in expected]
    return UsageError(pointed(problem, text, at), f"expected {', '.join(said)}" if said else "")
