from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from ipaddress import ip_address
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlsess_cli.formats._values import flat, interval, json_text
from sqlsess_cli.result import JsonText, Unreadable

from .answers import Colour


class Level(IntEnum):
    HIGH = 3


class Word(str, Enum):  # noqa: UP042  as it was before Python 3.11
    YES = "y"


class Rights(Flag):
    READ = 1
    WRITE = 2


class Name(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Moment(datetime):
    pass


class Row(Mapping[str, object]):
    """A mapping that is no dict, like a row of SQLAlchemy."""

    def __getitem__(self, key: str) -> object:
        return key.upper()

    def __iter__(self) -> Iterator[str]:
        return iter("ab")

    def __len__(self) -> int:
        return 2


class Point(NamedTuple):
    x: int
    y: Decimal


@pytest.mark.parametrize(
    ("value", "text", "json"),
    [
        ("a", "a", '"a"'),
        (Name("a"), "a", '"a"'),
        (True, "true", "true"),
        (10, "10", "10"),
        (0.1, "0.1", "0.1"),
        (-0.0, "-0.0", "-0.0"),
        (Decimal("1.10"), "1.10", "1.10"),
        (Decimal("sNaN"), "sNaN", '"NaN"'),
        (b"\x00\xff", "\\x00ff", '{"$base64":"AP8="}'),
        (bytearray(b"a"), "\\x61", '{"$base64":"YQ=="}'),
        (memoryview(b"abcd")[::2], "\\x6163", '{"$base64":"YWM="}'),
        (datetime.fromisoformat("2024-01-02"), "2024-01-02 00:00:00", '"2024-01-02T00:00:00"'),
        (Moment.fromisoformat("2024-01-02"), "2024-01-02 00:00:00", '"2024-01-02T00:00:00"'),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001",
         '"00000000-0000-0000-0000-000000000001"'),
        (Colour.GREEN, "GREEN", '"GREEN"'),
        (Level.HIGH, "HIGH", '"HIGH"'),
        (Word.YES, "YES", '"YES"'),
        (Rights.READ | Rights.WRITE, "READ|WRITE", '"READ|WRITE"'),
        (Rights(0), "Rights(0)", '"Rights(0)"'),
        ({"a": [1, None, "x"]}, '{"a":[1,null,"x"]}', '{"a":[1,null,"x"]}'),
        (OrderedDict(a=b"a"), '{"a":{"$base64":"YQ=="}}', '{"a":{"$base64":"YQ=="}}'),
        (Row(), '{"a":"A","b":"B"}', '{"a":"A","b":"B"}'),
        (Point(1, Decimal("2.0")), "[1,2.0]", "[1,2.0]"),
        ({True: 1, None: 2, 3: 4}, '{"true":1,"null":2,"3":4}', '{"true":1,"null":2,"3":4}'),
        ({3, 1, 2}, "[1,2,3]", "[1,2,3]"),
        (frozenset({"b", "a"}), '["a","b"]', '["a","b"]'),
        ({1, "a"}, '["a",1]', '["a",1]'),
        ([JsonText('{"a":\n1}')], '[{"a": 1}]', '[{"a": 1}]'),
        (JsonText('{"a":\n1}'), '{"a":\n1}', '{"a": 1}'),
        (Unreadable("2024-13-01", "why"), "!2024-13-01", '{"$unreadable":"2024-13-01"}'),
        (Unreadable(b"a", "why"), "!\\x61", '{"$unreadable":{"$base64":"YQ=="}}'),
        (Unreadable(None, "why"), "!", '{"$unreadable":null}'),
        (ip_address("::1"), "::1", '"::1"'),
    ],
)  # fmt: skip
def test_a_value_as_text_and_as_json(value: object, text: str, json: str):
    assert flat(value) == text
    assert json_text(value) == json


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "0:00:00"),
        (timedelta(hours=26), "26:00:00"),
        (timedelta(days=-35, hours=1, minutes=1, seconds=1), "-838:58:59"),
        (timedelta(microseconds=-1), "-0:00:00.000001"),
        (timedelta.min, "-23999999976:00:00"),
    ],
)
def test_a_time_span_has_all_its_hours(span: timedelta, text: str):
    assert interval(span) == text


@given(st.timedeltas())
def test_a_time_span_reads_back(span: timedelta):
    text = interval(span)
    hours, minutes, seconds = text.lstrip("-").split(":")
    whole, _, fraction = seconds.partition(".")
    found = timedelta(
        hours=int(hours), minutes=int(minutes), seconds=int(whole), microseconds=int(fraction or 0)
    )
    assert found == abs(span)
    assert text.startswith("-") == (span < timedelta())
