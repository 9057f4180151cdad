"""Included objects, pages by key, groups and single objects, on mapped and on reflected tables."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from servers._server import Database
from servers.program import Finished
from sqlalchemy import create_engine

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, Numeric, String, Table
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()
taken = Table(
    "taken", Base.metadata,
    Column("student_id", ForeignKey("student.id"), primary_key=True),
    Column("course_id", ForeignKey("course.id"), primary_key=True),
)

class Teacher(Base):
    __tablename__ = "teacher"
    id = Column(Integer, primary_key=True)
    name = Column(String(40))
    courses = relationship("Course", back_populates="teacher", order_by="Course.id")

class Course(Base):
    __tablename__ = "course"
    id = Column(Integer, primary_key=True)
    title = Column(String(40))
    fee = Column(Numeric(8, 2))
    teacher_id = Column(ForeignKey("teacher.id"))
    teacher = relationship(Teacher, back_populates="courses")
    students = relationship("Student", secondary=taken, back_populates="courses")
    marks = relationship("Mark", back_populates="course")

class Student(Base):
    __tablename__ = "student"
    id = Column(Integer, primary_key=True)
    name = Column(String(40))
    level = Column(Integer)
    courses = relationship(Course, secondary=taken, back_populates="students")
    marks = relationship("Mark", back_populates="student")

class Mark(Base):
    __tablename__ = "mark"
    student_id = Column(ForeignKey("student.id"), primary_key=True)
    course_id = Column(ForeignKey("course.id"), primary_key=True)
    attempt = Column(Integer, primary_key=True)
    score = Column(Numeric(5, 2))
    student = relationship(Student, back_populates="marks")
    course = relationship(Course, back_populates="marks")
"""


@dataclass(frozen=True)
class School:
    """A database of students and their marks, and the same data as plain rows."""

    url: str
    models: str
    teachers: list[dict[str, Any]]
    courses: list[dict[str, Any]]
    students: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    taken: list[tuple[int, int]]


@pytest.fixture(scope="module")
def schools(
    server_of: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], School]]:
    """`schools("mariadb")`: the school there, made once."""
    path = tmp_path_factory.mktemp("school") / "school.py"
    path.write_text(MODELS)
    with ExitStack() as stack:
        yield cache(lambda kind: made(stack.enter_context(server_of(kind).fresh()), str(path)))


@pytest.fixture
def school(schools: Callable[[str], School], kind: str) -> School:
    return schools(kind)


def made(database: Database, models: str) -> School:
    namespace: dict[str, Any] = {"__name__": "school"}
    exec(MODELS, namespace)
    chance = random.Random(7)
    teachers = [{"id": n, "name": f"T{n}"} for n in range(1, 4)]
    courses = [
        {
            "id": n,
            "title": f"C{n}",
            "fee": Decimal(n) / 4,
            "teacher_id": chance.choice([1, 2, None]),
        }
        for n in range(1, 6)
    ]
    students = [
        {
            "id": n,
            "name": chance.choice([None, "ä", "b", "c"]),
            "level": chance.choice([None, 1, 2]),
        }
        for n in range(1, 602)
    ]
    taken = [(n, c) for n in range(1, 602) for c in range(1, 6) if chance.random() < 0.3]
    scores = [None, Decimal("7.25")]
    marks = [
        {"student_id": s, "course_id": c, "attempt": a, "score": chance.choice(scores)}
        for s, c in taken for a in range(1, chance.choice([1, 2, 3]))
    ]  # fmt: skip
    engine = create_engine(database.url)
    base = namespace["Base"]
    base.metadata.create_all(engine)
    with engine.begin() as connection:
        for name, rows in [
            ("Teacher", teachers),
            ("Course", courses),
            ("Student", students),
            ("Mark", marks),
        ]:
            connection.execute(namespace[name].__table__.insert(), rows)
        connection.execute(
            namespace["taken"].insert(), [{"student_id": s, "course_id": c} for s, c in taken]
        )
    engine.dispose()
    return School(database.url, models, teachers, courses, students, marks, taken)


@pytest.fixture(params=["mapped", "reflected"])
def ask(
    request: pytest.FixtureRequest, run: Callable[..., Finished], school: School
) -> Callable[..., Any]:
    """`ask("query", "student", "-n", "2")`: what the program answers as JSON."""
    models = ["-m", school.models] if request.param == "mapped" else []

    def answer(*words: str, code: int = 0) -> Any:
        done = run(*words, "--url", school.url, "-f", "json", *models)
        assert done.code == code, done.err
        answer.err = done.err  # type: ignore[attr-defined]
        return json.loads(done.out, parse_float=Decimal) if done.out else None

    answer.mapped = bool(models)  # type: ignore[attr-defined]
    return answer


def names(ask: Any) -> dict[str, str]:
    """What the relationships are called: as mapped, or after tables and columns."""
    if ask.mapped:
        return {"courses": "courses", "students": "students", "marks": "marks"}
    return {"courses": "course", "students": "student", "marks": "mark"}


def test_included_objects_are_nested(ask: Any, school: School) -> None:
    name = names(ask)
    found = ask(
        "query", "student", "-c", "id",
        "-i", f"{name['courses']}(title)", "-i", f"{name['courses']}.teacher(name)",
        "-i", f"{name['marks']}(course_id,attempt,score)",
    )  # fmt: skip
    by_id = {course["id"]: course for course in school.courses}
    taught_by = {teacher["id"]: {"name": teacher["name"]} for teacher in school.teachers}
    expected = [
        {
            "id": student["id"],
            name["courses"]: [
                {
                    "title": by_id[c]["title"],
                    "teacher": taught_by.get(by_id[c]["teacher_id"]),
                }
                for s, c in school.taken if s == student["id"]
            ],
            name["marks"]: [
                {key: mark[key] for key in ("course_id", "attempt", "score")}
                for mark in school.marks if mark["student_id"] == student["id"]
            ],
        }
        for student in school.students
    ]  # fmt: skip
    assert sorted(found, key=lambda item: item["id"]) == expected


def test_included_objects_cost_a_statement_a_block(
    run: Callable[..., Finished], school: School, kind: str
) -> None:
    done = run(
        "query", "student", "-i", "courses.teacher", "-i", "marks", "-f", "jsonl", "--show-sql",
        "--url", school.url, "-m", school.models,
    )  # fmt: skip
    assert (done.code, done.out.count("\n")) == (0, len(school.students))
    sent = [line for line in done.err.splitlines() if line.startswith("SELECT")]
    blocks = {"sqlite": 3, "mariadb": 2, "postgresql": 1}[kind]  # 601 rows, 250 or 500 at a time
    assert len(sent) <= 1 + 2 * (blocks + 3)


@pytest.mark.parametrize(
    "order",
    [(), ("level",), ("level:desc", "name"), ("name:desc:nullslast",), ("level:nullsfirst",)],
)
def test_pages_by_key_are_the_whole(ask: Any, school: School, order: tuple[str, ...]) -> None:
    words = ["query", "student", "-c", "id,level,name", *(f"--order={item}" for item in order)]
    whole = ask(*words, "--order=id")
    pages, token = [], "start"
    while True:
        page = ask(*words, "-n", "151", "--after", token)
        pages += page
        told = [
            line for line in ask.err.splitlines() if line.startswith("there are more: --after ")
        ]
        if not told:
            break
        assert len(page) == 151
        token = told[0].split()[-1]
    assert pages == whole


def test_a_token_of_another_query_is_refused(ask: Any) -> None:
    ask("query", "student", "-n", "2", "--after", "start")
    token = ask.err.split()[-1]
    ask("query", "student", "-n", "2", "--order", "name", "--after", token, code=2)
    assert "the token is of another query" in ask.err
    for nonsense in ("x", "", "e30", "WzFd", "😀", "WyJhIixudWxsXQ"):
        ask("query", "student", "-n", "2", "--after", nonsense, code=2)


def test_one_answer_is_asked_for(ask: Any) -> None:
    for flags in (("--count", "--one"), ("--exists", "--one"), ("--explain", "--to-sql")):
        ask("query", "student", *flags, code=2)
        assert "ask for different answers" in ask.err


def test_only_rows_have_pages(ask: Any) -> None:
    for flag in ("--count", "--exists", "--one", "--to-sql", "--explain"):
        ask("query", "student", flag, "-n", "2", "--after", "start", code=2)
        assert "--after is for pages of rows" in ask.err


def test_groups(ask: Any, school: School) -> None:
    found = ask(
        "query", "student", "--group-by", "level", "-c", "level,count() as n", "--order", "n"
    )
    counted = [student["level"] for student in school.students]
    expected = {(level, counted.count(level)) for level in (None, 1, 2)}
    assert {(item["level"], item["n"]) for item in found} == expected
    (only,) = ask(
        "query", "student", "--group-by", "level", "--having", "count() > 100 and min(level) = 1"
    )
    assert only == {"level": 1, "count()": counted.count(1)}
    ask("query", "student", "-c", "level,count()", code=2)
    ask("query", "student", "--having", "count() > 1", code=2)
    columns = "sum(fee),avg(fee),min(title),count(distinct teacher_id)"
    assert ask("query", "course", "-c", columns) == [
        {"sum(fee)": Decimal("3.75"), "avg(fee)": Decimal("0.75"), "min(title)": "C1",
         "count(distinct teacher_id)": len({c["teacher_id"] for c in school.courses} - {None})}
    ]  # fmt: skip


