"""Every way to map a class is written through, and what one table holds another takes again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from applications import styles
from servers._server import Database
from servers.program import Finished
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from writing import last

Write = Callable[..., Finished]


@pytest.fixture
def write(database: Database, run: Callable[..., Finished], tmp_path: Path) -> Write:
    """`write("update", "Book", "1", "--set", …)`: on a database with all styles; it commits."""
    engine = create_engine(database.url)
    with Session(engine) as session, session.begin():
        styles.create(session.connection())
        styles.fill(session, str(tmp_path / "trap"))
    engine.dispose()
    package = Path(styles.__file__).parent
    env = {"PYTHONPATH": f"{package.parents[2]}:{package.parents[1]}"}

    def written(*words: str, code: int = 0, input: str | None = None) -> Finished:  # noqa: A002
        flags = ("-m", "applications.styles", "--url", database.url, "--yes")
        done = run(*words, *flags, input=input, env=env)
        assert done.code == code, done
        assert "Traceback" not in done.err, done
        return done

    return written


LINE, ROW = "applications.styles.composites:Line", "applications.styles.keys:Row"  # of several

CASES = [
    # imperative classes, attrs, dataclasses of every make
    (("insert", "Team", "id=7", "name=Sevens"),
     "SELECT team_name FROM class_teams WHERE team_id = 7",
     "Sevens"),
    (("insert", "Player", "key=7", "name=Gus", "team.name=Reds"),
     "SELECT name FROM class_players WHERE id = 7",
     "Gus"),
    (("insert", "Match", "id=7", "place=here", "home.name=Reds"),
     "SELECT place FROM class_matches WHERE id = 7",
     "here"),
    (("insert", "Referee", "id=7", "name=Ref"),
     "SELECT name FROM class_referees WHERE id = 7",
     "Ref"),
    (("insert", "Box", "id=7", "name=small", "lid=true"),
     "SELECT name FROM class_boxes WHERE id = 7",
     "small"),
    (("insert", "Label", "id=7", "text=x"),
     "SELECT text FROM class_labels WHERE id = 7",
     "x"),
    (("insert", "Sticker", "id=7", "text=x"),
     "SELECT text FROM class_stickers WHERE id = 7",
     "x"),
    (("update", "Team", "1", "--set", "name=Greens"),
     "SELECT team_name FROM class_teams WHERE team_id = 1",
     "Greens"),
    # SQLModel
    (("insert", "Hero", "id=7", "name=Noon", "secret=x", "wage=1.25"),
     "SELECT secret FROM sqlmodel_heroes WHERE id = 7",
     "x"),
    (("update", "Hero", "name=Day", "--set", "friend.name=Night"),
     "SELECT friend_id FROM sqlmodel_heroes WHERE name = 'Day'",
     1),
    (("update", "Hero", "name=Day", "--link", "clubs.name=Owls"),
     "SELECT count(*) FROM sqlmodel_memberships",
     4),
    # joined and single inheritance
    (("insert", "SeniorEngineer", "id=77", "name=Sue", "language=go", "years=3"),
     "SELECT type FROM inherit_people WHERE name = 'Sue'",
     "senior"),
    (("update", "SeniorEngineer", "--all", "--set", "name=Old", "--set", "years=9"),
     "SELECT min(name) FROM inherit_people WHERE type = 'senior'",
     "Old"),
    (("insert", "Sport", "id=70", "name=Red", "top=300"),
     "SELECT kind FROM inherit_vehicles WHERE id = 70",
     2),
    (("update", "Person", "type=manager", "--set", "name=Boss"),
     "SELECT min(name) FROM inherit_people WHERE type = 'manager'",
     "Boss"),
    # synonyms, deferred columns, columns of other names
    (("update", "Book", "1", "--set", "heading=New"),
     "SELECT title FROM attribute_books WHERE id = 1",
     "New"),
    (("update", "Book", "1", "--set", "text=long"),
     "SELECT text FROM attribute_books WHERE id = 1",
     "long"),
    (("insert", "Book", "id=9", "name=Nine", "price=5", "place.label=low"),
     "SELECT title FROM attribute_books WHERE id = 9",
     "Nine"),
    (("update", "Book", "1", "--unset", "place"),
     "SELECT count(*) FROM attribute_books WHERE shelf_id IS NULL",
     2),
    (("insert", "Note", "book.title=Emma", "topic=end", "remark=slow"),
     "SELECT remark FROM attribute_notes WHERE topic = 'end'",
     "slow"),
    # composites' fields
    (("insert", LINE, "id=9", "start.x=1", "start.y=2", "end.x=3", "end.y=4"),
     "SELECT y2 FROM composite_lines WHERE id = 9",
     4),
    (("update", LINE, "1", "--set", "start.x=8"),
     "SELECT x1 FROM composite_lines WHERE id = 1",
     8),
    # keys of several columns, in the mapper's order
    (("update", "Flight", "XY", "7", "2024-02-28", "--set", "gate=C9"),
     "SELECT count(*) FROM key_flights WHERE gate = 'C9'",
     1),
    (("insert", "Bag", "id=77", "kilos=3", "seat.place=1B"),
     "SELECT place FROM key_bags WHERE kilos = 3",
     "1B"),
    (("update", ROW, "y", "1", "--set", "c=7"),
     "SELECT c FROM key_rows WHERE b = 'y'",
     7),
    # many to many, trees, two ways to one table
    (("insert", "Node", "id=77", "path=1", "name=twig", "parent.name=leaf"),
     "SELECT count(*) FROM relation_nodes WHERE name = 'twig'",
     1),
]  # fmt: skip


# Each command imports all the styles: on the servers a half of them each is enough.
PARTS = {"sqlite": slice(None), "mariadb": slice(0, None, 2), "postgresql": slice(1, None, 2)}


def test_every_style_is_written(write: Write, database: Database) -> None:
    wrong = []
    for words, question, answer in CASES[PARTS[database.kind]]:
        try:
            done = write(*words)
            found = database.value(question)
            if found != answer or not last(done).startswith("committed: "):
                wrong.append(f"{words}: {found!r} for {answer!r}\n{done}")
        except AssertionError as error:
            wrong.append(f"{words}: {error}")
    assert not wrong, "\n".join(wrong)


REFUSED = [
    (("insert", "Book", "dear=true"), "dear is computed: it cannot be set"),
    (("update", "Book", "1", "--set", "twice=3"), "twice is computed: it cannot be set"),
    (("update", "Book", "1", "--set", "shelf_label=x"), "shelf_label"),
    (("update", LINE, "1", "--set", "start=3"),
     "start is set field by field"),
    (("delete", "SeniorEngineer", "--all", "--bulk"), "--bulk deletes from one table"),
    (("update", "SeniorEngineer", "--all", "--set", "name=x", "--bulk"), "--bulk updates one"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_cannot_be_set(write: Write) -> None:
    for words, message in REFUSED:
        assert message in write(*words, code=2).err


def test_a_reflected_table_is_written(database: Database, run: Callable[..., Finished]) -> None:
    database.execute(
        "CREATE TABLE authors (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE)",
        "CREATE TABLE books (code VARCHAR(5), part INTEGER, author_id INTEGER,"
        " PRIMARY KEY (code, part), FOREIGN KEY (author_id) REFERENCES authors (id))",
        "CREATE TABLE loose (a INTEGER)",
        "INSERT INTO authors VALUES (1, 'Ada')",
    )

    def write(*words: str, code: int = 0) -> Finished:
        done = run(*words, "--url", database.url)
        assert done.code == code, done
        return done

    write("insert", "books", "code=x", "part=1", "author.name=Ada")
    write("insert", "books", "code=x", "part=2", "author_id=1")
    write("update", "books", "x", "2", "--unset", "author_id")
    assert sorted(database.rows("SELECT part, author_id FROM books")) == [(1, 1), (2, None)]
    write("insert", "authors", "id=2", "name=Ada", "--on-conflict", "skip")
    write("insert", "authors", "id=1", "name=Bob", "--on-conflict", "update")
    assert database.rows("SELECT * FROM authors") == [(1, "Bob")]
    done = write("delete", "books", "author.name=Bob", "--dry-run")
    assert "books x 1" in done.out
    write("delete", "books", "author.name=Bob")
    assert database.rows("SELECT part FROM books") == [(2,)]
    done = write("update", "loose", "a=1", "--set", "a=2", code=2)
    assert "error: loose has no primary key" in done.err
