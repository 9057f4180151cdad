"""Scripts as statements: the corpus of hard cases, and what holds for any script."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import Field, fields, replace
from itertools import pairwise
from types import FrameType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sqlsess_cli.sql.lexical import MARIADB, MYSQL, POSTGRESQL, SQLITE, Lexical
from sqlsess_cli.sql.scan import Scanner
from sqlsess_cli.sql.statement import Statement
from sqlsess_cli.sql.statements import Splitter, split

from .cases import ATOMIC, CASES, LEXICALS, PROCEDURE, TRIGGER, Case
from .strategies import hostile, lexicals, queries, unhurried


def outcome(script: str, lexical: Lexical) -> tuple[list[str], str]:
    """Statements as the cases write them, and what the script ends inside."""
    found = list(split(script, lexical))
    texts = [
        each.text if each.terminator in {";", ""} else f"{each.text}@{each.terminator}"
        for each in found
    ]
    return texts, found[-1].inside if found else ""


def expanded(cases: list[Case]) -> Iterator[object]:
    for case in cases:
        for dialect in case.dialects.split():
            yield pytest.param(case, LEXICALS[dialect], id=f"{dialect}: {case.name}")


@pytest.mark.parametrize(("case", "lexical"), list(expanded(CASES)))
def test_case(case: Case, lexical: Lexical) -> None:
    assert outcome(case.script, lexical) == (list(case.texts), case.inside)


@pytest.mark.parametrize(("case", "lexical"), list(expanded(CASES)))
def test_case_character_by_character(case: Case, lexical: Lexical) -> None:
    assert list(split(iter(case.script), lexical)) == list(split(case.script, lexical))


def facts() -> Iterator[object]:
    """Every fact of every dialect that is not the default, with the default."""
    for name, lexical in LEXICALS.items():
        for fact in fields(Lexical):
            if fact.name not in {"name", "positional"} and (
                getattr(lexical, fact.name) != fact.default
            ):
                yield pytest.param(lexical, fact, id=f"{name}: {fact.name}")


@pytest.mark.parametrize(("lexical", "fact"), list(facts()))
def test_every_fact_is_held_by_a_case(lexical: Lexical, fact: Field[object]) -> None:
    poorer = replace(lexical, **{fact.name: fact.default})
    mine = [case for case in CASES if lexical in (LEXICALS[name] for name in case.dialects.split())]
    assert any(outcome(case.script, poorer) != (list(case.texts), case.inside) for case in mine)


# --- what a statement says of itself


def test_where_a_statement_stands() -> None:
    script = "-- a comment\n  select\n 1; create or replace view;\n\n/* b */ /* c\n */ update t"
    first, second, third = split(script, POSTGRESQL)
    assert (first.line, first.column, first.text[: first.head]) == (2, 3, "-- a comment\n  ")
    assert first.place(first.text.index("1")) == (3, 2)
    assert (second.line, second.column, second.origin) == (3, 5, (3, 5))
    assert (third.line, third.column, third.origin) == (6, 5, (5, 1))


@unhurried
@given(hostile, lexicals)
def test_every_place_is_true(script: str, lexical: Lexical) -> None:
    lines = script.removeprefix("\ufeff").split("\n")
    for statement in split(script, lexical):
        line, column = statement.place(0)
        assert lines[line - 1][column - 1 :].startswith(statement.text.split("\n")[0])
        line, column = statement.line, statement.column
        first = statement.text[statement.head :].split("\n")[0]
        assert lines[line - 1][column - 1 :].startswith(first)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("select 1", "SELECT"),
        ("/* a */ -- b\n((Select 1))", "SELECT"),
        ("/*!50001 update */ t", "UPDATE"),
        ("(values (1))", "VALUES"),
        ("'a' select", ""),
        ("1 select", ""),
        ("@a select", ""),
        ("`select`", ""),
        (":a select", ""),
        ("\u017felect 1", "\u017felect"),  # its upper case is SELECT
        ("\\source x", "\\source"),
    ],
)
def test_keyword(text: str, keyword: str) -> None:
    assert [statement.keyword for statement in split(text, MARIADB)] == [keyword]


def test_words() -> None:
    (statement,) = split("create /* or */ or /*!1 replace */ view `x` as select 1, a, b, c", MYSQL)
    assert statement.words == ("CREATE", "OR", "REPLACE", "VIEW", "AS", "SELECT", "A", "B")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select :a, :b, :a", ("a", "b")),
        ("select ':a', \":b\", /* :c */ :d -- :e", ("d",)),
        ("select x::int, :a::int, x :: text", ("a",)),
        ("select @a := 1, @b :=:c", ("c",)),
        ("select \\:a, :b\\:c", ("b",)),
        ("select a[1:n], a[b:n], a[:n], a[1 :m]", ("n", "m")),
        ("select :é1, :_x, :1, :1a, :a$b, a:b, a$:b, 1:b, é:b", ("é1", "_x")),
        ("select :a:b, (:c), :d.x", ("a", "c", "d")),
        ("select $$:a$$, $1, :b", ("b",)),
        ("select :E'\\';:a', :n'x', :b \"x\"", ("b",)),
        (": a", ()),
        (":", ()),
    ],
)
def test_parameters(text: str, names: tuple[str, ...]) -> None:
    (statement,) = split(text, POSTGRESQL)
    assert statement.parameters == names


def test_parameters_beside_executable_comments_and_escapes() -> None:
    (statement,) = split(r"select '\':a', /*! :b */ `:c`, lbl:loop, # :d" "\n :e", MYSQL)
    assert statement.parameters == ("b", "e")


def test_copy_keeps_its_data() -> None:
    script = "copy t from stdin; \n1\t';\n\\N\n\\.\nselect 1"
    copy, select = split(script, POSTGRESQL)
    assert (copy.text, copy.data, copy.complete) == ("copy t from stdin", "1\t';\n\\N\n", True)
    assert (select.text, select.data, select.line) == ("select 1", None, 5)


def test_copy_without_its_end() -> None:
    (copy,) = split("copy t from stdin;\n1\n", POSTGRESQL)
    assert (copy.data, copy.inside) == ("1\n", "COPY data block")


# --- feeding


def test_a_statement_is_given_when_its_line_is_whole() -> None:
    splitter = Splitter(SQLITE)
    assert not list(splitter.feed("select 1; select"))
    assert [each.text for each in splitter.feed(" 2\n")] == ["select 1"]
    assert not splitter.inside
    assert not list(splitter.feed("'a\n"))
    assert splitter.inside == "string"
    assert [each.text for each in splitter.feed("';\n")] == ["select 2\n'a\n'"]
    assert not list(splitter.finish())


def test_splitting_is_lazy() -> None:
    def lines() -> Iterator[str]:
        yield "select 1;\n"
        pytest.fail("read on before it was asked to")

    assert next(split(lines(), SQLITE)).text == "select 1"


@unhurried
@given(hostile, lexicals, st.lists(st.integers(0, 200), max_size=5))
def test_pieces_make_no_difference(script: str, lexical: Lexical, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(script)]
    pieces = [script[start:end] for start, end in pairwise(places)]
    assert list(split(pieces, lexical)) == list(split(script, lexical))


@unhurried
@given(hostile, lexicals)
def test_a_statement_read_by_itself_is_the_same(script: str, lexical: Lexical) -> None:
    assume("delimiter" not in script.lower())  # it can make one of several
    for statement in split(script, lexical):
        if statement.text.startswith("\ufeff") or statement.text.endswith("--"):
            continue  # at the beginning and at the end of a text these are not what they were
        (again,) = split(statement.text, lexical)
        same = ("text", "head", "keyword", "words", "parameters")
        assert all(getattr(again, name) == getattr(statement, name) for name in same)


@unhurried
@given(st.data(), lexicals)
def test_a_join_of_statements_comes_apart(data: st.DataObject, lexical: Lexical) -> None:
    bodies = {"atomic": ATOMIC, "trigger": TRIGGER, "compound": PROCEDURE}
    plain = queries(lexical).map(lambda text: text.rstrip("\n"))
    parts = data.draw(st.lists(plain | st.just(bodies[lexical.bodies]), max_size=5))
    glue = data.draw(st.sampled_from([";", "\n;\n", " ; ;; ", "\r\n;\r\n"]))
    found = list(split(glue.join(parts), lexical))
    assert [each.text for each in found] == parts
    assert all(each.complete for each in found)


# --- never quadratic


def steps(work: Callable[[], object]) -> int:
    """How many steps the scanner takes for it, counted by the interpreter."""
    taken = 0

    def watch(frame: FrameType, event: str, _: object) -> None:
        nonlocal taken
        taken += event == "call" and frame.f_code is Scanner.next.__code__

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return taken


HEAVY = {
    "statements": "insert into t values (1, 'a;');\n",
    "empty": ";",
    "lines of a string": "'\n\n",
    "routine": "create procedure p() begin if a then b; end if; end;\n",
    "open blocks": "create procedure p() begin case if a then loop begin ",
    "wrong ends": "create procedure p() begin if a then end loop; end while;",
    "triggers": "create trigger t begin a; end;\n",
    "creates": "create or replace ",
    "copies": "copy t from stdin;\n1\n\\.\n",
    "commands": "\\x y\n",
    "parentheses": "((",
}


@pytest.mark.parametrize("heavy", list(HEAVY.values()), ids=HEAVY)
@pytest.mark.parametrize("lexical", list(LEXICALS.values()), ids=LEXICALS)
def test_steps_grow_with_the_script(heavy: str, lexical: Lexical) -> None:
    def read(size: int) -> None:
        script = heavy * size
        assert sum(len(each.text) for each in split(script, lexical)) <= len(script)
        assert sum(1 for _ in split(script.splitlines(keepends=True), lexical)) >= 0

    assert 0 < steps(lambda: read(1000)) <= 2.2 * steps(lambda: read(500)) + 10


@pytest.mark.parametrize("lexical", list(LEXICALS.values()), ids=LEXICALS)
def test_a_plain_statement_is_a_few_steps(lexical: Lexical) -> None:
    script = "insert into t values " + "(1, 'a;', \"b\", x.y / 2), /* c; */\n" * 1000
    found: list[Statement] = []
    assert 0 < steps(lambda: found.extend(split(script, lexical))) < 100
    assert len(found) == 1


def test_a_statement_is_plain_data() -> None:
    assert Statement("select 1", MYSQL) == Statement("select 1", MYSQL)
    assert "backslash" not in repr(Statement("select 1", MYSQL))
