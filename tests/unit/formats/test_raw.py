"""raw and raw0: the values and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._values import flat
from sqlsess_cli.result import Block, Result
from sqlsess_cli.sinks import encoded

from .answers import answer, rows, tables, texts, width_of, written


def test_values_as_they_are():
    assert rows("raw", [("a\tb", 'say "hi"\n', None, ""), (1, Decimal("1.10"), True, "\\")]) == (
        'a\tb\tsay "hi"\n\t\t\n1\t1.10\ttrue\t\\\n'
    )
    assert rows("raw0", [("a b", None), (1, "x\n")]) == "a b\0\0001\0x\n\0"


@pytest.mark.parametrize("name", ["raw", "raw0"])
@given(data=st.binary(), text=texts)
def test_bytes_are_the_bytes_themselves(name: str, data: bytes, text: str):
    end = b"\n" if name == "raw" else b"\0"
    assert encoded(rows(name, [(data,)])) == data + end
    assert encoded(rows(name, [(memoryview(data),), (text,)])) == data + end + encoded(text) + end


@given(tables())
def test_raw0_has_each_value_once(blocks: list[Block]):
    plain = [[tuple(map(without_nul, row)) for row in block] for block in blocks]
    data = encoded(written("raw0", answer(plain, width_of(blocks))))
    assert data.split(b"\0")[:-1] == [
        encoded(value) for block in plain for row in block for value in row
    ]


def without_nul(value: object) -> str:
    return "" if value is None else flat(value).replace("\0", "")


@pytest.mark.parametrize("name", ["raw", "raw0"])
def test_null_can_be_a_word(name: str):
    assert rows(name, [(None,)], Style(null="-"))[0] == "-"


@pytest.mark.parametrize("name", ["raw", "raw0"])
def test_no_rows_is_nothing(name: str):
    assert written(name, Result.of(["a", "b"], [])) == ""
