"""Descriptions on a terminal: what none of them says is left out before they stop being a table."""

from __future__ import annotations

import pytest

from sqlsess_cli.formats._base import Style
from sqlsess_cli.result import Column, Result

from .answers import written

COLUMNS = [Column("model"), Column("columns", "records"), Column("nothing"), Column("description")]
ROWS = [("A", [{"name": "id", "type": "INTEGER", "comment": None}], None, None)]


def lines(result: Result, *, width: int, terminal: bool = True) -> list[str]:
    return written("table", result, Style(terminal=terminal, width=width, height=40)).splitlines()


@pytest.mark.parametrize(
    ("width", "terminal", "names"),
    [
        (60, True, ["model", "columns", "nothing", "description"]),
        (30, True, ["model", "columns"]),
        (30, False, ["model", "columns", "nothing", "description"]),
    ],
)
def test_a_list_of_them(names: list[str], *, width: int, terminal: bool) -> None:
    first = lines(Result.of(COLUMNS, ROWS), width=width, terminal=terminal)[0]
    assert [name.strip() for name in first.split("│")] == names


def test_the_tables_inside_one() -> None:
    found = lines(Result.object(dict(zip(COLUMNS, ROWS[0], strict=True))), width=80)
    assert " name │ type" in [line.rstrip() for line in found]
    assert not any("comment" in line for line in found)


def test_rows_of_a_database_keep_all_their_columns() -> None:
    result = Result.of(["a" * 20, "b" * 20], [(None, None)])
    assert lines(result, width=20)[1:] == [f"{'a' * 20} │ ∅", f"{'b' * 20} │ ∅"]
