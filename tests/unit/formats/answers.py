"""What the tests of all formats share: answers to write, and what was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Self
from uuid import UUID

from hypothesis import strategies as st

from sqlsess_cli.formats._base import FORMATS, Style
from sqlsess_cli.result import Block, Column, JsonText, Result, Unreadable
from sqlsess_cli.sinks import encoded


class Kept:
    """A sink that keeps what it was given."""

    def __init__(self) -> None:
        self.writes: list[str] = []

    def write(self, text: str) -> None:
        self.writes.append(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None: ...

    @property
    def text(self) -> str:
        return "".join(self.writes)


def written(name: str, result: Result, style: Style | None = None) -> str:
    """What the format writes for the answer, as it comes back from a file."""
    sink = Kept()
    FORMATS.load(name).write(result, sink, style or Style())
    return encoded(sink.text).decode("utf-8", "surrogateescape")


def rows(name: str, values: Sequence[Sequence[object]], style: Style | None = None) -> str:
    """What the format writes for these rows, in columns a, b, c and so on."""
    names = "abcdefghijklmnopqrstuvwxyz"[: len(values[0])]
    return written(name, Result.of(list(names), values), style)


def streamed(columns: Sequence[str], count: int, size: int = 256) -> Result:
    """An answer of `count` rows, made block by block while it is read."""

    def blocks() -> Iterator[Block]:
        for start in range(0, count, size):
            numbers = range(start, min(start + size, count))
            yield [tuple(f"{name} {n}" for name in columns) for n in numbers]

    return Result(tuple(map(Column, columns)), blocks())


class Colour(Enum):
    RED = 1
    GREEN = "2"


HOSTILE = (
    "\x1b]52;c;aGk=\x07", "\x1b[2J\x1b[H", "a[/b]c", "[bold]x", ":heart:", "\u202eabc", "a\nb",
    "a\tb", "a\0b", "a\x9b31mb", "a\rb", "\u2066x\u2069", "a\u200bb", "\x7f", "\udcff",
)  # fmt: skip

_EAST = timezone(timedelta(hours=5, minutes=30))
_COLUMNS = (
    Column("id", "integer"), Column("price", "decimal"), Column("ratio", "float"),
    Column("ok", "boolean"), Column("text", "text"), Column("text", "text"),
    Column("blob", "bytes"), Column("day", "date"), Column("hour", "time"),
    Column("at", "datetime"), Column("span", "interval"), Column("stored", "json"),
    Column("parsed", "json"), Column("uuid", "uuid"), Column("colour", "enum"),
    Column("list", "array"), Column("marks", "records"), Column("any | thing"),
)  # fmt: skip
_ROWS: list[tuple[object, ...]] = [
    (1, Decimal("19.90"), 0.1, True, "Ada", "", b"\x00\xff", date(2024, 2, 29), time(9, 5),
     datetime.fromisoformat("2024-02-29 09:05"), timedelta(hours=26, seconds=5),
     JsonText('{"a": 1.10,\n "b": []}'),
     {"a": Decimal("1.10"), "b": [None, True]}, UUID(int=7), Colour.RED, [1, 2],
     [{"subject": "Maths", "value": Decimal("9.50")}, {"subject": None, "value": None}], 7),
    (-(2**70), Decimal("12345678901234567890123456789.123456789"), -1e300, False, "Grüße, 日本 ❤️",
     'say "hi" <b>&amp;</b> | `x` *y* \\N it\'s 50%', bytearray(b"hi"), date(1, 1, 1),
     time(23, 59, 59, 999999), datetime(2024, 1, 1, tzinfo=UTC), timedelta(microseconds=-1),
     JsonText('"\u2028é"'), ["x", 1.5, {"k": "v"}], UUID(int=2**127), Colour.GREEN, (None, "a,b"),
     [], Unreadable("2024-13-01", "no such month")),
    (0, Decimal("0E-10"), float("nan"), None, "a\tb\nc\r\n\x1b[31m", "\u202eabc\udcff\x85\x00",
     memoryview(b"\\"), date(9999, 12, 31), time(1, 2, tzinfo=_EAST),
     datetime(1969, 12, 31, 23, 59, 59, 5, tzinfo=_EAST), timedelta(days=-40), JsonText("null"),
     {1: {2, 1}, None: b"z", "t": timedelta(seconds=1)}, UUID(int=0), None, [],
     [{"subject": "Art", "extra": 1}], Unreadable(b"\x80", "not UTF-8")),
    (None, Decimal("-Infinity"), float("-inf"), *[None] * 15),
]  # fmt: skip


def everything() -> Result:
    """One table with every kind of value."""
    return Result.of(_COLUMNS, _ROWS, "Every kind of value")


def one_object() -> Result:
    """The first row of that table, as an object."""
    return Result(_COLUMNS, iter([_ROWS[:1]]), "One object", single=True)


# --- generated values

undecodable = st.binary(max_size=12).map(lambda data: data.decode("utf-8", "surrogateescape"))
awkward = st.sampled_from(
    ["", " ", '"', '""', ",", "\n", "\r", "\r\n", "\t", "\\", "\\N", "\\n", "NULL", "∅", "null",
     "\x1f", "\u2028", "\x7f", "\x85", "%s", "%%", "│", "|", "<br>", "日本", "❤️", *HOSTILE]
)  # fmt: skip
texts = st.one_of(
    awkward, undecodable, st.text(max_size=20), st.lists(awkward, max_size=4).map("".join)
)
decimals = st.builds(
    lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
    st.sampled_from([0, 1]),
    st.lists(st.integers(0, 9), min_size=1, max_size=38).map(tuple),
    st.integers(-40, 40),
)
zones = st.one_of(
    st.none(), st.just(UTC), st.builds(timezone, st.timedeltas(timedelta(-0.9), timedelta(0.9)))
)
values: st.SearchStrategy[object] = st.one_of(
    st.none(), texts, st.booleans(), st.integers(), st.integers(10**40, 10**41),
    st.integers(4300, 4400).map(lambda digits: -(10**digits)), decimals,
    st.floats(allow_nan=False), st.binary(max_size=20), st.dates(), st.times(timezones=zones),
    st.datetimes(timezones=zones), st.timedeltas(), st.uuids(),
)  # fmt: skip


def tables(cells: st.SearchStrategy[object] = values) -> st.SearchStrategy[list[Block]]:
    """Blocks of rows, all of one width; most columns of one type, as in a database."""

    def of_width(width: int) -> st.SearchStrategy[list[Block]]:
        row = st.tuples(*[cells] * width)
        return st.lists(st.lists(row, max_size=4), max_size=3)

    return st.integers(1, 4).flatmap(of_width)


def answer(blocks: Iterable[Block], width: int) -> Result:
    """An answer of these blocks."""
    return Result(tuple(Column(f"c{index}") for index in range(width)), iter(list(blocks)))


def width_of(blocks: list[Block]) -> int:
    """How many columns the generated blocks have; one when there is no row to tell."""
    return next((len(row) for block in blocks for row in block), 1)
