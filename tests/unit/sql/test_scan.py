"""Tokens: the text in pieces, of the right kinds, for any text, at any length."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import example, given

from sqlsess_cli.sql.lexical import (
    MARIADB,
    MYSQL,
    PORTABLE,
    POSTGRESQL,
    SQLITE,
    Lexical,
    lexical_of,
)
from sqlsess_cli.sql.scan import Scanner, tokens

from .cases import LEXICALS
from .strategies import hostile, lexicals, unhurried

WHOLE = {"space", "word", "number", "punctuation", "comment", "string", "name", "positional"}


def kinds(text: str, lexical: Lexical) -> list[tuple[str, str]]:
    return [
        (kind, text[start:end]) for kind, start, end in tokens(text, lexical) if kind != "space"
    ]


@unhurried
@given(hostile, lexicals)
def test_the_slices_are_the_text(text: str, lexical: Lexical) -> None:
    for stretch in (False, True):
        found = list(tokens(text, lexical, stretch=stretch))
        assert "".join(text[start:end] for _, start, end in found) == text
        assert all(start < end for _, start, end in found)
        assert all(first.end == second.start for first, second in pairwise(found))


@unhurried
@given(hostile, lexicals)
@example("a&E'\\''", POSTGRESQL)
@example("delimiter $$\na$$b", MYSQL)
@example("'a'''", MYSQL)
def test_a_run_turns_nothing(text: str, lexical: Lexical) -> None:
    """Character by character both readings agree.

    Only, in a run 'a''b' may be two strings that touch, as they are to many a lexer.
    """
    single, stretched = labels(text, lexical), labels(text, lexical, stretch=True)
    for kind, run in zip(single, stretched, strict=True):
        assert kind in WHOLE if run == "run" else kind == run


def labels(text: str, lexical: Lexical, *, stretch: bool = False) -> list[str]:
    return [
        kind
        for kind, start, end in tokens(text, lexical, stretch=stretch)
        for _ in range(start, end)
    ]


def test_kinds() -> None:
    text = 'select a."b""c", N\'x\', :p, 1.5e3, $2 -- d\n/* e */;'
    assert kinds(text, POSTGRESQL) == [
        ("word", "select"),
        ("word", "a"),
        ("punctuation", "."),
        ("name", '"b""c"'),
        ("punctuation", ","),
        ("string", "N'x'"),
        ("punctuation", ","),
        ("parameter", ":p"),
        ("punctuation", ","),
        ("number", "1.5e3"),
        ("punctuation", ","),
        ("positional", "$2"),
        ("comment", "-- d"),
        ("comment", "/* e */"),
        ("terminator", ";"),
    ]


def test_executable_comments_are_code() -> None:
    assert kinds("/*!50003 a*/ /*M!b */", MARIADB) == [
        ("executable", "/*!50003"),
        ("word", "a"),
        ("executable", "*/"),
        ("executable", "/*M!"),
        ("word", "b"),
        ("executable", "*/"),
    ]
    assert ("comment", "/* ; */") in kinds("4 */* ; */ 2", MYSQL)
    assert kinds("/*!50003 a*/ /*M!b */", MYSQL)[-1] == ("comment", "/*M!b */")


def test_client_lines_are_commands() -> None:
    assert kinds("delimiter //\na//\\x ;\nb \\x", MYSQL) == [
        ("command", "delimiter //"),
        ("word", "a"),
        ("terminator", "//"),
        ("command", "\\x ;"),
        ("word", "b"),
        ("punctuation", "\\"),
        ("word", "x"),
    ]


def test_a_double_quoted_thing_is_what_the_database_says() -> None:
    assert {name: kinds('"a"', lexical)[0][0] for name, lexical in LEXICALS.items()} == {
        "mysql": "string",
        "mariadb": "string",
        "postgresql": "name",
        "sqlite": "name",
        "portable": "name",
    }


def test_a_byte_order_mark_is_space_only_at_the_beginning() -> None:
    assert [token.kind for token in tokens("\ufeffa \ufeff", SQLITE)] == [
        "space", "word", "space", "word",
    ]  # fmt: skip


def test_the_facts_are_found_by_the_dialect() -> None:
    assert lexical_of("mysql") is lexical_of("mariadb") is MARIADB
    assert lexical_of("postgresql") is lexical_of("cockroachdb") is POSTGRESQL
    assert lexical_of("sqlite") is SQLITE
    assert lexical_of("oracle") is PORTABLE


# --- never quadratic: twice the text makes about twice the steps, and no step looks back


HEAVY = {
    "words": "select a, b from t where c = 1 ",
    "strings": "'a''b\\\\', ",
    "escape strings": "E'a\\n' ",
    "escape strings that go on": "E'a'\n'b'\n",
    "open quotes": "' \" ` [ ",
    "comments": "/* * / */ -- x\n",
    "nesting": "/*",
    "closing": "*/",
    "dollars": "$",
    "dollar tags": "$a$ $b$ ",
    "colons": ":a ::b : ",
    "backslashes": "\\",
    "semicolons": ";",
    "delimiters": "delimiter x\n",
    "executables": "/*! a */ ",
    "ampersands": "u&",
    "brackets": "([",
}


class Counted(str):
    """A text that counts how many of its characters are looked at through find."""

    __slots__ = ("seen",)
    seen: int

    def find(self, *arguments: object) -> int:
        found = super().find(*arguments)  # type: ignore[arg-type]
        self.seen = getattr(self, "seen", 0) + (len(self) if found < 0 else found) - arguments[1]
        return found


@pytest.mark.parametrize("heavy", list(HEAVY.values()), ids=HEAVY)
@pytest.mark.parametrize("lexical", list(LEXICALS.values()), ids=LEXICALS)
@pytest.mark.parametrize("stretch", [False, True])
def test_steps_grow_with_the_text(heavy: str, lexical: Lexical, *, stretch: bool) -> None:
    def steps(size: int) -> int:
        text = Counted(heavy * size)
        text.seen = 0
        count = sum(1 for _ in tokens(text, lexical, stretch=stretch))
        assert text.seen <= len(text)
        return count

    assert steps(2000) <= 2.2 * steps(1000) + 10


@pytest.mark.parametrize("stretch", [False, True])
def test_a_long_literal_is_one_step(*, stretch: bool) -> None:
    text = "a '" + "x" * 3_000_000 + "' b"
    assert sum(1 for _ in tokens(text, POSTGRESQL, stretch=stretch)) <= 5


def test_what_is_open_goes_on_in_the_next_piece() -> None:
    scanner = Scanner(POSTGRESQL)
    assert scanner.next("E'a\n", 0) == ("string", 4)
    assert scanner.open
    assert scanner.next("b'\n", 0) == ("string", 2)
    assert not scanner.open
    assert scanner.next("b'\n", 2) == ("space", 3)
    assert scanner.next("'\\'';", 0) == ("string", 4)


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys, sqlsess_cli.sql.verbs\n"
        "print({'sqlalchemy', 'sqlite3', 'lark'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"
