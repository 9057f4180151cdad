"""The model graph that filters are about, and its random rows.

To-one, to-many, many-to-many, self-referential, a composite key, everything may be NULL. Numbers
are multiples of 1/8, which no database rounds; texts are ordered by code point.
"""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Table
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import declarative_base, relationship

Base: Any = declarative_base()

Text = (
    sqltypes.String(40)
    .with_variant(sqltypes.String(40, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    .with_variant(sqltypes.String(40, collation="C"), "postgresql")
)
Precise = sqltypes.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


class Mood(enum.Enum):
    CALM = 1
    GLAD = 2
    SAD = 3


tagged = Table(
    "tagged", Base.metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("tag", ForeignKey("tags.id"), primary_key=True),
)  # fmt: skip


class Team(Base):
    __tablename__ = "teams"
    id = Column(sqltypes.Integer, primary_key=True)
    title = Column(Text)
    budget = Column(sqltypes.BigInteger)
    members = relationship("Person", back_populates="team")


class Person(Base):
    __tablename__ = "people"
    id = Column(sqltypes.Integer, primary_key=True)
    name = Column(Text)
    score = Column(sqltypes.Integer)
    pay = Column(sqltypes.Numeric(12, 3))
    weight = Column(sqltypes.Double)
    born = Column(sqltypes.Date)
    seen = Column(Precise)
    good = Column(sqltypes.Boolean)
    mood = Column(sqltypes.Enum(Mood))
    team_id = Column(ForeignKey("teams.id"))
    boss_id = Column(ForeignKey("people.id"))
    team = relationship("Team", back_populates="members")
    boss = relationship("Person", remote_side="Person.id", back_populates="staff", post_update=True)
    staff = relationship("Person", back_populates="boss", post_update=True)
    orders = relationship("Order", back_populates="person")
    tags = relationship("Tag", secondary=tagged, back_populates="people")


class Order(Base):
    __tablename__ = "orders"
    person_id = Column(ForeignKey("people.id"), primary_key=True)
    number = Column(sqltypes.Integer, primary_key=True, autoincrement=False)
    total = Column(sqltypes.Numeric(12, 3))
    note = Column(Text)
    placed = Column(Precise)
    person = relationship("Person", back_populates="orders")
    lines = relationship("Line", back_populates="order")


class Line(Base):
    __tablename__ = "lines"
    id = Column(sqltypes.Integer, primary_key=True)
    person_id = Column(sqltypes.Integer)
    number = Column(sqltypes.Integer)
    label = Column(Text)
    quantity = Column(sqltypes.SmallInteger)
    order = relationship("Order", back_populates="lines")
    __table_args__ = (
        ForeignKeyConstraint(["person_id", "number"], ["orders.person_id", "orders.number"]),
    )


class Tag(Base):
    __tablename__ = "tags"
    id = Column(sqltypes.Integer, primary_key=True)
    word = Column(Text)
    rank = Column(sqltypes.SmallInteger)
    people = relationship("Person", secondary=tagged, back_populates="tags")


CLASSES = {item.__name__: item for item in (Team, Person, Order, Line, Tag)}

# What the reference knows of the models, said again so that it asks nobody: kinds of attributes,
# and relationships: where they lead, and whether to many.
ATTRIBUTES = {
    "Team": {"id": "int", "title": "text", "budget": "int"},
    "Person": {
        "id": "int", "name": "text", "score": "int", "pay": "decimal", "weight": "float",
        "born": "date", "seen": "datetime", "good": "bool", "mood": "enum",
    },
    "Order": {"number": "int", "total": "decimal", "note": "text", "placed": "datetime"},
    "Line": {"id": "int", "label": "text", "quantity": "int"},
    "Tag": {"id": "int", "word": "text", "rank": "int"},
}  # fmt: skip
RELATIONS = {
    "Team": {"members": ("Person", True)},
    "Person": {
        "team": ("Team", False), "boss": ("Person", False), "staff": ("Person", True),
        "orders": ("Order", True), "tags": ("Tag", True),
    },
    "Order": {"person": ("Person", False), "lines": ("Line", True)},
    "Line": {"order": ("Order", False)},
    "Tag": {"people": ("Person", True)},
}  # fmt: skip
KEYS = {"Team": ("id",), "Person": ("id",), "Order": ("person_id", "number"), "Line": ("id",),
        "Tag": ("id",)}  # fmt: skip

TEXTS = (
    "",
    "a",
    "A",
    "ab",
    "Ab%",
    "a_b",
    "b a",
    r"a\b",
    "O'B",
    "a*b",
    "[a]",
    "漢a",
    "a?",
    "!",
    "ab ",
)
FIRST = datetime.fromisoformat("2023-12-31 22:00:00")


def value(kind: str, random: Random) -> Any:
    """A value of a kind; the few there are, so that rows and filters meet."""
    return {
        "int": lambda: random.randint(-3, 6),
        "decimal": lambda: Decimal(random.randint(-24, 48)) / 8,
        "float": lambda: random.randint(-24, 48) / 8,
        "text": lambda: random.choice(TEXTS),
        "date": lambda: date(2024, 1, 1) + timedelta(days=random.randint(-1, 1)),
        "datetime": lambda: FIRST + timedelta(hours=random.choice((0, 1, 2, 2, 3.5, 26))),
        "bool": lambda: random.random() < 0.5,
        "enum": lambda: random.choice(list(Mood)),
    }[kind]()


def rows(random: Random) -> list[Any]:
    """Objects of every class, related at random; about a quarter of all values are NULL."""

    def filled(name: str, **keys: Any) -> Any:
        kinds = ATTRIBUTES[name].items()
        own = {key: None if random.random() < 0.25 else value(kind, random)
               for key, kind in kinds if key not in ("id", "number")}  # fmt: skip
        return CLASSES[name](**own, **keys)

    teams = [filled("Team", id=number) for number in range(1, 5)]
    tags = [filled("Tag", id=number) for number in range(1, 6)]
    people = [filled("Person", id=number) for number in range(1, 13)]
    for person in people:
        person.team = random.choice([*teams[:3], None])
        person.boss = random.choice([*people, None, None])
        person.tags = random.sample(tags, random.choice((0, 0, 1, 2, 3)))
    orders = [
        filled("Order", person=person, number=number)
        for person in people
        for number in range(1, random.choice((1, 2, 3, 4)))
    ]
    lines = [
        filled("Line", id=number, order=random.choice([*orders, None])) for number in range(1, 25)
    ]
    return [*teams, *tags, *people, *orders, *lines]
