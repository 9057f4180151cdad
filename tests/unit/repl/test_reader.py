"""Lines become statements and commands, wherever a person or a file breaks them."""

from __future__ import annotations

import pytest

from sqlsess_cli.repl.reader import Command, Reader, Sql, is_whole, reading_of
from sqlsess_cli.repl.table import split_name
from sqlsess_cli.repl.verbs import bare, redirected

VERBS = ["get", "insert", "query", "sql", "update"]


def read(text: str, dialect: str = "sqlite") -> list[Sql | Command]:
    reader = Reader(reading_of(dialect), lambda line: bare(line, VERBS) is not None)
    units = [unit for line in text.split("\n") for unit in reader.feed(line)]
    return [*units, *reader.finish()]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("select 1;", [Sql("select 1", 1)]),
        ("select 1; select 2;", [Sql("select 1", 1), Sql("select 2", 1)]),
        ("select\n1\n;", [Sql("select\n1", 1)]),
        ("\n\nselect 1", [Sql("select 1", 3)]),
        ("select 1; select\n2; \\x", [Sql("select 1", 1), Sql("select\n2", 1), Command("\\x", 2)]),
        ("-- only; this", []),
        ("", []),
        (" ; ;", []),
        ("  \\d  students ", [Command("\\d  students", 1)]),
        ("select 1 \\g", [Command("\\g", 1, "select 1")]),
        ("select\n 1\n\\g out.csv\nselect 2;",
         [Command("\\g out.csv", 3, "select\n 1"), Sql("select 2", 4)]),
        ("select 0; select 1 \\gx", [Sql("select 0", 1), Command("\\gx", 1, "select 1")]),
        (r"select '\g';", [Sql(r"select '\g'", 1)]),
        ("select /* \\q ; */ 1;", [Sql("select /* \\q ; */ 1", 1)]),
        ('select "a;b";', [Sql('select "a;b"', 1)]),
        ("query students score>8", [Command("query students score>8", 1)]),
        ("insert into t values (1);", [Sql("insert into t values (1)", 1)]),
        ("select\nquery;", [Sql("select\nquery", 1)]),
        ("use demo;\nexit", [Command("use demo;", 1), Command("exit", 2)]),
        ("create trigger a after insert on t begin delete from u; end;\nselect 1;",
         [Sql("create trigger a after insert on t begin delete from u; end", 1),
          Sql("select 1", 2)]),
    ],
)  # fmt: skip
def test_units(text: str, units: list[Sql | Command]) -> None:
    assert read(text) == units


def test_what_each_database_reads_differently() -> None:
    dollars = "do $$ begin; \\q end $$;"
    assert read(dollars, "postgresql") == [Sql(dollars[:-1], 1)]
    assert read(r"select 'a\'; select 2;", "postgresql") == [
        Sql(r"select 'a\'", 1), Sql("select 2", 1),
    ]  # fmt: skip
    assert read(r"select 'a\'; select 2';", "mysql") == [Sql(r"select 'a\'; select 2'", 1)]


def test_another_delimiter_holds_until_it_is_changed() -> None:
    text = "delimiter //\nselect 1; select 2 //\nselect 3//\ndelimiter ;\nselect 4;"
    assert read(text, "mysql") == [
        Sql("select 1; select 2", 2), Sql("select 3", 3), Sql("select 4", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", True), ("select 1", False), ("select 1;", True), ("select ';", False),
        ("select 1; -- more", True), ("select 1; select", False), ("\\d", True),
        ("query students", True), ("select 1 \\gx", True), ("/* ;", False), ("exit", True),
    ],
)  # fmt: skip
def test_what_enter_sends(text: str, *, whole: bool) -> None:
    lexical = reading_of("sqlite")
    assert is_whole(text, lexical, lambda line: bare(line, VERBS) is not None) == whole


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("query students", "query students"), ("get", "get"), ("insert t a=1", None),
        ("EXIT", "quit"), ("quit;", "quit"), ("help", "?"), ("help me", None), ("use a b", None),
        ("Use `x`;", "use `x`"), ("show tables", "dt"), ("SHOW DATABASES;", "l"),
        ("show tables like 'a%'", None), ("select 1", None), ("", None), ("queryx", None),
    ],
)  # fmt: skip
def test_lines_without_a_backslash(line: str, meant: str | None) -> None:
    assert bare(line, VERBS) == meant


def test_where_the_answer_of_a_verb_goes() -> None:
    assert redirected(["query", "a", ">", "f"]) == (["query", "a"], "f", "")
    assert redirected(["query", "a", "|", "wc", "-l"]) == (["query", "a"], "", "wc -l")
    assert redirected(["query", "a", "b > 1"]) == (["query", "a", "b > 1"], "", "")


def test_names_and_arguments_of_commands() -> None:
    assert split_name("d students") == ("d", "students")
    assert split_name("!ls -l") == ("!", "ls -l")
    assert split_name("?") == ("?", "")
