from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._values import flat
from sqlsess_cli.inert import inert
from sqlsess_cli.result import Block, Column, Result

from .answers import HOSTILE, answer, rows, tables, width_of, written


class Reader(HTMLParser):
    """The cells of a table; NULL is None, a line break a line feed."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.rows[-1][-1] = f"{self.rows[-1][-1]}\n"
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append(None if attrs else "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] = f"{self.rows[-1][-1]}{data}"


def read(text: str) -> list[list[str | None]]:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    return reader.rows


@given(tables())
def test_reads_as_the_text_it_is(blocks: list[Block]):
    def shown(value: object) -> str | None:
        if value is None:
            return None
        return "\n".join(map(inert, flat(value).replace("\r\n", "\n").split("\n")))

    width = width_of(blocks)
    found = read(written("html", answer(blocks, width)))
    assert found[1:] == [list(map(shown, row)) for block in blocks for row in block]


def test_the_look():
    found = Result.of(["a<b", "c"], [("x & y\nz", None)], "<Title>")
    assert written("html", found) == (
        "<table>\n<caption>&lt;Title&gt;</caption>\n"
        "<thead>\n<tr><th>a&lt;b</th><th>c</th></tr>\n</thead>\n"
        '<tbody>\n<tr><td>x &amp; y<br>z</td><td class="null"></td></tr>\n</tbody>\n</table>\n'
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_controls_are_spelled(text: str):
    assert rows("html", [(text,)]).replace("\n", "").isprintable()


def test_header_null_and_records():
    found = Result.of([Column("marks", "records"), "x"], [([1, 2], None)])
    assert written("html", found, Style(header=False, null="<->")) == (
        '<table>\n<tbody>\n<tr><td>2</td><td class="null">&lt;-&gt;</td></tr>\n</tbody>\n</table>\n'
    )


def test_no_rows_is_a_table_too():
    assert read(written("html", Result.of(["a", "b"], []))) == [["a", "b"]]


def test_a_single_object():
    student = {"name": "Ada", Column("marks", "records"): [{"value": 9}]}
    text = written("html", Result.object(student))
    assert read(text) == [["name", "value"], ["name", "Ada"], ["value"], ["9"]]
    assert "<caption>marks</caption>" in text
