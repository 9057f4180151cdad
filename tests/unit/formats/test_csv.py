from __future__ import annotations

import csv
import io
import re

from hypothesis import example, given
from hypothesis import strategies as st

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._values import flat
from sqlsess_cli.result import Block, Result

from .answers import answer, rows, tables, width_of, written


def read(text: str) -> list[list[str | None]]:
    """RFC 4180 with line feeds; a field that is empty and not quoted is NULL."""
    table, row, place = [], [], 0
    field = re.compile(r'"((?:[^"]|"")*)"|([^,"\n]*)')
    while place < len(text):
        match = field.match(text, place)
        row.append(match[1].replace('""', '"') if match[1] is not None else match[2] or None)
        place = match.end()
        assert text[place] in ",\n"
        if text[place] == "\n":
            table.append(row)
            row = []
        place += 1
    return table


@given(tables())
@example([[("",)], [(None,)]])
@example([[("", None), (None, "")]])
@example([[("a\rb", 1)]])
def test_reads_back_equal(blocks: list[Block]):
    width = width_of(blocks)
    text = written("csv", answer(blocks, width))
    expected = [
        [None if value is None else flat(value) for value in row]
        for block in blocks
        for row in block
    ]
    assert read(text) == [[f"c{index}" for index in range(width)], *expected]


@given(tables())
def test_the_standard_reader_agrees(blocks: list[Block]):
    text = written("csv", answer(blocks, width_of(blocks)))
    found = list(csv.reader(io.StringIO(text, newline="")))[1:]
    expected = [
        ["" if value is None else flat(value) for value in row] for block in blocks for row in block
    ]
    assert [row or [""] for row in found] == expected  # it reads an empty line as no field at all


def test_quotes_only_what_needs_it():
    assert rows("csv", [("plain", "a,b", 'say "hi"', "two\nlines", " a b ")]) == (
        'a,b,c,d,e\nplain,"a,b","say ""hi""","two\nlines", a b \n'
    )


def test_a_carriage_return_is_quoted():
    assert rows("csv", [("a\rb",)]) == 'a\n"a\rb"\n'


def test_null_is_empty_and_the_empty_string_is_quoted():
    assert rows("csv", [(None, ""), ("", None)]) == 'a,b\n,""\n"",\n'
    assert rows("csv", [(None,), ("",)]) == 'a\n\n""\n'
    assert rows("csv", [(1, "x"), (None, "y")]) == "a,b\n1,x\n,y\n"


def test_null_can_be_a_word_and_that_word_is_quoted():
    style = Style(null="NULL")
    assert rows("csv", [(None, "NULL", "", 1)], style) == 'a,b,c,d\nNULL,"NULL","",1\n'


def test_no_header():
    assert rows("csv", [(1, 2)], Style(header=False)) == "1,2\n"


def test_an_answer_without_rows_has_its_header():
    assert written("csv", Result.of(["a", 'b"', ""], [])) == 'a,"b""",""\n'


def test_types_as_databases_print_them():
    assert rows("csv", [(True, b"\x00\xff", memoryview(b"hi"), {"a": None})]) == (
        'a,b,c,d\ntrue,\\x00ff,\\x6869,"{""a"":null}"\n'
    )


@given(st.integers(4000, 6000))
def test_an_int_of_any_length(digits: int):
    assert rows("csv", [(10**digits, None)]) == f"a,b\n1{'0' * digits},\n"
