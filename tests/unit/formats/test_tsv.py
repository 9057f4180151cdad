from __future__ import annotations

import re

from hypothesis import example, given

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._values import flat
from sqlsess_cli.result import Block, Result

from .answers import answer, rows, tables, width_of, written

ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


def read(text: str) -> list[list[str | None]]:
    """Lines, fields, escapes: three steps, none of which needs to know of another."""
    return [[field_of(field) for field in line.split("\t")] for line in text.split("\n")[:-1]]


def field_of(field: str) -> str | None:
    return None if field == "\\N" else re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], field)


@given(tables())
@example([[("\\N",)], [(None,)], [("",)]])
def test_reads_back_equal(blocks: list[Block]):
    width = width_of(blocks)
    text = written("tsv", answer(blocks, width))
    expected = [
        [None if value is None else flat(value) for value in row]
        for block in blocks
        for row in block
    ]
    assert read(text) == [[f"c{index}" for index in range(width)], *expected]


def test_escapes_and_null():
    assert rows("tsv", [("a\tb", "c\nd", "e\r\n", "\\N", None)]) == (
        "a\tb\tc\td\te\na\\tb\tc\\nd\te\\r\\n\t\\\\N\t\\N\n"
    )


def test_header_and_null_can_be_changed():
    assert rows("tsv", [(1, None)], Style(header=False, null="NULL")) == "1\tNULL\n"


def test_an_answer_without_rows_has_its_header():
    assert written("tsv", Result.of(["a", "b\tc"], [])) == "a\tb\\tc\n"
