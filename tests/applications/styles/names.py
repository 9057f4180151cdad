"""Names that have to be quoted: spaces, capitals, reserved words, signs, other scripts; schemas."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry, relationship


class Base(DeclarativeBase):
    pass


class Archive(DeclarativeBase):
    """What lies in a schema."""


class Order(Base):
    """Reserved words everywhere."""

    __tablename__ = "order"
    id: Mapped[int] = mapped_column("select", primary_key=True)
    group: Mapped[str] = mapped_column(String(20))
    where: Mapped[int | None] = mapped_column("from")
    user: Mapped[str | None] = mapped_column("user", String(20))
    lines: Mapped[list[Line]] = relationship(back_populates="order", order_by="Line.Number")


class Line(Base):
    __tablename__ = "Order Lines"
    Number: Mapped[int] = mapped_column("Line Number", primary_key=True)
    percent: Mapped[int] = mapped_column("100 %")
    question: Mapped[str | None] = mapped_column("why? :because", String(20))
    order_id: Mapped[int | None] = mapped_column("Order Id", ForeignKey("order.select"))
    order: Mapped[Order | None] = relationship(back_populates="lines")


class Größe(Base):
    __tablename__ = "größen"
    id: Mapped[int] = mapped_column(primary_key=True)
    länge: Mapped[int] = mapped_column("länge", Integer)
    名前: Mapped[str] = mapped_column("名前", String(20))
    oberteil_id: Mapped[int | None] = mapped_column("öberteil", ForeignKey("größen.id"))
    oberteil: Mapped[Größe | None] = relationship(remote_side=id)


signs = registry()


class Sign:
    """Attributes that are no Python names: only an imperative mapping can have them."""


signs.map_imperatively(
    Sign,
    table := Table(
        'na"me.s', signs.metadata,
        Column("id", Integer, primary_key=True), Column("first name", String(20)),
        Column("a.b", Integer), Column("and", Integer), Column("Mixed", Integer),
        Column("mixed_up", Integer),
    ),
    properties={"MIXED_UP": table.c.mixed_up},
)  # fmt: skip


class Paper(Archive):
    __tablename__ = "papers"
    __table_args__ = {"schema": "archive"}
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(20))
    box_id: Mapped[int | None] = mapped_column(ForeignKey("archive.Old Boxes.id"))
    box: Mapped[Crate | None] = relationship(back_populates="papers")


class Crate(Archive):
    __tablename__ = "Old Boxes"
    __table_args__ = {"schema": "archive"}
    id: Mapped[int] = mapped_column(primary_key=True)
    papers: Mapped[list[Paper]] = relationship(back_populates="box", order_by="Paper.id")


METADATA = (Base.metadata, signs.metadata)


def objects() -> list[object]:
    first = Order(id=1, group="all", where=3, user="Ada")
    big = Größe(id=1, länge=9, 名前="大")
    return [
        first, Order(id=2, group="none"),
        Line(Number=1, percent=50, order=first, question="so?"),
        Line(Number=2, percent=7, order=first),
        Line(Number=3, percent=100),
        big, Größe(id=2, länge=1, 名前="小", oberteil=big),
        _sign(1, "Ada", 5, 6), _sign(2, "Bob", None, 7),
    ]  # fmt: skip


def _sign(key: int, name: str, *numbers: int | None) -> Sign:
    sign = Sign()
    values = {"first name": name, "a.b": numbers[0], "and": numbers[1], "Mixed": 1, "MIXED_UP": 2}
    for attribute, value in {"id": key, **values}.items():
        setattr(sign, attribute, value)
    return sign


def archived() -> list[object]:
    """The rows of what lies in a schema."""
    crate = Crate(id=1)
    return [crate, Crate(id=2), Paper(id=1, title="Old", box=crate), Paper(id=2, title="New")]
