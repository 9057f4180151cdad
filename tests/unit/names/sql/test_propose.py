"""Which candidates come first, in which case, and at what cost."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.completion.ours import known
from sqlsess_cli.names.sql.index import Index
from sqlsess_cli.names.sql.match import EXACT, PREFIX, WITHIN, WORDS, quality
from sqlsess_cli.names.sql.proposal import Proposal
from sqlsess_cli.names.sql.propose import proposals
from sqlsess_cli.names.sql.schema import Column, ForeignKey, Schema, Table

SCHEMA = known()


def texts(marked: str, dialect: str = "postgresql", **uses: int) -> list[str]:
    cursor = marked.index("|")
    found = proposals(marked.replace("|", ""), cursor, SCHEMA, dialect, uses)
    return [item.text for item in found]


# --- how well a name matches


@pytest.mark.parametrize(
    ("typed", "name", "wanted"),
    [
        ("", "anything", PREFIX),
        ("id", "id", EXACT),
        ("id", "ID", EXACT),
        ("id", "identity", PREFIX),
        ("name", "first_name", WORDS),
        ("fn", "first_name", WORDS),
        ("finam", "first_name", WORDS),
        ("f_n", "first_name", WORDS),
        ("tn", "tagName", WORDS),
        ("unpr", "Unit Price", WORDS),
        ("nf", "first_name", None),
        ("itm", "first_name", WITHIN),
        ("x", "first_name", None),
        ("é", "Épée", PREFIX),
    ],
)
def test_quality(typed: str, name: str, wanted: int | None) -> None:
    assert quality(typed, name) == wanted


NAMES = st.lists(st.text("abAB_1 é\n", min_size=1, max_size=8), unique=True, max_size=30)


@given(NAMES, st.text("ab_1é", max_size=3))
@settings(deadline=None)
def test_a_search_finds_what_matches(names: list[str], typed: str) -> None:
    index = Index([(name, name) for name in names])
    found = [name for name, _ in index.search(typed, 100)]
    wanted = [name for name in names if quality(typed, name.replace("\n", " ")) is not None]
    assert sorted(found) == sorted(wanted)
    few = [name for name, _ in index.search(typed, 2)]
    assert len(few) == min(2, len(wanted))
    prefixed = [name for name in wanted if quality(typed, name) in {EXACT, PREFIX}]
    assert len([name for name in few if name in prefixed]) == min(2, len(prefixed))


# --- which come first


def test_what_was_used_more_comes_first_among_equals() -> None:
    assert texts("select | from rooms")[:3] == ["building", "number", "seats"]
    assert texts("select | from rooms", seats=3, number=1)[:3] == ["seats", "number", "building"]
    # … and not before what matches better, or fits better.
    assert texts("select n| from rooms", building=99)[0] == "number"
    assert texts("select * from students s join |", courses=99)[0].startswith(
        "enrolments e ON".lower()
    )


def test_a_better_match_comes_before_what_fits_better() -> None:
    found = texts("select na| from students")
    assert found.index("first_name") < found.index("json_array_elements(")
    assert texts("select co| from students")[0] in {"coalesce(", "concat(", "count(", "corr("}


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        ("SEL|", "SELECT"),
        ("sel|", "select"),
        ("Sel|", "select"),
        ("S|", "SELECT"),
        ("select * FR|", "FROM"),
        ("select * from students |", "join"),
        ("SELECT * FROM students |", "JOIN"),
        ("|", "SELECT"),
        ("SELECT COA|", "COALESCE("),
        ("SELECT * FROM students s JOIN enr|", "enrolments e ON e.student_id = s.id"),
        ("SELECT * FROM courses c JOIN rooms r ON |",
         "r.building = c.room_building AND r.number = c.room_number"),
    ],
)  # fmt: skip
def test_keywords_come_in_the_case_that_is_typed(marked: str, first: str) -> None:
    assert texts(marked)[0] == first


def test_a_candidate_says_what_it_is_and_what_it_replaces() -> None:
    [found] = proposals("select s.ema from students s", 12, SCHEMA, "sqlite")
    assert found == Proposal("email", 9, "email", "column", "varchar(80)")
    found = proposals("select * from students s join co", 32, SCHEMA, "sqlite")[0]
    assert (found.kind, found.meta) == ("join", "via enrolments")


def test_a_bracket_that_is_typed_is_not_proposed_again() -> None:
    assert texts("select coal|(1)")[0] == "coalesce"


def test_nothing_comes_after_a_text_that_is_too_long() -> None:
    rest = "select * from students where fir|"
    assert texts("select 1; " * 5_000 + rest)[0] == "first_name"
    assert texts("select 1; " * 50_000 + rest) == []
    assert texts("select " + "1, " * 50_000 + rest) == []


# --- what it costs


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those in C too: what time is made of, on any machine."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def large(tables: int) -> Schema:
    """Tables of 50 columns, each with two foreign keys."""
    made = []
    for number in range(tables):
        columns = (
            *(Column(f"col_{at}_{number % 7}") for at in range(48)),
            Column("a"),
            Column("b"),
        )
        keys = tuple(ForeignKey((name,), f"table_{(number * step + 1) % tables}", ("a",))
                     for name, step in (("a", 3), ("b", 7)))  # fmt: skip
        made.append(Table(f"table_{number}", columns, keys))
    return Schema(made).prepare()


@pytest.mark.parametrize(
    "text",
    [
        "select * from ",
        "select * from t",
        "select * from t77",
        "select col",
        "select c",
        "select x",
        "select * from table_1 one join ",
        "select * from table_1 one join t",
        "select * from table_1 one join x",
        "select * from table_1 one join table_2 two on one.a = two.a where ",
        "select * from table_1 one join table_2 two on one.a = two.a where c",
    ],
)
def test_a_key_costs_little_in_a_large_schema(text: str) -> None:
    schema = large(1_000)
    proposals(text, len(text), schema, "postgresql")  # what is compiled once is compiled now
    assert calls(lambda: proposals(text, len(text), schema, "postgresql")) < 30_000
