"""The lexical facts of each database: what opens, what closes, what ends a statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexical:
    r"""How one database reads text.

    Server settings move some of them: use `dataclasses.replace` under MySQL's ANSI_QUOTES
    (`double_quotes="identifier"`) and NO_BACKSLASH_ESCAPES (`backslash_escapes=False`), and with
    PostgreSQL's `standard_conforming_strings = off` (`backslash_escapes=True`).

    Attributes:
        name: "mysql", "postgresql", "sqlite" or "portable": selects the tables in `verbs`.
        backslash_escapes: in '…' (and in "…" where that is a string) a backslash escapes.
        double_quotes: what "…" is.
        backticks: `…` is a name.
        brackets: […] is a name.
        prefixes: letters that belong to the string or name they touch; E makes backslashes escape.
        hash_comments: # begins a comment.
        dash_needs_space: -- begins a comment only before a blank, a control character or the end.
        return_ends_comment: a lone carriage return ends a line comment, as a newline does.
        nested_comments: /* /* */ */ is one comment.
        executable_comments: openers of comments whose content is code.
        dollar_quotes: $$…$$ and $tag$…$tag$ are strings.
        positional: $1 is a parameter of the server's own.
        terminators: what ends a statement; the backslashed ones are those of the usual client.
        delimiter_command: a DELIMITER line changes the terminator, as in the mysql client.
        bodies: the statements that hold semicolons of their own. "atomic": BEGIN ATOMIC … END and
            the parentheses of a rule; "trigger": CREATE TRIGGER … ; END; "compound": routines,
            triggers and events with BEGIN, CASE, IF, LOOP, WHILE, REPEAT, FOR … END.
        copy_data: the lines after COPY … FROM STDIN; up to \. are data.
    """

    name: Literal["mysql", "postgresql", "sqlite", "portable"]
    backslash_escapes: bool = False
    double_quotes: Literal["identifier", "string"] = "identifier"
    backticks: bool = False
    brackets: bool = False
    prefixes: tuple[str, ...] = ("N", "X", "B")
    hash_comments: bool = False
    dash_needs_space: bool = False
    return_ends_comment: bool = False
    nested_comments: bool = False
    executable_comments: tuple[str, ...] = ()
    dollar_quotes: bool = False
    positional: bool = False
    terminators: tuple[str, ...] = (";",)
    delimiter_command: bool = False
    bodies: Literal["", "atomic", "trigger", "compound"] = ""
    copy_data: bool = False


MYSQL = Lexical(
    name="mysql",
    backslash_escapes=True,
    double_quotes="string",
    backticks=True,
    hash_comments=True,
    dash_needs_space=True,
    executable_comments=("/*!",),
    terminators=(";", r"\G", r"\g"),
    delimiter_command=True,
    bodies="compound",
)

MARIADB = replace(MYSQL, executable_comments=("/*!", "/*M!"))

POSTGRESQL = Lexical(
    name="postgresql",
    prefixes=("N", "X", "B", "E", "U&"),
    return_ends_comment=True,
    nested_comments=True,
    dollar_quotes=True,
    positional=True,
    terminators=(";", r"\gx", r"\g"),
    bodies="atomic",
    copy_data=True,
)

SQLITE = Lexical(name="sqlite", backticks=True, brackets=True, bodies="trigger")

PORTABLE = Lexical(name="portable", backticks=True, dollar_quotes=True, bodies="compound")

_BY_DIALECT = {
    "mysql": MARIADB,  # a mysql:// URL may well reach a MariaDB, and its facts are the wider ones
    "mariadb": MARIADB,
    "postgresql": POSTGRESQL,
    "cockroachdb": POSTGRESQL,
    "redshift": POSTGRESQL,
    "sqlite": SQLITE,
}


def lexical_of(dialect: str) -> Lexical:
    """The facts for a SQLAlchemy dialect's name; PORTABLE for those we do not know."""
    return _BY_DIALECT.get(dialect, PORTABLE)
