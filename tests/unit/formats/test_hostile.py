"""Data on a terminal: whatever a cell holds, the screen shows text and nothing happens."""

from __future__ import annotations

from collections.abc import Callable

import pyte
import pytest

from sqlsess_cli.formats._base import FORMATS, Style
from sqlsess_cli.inert import inert
from sqlsess_cli.result import Column, Result
from sqlsess_cli.sinks import StreamSink

from .answers import HOSTILE, written

WIDTH, HEIGHT = 100, 60


class Watched:
    """A screen, and what it was told to do besides showing text."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., object]:
        """A method of the screen; pyte takes them all before it shows anything."""
        method = getattr(self.screen, name)

        def noticed(*arguments: object, **options: object) -> object:
            if name not in HARMLESS:
                self.done.append(name)
            return method(*arguments, **options)

        return noticed


HARMLESS = {"draw", "linefeed", "carriage_return", "select_graphic_rendition"}


def shown(text: str) -> list[str]:
    screen = Watched()
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    assert screen.done == []
    return [line.rstrip() for line in screen.screen.display if line.strip()]


def hostile() -> Result:
    names = ["\x1b[2J", "b"]
    return Result.of(names, [(text, text) for text in HOSTILE])


def test_the_screen_of_this_test_notices():
    with pytest.raises(AssertionError, match="erase_in_display"):
        shown("\x1b[2J")
    with pytest.raises(AssertionError, match="set_title"):
        shown("\x1b]2;title\x07")


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("height", [5, 60])
def test_table(*, color: bool, height: int):
    """The same screen from rich, in one piece, and from our own stream."""
    style = Style(terminal=True, width=WIDTH, height=height, color=color)
    found = shown(written("table", hostile(), style))
    assert len(found) == len(HOSTILE) + 2
    spelled = [inert(text) for text in HOSTILE]
    width = max(map(len, spelled))
    assert [line.split("│") for line in found[2:]] == [
        [f" {text.ljust(width)} ", f" {text}"] for text in spelled
    ]


def test_vertical():
    found = shown(written("vertical", hostile(), Style(terminal=True)))
    expected = [inert(text) for text in HOSTILE for _ in range(2)]
    assert [line.split("│ ")[1] for line in found if "│" in line] == expected[: len(found)]
    assert len(found) == len(HOSTILE) * 3


def test_a_single_object():
    found = shown(written("table", Result.object({"a": HOSTILE[0], "b\x1b": HOSTILE[1]})))
    assert found == [f"a      {inert(HOSTILE[0])}", f"b\\x1b  {inert(HOSTILE[1])}"]


@pytest.mark.parametrize("name", [n for n in FORMATS.names if not FORMATS.load(n).STYLED])
def test_formats_for_programs_are_made_visible_by_the_sink(name: str):
    class Raw:
        def __init__(self) -> None:
            self.data = b""

        def write(self, data: memoryview) -> int:
            self.data += data
            return len(data)

    raw = Raw()
    sink = StreamSink(raw, "standard output", visible=True)
    cells = [text for text in HOSTILE if text not in {"a\tb", "a\nb"}]
    result = Result((Column("a"),), iter([[(text,)] for text in cells]))
    FORMATS.load(name).write(result, sink, Style())
    shown(raw.data.decode().replace("\t", " "))
    assert raw.data.decode().replace("\n", "").replace("\t", "").isprintable()
