from __future__ import annotations

from hypothesis import given

from sqlsess_cli.formats._base import Style
from sqlsess_cli.inert import is_inert
from sqlsess_cli.result import Block, Column, Result

from .answers import answer, rows, tables, width_of, written


def test_the_look():
    found = Result.of(["id", "first_name", "日本"], [(1, "Ada\n", None), (2, "", "x")])
    assert written("vertical", found).splitlines() == [
        "─[ 1 ]──────────────────────────",
        "id         │ 1",
        "first_name │ Ada\\n",
        "日本       │ ∅",
        "─[ 2 ]──────────────────────────",
        "id         │ 2",
        "first_name │ ",
        "日本       │ x",
    ]


def test_rows_are_numbered_over_all_blocks():
    blocks = [[(1,), (2,)], [], [(3,)]]
    found = written("vertical", Result((Column("a"),), iter(blocks))).splitlines()
    assert [line[3] for line in found if line.startswith("─")] == ["1", "2", "3"]


@given(tables())
def test_no_value_makes_a_line(blocks: list[Block]):
    width, count = width_of(blocks), sum(map(len, blocks))
    found = written("vertical", answer(blocks, width)).splitlines()
    assert len(found) == count * (width + 1)
    assert all(map(is_inert, found))
    assert [line.startswith("─[ ") for line in found] == [True, *[False] * width] * count


def test_names_that_look_like_a_template():
    assert written("vertical", Result.of(["%s", "%"], [(1, "%d")])).splitlines()[1:] == [
        "%s │ 1", "%  │ %d"
    ]  # fmt: skip


def test_color_and_null():
    assert rows("vertical", [(None,)], Style(color=True, null="NULL")).splitlines()[1] == (
        "\x1b[1ma\x1b[0m │ \x1b[2mNULL\x1b[0m"
    )


def test_records_are_counted():
    found = Result.of([Column("marks", "records")], [([{"a": 1}],)])
    assert written("vertical", found).splitlines()[1] == "marks │ 1"


def test_no_rows_is_nothing_but_the_title():
    assert written("vertical", Result.of(["a"], [])) == ""
    assert written("vertical", Result.of(["a"], [], "Title")) == "\nTitle\n"


def test_a_single_object_has_no_rule():
    student = {"name": "Ada", Column("marks", "records"): [{"value": 9}]}
    assert written("vertical", Result.object(student)).splitlines() == [
        "name  Ada", "", "marks", "─[ 1 ]──────────────────────────", "value │ 9"
    ]  # fmt: skip
