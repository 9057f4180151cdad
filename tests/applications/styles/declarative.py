"""Declarative: as it was before 2.0, with a decorator, and with annotations; mixins."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Optional

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import (
    DeclarativeBase,
    DeclarativeBaseNoMeta,
    Mapped,
    as_declarative,
    backref,
    declarative_base,
    declared_attr,
    mapped_column,
    relationship,
)

OldBase: Any = declarative_base()


class Stamped:
    """A mixin with a column, and a table name made of the class's."""

    created = Column(DateTime, default=datetime(2024, 2, 29, 12))

    @declared_attr
    def __tablename__(cls) -> str:  # noqa: N805
        return f"old_{cls.__name__.lower()}"


class Course(Stamped, OldBase):
    """What is taught."""

    cid = Column("course_id", Integer, primary_key=True)
    title = Column(String(40), nullable=False)


class Student(Stamped, OldBase):
    """Who learns."""

    id = Column(Integer, primary_key=True)
    name = Column("full_name", String(40))
    course_cid = Column("course_id", ForeignKey("old_course.course_id"))
    score = Column(Float)
    good = Column(Boolean)
    course = relationship("Course", backref=backref("students", order_by="Student.name"))


@as_declarative()
class Decorated:
    """A Base made by a decorator."""

    id = Column(Integer, primary_key=True)


class Room(Decorated):
    __tablename__ = "decorated_rooms"
    number = Column(String(10))


class Plain(DeclarativeBaseNoMeta):
    """A Base without a metaclass."""


class Desk(Plain):
    __tablename__ = "plain_desks"
    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(String(10))


class Base(DeclarativeBase):
    """The Base of 2.0."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {str: String(60)}


class Owned:
    """A mixin with a foreign key and a relationship."""

    @declared_attr
    def owner_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(ForeignKey("new_owners.id"))

    @declared_attr
    def owner(cls) -> Mapped[Optional[Owner]]:  # noqa: N805, UP045
        return relationship("Owner", back_populates=f"{cls.__name__.lower()}s")


class Owner(Base):
    """Who has things."""

    __tablename__ = "new_owners"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    cars: Mapped[list[Car]] = relationship(back_populates="owner", order_by="Car.plate")
    boats: Mapped[list[Boat]] = relationship(back_populates="owner", order_by="Boat.id.desc()")


class Car(Owned, Base):
    __tablename__ = "new_cars"
    plate: Mapped[str] = mapped_column(primary_key=True)
    note: Mapped[str | None] = mapped_column(Text)


class Boat(Owned, Base):
    __tablename__ = "new_boats"
    id: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[float | None]


METADATA = (OldBase.metadata, Decorated.metadata, Plain.metadata, Base.metadata)


def objects() -> list[object]:
    logic, art = Course(cid=1, title="Logic"), Course(cid=2, title="Art")
    ada, bob = Owner(id=1, name="Ada"), Owner(id=2, name="Bob")
    return [
        logic, art, Course(cid=3, title="Nothing"),
        Student(id=1, name="Ada", course=logic, score=9.5, good=True),
        Student(id=2, name="Bob", course=art, score=4.0, good=False),
        Student(id=3, name="Cyd", course=logic),
        Student(id=4, name="Dee"),
        Room(id=1, number="1a"), Desk(id=1, room="1a"),
        ada, bob, Owner(id=3, name="Cyd"),
        Car(plate="A 1", owner=ada, note="red"), Car(plate="B 2", owner=ada), Car(plate="C 3"),
        Boat(id=1, owner=bob, length=4.5), Boat(id=2, owner=bob), Boat(id=3, owner=ada),
    ]  # fmt: skip
