"""A journal brings back what was, to the last digit, or says why it does not."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

import every_type
import pytest
from servers._server import Database
from servers.program import Finished, Spawned
from servers.proxy import Proxy
from writing import School, last, opened

EVERYTHING = "SELECT * FROM things ORDER BY id"
NUMBERS = count()
ADA = ("Ada", "Lovelace")
COMMIT = {"mariadb": b"\x03COMMIT", "postgresql": b"COMMIT"}
on_servers = pytest.mark.needs("accounts")


@pytest.fixture
def school(database: Database, run: Callable[..., Finished], folder: Path) -> School:
    return opened(database, run, folder)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def undone(school: School, *words: str, **options: Any) -> None:
    """A command changes something, and its journal brings back what was."""
    before = school.all()
    path = f"j{next(NUMBERS)}.jsonl"
    school.commits(*words, "--journal", path, **options)
    changed = school.all()
    assert changed != before
    dry = school("undo", path, "--dry-run")
    assert (dry.code, school.all()) == (0, changed), dry
    school.commits("undo", path, "--yes", "--journal", f"again-{path}")
    assert school.all() == before
    # An undo can itself be undone.
    school.commits("undo", f"again-{path}", "--yes")
    assert school.all() == changed


CHANGES = {
    "a column": ("update", "Student", *ADA, "--set", "score=1"),
    "a computed value": ("update", "Student", "score > 0", "--set-expr", "score = score + 1",
                         "--yes"),
    "a key": ("update", "Course", "1", "--set", "name=Ethics", "--set", "room=2"),
    "a link": ("update", "Student", *ADA, "--link", "clubs.name=go"),
    "an unlink": ("update", "Student", *ADA, "--unlink", "clubs.name=chess"),
    "cascades": ("delete", "Student", *ADA, "--yes"),
    "all of them": ("delete", "Student", "--all", "--yes"),
    "in bulk": ("update", "Student", "--all", "--set", "score=1", "--bulk", "--yes"),
    "rows in bulk": ("delete", "Mention", "--all", "--bulk", "--yes"),
    "a listener's": ("insert", "Club", "id=9", "name=poetry"),
    "an object": ("insert", "Student", "first_name=Kurt", "last_name=G", "course.name=Logic"),
}  # fmt: skip


@pytest.mark.parametrize("words", CHANGES.values(), ids=CHANGES)
def test_what_a_command_did_is_undone(school: School, words: tuple[str, ...]) -> None:
    undone(school, *words)


def test_inserts_are_undone(school: School) -> None:
    course = {"name": "Algebra", "students": [{"first_name": "Emmy", "last_name": "N"}]}
    undone(school, "insert", "Course", "-", "--nested", "--yes", input=json.dumps(course))
    many = "\n".join(json.dumps({"name": f"t{n}"}) for n in range(500))
    undone(school, "insert", "Teacher", "-", "--yes", input=many)
    many = "\n".join(json.dumps({"id": n, "name": "x"}) for n in range(100, 400))
    undone(school, "insert", "Course", "-", "--bulk", "--yes", input=many)


def test_a_conflict_is_undone(school: School) -> None:
    rows = [{"id": 1, "name": "Logics"}, {"id": 77, "name": "New"}, {"id": 2, "name": "Arts"}]
    undone(school, "insert", "Course", "-", "--on-conflict", "update", "--yes",
           input=json.dumps(rows))  # fmt: skip


PROGRAMS = {
    "objects": "session.delete(session.get(Student, ('Ada', 'Lovelace')))",
    "in bulk": "session.execute(sa.update(Student).where(Student.score > 5).values(score=0))",
    "a delete in bulk": "session.execute(sa.delete(Badge))",
    "several flushes": """
        ada = session.get(Student, ('Ada', 'Lovelace'))
        ada.score = 1; session.flush()
        ada.course = Course(name='New'); session.flush()
        ada.course.teacher = Teacher('zoe'); session.flush()
        ada.score = 2""",
    "made and gone": """
        club = Club(id=9, name='brief'); session.add(club); session.flush()
        session.delete(club)""",
    "a savepoint": """
        with session.begin_nested() as part:
            session.get(Student, ('Ada', 'Lovelace')).score = 3
            session.add(Teacher('never')); session.flush(); part.rollback()
        session.get(Student, ('Bob', 'Byron')).score = 3""",
    "swapped": """
        a, b = session.scalars(select(Teacher).order_by(Teacher.id)).all()
        a.name, b.name, x, y = 'x', 'y', a.name, b.name
        session.flush(); a.name, b.name = y, x""",
    "moved": """
        note = session.get(Note, 1); note.id = 50""",
}


@pytest.mark.parametrize("code", PROGRAMS.values(), ids=PROGRAMS)
def test_what_a_program_did_is_undone(school: School, code: str, folder: Path) -> None:
    (folder / "fix.py").write_text(dedent(code))
    undone(school, "run", "fix.py", "--write")


REFUSED = {
    "text": "session.execute(sa.text('UPDATE teachers SET name = 1'))",
    "text to the driver": "session.connection().exec_driver_sql('DELETE FROM stamps')",
    "a query's rows": "session.execute(sa.insert(Audit).from_select(['what'], select(Club.name)))",
    "caught": """
