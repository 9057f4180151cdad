"""Mapped classes with every oddity that a notation has to take."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    Column,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    foreign,
    mapped_column,
    registry,
    relationship,
    remote,
)

Arguments = ClassVar[dict[str, Any]]


class Base(DeclarativeBase):
    pass


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


# Nothing but an association; and one that has more to say. No class is mapped to either.
wears = Table(
    "wears", Base.metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("hat_id", ForeignKey("hats.id"), primary_key=True),
)  # fmt: skip
friends = Table(
    "friends", Base.metadata,
    Column("one_id", ForeignKey("people.id"), primary_key=True),
    Column("other_id", ForeignKey("people.id"), primary_key=True),
)  # fmt: skip
owns = Table(
    "owns", Base.metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("hat_id", ForeignKey("hats.id"), primary_key=True),
    Column("since", Integer),
)  # fmt: skip


class Person(Base):
    """Joined inheritance, both directions of a pair, many to many, one to one."""

    __tablename__ = "people"
    __mapper_args__: Arguments = {"polymorphic_on": "kind", "polymorphic_identity": "person"}
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(200), unique=True)
    level: Mapped[Level | None] = mapped_column(Enum(Level))
    hats: Mapped[list[Hat]] = relationship(secondary=wears, back_populates="wearers")
    owned: Mapped[list[Hat]] = relationship(secondary=owns)
    friends: Mapped[list[Person]] = relationship(
        secondary=friends,
        primaryjoin=id == friends.c.one_id,
        secondaryjoin=id == friends.c.other_id,
    )
    passport: Mapped[Passport | None] = relationship(back_populates="person")


class Worker(Person):
    """A table of its own, and a boss of its own kind: a foreign key without a relationship."""

    __tablename__ = "workers"
    __mapper_args__: Arguments = {"polymorphic_identity": "worker"}
    id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    __mapper_args__["inherit_condition"] = id == Person.id


class Guest(Person):
    """The table of its parent."""

    __mapper_args__: Arguments = {"polymorphic_identity": "guest"}
    host_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    host: Mapped[Person | None] = relationship(foreign_keys=host_id, remote_side=Person.id)


class Passport(Base):
    __tablename__ = "passports"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    person: Mapped[Person] = relationship(back_populates="passport")


class Hat(Base):
    __tablename__ = "hats"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    wearers: Mapped[list[Person]] = relationship(secondary=wears, back_populates="hats")


class Node(Base):
    """A tree, both ways, and a look at all of it that is no reference of its own."""

    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    parent: Mapped[Node | None] = relationship(remote_side=id, back_populates="children")
    children: Mapped[list[Node]] = relationship(back_populates="parent")
    leaves: Mapped[list[Node]] = relationship(
        primaryjoin=lambda: (Node.id == remote(foreign(Node.parent_id))) & (Node.id > 9),
        viewonly=True,
    )


class Flight(Base):
    """A key of two columns."""

    __tablename__ = "flights"
    __table_args__ = {"schema": "air lines"}
    airline: Mapped[str] = mapped_column(String(2), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class Seat(Base):
    """Whose foreign key is of two columns under other names, in a schema."""

    __tablename__ = "seats"
    __table_args__ = (
        ForeignKeyConstraint(
            ["line", "no"], ["air lines.flights.airline", "air lines.flights.number"]
        ),
        {"schema": "air lines"},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    airline: Mapped[str | None] = mapped_column("line", String(2))
    number: Mapped[int | None] = mapped_column("no")
    flight: Mapped[Flight | None] = relationship()


class Größe(Base):
    """Letters of other scripts, and a type of many words."""

    __tablename__ = "größen"
    名前: Mapped[str] = mapped_column("名前", String(20, "NOCASE"), primary_key=True)
    länge: Mapped[str | None] = mapped_column(Text)


class order(Base):  # noqa: N801  a word with a meaning everywhere
    __tablename__ = "order"
    PK: Mapped[int] = mapped_column("select", primary_key=True)
    title: Mapped[str] = mapped_column("table")


class one(Base):  # noqa: N801  a word with a meaning in Mermaid
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column("order", ForeignKey("order.select"))


strange = registry()


class Strange:
    """What is no name in Python, nor in any notation."""


NAMES = (
    "two words", 'a "quoted" one', "it's", "back\\slash", "<b>&amp;</b>", "100 %", "#hash;", "{x}",
    "a--b__c**d//e~~f", "x -> y", "semi;colon", "line\nbreak", "tab\tbed", "`tick`", "[br](ack)",
    "日本 語", "@enduml", "$dollar", "é", "-minus", "1st",
)  # fmt: skip
strange.map_imperatively(
    Strange,
    Table(
        'sh"o\\p', strange.metadata, Column("id", Integer, primary_key=True),
        *(Column(name, Integer, nullable=False) for name in NAMES),
        Column("it's own", ForeignKey("<s & 'x'>.sh\"o\\p.id")), schema="<s & 'x'>",
    ),
)  # fmt: skip
Strange.__name__ = 'Strange "<&>" class'
