"""Composites: several columns that are one value, of dataclasses, plain classes and functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column, relationship, synonym


class Base(DeclarativeBase):
    pass


@dataclass
class Point:
    x: int | None
    y: int | None


class Span:
    """As composites were written before dataclasses."""

    def __init__(self, low: int | None, high: int | None) -> None:
        self.low, self.high = low, high

    def __composite_values__(self) -> tuple[int | None, int | None]:
        return self.low, self.high

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and (other.low, other.high) == (self.low, self.high)

    __hash__ = None  # type: ignore[assignment]


class Colour(NamedTuple):
    red: int
    green: int

    def __composite_values__(self) -> tuple[int, int]:
        return self.red, self.green


class Pair:
    """Its constructor does not name its fields."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __composite_values__(self) -> tuple[Any, ...]:
        return self.values


class Line(Base):
    __tablename__ = "composite_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[Point] = composite(mapped_column("x1"), mapped_column("y1"))
    end: Mapped[Point] = composite(mapped_column("x2"), mapped_column("y2"))
    least: Mapped[int | None] = mapped_column("lowest")
    most: Mapped[int | None]
    span: Mapped[Span] = composite(Span, "least", "most")
    red: Mapped[int] = mapped_column(default=1)
    green: Mapped[int] = mapped_column(default=2)
    colour: Mapped[Colour] = composite(Colour, "red", "green")
    pair: Mapped[Pair] = composite(Pair, "red", "most")
    begin = synonym("start")
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("composite_drawings.id"))
    drawing: Mapped[Drawing | None] = relationship(back_populates="lines")


class Drawing(Base):
    __tablename__ = "composite_drawings"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(20))
    lines: Mapped[list[Line]] = relationship(back_populates="drawing", order_by="Line.id")


METADATA = (Base.metadata,)


def objects() -> list[object]:
    cat, dog = Drawing(id=1, title="cat"), Drawing(id=2, title="dog")
    return [
        cat, dog,
        Line(id=1, start=Point(0, 0), end=Point(3, 4), span=Span(1, 2), drawing=cat),
        Line(id=2, start=Point(1, 0), end=Point(1, 9), span=Span(None, 5), drawing=cat),
        Line(id=3, start=Point(1, 7), end=Point(2, 2), span=Span(3, None), drawing=dog),
        Line(id=4, start=Point(5, 5), end=Point(5, 6), span=Span(0, 0)),
    ]  # fmt: skip
