"""A journal of tables that are not simple: inherited, keyless, in circles, computed, triggered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers._server import Database
from servers.program import Finished
from writing import PRAGMA

MODELS = """
from sqlalchemy import Column, Computed, ForeignKey, Identity, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {str: String(40)}


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    kind: Mapped[str]
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    boss: Mapped["Person | None"] = relationship(remote_side="Person.id", post_update=True)
    tags: Mapped[list["Tag"]] = relationship(secondary="person_tags")
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}


class Pilot(Person):
    __tablename__ = "pilots"
    id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    licence: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "pilot"}


# As the manual of SQLAlchemy has it: no primary key.
Table("person_tags", Base.metadata,
      Column("person_id", ForeignKey("people.id")), Column("tag", ForeignKey("tags.name")))


class Tag(Base):
    __tablename__ = "tags"
    name: Mapped[str] = mapped_column(primary_key=True)


class Plane(Base):
    __tablename__ = "planes"
    sign: Mapped[str] = mapped_column(primary_key=True)
    seats: Mapped[int]
    double: Mapped[int] = mapped_column(Computed("seats * 2"))
    flights: Mapped[list["Flight"]] = relationship(passive_updates=True)


class Flight(Base):
    __tablename__ = "flights"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sign: Mapped[str | None] = mapped_column(
        ForeignKey("planes.sign", onupdate="CASCADE", ondelete="SET NULL"))