try:
    session.execute(sa.text('DELETE FROM stamps'))
except Exception:
    pass""",
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_a_program_whose_rows_are_not_known_is_refused(
    school: School, code: str, folder: Path
) -> None:
    done = school.refuses(6, "run", "-c", code, "--write", "--journal", "j.jsonl")
    assert "refused: " in done.err
    assert not (folder / "j.jsonl").exists()


def test_sql_text_keeps_no_journal(school: School, folder: Path) -> None:
    done = school.refuses(2, "sql", "DELETE FROM stamps", "--write", "--journal", "j.jsonl")
    assert "error: sql keeps no journal: " in done.err
    assert not (folder / "j.jsonl").exists()


# --- the file


def test_a_journal_says_what_was_before_and_after(school: School, folder: Path) -> None:
    school.commits("update", "Student", *ADA, "--set", "score=1", "--journal", "j.jsonl")
    path = folder / "j.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, change, end, outcome = lines(path)
    assert (header["sqlsess_journal"], header["command"]) == (1, "update")
    assert "password" not in path.read_text()
    assert (change["change"], change["table"], change["class"]) == (
        "update",
        "students",
        "Student",
    )
    assert change["key"] == {"first_name": "Ada", "last_name": "Lovelace"}
    assert (change["before"]["version"], change["after"]["version"]) == (1, 2)
    assert end["rows"] == 1
    assert outcome["outcome"] == "committed"


def test_a_file_that_is_there_is_left_alone(school: School, folder: Path) -> None:
    (folder / "j.jsonl").write_text("mine\n")
    words = ("update", "Student", *ADA, "--set", "score=1", "--journal", "j.jsonl")
    assert "is there already" in school.refuses(2, *words).err
    assert (folder / "j.jsonl").read_text() == "mine\n"
    done = school.refuses(74, *words[:-1], "nowhere/j.jsonl")
    assert "cannot write the journal nowhere/j.jsonl" in done.err


def test_what_was_not_committed_leaves_no_journal(school: School, folder: Path) -> None:
    words = ("update", "Student", "--all", "--set", "score=1", "--journal", "j.jsonl")
    school.refuses(6, *words)
    school.refuses(6, *words, "--yes", "--max-rows", "1")
    school.refuses(2, *words, "--dry-run")
    school.refuses(5, "insert", "Teacher", "name=Grace", "--journal", "j.jsonl")
    assert not (folder / "j.jsonl").exists()


def damaged(path: Path) -> dict[str, tuple[str, str]]:
    text = path.read_text()
    all_lines = text.splitlines(keepends=True)
    return {
        ":1: the file is empty": ("", "empty"),
        ":2: the line is cut": ("".join(all_lines[:2])[:-20], "cut"),
        ":2: the end of the journal is missing": ("".join(all_lines[:2]), "no end"),
        ":3: the lines above are not those": (text.replace("Lovelace", "Lovelice"), "changed"),
        ":1: not a journal": ("{}\n", "other"),
        ":2: not JSON": (all_lines[0] + "{\n", "not json"),
        ":5: there is more than": (text + all_lines[-1], "more"),
    }


def test_a_damaged_journal_is_not_undone(school: School, folder: Path) -> None:
    school.commits("update", "Student", *ADA, "--set", "score=1", "--journal", "j.jsonl")
    for said, (text, name) in damaged(folder / "j.jsonl").items():
        (folder / "bad.jsonl").write_text(text)
        done = school.refuses(2, "undo", "bad.jsonl")
        assert f"error: bad.jsonl{said}" in done.err, name


# --- what has to be so


def test_changes_since_are_told_and_left_alone(school: School) -> None:
    words = ("update", "Student", "score is not null", "--set", "score=1", "--yes")
    school.commits(*words, "--journal", "j.jsonl")
    school.database.execute("UPDATE students SET score = 7 WHERE first_name = 'Bob'")
    done = school.refuses(6, "undo", "j.jsonl", "--yes", "-f", "jsonl")
    told = json.loads(done.out)
    assert (told["object"], told["column"]) == ("Student Bob Byron", "score")
    assert [float(told[name]) for name in ("journal", "now")] == [1, 7]
    assert "rows were changed since" in done.err
    school.database.execute("DELETE FROM students WHERE first_name = 'Bob'")
    done = school.refuses(6, "undo", "j.jsonl", "--yes", "-f", "jsonl")
    assert json.loads(done.out)["now"] == "no row"


def test_nothing_is_undone_twice(school: School) -> None:
    school.commits("update", "Student", *ADA, "--set", "score=1", "--journal", "j.jsonl")
    school.commits("undo", "j.jsonl")
    assert "nothing to undo" in school.refuses(1, "undo", "j.jsonl").err


def test_rows_that_came_later_are_not_taken_along(school: School) -> None:
    school.commits("insert", "Student", "first_name=Eve", "last_name=E", "--journal", "j.jsonl")
    school.database.execute("INSERT INTO badges VALUES (99, 'Eve', 'E')")
    done = school.refuses(6, "undo", "j.jsonl")
    assert "rows of badges refer to Student Eve E" in done.err


def test_it_asks_and_needs_leave(school: School) -> None:
    words = ("update", "Student", "score is not null", "--set", "score=1", "--yes")
    school.commits(*words, "--journal", "j.jsonl")
    assert "nobody to ask" in school.refuses(6, "undo", "j.jsonl").err
    assert "forbids changes" in school.refuses(6, "undo", "j.jsonl", "--read-only", "--yes").err


def test_a_journal_is_of_one_database(
    school: School, fresh: Callable[[str], Database], run: Callable[..., Finished]
) -> None:
    school.commits("update", "Student", *ADA, "--set", "score=1", "--journal", "j.jsonl")
    other = fresh(school.database.kind)
    folder = Path(school.models[-1]).parent
    twin = opened(other, run, folder)
    assert "is of another database" in twin.refuses(6, "undo", "j.jsonl").err
    other.execute("UPDATE students SET score = 1, version = 2 WHERE first_name = 'Ada'")
    twin.commits("undo", "j.jsonl", "--other-database")
    assert twin.rows("SELECT score, version FROM students WHERE first_name = 'Ada'") == [(9.5, 1)]
    several = [*school.flags[:-2], "--db", school.database.url, "--db", other.url]
    done = run("update", "Student", *ADA, "--set", "score=1", "--journal", "k.jsonl", *several)
    assert (done.code, "of one database" in done.err) == (2, True), done


# --- the end

DYING = """
import os

