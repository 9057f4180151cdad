"""A whole column is read as its values are one by one, or not at all."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlsess_cli.dialects._columns import ColumnReader, documents, numbers, read_column
from sqlsess_cli.result import Digits

EXACT = 2**53
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3)
PIECES = st.sampled_from(["[", "]", "{", "}", ",", ":", '"', "1", '"a"', "null", " ", "NaN", "\\"])
TEXTS = st.none() | JSON.map(json.dumps) | st.lists(PIECES, max_size=4).map("".join)


def loaded(text: str | None) -> Any:
    return text if text is None else json.loads(text)


def as_shown(text: str) -> str:
    return f"shown {text}"


def each(text: str | None) -> str | None:
    loaded(text)
    return text if text is None else as_shown(text)


def outcome(reader: Any, values: Any) -> Any:
    try:
        return list(read_column(reader, values))
    except (ValueError, RecursionError):
        return "refused"


@given(st.lists(TEXTS, max_size=5))
def test_documents_are_read_as_one_by_one(texts: list[str | None]) -> None:
    assert outcome(ColumnReader(each, documents(as_shown)), texts) == outcome(each, texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["1,2"], ["[1", "2]"], ["[1", "2]", "3,4"], ["[1", "2]", "3,4,5"], ["1],[2", "3"],
        ["", ""], ["1", ""], ['{"a":1', '"b":2}'], ['"', '"'], ['"a', 'b"'], ["[" * 100_000],
    ],
)  # fmt: skip
def test_texts_that_are_documents_only_together(texts: list[Any]) -> None:
    assert outcome(ColumnReader(each, documents(as_shown)), texts) == "refused"


def test_what_is_no_text_goes_alone() -> None:
    assert documents(as_shown)(["1", b"1"]) is None


def test_documents_together_are_not_held_without_limit() -> None:
    assert documents(as_shown)([json.dumps("x" * 400_000)] * 2) is not None
    assert documents(as_shown)([json.dumps("x" * 400_000)] * 3) is None


def decimal(value: Any) -> Any:
    return None if value is None else Decimal(f"{value:.2f}")


@given(st.lists(st.none() | st.integers(-EXACT - 3, EXACT + 3) | st.floats(allow_nan=False)))
def test_numbers_go_together_as_far_as_floats_are_exact(values: list[Any]) -> None:
    found = numbers(decimal, EXACT, None)(values)
    if all(type(value) is not int or abs(value) < EXACT for value in values):
        small = all(value is None or abs(value) < EXACT for value in values)
        assert found == tuple(map(decimal, values)) or (found is None and not small)
    else:
        assert found is None


@pytest.mark.parametrize("value", ["text", b"bytes", True, math.inf])
def test_anything_else_goes_alone(value: Any) -> None:
    assert numbers(decimal, EXACT, 2)([1, value]) is None


@given(st.lists(st.integers(1 - EXACT, EXACT - 1) | st.floats(allow_nan=False)))
def test_digits_are_those_of_the_decimals(values: list[Any]) -> None:
    found = numbers(decimal, EXACT, 2)(values)
    read = list(map(decimal, values))
    if found is not None:
        assert (found.read() if isinstance(found, Digits) else list(found)) == read
        if isinstance(found, Digits):
            assert found == [f"{item:f}" for item in read]