class Seat(Base):
    __tablename__ = "seats"
    sign: Mapped[str] = mapped_column(
        ForeignKey("planes.sign", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


# Nothing but its values tells its rows apart, and the database sets one of them.
Table("calls", Base.metadata, Column("word", String(9)),
      Column("sign", ForeignKey("planes.sign", onupdate="CASCADE", ondelete="SET NULL")))


class Touched(Base):
    __tablename__ = "touched"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]
    stamp: Mapped[int] = mapped_column(default=0)
"""
SEED = """
ada = Pilot(id=1, name='Ada', licence='A', tags=[Tag(name='first'), Tag(name='old')])
bob = Person(id=2, name='Bob', boss=ada)
session.add_all([ada, bob, Plane(sign='D-ABCD', seats=2, flights=[Flight(), Flight()])])
session.add(Touched(id=1, value=1))
session.flush()
ada.boss = bob
"""
TABLES = ("people", "pilots", "person_tags", "tags", "planes", "flights", "seats", "calls",
          "touched")  # fmt: skip
TRIGGER = {
    "sqlite": "CREATE TRIGGER stamped AFTER UPDATE OF value ON touched BEGIN"
              " UPDATE touched SET stamp = stamp + 1 WHERE id = new.id; END",
    "mariadb": "CREATE TRIGGER stamped BEFORE UPDATE ON touched FOR EACH ROW"
               " SET new.stamp = old.stamp + 1",
    "postgresql": "CREATE TRIGGER stamped BEFORE UPDATE ON touched FOR EACH ROW"
                  " EXECUTE FUNCTION stamp()",
}  # fmt: skip
FUNCTION = (
    "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN new.stamp := old.stamp + 1; RETURN new; END $$"
)


@pytest.fixture
def hangar(database: Database, run: Callable[..., Finished], folder: Path) -> Callable[..., Any]:
    """`hangar("delete", …)`: a command on such tables."""
    (folder / "models.py").write_text(MODELS)
    (folder / "pragma.py").write_text(PRAGMA)
    for name, code in PROGRAMS.items():
        (folder / f"{name}.py").write_text(code)
    flags = ("-m", "models.py", "-m", "pragma.py", "--url", database.url)
    made = "from models import Base; Base.metadata.create_all(session.connection())"
    for code in (made, SEED):
        done = run("run", "-c", code, "--write", *flags)
        assert done.code == 0, done
    return lambda *words: run(*words, *flags)


def everything(database: Database) -> dict[str, list[Any]]:
    return {name: sorted(database.rows(f"SELECT * FROM {name}"), key=repr) for name in TABLES}


PROGRAMS = {
    "gone": """
session.get(Person, 2).boss = None
session.flush()
session.delete(session.get(Person, 1))""",
    "circle": """
a, b = session.get(Person, 1), session.get(Person, 2)
a.boss = b.boss = None
session.flush()
session.delete(a)
session.delete(b)""",
    "made": """
a = Person(id=8, name="x")
session.add_all([a, Person(id=9, name="y", boss=a)])
session.flush()
a.boss = session.get(Person, 9)""",
}
CHANGES = {
    "inherited": ("update", "Pilot", "1", "--set", "name=Eve", "--set", "licence=B"),
    "inherited and gone": ("run", "gone.py", "--write"),
    "a circle": ("run", "circle.py", "--write"),
    "a circle that is made": ("run", "made.py", "--write"),
    "no key": ("update", "Person", "1", "--unlink", "tags.name=old"),
    "no key, added": ("update", "Person", "2", "--link", "tags.name=old"),
    "a key that others follow": (
        "run", "-c", "session.get(Plane, 'D-ABCD').sign = 'D-NEW'", "--write",
    ),
    "a computed column": ("update", "Plane", "D-ABCD", "--set", "seats=9"),
    "a plane": ("delete", "Plane", "D-ABCD", "--yes"),
    "a key that is counted": ("delete", "Flight", "1"),
}  # fmt: skip


@pytest.mark.parametrize("words", CHANGES.values(), ids=CHANGES)
def test_odd_tables_come_back(
    hangar: Callable[..., Finished], database: Database, words: tuple[str, ...]
) -> None:
    before = everything(database)
    done = hangar(*words, "--journal", "j.jsonl")
    assert done.code == 0, done
    changed = everything(database)
    assert changed != before
    done = hangar("undo", "j.jsonl", "--yes", "--journal", "k.jsonl")
    assert done.code == 0, done
    assert everything(database) == before
    done = hangar("undo", "k.jsonl", "--yes")
    assert done.code == 0, done
    assert everything(database) == changed


def test_what_a_trigger_computes_is_told(
    hangar: Callable[..., Finished], database: Database
) -> None:
    if database.kind == "postgresql":
        database.execute(FUNCTION)
    database.execute(TRIGGER[database.kind])
    done = hangar("update", "Touched", "1", "--set", "value=5", "--journal", "j.jsonl")
    assert done.code == 0, done
    assert "not in the journal: what the triggers on touched do elsewhere\n" in done.err
    assert database.rows("SELECT value, stamp FROM touched") == [(5, 1)]
    done = hangar("undo", "j.jsonl")
    assert done.code == 0, done
    assert "warning: Touched 1: stamp is not as it was" in done.err
    assert database.value("SELECT value FROM touched") == 1


def test_a_dry_run_says_where_triggers_are(
    hangar: Callable[..., Finished], database: Database
) -> None:
    if database.kind == "postgresql":
        database.execute(FUNCTION)
    quiet = hangar("update", "Touched", "1", "--set", "value=5", "--dry-run")
    assert (quiet.code, "triggers" in quiet.err) == (0, False), quiet
    database.execute(TRIGGER[database.kind])
    told = hangar("update", "Touched", "1", "--set", "value=5", "--dry-run")
    assert "not counted: what the triggers on touched do\n" in told.err


def test_a_dry_run_counts_what_follows_a_key(
    hangar: Callable[..., Finished], database: Database
) -> None:
    done = hangar("update", "Plane", "D-ABCD", "--set", "sign=D-NEW", "--dry-run")
    assert done.code == 0, done
    assert "1 Plane updated, 2 more by ON UPDATE CASCADE in flights" in done.err


@pytest.mark.parametrize(
    "words", [("update", "Plane", "D-ABCD", "--set", "sign=D-NEW"), ("delete", "Plane", "D-ABCD")]
)
@pytest.mark.parametrize("bulk", [(), ("--bulk",)], ids=["objects", "bulk"])
def test_rows_whose_keys_the_database_sets(
    hangar: Callable[..., Finished], database: Database, words: tuple[str, ...], bulk: Any
) -> None:
    database.execute(
        "INSERT INTO seats VALUES ('D-ABCD', 1), ('D-ABCD', 2)",
        "INSERT INTO calls (word, sign) VALUES ('one', 'D-ABCD'), ('two', 'D-ABCD')",
    )
    before = everything(database)
    done = hangar(*words, *bulk, "--yes", "--journal", "j.jsonl")
    assert done.code == 0, done
    assert everything(database) != before
    done = hangar("undo", "j.jsonl", "--yes")
    assert done.code == 0, done
    assert everything(database) == before
