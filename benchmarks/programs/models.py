"""The models of the measured databases, as an application would have them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    Time,
)
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class Students(Base):
    """A student, known by both names."""

    __tablename__ = "students"

    first_name = Column(String(50), primary_key=True)
    last_name = Column(String(50), primary_key=True)
    course = Column(String(50))
    score = Column(Float)


class Events(Base):
    """Something that a user did: a narrow table."""

    __tablename__ = "events"

    id = Column(Integer, primary_key=True)
    user_id = Column(Integer)
    ts = Column(DateTime)
    amount = Column(Numeric(12, 2))
    kind = Column(String(20))
    note = Column(String(80))


class Kinds(Base):
    """A column of every type: a wide table."""

    __tablename__ = "kinds"

    id = Column(Integer, primary_key=True)
    big = Column(BigInteger)
    # SQLite has no exact decimals: they are text there.
    exact = Column(Numeric(30, 10).with_variant(String(40), "sqlite"))
    ratio = Column(Double)
    day = Column(Date)
    clock = Column(Time)
    moment = Column(DateTime)
    flag = Column(Boolean)
    words = Column(Text)
    data = Column(LargeBinary)
    token = Column(String(36))
    document = Column(JSON)


class Users(Base):
    """Somebody who came."""

    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    name = Column(String(80))
    visits = relationship("Visits", back_populates="user", order_by="Visits.number")


class Visits(Base):
    """When, and what was seen."""

    __tablename__ = "visits"

    user_id = Column(Integer, ForeignKey("users.id"), primary_key=True)
    number = Column(Integer, primary_key=True)
    page = Column(String(80))
    began = Column(DateTime)
    user = relationship("Users", back_populates="visits")
