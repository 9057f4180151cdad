"""A school whose classes do everything that a write has to run: each way a model can have a say.

`create` makes the tables, `seed` the rows. The tables do more than the classes know: a database
deletes stamps with their badges, and forgets who was mentioned.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, ForeignKey, ForeignKeyConstraint, String, Table, event
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    object_session,
    relationship,
    validates,
)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: String(40)}


members = Table(
    "members", Base.metadata,
    Column("club_id", ForeignKey("clubs.id"), primary_key=True),
    Column("first", String(40), primary_key=True),
    Column("last", String(40), primary_key=True),
    ForeignKeyConstraint(["first", "last"], ["students.first_name", "students.last_name"]),
)  # fmt: skip


class Teacher(Base):
    """Its constructor is its own, and changes what it is given."""

    __tablename__ = "teachers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    courses: Mapped[list[Course]] = relationship(back_populates="teacher", order_by="Course.id")

    def __init__(self, name: str) -> None:
        self.name = name.title()


class Course(Base):
    __tablename__ = "courses"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    room: Mapped[str | None] = mapped_column(default="hall")
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("teachers.id"))
    teacher: Mapped[Teacher | None] = relationship(back_populates="courses")
    students: Mapped[list[Student]] = relationship(back_populates="course")


class Student(Base):
    """A key of two columns, a validator, a version, and all kinds of cascades."""

    __tablename__ = "students"
    first_name: Mapped[str] = mapped_column(primary_key=True)
    last_name: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float | None]
    email: Mapped[str | None] = mapped_column(unique=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    version: Mapped[int] = mapped_column()
    course: Mapped[Course | None] = relationship(back_populates="students")
    notes: Mapped[list[Note]] = relationship(cascade="all, delete-orphan", order_by="Note.id")
    badges: Mapped[list[Badge]] = relationship(passive_deletes=True, cascade="all")
    clubs: Mapped[list[Club]] = relationship(secondary=members, back_populates="students")
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": version}

    @validates("score")
    def _right(self, _name: str, value: float | None) -> float | None:
        if isinstance(value, float) and not 0 <= value <= 100:
            raise ValueError("a score is from 0 to 100")
        return value

    @hybrid_property
    def percent(self) -> float | None:
        """Of the best."""
        return None if self.score is None else self.score * 10

    @percent.inplace.setter
    def _percent(self, value: float) -> None:
        self.score = value / 10

    @percent.inplace.expression
    @classmethod
    def _percents(cls) -> Any:
        return cls.score * 10


def student_key(ondelete: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["first", "last"], ["students.first_name", "students.last_name"], ondelete=ondelete
    )


class Note(Base):
    """The class deletes it with its student."""

    __tablename__ = "notes"
    __table_args__ = (student_key("NO ACTION"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    first: Mapped[str]
    last: Mapped[str]


class Badge(Base):
    """The database deletes it with its student."""

    __tablename__ = "badges"
    __table_args__ = (student_key("CASCADE"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[str]
    last: Mapped[str]


class Stamp(Base):
    """The database deletes it with its badge; no relationship tells."""

    __tablename__ = "stamps"
    id: Mapped[int] = mapped_column(primary_key=True)
    badge_id: Mapped[int] = mapped_column(ForeignKey("badges.id", ondelete="CASCADE"))


class Mention(Base):
    """The database forgets who was mentioned."""

    __tablename__ = "mentions"
    __table_args__ = (student_key("SET NULL"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[str | None]
    last: Mapped[str | None]


class Club(Base):
    __tablename__ = "clubs"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    students: Mapped[list[Student]] = relationship(secondary=members, back_populates="clubs")


class Audit(Base):
    """What listeners write."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str]


@event.listens_for(Club, "after_insert")
def _noted(_mapper: Any, connection: Connection, target: Club) -> None:
    connection.execute(Audit.__table__.insert().values(what=f"club {target.name}"))


class Trouble(Base):
    """A class that does what a class should not."""

    __tablename__ = "troubles"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    size: Mapped[int | None]

    @validates("name")
    def _cause(self, _name: str, value: str) -> str:
        session = object_session(self)
        if value == "raises":
            raise KeyError("no such thing")
        if value == "exits":
            sys.exit(3)
        if session is not None and value.startswith("commits"):
            session.commit()
        if session is not None and value.startswith("rolls back"):
            session.rollback()
        if session is not None and value.startswith("closes"):
            session.close()
        return value


@event.listens_for(Session, "after_flush_postexec")
def _after(session: Session, _context: object) -> None:
    names = {item.name for item in session.identity_map.values() if isinstance(item, Trouble)}
    if "after: commits" in names:
        session.commit()
    if "after: rolls back" in names:
        session.rollback()
    if "after: raises" in names:
        raise KeyError("no such thing")


def create(connection: Connection) -> None:
    """Make the tables."""
    Base.metadata.create_all(connection)


def seed(session: Session) -> None:
    """Make the rows."""
    grace, alan = Teacher("grace"), Teacher("alan")
    logic, art = Course(name="Logic", teacher=grace), Course(name="Art", teacher=alan)
    session.add_all([grace, alan])
    session.flush()
    session.add_all([logic, art, Course(name="Twin"), Course(name="Twin")])
    session.flush()
    ada = Student(first_name="Ada", last_name="Lovelace", score=9.5, course=logic,
                  email="ada@example.org", notes=[Note(text="one"), Note(text="two")])  # fmt: skip
    session.add_all([
        ada,
        Student(first_name="Bob", last_name="Byron", score=4, course=logic),
        Student(first_name="Cyd", last_name="Charisse", course=art),
        Club(id=1, name="chess", students=[ada]), Club(id=2, name="go"),
        Trouble(id=1, name="none"), Trouble(id=2, name="none"),
    ])  # fmt: skip
    session.flush()
    session.add_all([Badge(id=item, first="Ada", last="Lovelace") for item in (1, 2)])
    session.flush()
    session.add_all([Stamp(id=item, badge_id=1 + item % 2) for item in range(1, 8)])
    session.add_all([Mention(id=item, first="Ada", last="Lovelace") for item in (1, 2, 3)])
