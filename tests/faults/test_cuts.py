"""A write whose connection is cut at any message, before or after it: told is what is so.

Each command is run again and again, cut one message later each time, until it ends uncut. How far
it had come is no guess: the proxy says which message it was, and gave it to the server or not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from servers._server import Database
from servers.program import Finished
from servers.proxy import Proxy
from servers.wire import Message

Run = Callable[..., Finished]
Rows = list[tuple[Any, ...]]
Ended = tuple[int, str]  # exit code, and the first words of the last line

MODELS = """
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Course(Base):
    __tablename__ = "courses"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    students: Mapped[list["Student"]] = relationship(cascade="all, delete-orphan")

class Student(Base):
    __tablename__ = "students"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    course: Mapped[Course | None] = relationship(overlaps="students")
"""
SCHEMA = (
    "CREATE TABLE courses (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL)",
    """CREATE TABLE students (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL,
    course_id INTEGER REFERENCES courses (id))""",
)
FRESH = (
    "DELETE FROM students",
    "DELETE FROM courses",
    "INSERT INTO courses VALUES (1, 'Logic'), (2, 'Art')",
    "INSERT INTO students VALUES (1, 'Ada', 1), (2, 'Kurt', 1), (3, 'Emmy', 2)",
)
STATE = (
    "SELECT 'course', id, name, NULL FROM courses"
    " UNION ALL SELECT 'student', id, name, course_id FROM students ORDER BY 1, 2"
)
TWO = '{"id": 8, "name": "Kay", "course_id": 2}\n{"id": 9, "name": "Grace", "course_id": null}\n'
SCRIPT = """
INSERT INTO courses VALUES (5, 'Music');
UPDATE students SET course_id = 5 WHERE course_id = 1;
DELETE FROM courses WHERE id = 1;
"""
PROGRAM = """
course = session.get(Course, 1)
course.name = "Reason"
session.flush()
session.add(Student(id=7, name="Alan", course_id=2))
"""


# Cut at every message, on both sides: 2,000 cuts, many minutes. Otherwise at those of a transaction
# that have an answer of their own (the others are sent with these, in the same breath), and before
# a message only where it makes a difference to the rows whether it arrived.
EVERY = os.environ.get("SQLSESS_CUTS") == "all"
TELLING = {"Query", "Execute", "Sync", "Quit", "Terminate"}
LAST = {"Quit", "Terminate"}
CHANGING = re.compile(rb"INSERT|UPDATE|DELETE|COMMIT|sqlsess_guard")

# How many cuts are made at the least, by the verbs of the commands.
LEAST = {
    "insert": {"mariadb": 62, "postgresql": 76},
    "update": {"mariadb": 35, "postgresql": 43},
    "delete": {"mariadb": 64, "postgresql": 84},
    "sql run": {"mariadb": 72, "postgresql": 74},
}
CONNECTING = 18


@dataclass(frozen=True)
class Command:
    """A command that writes.

    Attributes:
        words: of the command line.
        input: its standard input.
        keeps: it changes anything for good.
    """

    words: tuple[str, ...]
    input: str | None = None
    keeps: bool = True


COMMANDS = {
    "insert": Command(("insert", "Student", "id=7", "name=Alan", "course.name=Art")),
    "insert several": Command(("insert", "Student", "-", "--yes"), TWO),
    "insert --bulk": Command(("insert", "Student", "-", "--yes", "--bulk"), TWO),
    "insert --returning": Command(("insert", "Course", "id=7", "name=Law", "--returning")),
    "insert --retries": Command(("insert", "Course", "id=7", "name=Law", "--retries", "3")),
    "insert --dry-run": Command(("insert", "Course", "id=7", "name=Law", "--dry-run"), keeps=False),
    "update": Command(("update", "Student", "course_id=1", "--set", "name=X", "--yes")),
    "update --set-expr": Command(("update", "Student", "1", "--set-expr", "course_id = id + 1")),
    "update --bulk": Command(("update", "Student", "--all", "--set", "name=X", "--yes", "--bulk")),
    "delete": Command(("delete", "Course", "1", "--yes")),
    "delete --bulk": Command(("delete", "Student", "course_id=1", "--yes", "--bulk")),
    "delete --dry-run": Command(("delete", "Course", "1", "--yes", "--dry-run"), keeps=False),
    "sql": Command(("sql", "UPDATE students SET name = 'X' WHERE id < 3", "--write")),
    "sql of a file": Command(("sql", "@fix.sql", "--write")),
    "sql of the input": Command(("sql", "-", "--write"), SCRIPT),
    "sql --sandbox": Command(("sql", "@fix.sql", "--sandbox"), keeps=False),
    "run": Command(("run", "fix.py", "--write")),
    "run --sandbox": Command(("run", "fix.py", "--sandbox"), keeps=False),
}


@dataclass
class Bench:
    """One command on one database, and another client that looks.

    Attributes:
        command: what is run.
        run: the program.
        database: as the other client sees it.
        look: the other client's cursor.
        before: the rows at first.
        after: the rows that it leaves when nothing happens.
        cuts: how many there were.
        lies: what was told at any of them and was not so.
    """

    command: Command
    run: Run
    database: Database
    look: Any
    before: Rows = field(default_factory=list)
    after: Rows = field(default_factory=list)
    cuts: int = 0
    lies: list[str] = field(default_factory=list)

    def fresh(self) -> None:
        for statement in FRESH:
            self.look.execute(statement)

    def rows(self) -> Rows:
        self.look.execute(STATE)
        return [tuple(row) for row in self.look.fetchall()]

    def through(self, proxy: Proxy) -> Finished:
        """Run it on rows as they were at first."""
        self.fresh()
        with proxy:
            words = (*self.command.words, "-m", "models.py", "--url", proxy.url)
            return self.run(*words, input=self.command.input)

    def uncut(self) -> list[Message]:
        """Let it end well, and learn what it leaves; every message that it sends."""
        self.fresh()
        self.before = self.rows()
        proxy = Proxy(self.database)
        done = self.through(proxy)
        self.after = self.rows()
        assert done.code == 0, done
        assert (self.before != self.after) == self.command.keeps
        return proxy.seen

    def cut_everywhere(self) -> None:
        """Cut it at every message, until it ends uncut."""
        messages = self.uncut()
        for at, message in enumerate(messages, 1):
            if EVERY or (at >= first(messages) and message.name in TELLING):
                self.cut(at, delivered=True)
                if EVERY or (self.command.keeps and changes(message)):
                    self.cut(at, delivered=False)
        assert len(self.uncut()) == len(messages)

    def cut(self, at: int, *, delivered: bool) -> None:
        """Cut it at a message, and see that what it says is so."""
        proxy = Proxy(self.database, at, delivered=delivered)
        done = self.through(proxy)
        rows = self.rows()
        self.cuts += 1
        assert proxy.cut is not None, f"{at} was never sent"
        side = "after" if delivered else "before"
        self.lies += [
            f"{wrong}: {' '.join(self.command.words)}, cut {side} message {at}, {proxy.cut}\n"
            f"{done}\nrows: {rows}"
            for wrong in self.wrong(done, rows, proxy.cut, self.truth(proxy.cut, delivered))
        ]

    def truth(self, at: Message, delivered: bool) -> set[Ended]:  # noqa: FBT001
        """How it may end that was cut there."""
        if not self.command.keeps:  # its own ROLLBACK may be what was cut
            return {(4, "rolled back"), (0, "rolled back")}
        if at.name in LAST:
            return {(0, "committed")}
        if b"COMMIT" not in at.data[:12] or b"AUTOCOMMIT" in at.data:
            return {(4, "rolled back")}
        if self.database.kind == "mariadb":
            return {(8, "unknown")}
        return {(0, "committed") if delivered else (4, "rolled back")}

    def wrong(self, done: Finished, rows: Rows, at: Message, truth: set[Ended]) -> Iterator[str]:
        """What it said or did that is not so."""
        said = done.err.splitlines()[-1] if done.err else ""
        outcome = said.partition(":")[0]
        if (done.code, outcome) not in truth:
            yield f"ended as {done.code} {outcome!r}, not as {truth}"
        found = {"committed": [self.after], "rolled back": [self.before]}
        if rows not in found.get(outcome, [self.before, self.after]):
            yield f"not {outcome}"
        lost = "COMMIT" in str(at) and outcome == "committed"
        if lost != ("the answer to COMMIT was lost" in said):
            yield "the answer to COMMIT"


@pytest.fixture
def bench(run: Run, database: Database, folder: Path) -> Iterator[Callable[[str], Bench]]:
    """`bench("update")`: that command on a school of five rows."""
    database.execute(*SCHEMA)
    (folder / "models.py").write_text(MODELS)
    (folder / "fix.py").write_text(PROGRAM)
    (folder / "fix.sql").write_text(SCRIPT)
    with closing(database.server.connect(database.name, database.user)) as other:
        yield lambda name: Bench(COMMANDS[name], run, database, other.cursor())


def first(messages: list[Message]) -> int:
    """The number of the message that begins a transaction; what is before is alike for all."""
    return next(n for n, item in enumerate(messages) if b"SAVEPOINT sqlsess_guard" in item.data)


def changes(message: Message) -> bool:
    """Whether the rows are others if it arrives."""
    return message.name == "Execute" or CHANGING.search(message.data) is not None


@pytest.mark.needs("accounts")
@pytest.mark.parametrize("verbs", LEAST)
def test_cut_at_any_message(
    bench: Callable[[str], Bench], kind: str, verbs: str,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    benches = [bench(name) for name in COMMANDS if name.split()[0] in verbs.split()]
    for one in benches:
        one.cut_everywhere()
    cuts = sum(one.cuts for one in benches)
    record_property("cuts", cuts)
    assert [lie for one in benches for lie in one.lies] == []
    assert cuts >= LEAST[verbs][kind]


@pytest.mark.needs("accounts")
def test_cut_while_connecting(bench: Callable[[str], Bench]) -> None:
    one = bench("insert")
    for at in range(1, first(one.uncut()) + 1):
        one.cut(at, delivered=False)
        one.cut(at, delivered=True)
    assert one.lies == []
    assert one.cuts >= CONNECTING


def test_five_hundred_cuts() -> None:
    """That is how many are made at the least, since each of the tests above counts its own."""
    assert sum(sum(kinds.values()) for kinds in LEAST.values()) + 2 * CONNECTING >= 500
