"""A statement as its significant tokens, for those who ask what it does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlsess_cli.sql.lexical import Lexical
from sqlsess_cli.sql.scan import tokens
from sqlsess_cli.sql.statement import Statement, upper

# Words in upper case, a quoted name as '"' and its content in upper case, a string as "'", a
# comment in an executable comment as "/", the rest as it is.
Marks = list[str]

# MariaDB's compound statements: the words they begin with, those after which a new statement
# begins in them, and those that tell wherever they stand.
_COMPOUND = frozenset({"CASE", "FOR", "IF", "LOOP", "REPEAT", "WHILE"})
_STARTS = frozenset({";", "ATOMIC", "BEGIN", "DO", "ELSE", "LOOP", "REPEAT", "THEN"})
_ENDINGS = frozenset({"AUTOCOMMIT", "COMMIT", "ROLLBACK", "SAVEPOINT"})

# Of a longer statement that begins with one of these only the beginning is looked at.
_LONG, _HEAD = 4096, 64
_TOLD_BY_HEAD = frozenset(
    {"ALTER", "CALL", "COPY", "CREATE", "DELETE", "INSERT", "REPLACE", "UPDATE"}
)


def marks_of(statement: Statement) -> list[tuple[str, bool]]:
    """The significant tokens, and whether each stands in an executable comment."""
    text, openers = statement.text, statement.lexical.executable_comments
    head = len(text) > _LONG and statement.keyword in _TOLD_BY_HEAD
    limit = _HEAD if head and not any(opener in text for opener in openers) else None
    return list(islice(_each_mark(text, statement.lexical), limit))


def _each_mark(text: str, lexical: Lexical) -> Iterator[tuple[str, bool]]:
    optional = False
    for kind, at, end in tokens(text, lexical):
        if kind == "executable":
            optional = text[at] == "/"
        elif kind == "word":
            yield upper(text[at:end]), optional
        elif kind == "name":
            yield '"' + text[at:end].strip('"`[]').upper(), optional
        elif kind == "string":
            yield "'", optional
        elif kind in {"punctuation", "terminator", "number", "parameter", "positional"}:
            yield text[at:end], optional
        elif kind == "comment" and optional:
            yield "/", optional


def pieces_of(marks: Marks, lexical: Lexical) -> Iterator[Marks]:
    """The statements that one text holds, as far as they are executed with it."""
    first = marks[0]
    if first in {"ALTER", "CREATE"} or (first == "EXPLAIN" and lexical.bodies == "trigger"):
        yield marks  # a body is kept for later
    elif lexical.name == "mysql" and (first in _COMPOUND or tuple(marks[:2]) == ("BEGIN", "NOT")):
        yield ["NOT"]  # a piece that is no query
        yield from (piece for piece in _cut(marks[1:], _STARTS) if piece[0] != "END")
        if not _ENDINGS.isdisjoint(marks):
            yield ["COMMIT"]
    else:
        yield from _cut(marks, frozenset({";"}))


def _cut(marks: Marks, at: frozenset[str]) -> Iterator[Marks]:
    piece: list[str] = []
    for mark in marks:
        if mark not in at:
            piece.append(mark)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece
