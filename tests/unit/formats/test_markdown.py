from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sqlsess_cli.formats._base import Style
from sqlsess_cli.result import Column, Result

from .answers import HOSTILE, rows, written

READER = MarkdownIt("commonmark").enable("table")


def cells(text: str) -> list[list[str]]:
    """What a reader of Markdown sees: each cell's text; markup would not be text."""
    table: list[list[str]] = []
    for token in READER.parse(text):
        if token.type == "tr_open":
            table.append([])
        elif token.type == "inline" and table:
            assert token.children is not None
            table[-1].append("".join(child.content or child.markup for child in token.children))
            assert {child.type for child in token.children} <= {"text", "text_special"}
    return table


def test_the_look():
    found = Result.of(["name", Column("score", "decimal")], [("Ada", 9), (None, None), ("", 1)])
    assert written("markdown", found) == (
        "| name | score |\n| --- | ---: |\n| Ada | 9 |\n| ∅ | ∅ |\n|  | 1 |\n"
    )


@given(st.lists(st.text("ab |\\`*_[]<>&~!#-+.():/\"'$^=%日é", max_size=12), min_size=1, max_size=4))
@example(["a\\|b", "_a_", "snake_case", "![x](y)", "&amp;", "<b>", "`|`", "**x**", "\\"])
def test_reads_as_the_text_it_is(values: list[str]):
    found = cells(written("markdown", Result.of(["x"] * len(values), [values, values])))
    expected = [re.sub(" +", " ", value).strip() for value in values]
    assert [[re.sub(" +", " ", cell) for cell in row] for row in found[1:]] == [expected] * 2


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_ends_a_row(text: str):
    found = rows("markdown", [(text, 1)])
    assert len(found.splitlines()) == 3
    assert found.replace("\n", "").isprintable()


def test_a_line_break_stays_one():
    assert rows("markdown", [("a\nb\r\nc\rd",)]).splitlines()[2] == "| a<br>b<br>c\\\\rd |"


def test_title_null_and_records():
    found = Result.of([Column("marks", "records"), "x"], [([1, 2], None)], "A *title*")
    assert written("markdown", found, Style(null="-")) == (
        "\n### A \\*title\\*\n\n| marks | x |\n| ---: | --- |\n| 2 | - |\n"
    )


def test_no_rows_and_no_columns():
    assert written("markdown", Result.of(["a"], [])) == "| a |\n| --- |\n"
    assert written("markdown", Result.of([], [])) == ""


def test_a_single_object():
    student = {"name": "Ada", Column("marks", "records"): [{"value": 9}]}
    assert written("markdown", Result.object(student)) == (
        "| name | value |\n| --- | --- |\n| name | Ada |\n"
        "\n### marks\n\n| value |\n| ---: |\n| 9 |\n"
    )
