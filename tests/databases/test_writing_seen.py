"""What a write shows before it stays: dry runs, questions on a terminal, and who may write."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers.program import Finished, Spawned
from servers.pseudoterminal import PseudoTerminal
from writing import School, last, opened

ADA = ("Ada", "Lovelace")
ONE = ("update", "Student", *ADA, "--set", "score=1")
ALL = ("update", "Student", "score is not null", "--set", "score=1")

mariadb = pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def school(database: Database, run: Callable[..., Finished], folder: Path) -> School:
    return opened(database, run, folder)


def dry(school: School, *words: str, **options: str) -> Finished:
    """A dry run, which leaves everything as it was and says so."""
    before = school.all()
    done = school(*words, "--dry-run", **options)
    assert done.code == 0, done
    assert last(done).startswith("rolled back: a dry run on "), done
    assert school.all() == before
    return done


def images(done: Finished) -> list[tuple[object, ...]]:
    return [tuple(json.loads(line).values()) for line in done.out.splitlines()]


# --- dry runs


def test_a_dry_run_of_an_insert(school: School) -> None:
    words = ("insert", "Teacher", "name=emmy", "-f", "jsonl")
    done = dry(school, *words)
    assert ("+", "Teacher 3", "name", None, "Emmy") in images(done)
    assert last(done).endswith(": 1 Teacher inserted")


def test_a_dry_run_of_an_update(school: School) -> None:
    done = dry(school, *ONE, "--set", "course.name=Art", "-f", "jsonl")
    assert sorted(images(done), key=str) == [
        ("~", "Student Ada Lovelace", "course_id", 1, 2),
        ("~", "Student Ada Lovelace", "score", 9.5, 1.0),
        ("~", "Student Ada Lovelace", "version", 1, 2),
    ]
    done = dry(school, "update", "Student", *ADA, "--set-expr", "score = score + 1", "-f", "jsonl")
    assert ("~", "Student Ada Lovelace", "score", 9.5, 10.5) in images(done)
    done = dry(school, "update", "Student", *ADA, "--link", "clubs.name=go", "-f", "jsonl")
    assert images(done)[0] == ("~", "Student Ada Lovelace", "clubs", ["1"], ["1", "2"])


def test_a_dry_run_of_a_delete(school: School) -> None:
    done = dry(school, "delete", "Student", *ADA, "-f", "jsonl")
    found = images(done)
    assert ("-", "Student Ada Lovelace", "score", 9.5, None) in found
    assert ("-", "Note 1", "text", "one", None) in found
    assert found[-3:] == [
        ("-", "badges", "ON DELETE CASCADE", "2 rows", None),
        ("-", "stamps", "ON DELETE CASCADE", "7 rows", None),
        ("~", "mentions", "ON DELETE SET NULL", "3 rows", None),
    ]
    assert last(done).endswith(
        "1 Student deleted, 2 others with it, 2 more by ON DELETE CASCADE in badges,"
        " 7 more by ON DELETE CASCADE in stamps, 3 more by ON DELETE SET NULL in mentions"
    )


def test_a_dry_run_of_bulk(school: School) -> None:
    done = dry(school, "delete", "Badge", "id=1", "--bulk", "-f", "jsonl")
    assert ("-", "Badge 1", "id", 1, None) in images(done)
    assert images(done)[-1] == ("-", "stamps", "ON DELETE CASCADE", "3 rows", None)
    done = dry(school, "update", "Student", "--all", "--set", "score=1", "--bulk", "-f", "jsonl")
    assert {(sign, name, after) for sign, _, name, _, after in images(done)} == {("~", "score", 1)}
    cyd = ("update", "Student", "Cyd", "Charisse", "--bulk")
    done = dry(school, *cyd, "--set", "last_name=King", "-f", "jsonl")
    assert images(done)[0] == ("~", "Student Cyd Charisse", "last_name", "Charisse", "King")
    done = dry(school, "insert", "Mention", "-", "--bulk", "-f", "jsonl", input='[{"id": 8}]')
    assert images(done) == [("+", "Mention 8", "id", None, 8)]


def test_a_dry_run_of_what_the_database_rejects(school: School) -> None:
    school.refuses(5, "insert", "Teacher", "name=Grace", "--dry-run")
    school.refuses(5, "delete", "Teacher", "1", "--bulk", "--dry-run")


def test_a_dry_run_asks_nobody(school: School) -> None:
    dry(school, *ALL)


def test_a_dry_run_keeps_limits(school: School) -> None:
    school.refuses(6, *ALL, "--dry-run", "--max-rows", "1")


@sqlite
def test_sqlite_that_heeds_no_foreign_keys_cascades_nothing(school: School) -> None:
    deaf = School(school.database, school.run, school.models[:1])
    done = dry(deaf, "delete", "Badge", "1")
    assert "ON DELETE" not in done.err
    deaf.commits("delete", "Badge", "1")
    assert len(school.rows("SELECT * FROM stamps")) == 7


@pytest.mark.needs("accounts")
def test_a_cascade_that_comes_back(database: Database, run: Callable[..., Finished]) -> None:
    """A ring of seven rows of a table that refers to itself, which nobody mapped."""
    database.execute(
        "CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER,"
        " FOREIGN KEY (up) REFERENCES tree (id) ON DELETE CASCADE)",
        "INSERT INTO tree VALUES (1, NULL)",
        *(f"INSERT INTO tree VALUES ({item}, {item - 1})" for item in range(2, 8)),
        "UPDATE tree SET up = 3 WHERE id = 1",
    )
    done = run("delete", "tree", "1", "--dry-run", "--url", database.url)
    assert last(done).endswith("1 tree deleted, 6 more by ON DELETE CASCADE in tree"), done
    assert run("delete", "tree", "1", "--yes", "--url", database.url).code == 0
    assert database.rows("SELECT * FROM tree") == []


def test_rows_of_a_table_without_a_key_are_not_counted(
    school: School, run: Callable[..., Finished]
) -> None:
    school.database.execute(
        "CREATE TABLE loose (badge_id INTEGER,"
        " FOREIGN KEY (badge_id) REFERENCES badges (id) ON DELETE CASCADE)",
        "INSERT INTO loose VALUES (1)",
    )
    done = dry(school, "delete", "Badge", "1")
    assert last(done).endswith(", and more by foreign keys in loose, not counted")


# --- tables without transactions


@mariadb
@pytest.mark.parametrize("engine", ["MyISAM", "Aria", "MEMORY"])
def test_no_dry_run_of_what_cannot_be_undone(school: School, engine: str) -> None:
    school.database.execute("ALTER TABLE audit ENGINE = " + engine)
    every = ("Audit", "--all")
    for words in (("insert", "Audit", "what=x"), ("insert", "Club", "id=3", "name=x"),
                  ("update", *every, "--set", "what=x"), ("delete", *every),
                  ("delete", *every, "--bulk")):  # fmt: skip
        done = school.refuses(6, *words, "--dry-run")
        assert f"audit is a table without transactions ({engine})" in done.err, done
        assert last(done).startswith("rolled back: nothing was changed on ")
    school.commits("insert", "Audit", "what=x")


SHELVES = """
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int]

