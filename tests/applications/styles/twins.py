"""Two applications in one: the same class names, and the same table, under two Bases."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from . import twins_reports


class Base(DeclarativeBase):
    pass


class Item(Base):
    """The whole table."""

    __tablename__ = "twin_items"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


class Total(Base):
    __tablename__ = "twin_totals"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)


METADATA = (Base.metadata, twins_reports.Base.metadata)


def objects() -> list[object]:
    return [Item(id=1, name="one"), Total(id=1), twins_reports.Total(id=5)]
