"""The same questions put to those who know: SQLite's own test, and PostgreSQL's own scanner."""

from __future__ import annotations

import sqlite3
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sqlsess_cli.sql.lexical import POSTGRESQL, SQLITE
from sqlsess_cli.sql.scan import Scanner, tokens
from sqlsess_cli.sql.statements import split

from .strategies import hostile, queries, unhurried

WORDS = ["create ", "temp ", "temporary ", "trigger ", "end", "begin ", "x ", "; ", ";", "end;"]
GAPS = ["/* ; */", "-- ;\n", " ", "\n", "'end'", '"end"', "[end]", "`end`", "1", "(", "end_"]
triggers = st.lists(st.sampled_from(WORDS + GAPS), max_size=14).map("".join)


@unhurried
@given(triggers | hostile | queries(SQLITE).map("{};".format))
@example("create trigger t begin; end; end;")
@example("create trigger t begin a; end /* */ ; ")
@example("create temp trigger t begin select case 1 when 1 then 2 end; end;")
def test_sqlite_thinks_it_complete_when_we_do(script: str) -> None:
    # No text to Python's driver; no space to SQLite; a client's command to us.
    assume(not any(char in script for char in "\0\udc80\v\ufeff\\"))
    found = list(split(script, SQLITE))
    assume(all(("CREATE", "CREATE") not in pairwise(each.words) for each in found))
    if found:
        assert sqlite3.complete_statement(script) == (found[-1].terminator == ";")
    else:  # a comment and no more: nothing is left to be typed
        assert sqlite3.complete_statement(script + "\n;")


QUOTED = {"SCONST", "BCONST", "XCONST", "USCONST", "UIDENT", "NCHAR"}


def places(text: str, *kinds: str) -> set[int]:
    """The indexes of the characters that we take for one of these."""
    found = tokens(text, POSTGRESQL)
    return {at for kind, start, end in found if kind in kinds for at in range(start, end)}


@unhurried
@given(hostile | queries(POSTGRESQL))
@example('B"0"')
@example("select E'a'\n-- ;\n'\\';' ; ';' /* /* ; */ ; */ $a$ $b$;$a$ a$$;$$ -- ;\r;")
@example("select u&'\\' ; U&\"\\\" ; e'\\'' ; n'\\' ;")
def test_postgresql_scans_as_we_do(text: str) -> None:
    parser = pytest.importorskip("pglast.parser", reason="not run: pglast is not installed")
    assume("\0" not in text and "\udc80" not in text)
    assume("\\g" not in text)  # psql's, as the commands are
    assume(":u&" not in text.lower())  # a parameter to us
    assume(all(kind != "command" for kind, _, _ in tokens(text, POSTGRESQL)))
    try:
        theirs = [(each.name, range(each.start, each.end + 1)) for each in parser.scan(text)]
    except parser.ParseError as error:
        if "unterminated" in str(error):
            assert is_open(text)
        return
    assert not is_open(text)
    comments = {at for name, span in theirs for at in span if name.endswith("_COMMENT")}
    assert places(text, "comment") == comments
    ends = {at for at in places(text, "terminator") if text[at] == ";"}
    assert ends == {span.start for name, span in theirs if name == "ASCII_59"}
    quoted = {
        at for name, span in theirs if name in QUOTED or text[span.start] == '"' for at in span
    }
    # What stands between 'a' and the 'b' of the next line is string to PostgreSQL.
    between = places(text, "space", "comment")
    assert places(text, "string", "name") == quoted - between


def is_open(text: str) -> bool:
    scanner, at = Scanner(POSTGRESQL), 0
    while at < len(text):
        _, at = scanner.next(text, at)
    return scanner.open is not None
