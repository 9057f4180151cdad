"""`run`: a program of the user's inside begin(), and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers.program import Finished

Run = Callable[..., Finished]
Do = Callable[..., Finished]

MODELS = """
from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Course(Base):
    __tablename__ = "courses"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(String(20))
    teacher_id = mapped_column(ForeignKey("teachers.id"))
    students = relationship("Student", back_populates="course", order_by="Student.id")
    teacher = relationship("Teacher")

class Student(Base):
    __tablename__ = "students"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(String(20), unique=True)
    course_id = mapped_column(ForeignKey("courses.id"))
    course = relationship(Course, back_populates="students")

class Teacher(Base):
    __tablename__ = "teachers"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(String(20))
"""

TABLES = (
    "CREATE TABLE teachers (id INTEGER PRIMARY KEY, name VARCHAR(20))",
    "CREATE TABLE courses (id INTEGER PRIMARY KEY, name VARCHAR(20), teacher_id INTEGER)",
    "CREATE TABLE students (id INTEGER PRIMARY KEY, name VARCHAR(20) UNIQUE, course_id INTEGER)",
    "INSERT INTO teachers VALUES (1, 'Tom'), (2, 'Tea')",
    "INSERT INTO courses VALUES (1, 'Art', 1), (2, 'Law', 2)",
    "INSERT INTO students VALUES (1, 'Ada', 1), (2, 'Bob', 2), (3, 'Cyd', 1)",
)
NAMES = "SELECT name FROM students ORDER BY id"


@pytest.fixture
def school(database: Database) -> Database:
    """Three students, two courses, two teachers."""
    database.execute(*TABLES)
    return database


@pytest.fixture
def do(run: Run, school: Database, folder: Path) -> Do:
    """`do(code, …)`: run code in a file, fix.py."""
    (folder / "models.py").write_text(MODELS)

    def program(code: str, *words: str, models: bool = True, **options: object) -> Finished:
        (folder / "fix.py").write_text(code)
        named = ("-m", "models.py") if models else ()
        return run("run", "fix.py", "--url", school.url, *named, *words, **options)

    return program


def names(school: Database) -> list[str]:
    return [row[0] for row in school.rows(NAMES)]


# --- how it ends


def test_what_ends_well_is_committed_and_counted(do: Do, school: Database) -> None:
    code = "session.get(Student, 1).name = 'Eve'\nsession.add(Student(id=4, name='Dee'))"
    done = do(code, "--write")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"committed: 2 rows changed, 3 statements on {school.where}\n"
    assert names(school) == ["Eve", "Bob", "Cyd", "Dee"]


def test_rows_are_counted_as_the_database_counts_them(do: Do, school: Database) -> None:
    code = (
        "session.execute(sa.delete(Student).where(Student.id > 1))\n"
        "session.execute(sa.text('INSERT INTO students (id) VALUES (7), (8), (9)'))\n"
        "session.execute(sa.insert(Student), [{'id': 10}, {'id': 11}])"
    )
    done = do(code, "--write")
    assert done.err == f"committed: 7 rows changed, 3 statements on {school.where}\n", done


@pytest.mark.needs("insert returning")
def test_rows_that_a_write_gives_are_counted(do: Do, school: Database) -> None:
    code = (
        "made = session.scalars(sa.insert(Student).returning(Student.id), [{'id': 8}, {'id': 9}])\n"
        "print(made.all())"
    )
    done = do(code, "--write")
    assert done.out == "[8, 9]\n"
    assert done.err.startswith("committed: 2 rows changed"), done


def test_an_exception_rolls_back_and_is_one_line(do: Do, school: Database) -> None:
    code = "session.add(Student(id=4))\nsession.flush()\n\nraise ValueError('no\\nway')"
    done = do(code, "--write")
    assert done.code == 5
    assert done.err == (
        f"error: fix.py:4: ValueError: no way\nrolled back: nothing was changed on {school.where}\n"
    )
    assert len(names(school)) == 3
    shown = do(code, "--write", "--debug", traceback=True)
    assert "raise ValueError('no\\nway')" in shown.err


def test_what_the_drivers_cursor_committed_is_never_called_undone(do: Do, school: Database) -> None:
    code = (
        "cursor = session.connection().connection.cursor()\n"
        "cursor.execute('DELETE FROM students')\n"
        "cursor.execute('COMMIT')\n"
        "raise ValueError"
    )
    done = do(code, "--write")
    refused = school.kind == "sqlite"  # it can be told to refuse that
    assert done.code == (5 if refused else 8), done
    assert done.err.splitlines()[-1].startswith("rolled back" if refused else "unknown"), done
    assert len(names(school)) == (3 if refused else 0)


def test_a_program_may_close_what_it_prints_to(do: Do, school: Database) -> None:
    done = do(
        "import sys\nprint(1)\nsys.stdout.close()\nsession.get(Student, 1).name = 'E'", "--write"
    )
    assert (done.code, done.out) == (0, "1\n"), done
    assert names(school)[0] == "E"


def test_what_the_database_rejects_names_the_line(do: Do, school: Database) -> None:
    done = do("\nsession.add(Student(id=1))\nsession.flush()", "--write")
    assert done.code == 5
    assert done.err.startswith(f"error: fix.py:3: {school.where}: "), done
    assert done.err.endswith(f"rolled back: nothing was changed on {school.where}\n")


def test_a_password_in_an_error_is_hidden(do: Do, school: Database) -> None:
    done = do("raise ValueError('postgresql://me:s3cret@host/db')")
    assert done.code == 5
    assert "s3cret" not in done.err
    assert "me:***@host" in done.err


@pytest.mark.parametrize(
    ("code", "exit_code", "kept"),
    [
        ("exit()", 0, True),
        ("import sys; sys.exit(0)", 0, True),
        ("exit(1)", 1, False),
        ("exit(3)", 5, False),
        ("exit('no')", 5, False),
    ],
)
def test_exit(do: Do, school: Database, code: str, exit_code: int, *, kept: bool) -> None:
    done = do(f"session.add(Student(id=4, name='Dee'))\nsession.flush()\n{code}", "--write")
    assert done.code == exit_code, done
    assert ("Dee" in names(school)) is kept
    assert done.err.splitlines()[-1].startswith("committed: 1" if kept else "rolled back: "), done


# --- read-only, unless --write


@pytest.mark.parametrize(
    "code",
    [
        "session.add(Student(id=4))",
        "session.get(Student, 1).name = 'Eve'",
        "session.execute(sa.delete(Student))",
        "session.connection().exec_driver_sql('DELETE FROM students')",
        "session.connection().rollback(); session.execute(sa.delete(Student))",
        "session.get_bind().connect().execute(sa.delete(Student))",
        "session.execute(sa.text('DROP TABLE students'))",
    ],
)
def test_nothing_is_written_without_write(do: Do, school: Database, code: str) -> None:
    done = do(code)
    assert done.code == 6, done
    assert done.err.splitlines()[-1].startswith("rolled back: "), done
    assert names(school) == ["Ada", "Bob", "Cyd"]


@pytest.mark.needs("accounts")
def test_a_transaction_cannot_be_made_to_write(do: Do, school: Database) -> None:
    for text in ("SET TRANSACTION READ WRITE", "COMMIT", "BEGIN", "ROLLBACK"):
        code = f"try: session.execute(sa.text('{text}'))\nexcept Exception as e: print('caught')\n"
        done = do(f"{code}session.execute(sa.delete(Student))")
        assert done.code == 6, done
        assert names(school) == ["Ada", "Bob", "Cyd"]


# --- the transaction is the command's


@pytest.mark.parametrize(
    "call",
    [
        "session.commit()",
        "session.rollback()",
        "session.close()",
        "session.begin()",
        "session.get_transaction().commit()",
        "session.connection().commit()",
        "session.execute(sa.text('COMMIT'))",
        "session.connection().exec_driver_sql('ROLLBACK')",
    ],
)
@pytest.mark.parametrize("caught", [False, True])
def test_a_program_cannot_end_it(do: Do, school: Database, call: str, *, caught: bool) -> None:
    lines = ["session.add(Student(id=4))", "session.flush()"]
    lines += ["try:", f"    {call}", "except Exception: pass"] if caught else [call]
    done = do("\n".join(lines), "--write")
    assert done.code == 6, done
    assert caught or done.err.startswith("error: fix.py:3: "), done
    assert done.err.endswith(f"rolled back: nothing was changed on {school.where}\n"), done
    assert len(names(school)) == 3


def test_a_part_can_be_undone(do: Do, school: Database) -> None:
    code = (
        "session.add(Student(id=4, name='Dee'))\n"
        "try:\n"
        "    with session.begin_nested():\n"
        "        session.add(Student(id=1))\n"
        "except sa.exc.IntegrityError:\n"
        "    print('undone')\n"
        "with session.begin(nested=True):\n"
        "    session.add(Student(id=5, name='Eli'))\n"
    )
    done = do(code, "--write")
    assert (done.code, done.out) == (0, "undone\n"), done
    assert names(school) == ["Ada", "Bob", "Cyd", "Dee", "Eli"]


def test_a_program_that_goes_on_after_what_undid_all_is_no_success(
    do: Do, school: Database
) -> None:
    code = (
        "session.execute(sa.update(Student).values(course_id=2))\n"
        "session.add(Student(id=1))\n"
        "try: session.flush()\n"
        "except sa.exc.IntegrityError: print('went on')\n"
    )
    done = do(code, "--write")
    assert (done.code, done.out) == (5, "went on\n"), done
    assert done.err.endswith(f"rolled back: nothing was changed on {school.where}\n"), done
    assert school.value("SELECT count(*) FROM students WHERE course_id = 2") == 1


def test_a_statement_whose_failure_is_swallowed_is_never_a_false_outcome(
    do: Do, school: Database
) -> None:
    code = (
        "session.execute(sa.update(Student).values(course_id=2))\n"
        "try: session.execute(sa.text('INSERT INTO students (id) VALUES (1)'))\n"
        "except sa.exc.IntegrityError: print('went on')\n"
    )
    done = do(code, "--write")
    # PostgreSQL takes nothing more after an error; the others undo the one statement.
    kept = school.kind != "postgresql"
    assert done.code == (0 if kept else 5), done
    assert done.err.splitlines()[-1].startswith("committed: 3" if kept else "rolled back: "), done
    changed = school.value("SELECT count(*) FROM students WHERE course_id = 2")
    assert changed == (3 if kept else 1)


# --- what is loaded lazily


LOOP = (
    "for student in session.scalars(select(Student).order_by(Student.id)):\n"
    "    print(student.name, student.course.name,\n"
    "          student.course.teacher.name)\n"
    "for course in session.scalars(select(Course)):\n"
    "    len(course.students)\n"
)


def test_what_was_loaded_one_by_one_is_told(do: Do) -> None:
    done = do(LOOP, "--n-plus-one")
    assert (done.code, done.out) == (0, "Ada Art Tom\nBob Law Tea\nCyd Art Tom\n")
    told = [
        ("Course.students", 5, "select(Course).options(selectinload(Course.students))"),
        ("Course.teacher", 3, "select(Course).options(joinedload(Course.teacher))"),
        ("Student.course", 2, "select(Student).options(joinedload(Student.course))"),
    ]
    assert sorted(done.err.splitlines()) == [
        f"N+1: {name} was loaded 2 times at fix.py:{line}; {cure} loads it at once"
        for name, line, cure in told
    ]


def test_the_cure_cures(do: Do) -> None:
    cured = LOOP.replace(
        "select(Student)",
        "select(Student).options(sa.orm.joinedload(Student.course).joinedload(Course.teacher))",
    ).replace("select(Course)", "select(Course).options(sa.orm.selectinload(Course.students))")
    assert do(cured, "--strict-loading").code == 0
    done = do(cured, "--n-plus-one")
    assert (done.code, done.err) == (0, "N+1: nothing was loaded one by one\n")


def test_once_is_not_one_by_one(do: Do) -> None:
    code = "print(session.get(Student, 1).course.name)"
    assert "N+1: nothing" in do(code, "--n-plus-one").err


def test_strict_loading_fails_where_it_is_loaded(do: Do, school: Database) -> None:
    done = do(LOOP, "--strict-loading")
    assert done.code == 5
    assert done.err == (
        "error: fix.py:2: Student.course would be loaded lazily, which --strict-loading forbids\n"
        "hint: select(Student).options(joinedload(Student.course))\n"
        f"rolled back: nothing was changed on {school.where}\n"
    )


def test_strict_loading_lets_a_write_load_what_it_needs(do: Do, school: Database) -> None:
    done = do("session.delete(session.get(Course, 1))", "--strict-loading", "--write")
    assert done.code == 0, done
    assert school.value("SELECT count(*) FROM students WHERE course_id IS NULL") == 2


# --- answers, names, tables without models


def test_tables_without_models_are_there_by_name(do: Do, school: Database) -> None:
    code = "print([s.name for s in session.scalars(select(students).order_by(students.id))])"
    assert do(code, models=False).out == "['Ada', 'Bob', 'Cyd']\n"
    done = do("students.nme", models=False)
    assert done.code == 5
    done = do("def f(): return studens\nf()", models=False)
    assert done.err.startswith("error: fix.py:1: NameError: name 'studens' is not defined"), done
    assert "did you mean 'students'?" in done.err


def test_a_select_is_executed(run: Run, school: Database, folder: Path) -> None:
    (folder / "models.py").write_text(MODELS)
    code = "select(Student).where(Student.id < 3).order_by(Student.id)"
    words = ("run", "-c", code, "--url", school.url, "-m", "models.py")
    done = run(*words, "-f", "json")
    assert json.loads(done.out) == [
        {"id": 1, "name": "Ada", "course_id": 1},
        {"id": 2, "name": "Bob", "course_id": 2},
    ]
    assert done.err == ""
    assert run(*words, "-f", "csv").out == "id,name,course_id\n1,Ada,1\n2,Bob,2\n"


def test_what_is_no_table_is_printed_as_it_is(run: Run, school: Database, folder: Path) -> None:
    (folder / "models.py").write_text(MODELS)
    words = ("--url", school.url, "-m", "models.py")
    assert run("run", "-c", "print('a'); 6 * 7", *words).out == "a\n42\n"
    assert run("run", "-c", "6 * 7", *words, "-f", "json").out == '[{"value": 42}]\n'
    assert run("run", "-c", "None", *words).out == ""
    assert run("run", "-c", "x = 1", *words).out == ""
    shown = run("run", "-c", "session.get(Student, 2)", *words, "-f", "json")
    assert json.loads(shown.out) == {"id": 2, "name": "Bob", "course_id": 2}


JOINED = "select(Course).options(sa.orm.joinedload(Course.students)).order_by(Course.id)"


def test_collections_that_are_joined_are_no_rows(run: Run, school: Database, folder: Path) -> None:
    (folder / "models.py").write_text(MODELS)
    done = run("run", "-c", JOINED, "--url", school.url, "-m", "models.py", "-f", "csv")
    assert done.out == "id,name,teacher_id\n1,Art,1\n2,Law,2\n", done


# --- a sandbox


def test_a_sandbox_keeps_nothing(do: Do, school: Database) -> None:
    code = (
        "session.add(Student(id=4, name='Dee'))\n"
        "session.execute(sa.text('DELETE FROM students WHERE id = 1'))\n"
        "print(session.scalars(select(Student.name).order_by(Student.id)).all())\n"
    )
    done = do(code, "--sandbox")
    assert (done.code, done.out) == (0, "['Bob', 'Cyd', 'Dee']\n"), done
    assert done.err == f"rolled back: nothing was changed on {school.where}\n"
    assert names(school) == ["Ada", "Bob", "Cyd"]
    assert do(code, "--sandbox", "--read-only").code == 6
    assert do(f"{code}session.commit()", "--sandbox").code == 6


def test_a_sandbox_for_sql(run: Run, school: Database) -> None:
    text = "DELETE FROM students; SELECT count(*) AS n FROM students"
    done = run("sql", text, "--sandbox", "--url", school.url, "-f", "jsonl")
    assert (done.code, done.out) == (0, '{"n":0}\n'), done
    assert done.err == f"rolled back: nothing was changed on {school.where}\n"
    assert names(school) == ["Ada", "Bob", "Cyd"]
    for typed in ("COMMIT", "BEGIN", "SAVEPOINT a"):
        done = run("sql", f"DELETE FROM students; {typed}", "--sandbox", "--url", school.url)
        assert done.code == 6, done
        assert names(school) == ["Ada", "Bob", "Cyd"]


@pytest.mark.needs("transactional ddl")
def test_a_sandbox_undoes_definitions(run: Run, do: Do, school: Database) -> None:
    text = "DROP TABLE students; CREATE TABLE more (a INTEGER)"
    assert run("sql", text, "--sandbox", "--url", school.url).code == 0
    assert do("session.execute(sa.text('DROP TABLE students'))", "--sandbox").code == 0
    assert names(school) == ["Ada", "Bob", "Cyd"]
    assert run("query", "more", "--url", school.url).code == 2


@pytest.mark.needs("non-transactional tables")
def test_a_sandbox_refuses_what_no_rollback_reaches(run: Run, do: Do, school: Database) -> None:
    school.execute("CREATE TABLE kept (a INTEGER) ENGINE=MyISAM", "INSERT INTO kept VALUES (1)")
    typed = [
        "DROP TABLE students",
        "TRUNCATE students",
        "CALL nothing()",
        "/*!50000 DELETE FROM students */",
        "INSERT INTO kept VALUES (2)",
        "DELETE FROM `KEPT`" if school.value("SELECT @@lower_case_table_names") else
        "DELETE FROM `kept`",
        "UPDATE students JOIN kept ON a = id SET a = 3",
    ]  # fmt: skip
    for text in typed:
        done = run("sql", f"DELETE FROM students; {text}", "--sandbox", "--url", school.url)
        assert done.code == 6, (text, done)
        code = f"session.execute(sa.delete(Student))\nsession.execute(sa.text({text!r}))"
        done = do(code, "--sandbox")
        assert done.code == 6, (text, done)
        assert done.err.endswith(f"rolled back: nothing was changed on {school.where}\n"), done
        assert names(school) == ["Ada", "Bob", "Cyd"]
        assert school.rows("SELECT a FROM kept") == [(1,)]
    assert do("print(session.scalar(sa.text('SELECT a FROM kept')))", "--sandbox").out == "1\n"


@pytest.mark.needs("non-transactional tables")
def test_definitions_that_commit_are_told(do: Do, school: Database) -> None:
    done = do(
        "session.add(Student(id=4, name='Dee'))\nsession.flush()\n"
        "session.execute(sa.text('CREATE TABLE more (a INTEGER)'))\nraise ValueError",
        "--write",
    )
    assert done.code == 7, done
    assert "committed: in part" in done.err
    assert names(school) == ["Ada", "Bob", "Cyd", "Dee"]
