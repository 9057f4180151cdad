from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pyte
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import wcswidth

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._grid import sizes, wide
from sqlsess_cli.inert import inert, is_inert
from sqlsess_cli.result import Block, Column, Kind, Result

from .answers import HOSTILE, Kept, answer, rows, streamed, tables, texts, width_of, written

SCREEN = Style(terminal=True, width=80, height=24)


def lines(name: str, *values: Sequence[object], style: Style | None = None) -> list[str]:
    return rows(name, values, style).splitlines()


def test_the_look():
    answer = Result.of(
        ["first_name", "last_name", "score"],
        [("Ada", "Lovelace", Decimal("9.5")), ("Grace", None, 10), ("", "日本", None)],
    )
    assert written("table", answer) == (
        " first_name │ last_name │ score\n"
        "────────────┼───────────┼───────\n"
        " Ada        │ Lovelace  │   9.5\n"
        " Grace      │ ∅         │    10\n"
        "            │ 日本      │     ∅\n"
    )


def test_no_rows():
    empty = Result.of(["first_name", "n"], [])
    assert written("table", empty) == " first_name │ n\n────────────┼───\n"
    assert written("table", Result.of(["first_name", "n"], []), SCREEN) == (
        " first_name │ n\n────────────┼───\n"
    )


def test_no_columns():
    assert written("table", Result.of([], [])) == ""


def test_no_header():
    assert lines("table", ("a", 1), ("bcd", 20), style=Style(header=False)) == [
        " a   │  1",
        " bcd │ 20",
    ]


def test_null_can_be_a_word():
    assert lines("table", ("a", None), style=Style(null="NULL"))[2] == " a │ NULL"
    assert lines("table", ("a", None), style=Style(null="\x1b"))[2] == " a │ \\x1b"


@pytest.mark.parametrize(
    ("kind", "found", "right"),
    [
        ("integer", ["x"], True),
        ("text", [1], False),
        ("other", [1, None, Decimal(1), 0.5], True),
        ("other", [1, "x"], False),
        ("other", [True], False),
        ("other", [None], False),
        ("records", [[]], True),
    ],
)
def test_numbers_stand_right(kind: Kind, found: list[object], *, right: bool):
    answer = Result.of([Column("name", kind), "x"], [(value, "") for value in [*found, None]])
    last = written("table", answer).splitlines()[-1]
    assert last == ("    ∅ │ " if right else " ∅    │ ")


def test_records_are_counted():
    answer = Result.of([Column("marks", "records")], [([{"a": 1}] * 12,), ([],), (None,)])
    assert written("table", answer).splitlines()[2:] == ["    12", "     0", "     ∅"]


def test_a_title_stands_on_a_line_of_its_own():
    text = written("table", Result.of(["a"], [(1,)], "Some\n\x1btitle"))
    assert text == "\nSome\\n\\x1btitle\n a\n───\n 1\n"


def test_color_is_for_names_and_null():
    text = rows("table", [("x", None, 1), (None, "yy", None)], Style(color=True))
    assert text == (
        " \x1b[1ma\x1b[0m │ \x1b[1mb\x1b[0m  │ \x1b[1mc\x1b[0m\n"
        "───┼────┼───\n"
        " x │ \x1b[2m∅\x1b[0m  │ 1\n"
        " \x1b[2m∅\x1b[0m │ yy │ \x1b[2m∅\x1b[0m\n"
    )


def test_later_blocks_widen_the_columns():
    blocks = [[("a", "b")] * 1000, [("a" * 5, "b")], [("a", "b")]]
    found = written("table", Result((Column("x"), Column("y")), iter(blocks))).splitlines()
    assert found[1] == "───┼───"
    assert found[-3:] == [" a │ b", " aaaaa │ b", " a     │ b"]


def test_a_thousand_rows_are_seen_before_the_first_is_drawn():
    blocks = [[("a", "b")]] * 5 + [[("a" * 5, "b")]]
    found = written("table", Result((Column("x"), Column("y")), iter(blocks))).splitlines()
    assert {line.index("│") for line in found if "│" in line} == {7}


@given(tables())
@example([[("\u2028", "\x85")]])
def test_no_value_makes_a_row_or_a_column(blocks: list[Block]):
    plain = [[tuple(map(without_bars, row)) for row in block] for block in blocks]
    width, count = width_of(blocks), sum(map(len, blocks))
    found = written("table", answer(plain, width)).splitlines()
    assert len(found) == count + 2
    assert {line.count("│") for line in [found[0], *found[2:]]} == {width - 1}
    assert all(map(is_inert, found))


@given(tables())
def test_columns_are_aligned_on_the_screen(blocks: list[Block]):
    plain = [[tuple(map(without_bars, row)) for row in block] for block in blocks]
    found = written("table", answer(plain, width_of(blocks))).splitlines()
    bars = {tuple(wcswidth(line[:i]) for i, c in enumerate(line) if c in "│┼") for line in found}
    assert len(bars) == 1


