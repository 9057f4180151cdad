"""Keys of several columns, keys of keys, keys that the table does not have, and natural ones."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKeyConstraint, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Flight(Base):
    __tablename__ = "key_flights"
    airline: Mapped[str] = mapped_column(String(2), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    gate: Mapped[str | None] = mapped_column(String(5))
    seats: Mapped[list[Seat]] = relationship(back_populates="flight", order_by="Seat.place")


class Seat(Base):
    """Its key holds another's."""

    __tablename__ = "key_seats"
    __table_args__ = (
        ForeignKeyConstraint(
            ["airline", "number", "day"],
            ["key_flights.airline", "key_flights.number", "key_flights.day"],
        ),
    )
    # In another order than in the table, and under other names.
    place: Mapped[str] = mapped_column(String(3), primary_key=True)
    line: Mapped[str] = mapped_column("airline", String(2), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    flight: Mapped[Flight] = relationship(back_populates="seats")
    bags: Mapped[list[Bag]] = relationship(back_populates="seat", order_by="Bag.id")


class Bag(Base):
    __tablename__ = "key_bags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["place", "airline", "number", "day"],
            ["key_seats.place", "key_seats.airline", "key_seats.number", "key_seats.day"],
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str | None] = mapped_column(String(3))
    airline: Mapped[str | None] = mapped_column(String(2))
    number: Mapped[int | None]
    day: Mapped[date | None]
    kilos: Mapped[int]
    seat: Mapped[Seat | None] = relationship(back_populates="bags")


class Row(Base):
    """The table has no key; the class says which columns tell its rows apart."""

    __table__ = Table(
        "key_rows", Base.metadata,
        Column("a", Integer), Column("b", String(10)), Column("c", Integer),
        UniqueConstraint("a", "b"),
    )  # fmt: skip
    __mapper_args__: ClassVar[dict[str, Any]] = {"primary_key": [__table__.c.b, __table__.c.a]}


METADATA = (Base.metadata,)


def objects() -> list[object]:
    today, tomorrow = date(2024, 2, 28), date(2024, 2, 29)
    full = Flight(airline="XY", number=7, day=today, gate="A1")
    later = Flight(airline="XY", number=7, day=tomorrow)
    window, aisle = Seat(place="1A", flight=full), Seat(place="1B", flight=full)
    return [
        full, later, Flight(airline="ZZ", number=7, day=today, gate="B2"), window, aisle,
        Seat(place="1A", flight=later), Bag(id=1, kilos=9, seat=window),
        Bag(id=2, kilos=23, seat=window), Bag(id=3, kilos=5, seat=aisle), Bag(id=4, kilos=1),
        Row(a=1, b="x", c=5), Row(a=1, b="y", c=6), Row(a=2, b="x"),
    ]  # fmt: skip
