"""json and jsonl: the same objects, in an array or one a line."""

from __future__ import annotations

import base64
import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sqlsess_cli.formats._values import flat
from sqlsess_cli.result import Block, Column, JsonText, Result, Unreadable

from .answers import Colour, answer, rows, tables, texts, width_of, written

BOTH = pytest.mark.parametrize("name", ["json", "jsonl"])


def read(name: str, text: str) -> list[dict[str, Any]]:
    def loads(part: str) -> Any:
        # Numbers as text: int() would refuse 4,300 digits, float() would lose some.
        return json.loads(part, parse_int=Decimal, parse_float=Decimal, parse_constant=refuse)

    if name == "json":
        return loads(text)
    assert text.endswith("\n") or not text
    return [loads(line) for line in text.split("\n")[:-1]]


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def expected(value: object) -> object:
    """What a reader of JSON has to find."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else flat_float(value)
    if isinstance(value, bytes):
        return {"$base64": base64.b64encode(value).decode()}
    return value.isoformat() if isinstance(value, (date, time)) else flat(value)


def flat_float(value: float) -> str:
    return "Infinity" if value > 0 else "-Infinity"


@BOTH
@given(blocks=tables())
@example(blocks=[[], [(1,)], [], [(2,)]])
def test_reads_back_equal(name: str, blocks: list[Block]):
    text = written(name, answer(blocks, width_of(blocks)))
    found = read(name, text)
    assert [tuple(item.values()) for item in found] == [
        tuple(map(expected, row)) for block in blocks for row in block
    ]
    # Equal is not enough: 1.10 == 1.1.
    digits = [str(value) for item in found for value in item.values() if type(value) is Decimal]
    assert digits == [
        str(expected(value))
        for block in blocks
        for row in block
        for value in row
        if type(expected(value)) is Decimal
    ]


@BOTH
@given(value=texts, key=texts)
def test_text_is_one_line_of_valid_utf8_without_controls(name: str, value: str, key: str):
    text = written(name, Result.of([key], [(value,)]))
    text.encode()  # no lone surrogate
    assert len(text.splitlines()) == 1  # whatever a reader takes for the end of a line
    assert all(char.isprintable() or char not in "\x7f\x85\x9b" for char in text)
    assert read(name, text) == [{key: value}]


@BOTH
@given(depth=st.recursive(
    st.none() | texts | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
))  # fmt: skip
def test_nested_values_are_nested(name: str, depth: object):
    assert json.loads(written("json", Result.of(["a"], [(depth,)]))) == [{"a": depth}]
    assert read(name, written(name, Result.of(["a"], [([depth],)]))) == [{"a": [depth]}]


def test_the_array_is_one_object_a_line():
    blocks = [[(1, "x")], [], [(2, None), (3, "y")]]
    text = written("json", Result((Column("a"), Column("b%s")), iter(blocks)))
    assert text == '[{"a": 1, "b%s": "x"},\n{"a": 2, "b%s": null},\n{"a": 3, "b%s": "y"}]\n'


def test_no_rows():
    assert written("json", Result.of(["a"], [])) == "[]\n"
    assert written("json", Result((Column("a"),), iter([[], []]))) == "[]\n"
    assert written("jsonl", Result.of(["a"], [])) == ""


def test_a_single_object_is_no_array():
    assert written("json", Result.object({"a": 1, "b": None})) == '{"a": 1, "b": null}\n'
    assert written("jsonl", Result.object({"a": 1, "b": None})) == '{"a":1,"b":null}\n'
    assert written("json", Result((Column("a"),), iter([]), single=True)) == "null\n"


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["id", "id", "id"], ["id", "id_2", "id_3"]),
        (["id", "id", "id_2"], ["id", "id_3", "id_2"]),
        (["id_2", "id", "id", "id_2"], ["id_2", "id", "id_3", "id_2_2"]),
        (["", ""], ["", "_2"]),
    ],
)
def test_duplicate_names_get_a_free_suffix(names: list[str], keys: list[str]):
    (found,) = json.loads(written("json", Result.of(names, [range(len(names))])))
    assert found == dict(zip(keys, range(len(names)), strict=True))


@given(st.lists(st.sampled_from(["a", "a_2", "a_3", "a_2_2", "b"]), min_size=1, max_size=8))
def test_no_column_is_lost_to_its_name(names: list[str]):
    (found,) = json.loads(written("json", Result.of(names, [range(len(names))])))
    assert list(found.values()) == list(range(len(names)))


def test_numbers_keep_their_digits():
    big = Decimal(12345678901234567890123456789012345678)
    text = rows("jsonl", [(big, Decimal("1.10"), Decimal("1E+3"), Decimal("0E-10"), 0.1)])
    assert text == f'{{"a":{big},"b":1.10,"c":1E+3,"d":0.0000000000,"e":0.1}}\n'


@pytest.mark.parametrize("kind", [float, Decimal])
@pytest.mark.parametrize("others", [[], [None], [1], ["x"]])
def test_what_is_no_number_is_the_word_for_it(kind: type, others: list[object]):
    column = [kind("nan"), kind("inf"), kind("-inf"), kind("1.5"), *others]
    found = [json.loads(line)["a"] for line in rows("jsonl", [(v,) for v in column]).splitlines()]
    assert found == ["NaN", "Infinity", "-Infinity", 1.5, *others]


def test_a_sum_that_overflows_hides_no_number():
    assert rows("jsonl", [(1e308,), (1e308,)]) == '{"a":1e+308}\n{"a":1e+308}\n'


def test_json_text_is_embedded_as_it_is():
    text = written("jsonl", Result.of(["a"], [(JsonText('{"x":\r\n 1.10, "y": "\\n"}'),), (None,)]))
    assert text == '{"a":{"x":   1.10, "y": "\\n"}}\n{"a":null}\n'


def test_what_has_no_json_type():
    values = {
        "bytes": b"\x00\xff", "view": memoryview(b"hi"), "enum": Colour.RED, "set": {3, 1, 2},
        "at": datetime.fromisoformat("2024-01-02 03:04:05"), "span": timedelta(hours=26),
        "text": "a", "bad": Unreadable(b"\x80", "why"), "tuple": (1, None),
    }  # fmt: skip
    assert json.loads(written("json", Result.object(values))) == {
        "bytes": {"$base64": "AP8="}, "view": {"$base64": "aGk="}, "enum": "RED", "set": [1, 2, 3],
        "at": "2024-01-02T03:04:05", "span": "26:00:00", "text": "a",
        "bad": {"$unreadable": {"$base64": "gA=="}}, "tuple": [1, None],
    }  # fmt: skip


def test_records_nest():
    records = [{"value": Decimal("9.50"), "on": date(2024, 1, 2)}, {"value": None}]
    text = written("jsonl", Result.of([Column("marks", "records")], [(records,), ([],)]))
    assert text == '{"marks":[{"value":9.50,"on":"2024-01-02"},{"value":null}]}\n{"marks":[]}\n'