def without_bars(value: object) -> object:
    return value.replace("│", "") if isinstance(value, str) else value


@given(st.lists(texts))
def test_sizes_are_those_of_the_screen(found: list[str]):
    shown = [inert(text) for text in found]
    assert sizes(shown) == [wcswidth(text) for text in shown] == list(map(wide, shown))


# --- on a terminal


# What both take for equally wide: not every terminal draws all of Unicode alike.
short = st.one_of(
    st.none(), st.integers(), st.text("aé日 \x1b\n", max_size=10), st.sampled_from(HOSTILE)
)


def on_screen(text: str, width: int = 80, height: int = 24) -> list[str]:
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display[: text.count("\n")]]


@pytest.mark.parametrize("color", [False, True])
@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.tuples(*[short] * width), min_size=1, max_size=5)
    )
)
def test_one_screen_looks_like_a_stream(*, color: bool, table: list[tuple[object, ...]]):
    names = [f"c{index}" for index in range(len(table[0]))]
    style = Style(terminal=True, width=200, height=24, color=color)
    drawn = written("table", Result.of(names, table), style)
    plain = written("table", Result.of(names, table), Style(color=color))
    assert on_screen(drawn, 200) == on_screen(plain, 200)


def test_rich_draws_what_fits_the_screen_and_no_more():
    fits = written("table", streamed(["a"], 20), SCREEN)
    assert fits.splitlines()[2] == " a 0  "  # rich fills its columns up
    longer = written("table", streamed(["a"], 21), SCREEN)
    assert longer.splitlines()[2] == " a 0"


def test_long_text_is_folded_never_cut():
    text = " ".join(f"word{n}" for n in range(40)) + "x" * 100
    drawn = written("table", Result.of(["a", "b", "c"], [(1, text, "z"), (2, "y", "z")]), SCREEN)
    assert max(map(len, drawn.splitlines())) <= 80
    cells = [line.split("│")[1].strip() for line in drawn.splitlines() if "│" in line]
    assert "".join(cells[1:-1]).replace(" ", "") == text.replace(" ", "")


def test_a_fold_is_no_row():
    """Rules part the rows as soon as one of them takes several lines."""
    text = "a" * 79 + "b" * 10
    drawn = written("table", Result.of(["a"], [(text,), ("c",)]), SCREEN).splitlines()
    rule = "─" * 80
    assert [line.rstrip() for line in drawn] == [
        " a", rule, " " + "a" * 78, " a" + "b" * 10, rule, " c"
    ]  # fmt: skip


def test_what_would_be_illegible_is_shown_vertically():
    style = Style(terminal=True, width=40, height=24)
    names = ["a", "b", "c", "d"]
    assert written("table", Result.of(names, [("x" * 20,) * 4]), style) == (
        "─[ 1 ]──────────────────────────\n" + "".join(f"{n} │ {'x' * 20}\n" for n in names)
    )
    assert "┼" in written("table", Result.of(names[:3], [("x" * 20,) * 3]), style)
    assert "┼" in written("table", Result.of(names, [("x",) * 4]), style)


def test_off_a_terminal_nothing_is_folded_or_cut():
    text = "word " * 1000
    assert text in written("table", Result.of(["a", "b"], [(text, 1)]))


def test_a_stream_is_one_write_a_block():
    from sqlsess_cli.formats import table

    sink = Kept()
    table.write(streamed(["a", "b"], 10_000, 250), sink, Style())
    assert len(sink.writes) == 1 + 9_000 // 250


# --- one object


def test_a_single_object_is_lines_and_tables():
    student = {
        Column("name"): "Ada\n", Column("score"): None,
        Column("marks", "records"): [{"value": 9, "on": date(2024, 1, 2)}, {"value": 10, "by": 1}],
        Column("none", "records"): [], Column("unknown", "records"): None,
    }  # fmt: skip
    assert written("table", Result.object(student, "Student")) == (
        "\n"
        "Student\n"
        "name     Ada\\n\n"
        "score    ∅\n"
        "none     0\n"
        "unknown  ∅\n"
        "\n"
        "marks\n"
        " value │ on         │ by\n"
        "───────┼────────────┼────\n"
        "     9 │ 2024-01-02 │  ∅\n"
        "    10 │ ∅          │  1\n"
    )


def test_a_single_object_in_color():
    text = written("table", Result.object({"é": 1, "long": None}), Style(color=True))
    assert text == "\x1b[1mé\x1b[0m     1\n\x1b[1mlong\x1b[0m  \x1b[2m∅\x1b[0m\n"


def test_no_object_is_nothing():
    assert written("table", Result((Column("a"),), iter([]), single=True)) == ""