@sa.event.listens_for(session, "before_commit")
def die(_session):
    os.kill(os.getpid(), 9)

session.get(Student, ("Ada", "Lovelace")).score = 1
"""


@on_servers
@pytest.mark.parametrize("delivered", [False, True], ids=["before", "after"])
def test_a_lost_commit_leaves_what_is_known(
    school: School, folder: Path, *, delivered: bool
) -> None:
    before = school.all()
    database = school.database
    models = school.flags[:-2]
    with Proxy(database, COMMIT[database.kind], delivered=delivered) as proxy:
        words = ("update", "Student", *ADA, "--set", "score=1", "--journal", "j.jsonl")
        done = school.run(*words, *models, "--url", proxy.url)
    if database.kind == "postgresql":  # which can be asked
        assert done.code == (0 if delivered else 4), done
        assert (folder / "j.jsonl").exists() == delivered
        if not delivered:
            assert school.all() == before
            return
    else:
        assert done.code == 8, done
    outcome = lines(folder / "j.jsonl")[-1]["outcome"]
    assert outcome == ("unknown" if done.code else "committed")
    done = school("undo", "j.jsonl")
    assert done.code == (0 if delivered else 1), done
    assert school.all() == before


def test_a_killed_program_leaves_a_whole_journal_or_nothing_changed(
    school: School, folder: Path, spawn: Callable[..., Spawned]
) -> None:
    before = school.all()
    (folder / "die.py").write_text(DYING)
    done = spawn("run", "die.py", "--write", "--journal", "j.jsonl", *school.flags).wait()
    assert done.code == 137, done
    assert school.all() == before
    assert [*lines(folder / "j.jsonl")[-1]] == ["rows", "sha256"]  # whole, its outcome unknown
    assert school("undo", "j.jsonl").code == 1


# --- values


def fill(database: Database) -> None:
    kind = database.kind
    with closing(database.server.connect(database.name)) as connection:
        cursor = connection.cursor()
        for statement in [*[every_type.FIRST.get(kind, "SELECT 1")], *every_type.inserts(kind)]:
            cursor.execute(statement)
        connection.commit()


def test_every_type_is_brought_back(
    database: Database, run: Callable[..., Finished], kind: str
) -> None:
    database.execute(*every_type.BEFORE.get(kind, []), every_type.create(kind))
    fill(database)
    # PostgreSQL has dates that no driver has a value for.
    told = EVERYTHING.replace("*", "CAST(things AS TEXT)") if kind == "postgresql" else EVERYTHING
    before = database.rows(told)
    flags = ("--url", database.url)
    done = run("delete", "things", "--all", "--bulk", "--yes", "--journal", "j.jsonl", *flags)
    assert done.code == 0, done
    assert database.value("SELECT count(*) FROM things") == 0
    done = run("undo", "j.jsonl", "--yes", *flags)
    assert done.code == 0, done
    assert repr(database.rows(told)) == repr(before)
    assert last(done).startswith(f"committed: {len(before)} rows put back")
