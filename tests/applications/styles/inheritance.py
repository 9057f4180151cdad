"""Inheritance: joined tables, one table, an expression that discriminates, all loaded at once."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String, case
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship

Arguments = ClassVar[dict[str, Any]]


class Base(DeclarativeBase):
    pass


class Company(Base):
    __tablename__ = "inherit_companies"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    people: Mapped[list[Person]] = relationship(back_populates="company", order_by="Person.id")
    engineers: Mapped[list[Engineer]] = relationship(viewonly=True, order_by="Engineer.id")


class Person(Base):
    """Joined: a table for each class."""

    __tablename__ = "inherit_people"
    __mapper_args__: Arguments = {"polymorphic_on": "type", "polymorphic_identity": "person"}
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(20))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("inherit_companies.id"))
    company: Mapped[Company | None] = relationship(back_populates="people")


class Engineer(Person):
    __tablename__ = "inherit_engineers"
    __mapper_args__: Arguments = {"polymorphic_identity": "engineer"}
    id: Mapped[int] = mapped_column(ForeignKey("inherit_people.id"), primary_key=True)
    language: Mapped[str | None] = mapped_column(String(20))
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("inherit_managers.id"))
    boss: Mapped[Manager | None] = relationship(foreign_keys=boss_id, back_populates="staff")
    tools: Mapped[list[Tool]] = relationship(back_populates="engineer", order_by="Tool.id")


class SeniorEngineer(Engineer):
    """Three levels deep."""

    __tablename__ = "inherit_seniors"
    __mapper_args__: Arguments = {"polymorphic_identity": "senior"}
    person_id: Mapped[int] = mapped_column(ForeignKey("inherit_engineers.id"), primary_key=True)
    years: Mapped[int | None]


class Manager(Person):
    __tablename__ = "inherit_managers"
    __mapper_args__: Arguments = {
        "polymorphic_identity": "manager", "polymorphic_load": "selectin"
    }  # fmt: skip
    id: Mapped[int] = mapped_column(ForeignKey("inherit_people.id"), primary_key=True)
    budget: Mapped[int | None]
    staff: Mapped[list[Engineer]] = relationship(
        foreign_keys=Engineer.boss_id, back_populates="boss", order_by=Engineer.id
    )


class Tool(Base):
    __tablename__ = "inherit_tools"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    engineer_id: Mapped[int | None] = mapped_column(ForeignKey("inherit_engineers.id"))
    engineer: Mapped[Engineer | None] = relationship(back_populates="tools")


class Vehicle(Base):
    """Single: one table for all classes."""

    __tablename__ = "inherit_vehicles"
    __mapper_args__: Arguments = {"polymorphic_on": "kind", "polymorphic_identity": 0}
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[int]
    name: Mapped[str] = mapped_column(String(20))
    garage_id: Mapped[int | None] = mapped_column(ForeignKey("inherit_garages.id"))
    garage: Mapped[Garage | None] = relationship(back_populates="vehicles")


class Car(Vehicle):
    __mapper_args__: Arguments = {"polymorphic_identity": 1}
    doors: Mapped[int | None] = mapped_column(use_existing_column=True)
    tows_id: Mapped[int | None] = mapped_column(ForeignKey("inherit_vehicles.id"))
    tows: Mapped[Trailer | None] = relationship(
        foreign_keys=tows_id, remote_side=Vehicle.id, back_populates="towed_by"
    )


class Sport(Car):
    __mapper_args__: Arguments = {"polymorphic_identity": 2}
    top: Mapped[int | None]


class Trailer(Vehicle):
    __mapper_args__: Arguments = {"polymorphic_identity": 3}
    load: Mapped[int | None]
    towed_by: Mapped[list[Car]] = relationship(
        foreign_keys=Car.tows_id, back_populates="tows", order_by=Car.id
    )


class Garage(Base):
    __tablename__ = "inherit_garages"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    vehicles: Mapped[list[Vehicle]] = relationship(back_populates="garage", order_by=Vehicle.id)
    cars: Mapped[list[Car]] = relationship(viewonly=True, order_by=Car.id)
    best_id: Mapped[int | None]
    best: Mapped[Sport | None] = relationship(
        primaryjoin="foreign(Garage.best_id) == Sport.id", viewonly=True
    )


class Animal(Base):
    """What it is depends on an expression; all of its tables are always read."""

    __tablename__ = "inherit_animals"
    id: Mapped[int] = mapped_column(primary_key=True)
    legs: Mapped[int] = mapped_column()
    prey_id: Mapped[int | None] = mapped_column(ForeignKey("inherit_animals.id"))
    prey: Mapped[Animal | None] = relationship(
        foreign_keys=prey_id, remote_side=id, back_populates="hunters"
    )
    hunters: Mapped[list[Animal]] = relationship(
        foreign_keys=prey_id, back_populates="prey", order_by=id
    )
    __mapper_args__: Arguments = {
        "polymorphic_on": case((legs == 2, "bird"), (legs == 4, "dog"), else_="animal"),
        "polymorphic_identity": "animal",
        "with_polymorphic": "*",
    }


class Bird(Animal):
    __tablename__ = "inherit_birds"
    __mapper_args__: Arguments = {"polymorphic_identity": "bird"}
    id: Mapped[int] = mapped_column(ForeignKey("inherit_animals.id"), primary_key=True)
    wings: Mapped[int | None]


class Dog(Animal):
    __tablename__ = "inherit_dogs"
    __mapper_args__: Arguments = {"polymorphic_identity": "dog"}
    id: Mapped[int] = mapped_column(ForeignKey("inherit_animals.id"), primary_key=True)
    bark: Mapped[str | None] = mapped_column(String(20))


class Document(Base):
    """What it is is an attribute that is an expression."""

    __tablename__ = "inherit_documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    pages: Mapped[int] = mapped_column()
    size = column_property(case((pages > 9, "long"), else_="short"))
    __mapper_args__: Arguments = {"polymorphic_on": size, "polymorphic_identity": "short"}


class LongDocument(Document):
    __mapper_args__: Arguments = {"polymorphic_identity": "long"}


METADATA = (Base.metadata,)


def objects() -> list[object]:
    return [*_people(), *_vehicles(), *_others()]


def _people() -> list[object]:
    steel, wood = Company(id=1, name="Steel"), Company(id=2, name="Wood")
    max_ = Manager(id=1, name="Max", company=steel, budget=100)
    eve = Engineer(id=2, name="Eve", company=steel, language="python", boss=max_)
    sam = SeniorEngineer(id=3, name="Sam", company=wood, language="sql", boss=max_, years=20)
    return [
        steel, wood, Company(id=3, name="Empty"), max_, eve, sam,
        Person(id=4, name="Pat", company=wood), Person(id=5, name="Joe"),
        Engineer(id=6, name="Ned"), Manager(id=7, name="Mia", company=wood),
        Tool(id=1, name="hammer", engineer=eve), Tool(id=2, name="saw", engineer=sam),
        Tool(id=3, name="drill", engineer=sam), Tool(id=4, name="nail"),
    ]  # fmt: skip


def _vehicles() -> list[object]:
    inside, outside = (
        Garage(id=1, name="inside", best_id=3),
        Garage(id=2, name="outside", best_id=2),
    )
    small = Trailer(id=4, name="small", garage=outside, load=500)
    return [
        inside, outside, Garage(id=3, name="empty"), small,
        Vehicle(id=1, name="thing", garage=inside),
        Car(id=2, name="family", garage=inside, doors=5, tows=small),
        Sport(id=3, name="fast", garage=inside, doors=2, top=300, tows=small),
        Car(id=5, name="lost"), Trailer(id=6, name="big"),
    ]  # fmt: skip


def _others() -> list[object]:
    worm = Animal(id=1, legs=0)
    hen = Bird(id=2, legs=2, wings=2, prey=worm)
    return [
        worm, hen, Bird(id=3, legs=2, wings=0), Dog(id=4, legs=4, bark="woof", prey=hen),
        Document(id=1, pages=3), LongDocument(id=2, pages=30),
    ]  # fmt: skip
