"""A picture read back: its boxes and lines as they are drawn, to be measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Point = tuple[float, float]


@dataclass(frozen=True)
class Rectangle:
    """Something with a place and a size."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Rectangle) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)

    def holds(self, point: Point, margin: float = 0) -> bool:
        x, y = point
        return (
            self.left + margin <= x <= self.right - margin
            and self.top + margin <= y <= self.bottom - margin
        )


class Picture:
    """What a reader of the SVG sees.

    Args:
        text: the SVG; XML that is not well-formed is an error here.
    """

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)
        self.boxes = [_box(group) for group in self._groups("box")]
        self.lines = [[*_path(group.find(f"{SVG}path").attrib["d"])]
                      for group in self._groups("line")]  # fmt: skip
        self.labels = [_rectangle(item) for item in self.root.iter(f"{SVG}rect")
                       if item.get("class") == "label"]  # fmt: skip
        _, _, self.width, self.height = (float(item) for item in self.root.get("viewBox").split())

    def _groups(self, class_: str) -> Iterator[ET.Element]:
        for group in self.root.iter(f"{SVG}g"):
            if any(item.get("class") == class_ for item in group):
                yield group

    @property
    def texts(self) -> list[str]:
        return ["".join(item.itertext()) for item in self.root.iter(f"{SVG}text")]

    def crossed(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The lines that run through a box that is not theirs: numbers of a line and a box."""
        return [
            (line, box)
            for line, points in enumerate(self.lines)
            for box, rectangle in enumerate(self.boxes)
            if box not in pairs[line] and any(rectangle.holds(item, 1) for item in points)
        ]


def _box(group: ET.Element) -> Rectangle:
    left, top = (float(item) for item in NUMBER.findall(group.attrib["transform"]))
    found = _rectangle(group.find(f"{SVG}rect"))
    return Rectangle(left + found.left, top + found.top, left + found.right, top + found.bottom)


def _rectangle(item: ET.Element) -> Rectangle:
    x, y = float(item.get("x", 0)), float(item.get("y", 0))
    return Rectangle(x, y, x + float(item.attrib["width"]), y + float(item.attrib["height"]))


def _path(text: str) -> Iterator[Point]:
    """Points of a path: `M x y H x C … H x`, the curves in steps."""
    start, out, curve, back = re.fullmatch(r"M(.*)H(.*)C(.*)H(.*)", text).groups()
    x, y = (float(item) for item in start.split())
    yield from _straight((x, y), (float(out), y))
    x = float(out)
    numbers = [float(item) for item in curve.split()]
    points = [(x, y), *zip(numbers[::2], numbers[1::2], strict=True)]
    for first in range(0, len(points) - 3, 3):
        yield from _bent(points[first : first + 4])
    yield from _straight(points[-1], (float(back), points[-1][1]))


def _straight(one: Point, other: Point, steps: int = 10) -> Iterator[Point]:
    for step in range(steps + 1):
        t = step / steps
        yield one[0] + (other[0] - one[0]) * t, one[1] + (other[1] - one[1]) * t


def _bent(part: Sequence[Point], steps: int = 40) -> Iterator[Point]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = part
    for step in range(steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy
