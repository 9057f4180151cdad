"""Concrete inheritance: each class a whole table of its own, with and without a common one."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String
from sqlalchemy.ext.declarative import AbstractConcreteBase, ConcreteBase
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

Arguments = ClassVar[dict[str, Any]]


class Base(DeclarativeBase):
    pass


class Street(Base):
    __tablename__ = "concrete_streets"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    shops: Mapped[list[Shop]] = relationship(back_populates="street", order_by="Shop.id")


class Building(AbstractConcreteBase, Base):
    """Has no table: its rows are those of its subclasses."""

    strict_attrs = True
    id: Mapped[int] = mapped_column(primary_key=True)
    floors: Mapped[int | None]


class Shop(Building):
    __tablename__ = "concrete_shops"
    __mapper_args__: Arguments = {"polymorphic_identity": "shop", "concrete": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    floors: Mapped[int | None]
    sells: Mapped[str] = mapped_column(String(20))
    street_id: Mapped[int | None] = mapped_column(ForeignKey("concrete_streets.id"))
    street: Mapped[Street | None] = relationship(back_populates="shops")


class House(Building):
    __tablename__ = "concrete_houses"
    __mapper_args__: Arguments = {"polymorphic_identity": "house", "concrete": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    floors: Mapped[int | None]
    garden: Mapped[int]


class Account(ConcreteBase, Base):
    """Has a table, and its rows are those of its subclasses too."""

    __tablename__ = "concrete_accounts"
    __mapper_args__: Arguments = {"polymorphic_identity": "account", "concrete": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


class Deposit(Account):
    __tablename__ = "concrete_deposits"
    __mapper_args__: Arguments = {"polymorphic_identity": "deposit", "concrete": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    interest: Mapped[float | None]


class Log(Base):
    """Concrete and no more: nobody asks for all at once."""

    __tablename__ = "concrete_logs"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(20))


class SafeLog(Log):
    __tablename__ = "concrete_safe_logs"
    __mapper_args__: Arguments = {"concrete": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(20))
    checksum: Mapped[int]

    @declared_attr
    def street_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(ForeignKey("concrete_streets.id"))

    street: Mapped[Street | None] = relationship()


METADATA = (Base.metadata,)


def objects() -> list[object]:
    main = Street(id=1, name="Main")
    return [
        main, Street(id=2, name="Back"),
        Shop(id=1, sells="tea", floors=1, street=main), Shop(id=2, sells="hats", street=main),
        Shop(id=3, sells="nothing", floors=9),
        House(id=4, garden=2, floors=2), House(id=5, garden=0),
        Account(id=1, name="own"), Deposit(id=2, name="saved", interest=0.5),
        Log(id=1, text="begun"), SafeLog(id=1, text="kept", checksum=7, street=main),
    ]  # fmt: skip