def test_what_is_computed_makes_groups(ask: Any, school: School) -> None:
    odd = sum(student["id"] % 2 for student in school.students)
    expected = [{"odd": 0, "n": len(school.students) - odd}, {"odd": 1, "n": odd}]
    words = ("query", "student", "--group-by", "id % 2", "-c", "id % 2 as odd,count() as n")
    assert ask(*words, "--order", "odd") == ask(*words, "--order", "id % 2") == expected
    for other in ("id", "id % 3"):
        ask("query", "student", "--group-by", "id % 2", "-c", other, code=2)
        assert "id may have many values in each group" in ask.err
        ask("query", "student", "--distinct", "-c", "id % 2", "--order", other, code=2)


def test_distinct_rows_are_sorted_by_what_they_hold(ask: Any) -> None:
    words = ("query", "student", "--distinct", "-c", "level")
    assert [row["level"] for row in ask(*words, "--order", "level:nullslast")] == [1, 2, None]
    assert [row["level"] for row in ask(*words, "--order", "level:desc:nullsfirst")] == [None, 2, 1]
    ask(*words, "--order", "name", code=2)
    assert "--distinct leaves many values of name for each row" in ask.err
    ask("query", "student", "--distinct", "--order", "level", "-n", "3")


def test_what_is_no_object_includes_none(ask: Any) -> None:
    courses = names(ask)["courses"]
    for words in (["--group-by", "level"], ["-c", "count()"], ["-c", "level", "--distinct"]):
        ask("query", "student", *words, "-i", courses, code=2)
        assert "leaves no objects to include others in" in ask.err


def test_a_list_of_each_row_has_many_values_in_a_group(ask: Any) -> None:
    count = f"count({names(ask)['courses']})"
    ask("query", "student", "-c", f"level,{count}", "--group-by", "level", code=2)
    assert f"{count} may have many values in each group" in ask.err


def test_lists_are_counted_row_by_row(ask: Any, school: School) -> None:
    name = names(ask)
    found = ask("query", "course", "-c", f"id,count({name['students']}) as n", "--order", "id")
    assert found == [
        {"id": course["id"], "n": sum(c == course["id"] for _, c in school.taken)}
        for course in school.courses
    ]
    many = ask("query", "student", f"count({name['courses']}) >= 4", "-c", "id", "--order", "id")
    ids = [s["id"] for s in school.students if sum(i == s["id"] for i, _ in school.taken) >= 4]
    assert [item["id"] for item in many] == ids


def test_one_object(ask: Any, school: School) -> None:
    student = school.students[4]
    assert ask("get", "student", "5") == student
    assert ask("query", "student", "id=5", "--one") == student
    assert ask("get", "student", "id=5", "-c", "name") == {"name": student["name"]}
    mark = school.marks[0]
    key = [str(mark[name]) for name in ("student_id", "course_id", "attempt")]
    assert ask("get", "mark", *key)["score"] == mark["score"]
    ask("get", "mark", *key[:2], code=2)
    assert "the key of" in ask.err
    assert ask("get", "student", "99999", code=1) is None
    assert ask("query", "student", "id=99999", "--one", code=1) is None
    assert ask("query", "student", "--one", code=1) is None
    ask("get", "student", "five", code=2)


def test_the_sql_is_told_and_means_the_same(
    ask: Any, run: Callable[..., Finished], school: School
) -> None:
    words = [
        "query",
        "course",
        "teacher.name=T1",
        "title != 'it''s 100%\\'",
        "fee > 0.25",
        "--order",
        "id",
    ]
    models = ["-m", school.models] if ask.mapped else []
    told = run(*words, "--to-sql", "--url", school.url, *models)
    assert told.code == 0
    again = run("sql", told.out, "--url", school.url, "-f", "json")
    assert json.loads(again.out, parse_float=Decimal) == ask(*words)


@pytest.mark.parametrize("flag", ["--limit", "--offset"])
def test_nobody_counts_so_far(run: Any, school: School, flag: str) -> None:
    done = run("query", "student", flag, str(2**63), "--url", school.url)
    assert (done.code, "too large a number" in done.err) == (2, True), done
    assert run("query", "student", flag, str(2**63 - 1), "--url", school.url).code == 0
