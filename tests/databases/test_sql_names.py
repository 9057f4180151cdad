"""What completion of SQL is left of a database: its foreign keys, and whole conditions by them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from servers._server import Database
from servers.program import Finished
from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MARIADB
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

from sqlsess_cli.names.cache import Cache
from sqlsess_cli.names.sql.dialects import style_of
from sqlsess_cli.names.sql.propose import proposals
from sqlsess_cli.names.sql.schema import ForeignKey, Schema
from sqlsess_cli.names.sql.stored import schema_of
from sqlsess_cli.names.sql.words import (
    RESERVED,
    RESERVED_MYSQL,
    RESERVED_POSTGRESQL,
    RESERVED_SQLITE,
)

SHAPE = """
create table rooms (building varchar(8), number integer, primary key (building, number));
create table courses (
    id integer primary key, room_number integer, room_building varchar(8),
    foreign key (room_building, room_number) references rooms (building, number)
);
create table students (id integer primary key, mentor integer references students (id));
create table enrolments (
    student integer references students (id), course integer references courses (id),
    primary key (student, course)
);
create view who as select id from students;
"""


def remembered(home: Path) -> Schema:
    [path] = home.rglob("*.names")
    cache = Cache.read(str(path))
    assert cache is not None
    return schema_of(cache.tables.values())


def test_a_database_s_keys_make_whole_joins(
    run: Callable[..., Finished], database: Database, home: Path
) -> None:
    assert run("sql", "-", "--url", database.url, "--write", input=SHAPE).code == 0
    assert run("models", "--url", database.url).code == 0
    schema = remembered(home)
    courses = schema.table(["courses"])
    assert courses is not None
    key = ForeignKey(("room_building", "room_number"), "rooms", ("building", "number"))
    assert courses.keys == (key,)
    assert {table.name: table.kind for table in schema.tables}["who"] == "view"
    for text, wanted in (
        (
            "courses c join ro",
            "rooms r ON r.building = c.room_building AND r.number = c.room_number",
        ),
        (
            "students s join co",
            "enrolments e ON e.student = s.id JOIN courses c ON c.id = e.course",
        ),
    ):
        typed = f"SELECT * FROM {text.replace(' join ', ' JOIN ')}"
        found = proposals(typed, len(typed), schema, database.kind)
        assert found[0].text == wanted


def test_words_that_are_not_quoted_need_no_quotes(database: Database) -> None:
    """Every word that any database or SQLAlchemy reserves, as a column, a table and an alias."""
    written = style_of(database.kind).written
    known = RESERVED | RESERVED_MYSQL | RESERVED_POSTGRESQL | RESERVED_SQLITE
    known |= RESERVED_WORDS_MARIADB | RESERVED_WORDS | SQLiteIdentifierPreparer.reserved_words
    plain = sorted(word for word in known if written(word) == word)
    assert len(plain) > 50
    refused = [word for word in plain if not is_accepted(database, word)]
    assert not refused, " ".join(refused)


def is_accepted(database: Database, word: str) -> bool:
    with suppress(Exception):  # whatever the driver raises
        database.execute(f"select {word}.{word}, {word} from (select 1 as {word}) {word}")
        return True
    return False


def test_classes_leave_their_tables_and_those_beside_them(
    run: Callable[..., Finished], folder: Path, home: Path
) -> None:
    (folder / "school.py").write_text(MODELS)
    assert run("models", "-m", "school.py", "--url", "sqlite:///x.db").code == 0
    tables = {table.name: table for table in remembered(home).tables}
    assert {name: table.schema for name, table in tables.items()} == {
        "student": "", "room": "site", "stay": "", "lost": ""
    }  # fmt: skip
    assert tables["student"].columns[1].values == ("active", "it's over")
    assert tables["student"].columns[1].name == "State"
    stay = tables["stay"].keys
    assert ForeignKey(("building", "number"), "room", ("b", "n"), "site") in stay
    assert ForeignKey(("student_id",), "student", ("id",)) in stay
    assert tables["lost"].keys == ()


MODELS = """
from sqlalchemy import Column, Enum, ForeignKey, ForeignKeyConstraint, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

class Student(Base):
    __tablename__ = "student"
    id = Column(Integer, primary_key=True)
    state = Column("State", Enum("active", "it's over", name="state"))

class Room(Base):
    __tablename__ = "room"
    __table_args__ = {"schema": "site"}
    b = Column(String(8), primary_key=True)
    n = Column(Integer, primary_key=True)

Table(
    "stay", Base.metadata,
    Column("student_id", ForeignKey("student.id")), Column("building", String(8)),
    Column("number", Integer),
    ForeignKeyConstraint(["building", "number"], ["site.room.b", "site.room.n"]),
)
Table("lost", Base.metadata, Column("other_id", Integer, ForeignKey("nowhere.id")))
"""
