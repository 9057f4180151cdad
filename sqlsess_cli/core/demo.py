"""The demo: six students in a SQLite file of the user's own, made when it is first asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Float, String, create_engine
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import DeclarativeBase, Mapper, sessionmaker

from sqlsess_cli.config.sources import xdg
from sqlsess_cli.config.targets import DEMO, Target
from sqlsess_cli.errors import ConfigError

_BEGINNING = b"SQLite format 3\0"


class Base(DeclarativeBase):
    """What the demo's classes are mapped by."""


class Students(Base):
    """A student, known by both names."""

    __tablename__ = "students"

    first_name = Column(String(50), primary_key=True)
    last_name = Column(String(50), primary_key=True)
    course = Column(String(50))
    score = Column(Float)


SIX = (
    ("Ada", "Lovelace", "Analysis", 9.5),
    ("Alan", "Turing", "Logic", 9.0),
    ("Edgar", "Codd", "Relations", 8.5),
    ("Emmy", "Noether", "Algebra", 10.0),
    ("Grace", "Hopper", "Compilers", 9.25),
    ("Kurt", "Gödel", "Logic", None),
)


def path(environ: Mapping[str, str]) -> str:
    """Where the demo's file is, or will be."""
    return os.path.join(xdg("DATA", environ), "demo.db")


def target(environ: Mapping[str, str]) -> Target:
    """The demo as a target; its file is made if there is none.

    Raises:
        ConfigError: the data directory cannot be written, or the file is not what we made.
    """
    file = path(environ)
    if not os.path.exists(file):
        create(environ)
    elif not _is_whole(file):
        raise ConfigError(f"the demo database {file} is damaged", "sqlsess init --demo")
    return Target(DEMO, f"sqlite:///{file}", "built-in")


def _is_whole(file: str) -> bool:
    """Whether it begins as SQLite's files do; one that was cut to nothing does not."""
    try:
        with open(file, "rb") as begun:
            return begun.read(len(_BEGINNING)) == _BEGINNING
    except OSError:  # who cannot read it is told so when it is opened
        return True


def mappers() -> Sequence[Mapper[Any]]:
    """The demo's one mapped class."""
    return [mapping_of(Students)]


def create(environ: Mapping[str, str]) -> str:
    """Make the demo's file anew, and return its path; whoever reads the old one keeps it.

    Raises:
        ConfigError: the data directory cannot be written.
    """
    file = path(environ)
    temporary = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        engine = create_engine(f"sqlite:///{temporary}")
        Base.metadata.create_all(engine)
        factory = sessionmaker()
        factory.configure(bind=engine)
        with factory.begin() as session:
            names = ("first_name", "last_name", "course", "score")
            session.add_all(Students(**dict(zip(names, row, strict=True))) for row in SIX)
        engine.dispose()
        os.replace(temporary, file)
    except OSError as error:
        raise ConfigError(f"cannot make the demo database {file}: {error.strerror}") from error
    return file
