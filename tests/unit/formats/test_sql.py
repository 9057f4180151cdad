from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sqlsess_cli.result import Block, Column, InsertTarget, Result, Unreadable

from .answers import Colour, answer, rows, streamed, texts, width_of, written

storable = st.one_of(
    st.none(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.binary(),
    texts.filter(lambda text: "\0" not in text and text.isprintable()),
    st.sampled_from(["it's", "a\nb", ";", "--", "/*", "\\'", '"']),
)
loadable = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(st.tuples(*[storable] * width), max_size=4), max_size=3)
)


@given(loadable)
def test_a_database_loads_it_again(blocks: list[Block]):
    width = width_of(blocks)
    script = written("sql", answer(blocks, width))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE result ({', '.join(f'c{i}' for i in range(width))})")
        connection.executescript(script)
        found = connection.execute("SELECT * FROM result").fetchall()
    assert found == [row for block in blocks for row in block]


def test_the_look():
    text = rows("sql", [(1, "it's", None), (Decimal("1E+3"), b"\xff", True)])
    assert text == (
        'INSERT INTO "result" ("a", "b", "c") VALUES\n'
        "(1, 'it''s', NULL),\n"
        "(1000, X'ff', TRUE);\n"
    )


def test_portable_literals():
    values = [
        False, 0.1, float("nan"), Decimal("NaN"), 10**5000, date(2024, 1, 2), timedelta(hours=26),
        Colour.RED, {"a": "it's"}, Unreadable("*/ x", "why"),
    ]  # fmt: skip
    (line,) = rows("sql", [values]).splitlines()[1:]
    assert line == (
        f"(FALSE, 0.1, 'nan', 'NaN', 1{'0' * 5000}, '2024-01-02', '26:00:00', 'RED', "
        "'{\"a\":\"it''s\"}', NULL /* unreadable */);"
    )


def test_names_are_quoted():
    assert written("sql", Result.of(['a"b', "%s"], [(1, 2)])).startswith(
        'INSERT INTO "result" ("a""b", "%s") VALUES\n(1, 2)'
    )


def test_the_database_spells_its_own():
    target = InsertTarget(
        "`app`.`students`", lambda name: f"`{name}`", lambda value, kind: f"{kind}:{value}"
    )
    columns = (Column("name", "text"), Column("score", "decimal"), Column("marks", "records"))
    blocks = [[("Ada", 9, [{"x": 1}]), (None, Unreadable(1, "why"), [])]]
    assert written("sql", Result(columns, iter(blocks), insert=target)) == (
        "INSERT INTO `app`.`students` (`name`, `score`) VALUES\n"
        "(text:Ada, decimal:9),\n"
        "(NULL, NULL /* unreadable */);\n"
    )


def test_a_hundred_rows_share_an_insert():
    text = written("sql", streamed(["a"], 456, 250))
    sizes = [part.count("\n") - 1 for part in text.split("INSERT")[1:]]
    assert sizes == [100, 100, 50, 100, 100, 6]


def test_long_rows_share_it_with_fewer():
    text = rows("sql", [("x" * 400_000,)] * 5)
    assert [part.count("\n") - 1 for part in text.split("INSERT")[1:]] == [2, 2, 1]


def test_nothing_to_insert():
    assert written("sql", Result.of(["a"], [])) == ""
    assert written("sql", Result((Column("a"),), iter([[]]))) == ""
    assert written("sql", Result.of([Column("a", "records")], [([],)])) == ""