class Shelf(Base):
    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list[Book]] = relationship(
        primaryjoin=lambda: Shelf.id == foreign(Book.shelf_id))
"""


@mariadb
def test_no_part_of_a_dry_run_is_sent_that_cannot_be_undone(
    database: Database, run: Callable[..., Finished], folder: Path
) -> None:
    (folder / "shelves.py").write_text(SHELVES)
    database.execute(
        "CREATE TABLE shelves (id INTEGER PRIMARY KEY)",
        "CREATE TABLE books (id INTEGER PRIMARY KEY, shelf_id INTEGER) ENGINE = MyISAM",
    )
    words = ("insert", "Shelf", "-", "--nested", "--dry-run", "--show-sql", "-m", "shelves.py")
    done = run(*words, "--url", database.url, input='{"id": 1, "books": [{"id": 1}]}')
    assert (done.code, "INSERT" in done.err) == (6, False), done
    assert "books is a table without transactions (MyISAM)" in done.err


@mariadb
def test_what_a_failed_write_leaves_in_a_table_without_transactions(school: School) -> None:
    school.database.execute("ALTER TABLE audit ENGINE = MyISAM")
    text = '{"id": 11, "what": "x"}\n{"id": 11, "what": "y"}\n'
    done = school("insert", "Audit", "-", "--yes", input=text)
    kept = (11, "x") in school.rows("SELECT * FROM audit")
    assert kept, "then this proves nothing"
    assert done.code == 7, done
    assert last(done).startswith("committed: in part on "), done


# --- on a terminal


def on_terminal(school: School, pty: Callable[..., PseudoTerminal], *words: str) -> PseudoTerminal:
    return pty(*words, *school.flags, size=(120, 40))


@sqlite
@pytest.mark.parametrize(("answer", "code"), [("y\r", 0), ("n\r", 6), ("\r", 6), ("\x04", 6)])
def test_it_shows_and_asks(
    school: School, pty: Callable[..., PseudoTerminal], answer: str, code: int
) -> None:
    before = school.all()
    terminal = on_terminal(school, pty, *ALL)
    seen = "\n".join(terminal.wait_for("Keep it?"))
    assert "Student Ada Lovelace" in seen
    assert "2 Student updated" in seen
    terminal.send(answer)
    assert terminal.code == code
    assert ("committed: 2 Student updated" in terminal.text) == (code == 0)
    assert ("rolled back: nothing was changed" in terminal.text) == (code == 6)
    assert (school.all() == before) == (code == 6)


def test_ctrl_c_at_the_question(school: School, pty: Callable[..., PseudoTerminal]) -> None:
    before = school.all()
    terminal = on_terminal(school, pty, *ALL)
    terminal.wait_for("Keep it?")
    terminal.send("\x03")
    assert terminal.code == 130
    assert "rolled back: nothing was changed" in terminal.text
    assert school.all() == before


@sqlite
def test_one_object_is_not_asked_about(school: School, pty: Callable[..., PseudoTerminal]) -> None:
    assert on_terminal(school, pty, *ONE).code == 0
    terminal = on_terminal(school, pty, *ALL, "--yes")
    assert terminal.code == 0
    terminal = on_terminal(school, pty, *ALL[:-1], "score=3", "--no-input")
    assert terminal.code == 6


@sqlite
def test_signs_have_colours_on_a_terminal_only(
    school: School, pty: Callable[..., PseudoTerminal]
) -> None:
    terminal = on_terminal(school, pty, "delete", "Student", *ADA, "--dry-run")
    assert terminal.code == 0
    assert b"\x1b[31m-" in terminal.raw
    terminal = on_terminal(school, pty, "insert", "Teacher", "name=x", "--dry-run")
    assert terminal.code == 0
    assert b"\x1b[32m+" in terminal.raw
    terminal = on_terminal(school, pty, "insert", "Teacher", "name=x", "--dry-run", "-f",
                           "vertical")  # fmt: skip
    assert terminal.code == 0
    assert b"\x1b[32m+" in terminal.raw
    done = dry(school, "insert", "Teacher", "name=x", "-f", "table")
    assert "\x1b" not in done.out


def test_long_values_are_cut_for_people_only(school: School) -> None:
    long = "x" * 40 + "y" * 1000
    school.database.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, body TEXT)")
    words = ("insert", "texts", "id=1", f"body={long}", "--dry-run", "--url", school.database.url)
    done = school.run(*words, "-f", "table")
    assert ("y" in done.out, "… (1,040 characters)" in done.out) == (True, True), done
    assert "yy" not in done.out
    assert long in school.run(*words, "-f", "json").out
    # The table's name says what a reflected object is.
    assert "texts 1" in done.out


# --- who may write


CONFIG = """
models = ["{models}"]
[db.dear]
url = "{url}"
protected = true
[db.read]
url = "{url}"
read_only = true
[db.plain]
url = "{url}"
[group.school]
primary = "plain"
replicas = ["other"]
[db.other]
url = "{url}"
"""


@pytest.fixture
def configured(
    school: School, folder: Path, run: Callable[..., Finished]
) -> Callable[..., Finished]:
    path = folder / "sqlsess.toml"
    url = school.database.url.replace("\\", "\\\\")
    path.write_text(CONFIG.format(models=school.models[0], url=url))
    return lambda *words, **options: run(*words, "-C", str(path), **options)


@sqlite
def test_who_may_write(school: School, configured: Callable[..., Finished]) -> None:
    before = school.all()
    cases = [
        (("--db", "read"), {}), (("--db", "dear"), {}), (("--db", "dear", "--yes"), {}),
        (("--db", "dear", "--confirm", "plain"), {}), (("--db", "school:replica"), {}),
        (("--db", "plain", "--read-only"), {}), (("--db", "plain"), {"SQLSESS_READ_ONLY": "1"}),
    ]  # fmt: skip
    for words in (ONE, ("insert", "Teacher", "name=x"), ("delete", "Student", *ADA, "--yes")):
        for flags, env in cases:
            for more in ((), ("--dry-run",)):
                done = configured(*words, *flags, *more, env=env)
                assert done.code == 6, (flags, done)
                assert "committed" not in done.err
                if "rolled back" in done.err:
                    assert last(done).startswith("rolled back: nothing was sent"), done
    assert school.all() == before
    done = configured(*ONE, "--db", "dear", "--confirm", "dear")
    assert (done.code, last(done)) == (0, "committed: 1 Student updated on dear")
    assert configured(*ONE[:-1], "score=2", "--db", "school").code == 0


@sqlite
def test_several_databases_have_an_outcome_each(
    school: School, fresh: Callable[[str], Database], run: Callable[..., Finished], folder: Path
) -> None:
    second = opened(fresh("sqlite"), run, folder)
    second.database.execute("UPDATE teachers SET name = 'Emmy' WHERE id = 1")
    urls = ("-d", school.database.url, "-d", second.database.url, *school.flags[:4])
    done = run(*ONE, *urls)
    assert done.code == 0, done
    outcomes = [line for line in done.err.splitlines() if line.startswith("committed: ")]
    assert outcomes == [f"committed: 1 Student updated on {item.database.where}"
                        for item in (school, second)]  # fmt: skip
    done = run("insert", "Teacher", "name=emmy", *urls)
    assert done.code == 7, done
    assert f"committed: 1 Teacher inserted on {school.database.where}" in done.err
    assert f"rolled back: nothing was changed on {second.database.where}" in done.err
    done = run("insert", "Teacher", "name=third", *urls, "--dry-run", "-f", "jsonl")
    assert done.code == 0, done
    assert done.err.count("rolled back: a dry run on ") == 2


# --- readers that hang up


@sqlite
def test_a_reader_that_hangs_up_stops_no_write(
    school: School, spawn: Callable[..., Spawned]
) -> None:
    text = "".join(f'{{"name": "{number}"}}\n' for number in range(3000))
    read, write = os.pipe()
    os.close(read)
    process = spawn("insert", "Teacher", "-", "--yes", "--returning", *school.flags, stdout=write)
    os.close(write)
    process.send(text)
    done = process.wait()
    assert last(done).startswith("committed: 3000 Teacher inserted on "), done
    assert len(school.rows("SELECT * FROM teachers")) == 3002


@sqlite
def test_a_closed_standard_output(school: School, shell_path: str) -> None:
    words = ["sqlsess", *ONE, "--returning", *school.flags]
    quoted = " ".join(f"'{word}'" for word in words)
    done = subprocess.run(
        ["/bin/sh", "-c", f"{quoted} >&-"], capture_output=True, text=True, check=False,
        env={"PATH": shell_path, "HOME": "/nowhere", "LANG": "C.UTF-8"},
    )  # fmt: skip
    kept = school.rows("SELECT score FROM students WHERE first_name = 'Ada'") == [(1,)]
    assert ("committed: 1 Student updated" in done.stderr) == kept, done
    assert ("rolled back" in done.stderr) == (not kept), done


@sqlite
def test_a_full_disk_makes_no_false_outcome(school: School) -> None:
    with open("/dev/full", "wb") as full:
        done = school(*ONE, "--returning", "-f", "json", stdout=full)
    kept = school.rows("SELECT score FROM students WHERE first_name = 'Ada'") == [(1,)]
    assert ("committed: 1 Student updated" in done.err) == kept, done
    assert done.code == 74
