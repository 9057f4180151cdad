"""The other application of `twins`: reports on the same table."""

from __future__ import annotations

from sqlalchemy import Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    """One column of the table."""

    __tablename__ = "twin_items"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)


class Total(Base):
    """A table of its own, under a class name that is not."""

    __tablename__ = "twin_report_totals"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
