"""A person at a terminal: what the prompt says, what keys do, what is kept of it."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from repl.conftest import names
from servers._server import Database
from servers._wait import eventually
from servers.pseudoterminal import PseudoTerminal

Pty = Callable[..., PseudoTerminal]

ENDLESS = "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s)"
LONG = {
    "sqlite": f"{ENDLESS} SELECT count(*) FROM s;",
    "mariadb": "SELECT sleep(60);",
    "postgresql": "SELECT pg_sleep(60);",
}
KILL = {"mariadb": "KILL {}", "postgresql": "SELECT pg_terminate_backend({})"}
RENAME = "UPDATE students SET name = 'Grace' WHERE id = 1;"


@pytest.fixture
def console(pty: Pty, students: Database, folder: Path) -> Pty:
    """`console("--write")`: a console on a database that is called `school`."""
    (folder / "sqlsess.toml").write_text(f'[db.school]\nurl = "{students.url}"\n')

    def start(*flags: str, **options: object) -> PseudoTerminal:
        terminal = pty("repl", "--db", "school", *flags, **options)
        terminal.wait_for("> ")
        return terminal

    return start


@pytest.fixture
def demo(pty: Pty) -> Pty:
    """`demo("--vi")`: a console on the demo, or where the flags say."""

    def start(*flags: str, **options: object) -> PseudoTerminal:
        where = () if "--db" in flags else ("--db", "demo")
        terminal = pty("repl", *where, *flags, **options)
        terminal.wait_for("> ")
        return terminal

    return start


@pytest.fixture
def in_file(demo: Pty, folder: Path) -> Pty:
    """`in_file("--write")`: a console on a SQLite file with notes and their authors."""
    path = folder / "t.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table authors (id integer primary key)")
        connection.execute("create table notes (id integer, author integer references authors(id))")

    def start(*flags: str, **options: object) -> PseudoTerminal:
        return demo("--db", str(path), *flags, **options)

    return start


def history(home: Path, name: str) -> Path:
    return home / ".local/state/sqlsess/history" / name


def test_the_prompt_tells_the_state_of_the_transaction(console: Pty, students: Database) -> None:
    terminal = console()
    terminal.wait_for("school read-only> ")
    terminal.send("\\write on\r")
    terminal.wait_for("school writing> ")
    terminal.send("\\begin\r")
    terminal.wait_for("school writing 0 uncommitted> ")
    terminal.send(f"{RENAME}\r")
    terminal.wait_for("school writing 1 uncommitted> ")
    terminal.send("UPDATE students SET name = 'Alan' WHERE id = 1;\r")
    terminal.wait_for("undone: this changed nothing on school; the transaction goes on")
    terminal.wait_for("school writing 1 uncommitted> ")
    terminal.send("\\commit\r")
    terminal.wait_for("committed: 1 row changed")
    terminal.send("\\q\r")
    assert terminal.code == 0
    assert names(students) == ["Grace", "Alan"]


def test_ctrl_c_cancels_the_statement_and_keeps_the_transaction(
    console: Pty, students: Database
) -> None:
    terminal = console("--write")
    terminal.send("\\begin\r")
    terminal.wait_for("0 uncommitted> ")
    terminal.send(f"{RENAME}\r")
    terminal.wait_for("1 uncommitted> ")
    terminal.send("\\pset show_sql on\r")
    for number in (2, 3):  # the second Ctrl-C is heard as well as the first
        terminal.send(f"{LONG[students.kind]}\r")
        terminal.wait_for(f"SAVEPOINT sa_savepoint_{number}")
        if students.kind != "sqlite":
            eventually(lambda: sleeping(students), what="the statement to run")
        terminal.send("\x03")
        terminal.wait_for("stopped: SIGINT", seconds=5)
        terminal.wait_for("the transaction goes on")
        assert not sleeping(students)
        ready(terminal)
        terminal.send("\x0c")
    terminal.wait_for("school writing 1 uncommitted> ")
    terminal.send("\\commit\r")
    terminal.wait_for("committed: 1 row changed")
    assert names(students) == ["Grace", "Alan"]


def sleeping(database: Database) -> list[str]:
    return [item.sql for item in database.processes() if "sleep" in item.sql]


def ready(terminal: PseudoTerminal) -> None:
    """Wait until the last line of the screen is a prompt."""
    eventually(lambda: terminal.text.endswith(">"), what="a prompt")


@pytest.mark.needs("accounts")
def test_a_lost_connection_stops_everything_until_a_word(console: Pty, students: Database) -> None:
    terminal = console("--write")
    terminal.send("\\begin\r")
    terminal.wait_for("0 uncommitted> ")
    terminal.send(f"{RENAME}\r")
    terminal.wait_for("1 uncommitted> ")
    for session in students.sessions():
        students.server.execute(KILL[students.kind].format(session.id))
    eventually(lambda: not students.sessions(), what="the session to be gone")
    terminal.send("UPDATE students SET name = 'Emmy' WHERE id = 2;\r")
    terminal.wait_for("school writing LOST> ")
    terminal.send("UPDATE students SET name = 'Emmy' WHERE id = 2;\r")
    terminal.wait_for("nothing more is executed")
    terminal.send("query students\r")
    terminal.wait_for("\\rollback tells how it ended")
    terminal.send("\\rollback\r")
    terminal.wait_for("rolled back: nothing was changed on school")
    terminal.wait_for("school writing> ")
    terminal.send("UPDATE students SET name = 'Edsger' WHERE id = 2;\r")
    terminal.wait_for("committed: 1 row changed")
    assert names(students) == ["Ada", "Edsger"]


def test_leaving_with_changes_asks(in_file: Pty) -> None:
    terminal = in_file("--write")
    terminal.send("\\begin\r")
    terminal.wait_for("0 uncommitted> ")
    terminal.send("insert into notes values (1, 2);\r")
    terminal.wait_for("1 uncommitted> ")
    terminal.send("\x04")
    terminal.wait_for("1 row not committed on t.db. Roll back and leave? [y/N] ")
    terminal.send("n\r")
    ready(terminal)
    terminal.send("\\q\r")
    eventually(lambda: terminal.text.endswith("[y/N]"), what="the question")
    terminal.send("\x03")
    ready(terminal)
    terminal.send("\\q\r")
    eventually(lambda: terminal.text.endswith("[y/N]"), what="the question")
    terminal.send("y\r")
    assert terminal.code == 0
    assert "rolled back: nothing was changed on t.db" in terminal.text


def test_enter_sends_what_has_an_end_and_else_begins_a_line(demo: Pty) -> None:
    terminal = demo()
    terminal.send("select 'a;\r")
    terminal.send("b' as text,\r")
    terminal.send("1 as one;\r")
    terminal.wait_for("(1 row)")
    assert r"a;\nb" in terminal.text
    terminal.send("query students -n 1 -c score\r")
    terminal.wait_for("9.5")


def test_ctrl_c_gives_a_line_up(demo: Pty) -> None:
    terminal = demo()
    terminal.send("select nonsense\x03")
    terminal.send("select 42 as a;\r")
    terminal.wait_for("42")
    assert "error" not in terminal.text


def test_a_pasted_text_is_run_up_to_its_first_error(demo: Pty) -> None:
    terminal = demo()
    paste = "select 1 as one;\nselect nope;\nselect 3 as three;\n"
    terminal.send(f"\x1b[200~{paste}\x1b[201~")
    terminal.send("\r")
    terminal.wait_for("not executed: 1 more of what was typed")
    assert "│ three" not in terminal.text


def test_history_is_kept_for_its_owner_alone(demo: Pty, home: Path) -> None:
    terminal = demo()
    for line in ("select 1 as one;", " select 2 as hidden;", "select 'my password' as three;"):
        terminal.send(f"{line}\r")
        terminal.wait_for(line.split()[-1].rstrip(";"))
        terminal.wait_for("> ")
    terminal.send("\\echo the end\r")
    terminal.wait_for("\nthe end")
    os.killpg(terminal.process.pid, signal.SIGKILL)
    terminal.wait()
    path = history(home, "demo")
    assert path.read_text().splitlines() == ['"select 1 as one;"', '"\\\\echo the end"']
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = demo()
    again.send("\x1b[A\x1b[A\r")
    again.wait_for("(1 row)")


def test_a_suggestion_is_not_sent_by_the_same_key(demo: Pty, home: Path) -> None:
    path = history(home, "demo")
    path.parent.mkdir(parents=True)
    path.write_text('"select 12345 as old;"\n')
    terminal = demo()
    terminal.send("select 12")
    terminal.wait_for("select 12345 as old;")
    terminal.send(" as new;\r")
    terminal.wait_for("(1 row)")
    assert "│ 12345" not in terminal.text
    assert " new" in terminal.text


def test_tab_completes_commands_verbs_and_names(demo: Pty) -> None:
    terminal = demo()
    terminal.send("\\sav")
    terminal.wait_for("Mark a place")
    terminal.send("\t")
    terminal.wait_for("\\savepoint")
    terminal.send("\x03")
    terminal.send("query students -n 1\r")  # leaves the names
    terminal.wait_for("(1 row)")
    ready(terminal)
    terminal.send("query students first_n")
    terminal.wait_for("first_name=")
    terminal.send("\t")
    terminal.wait_for("query students first_name=")


def test_an_editor_takes_the_statement_and_gives_it_back(demo: Pty, folder: Path) -> None:
    editor = folder / "editor"
    editor.write_text("#!/bin/sh\necho 'select 77 as edited;' > \"$1\"\n")
    editor.chmod(0o755)
    terminal = demo(env={"EDITOR": str(editor)})
    terminal.send("\\e\r")
    terminal.wait_for("> select 77 as edited;")
    terminal.send("\r")
    terminal.wait_for("(1 row)")


def test_programs_are_started_for_a_person(demo: Pty) -> None:
    terminal = demo()
    terminal.send("\\! echo one$((1 + 1))\r")
    terminal.wait_for("one2")
    terminal.send("select 'abc' as x \\g | tr a-c A-C\r")
    terminal.wait_for("ABC")
    terminal.send("query students -c course | tail -1 | tr a-z A-Z\r")
    terminal.wait_for("LOGIC")


def test_a_dumb_terminal_is_asked_line_by_line(demo: Pty) -> None:
    terminal = demo(env={"TERM": "dumb"})
    terminal.send("select 1 as one,\n")
    terminal.send("2 as two;\n")
    terminal.wait_for("(1 row)")
    terminal.send("\\q\n")
    assert terminal.code == 0
    assert b"\x1b" not in terminal.raw


def test_no_colour_where_none_is_wanted(demo: Pty) -> None:
    terminal = demo(env={"NO_COLOR": "1"})
    terminal.send("select 1 as one;\r")
    terminal.wait_for("(1 row)")
    assert re.findall(rb"\x1b\[[\d;]*[39]\dm", terminal.raw) == []


def test_a_narrow_screen(demo: Pty) -> None:
    terminal = demo(size=(40, 12))
    terminal.wait_for("demo ro> ")
    terminal.send("select 1 as one;\r")
    terminal.wait_for("(1 row)")


def test_vi_keys(demo: Pty) -> None:
    terminal = demo("--vi")
    terminal.send("select 12 as one;\x1b0w")
    terminal.send("x\r")
    terminal.wait_for(" 2")
    terminal.wait_for("(1 row)")


def test_a_signal_that_ends_it_rolls_back(in_file: Pty) -> None:
    terminal = in_file("--write")
    terminal.send("\\begin\r")
    terminal.wait_for("0 uncommitted> ")
    terminal.send("insert into notes values (1, 2);\r")
    terminal.wait_for("1 uncommitted> ")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.code == 143
    assert "rolled back: nothing was changed on t.db" in terminal.text


def test_who_waits_sees_for_how_long(demo: Pty) -> None:
    terminal = demo()
    terminal.send(f"{LONG['sqlite']}\r")
    terminal.wait_for(" 1 s, Ctrl-C cancels")
    terminal.wait_for(" 2 s, Ctrl-C cancels")
    terminal.send("\x03")
    terminal.wait_for("stopped: SIGINT")
    assert "Ctrl-C cancels" not in terminal.text
    terminal.send("select 42 as a;\r")
    terminal.wait_for("(1 row)")


def test_sql_is_completed_along_foreign_keys(in_file: Pty) -> None:
    terminal = in_file(size=(100, 30))
    eventually(lambda: proposed(terminal, "select * from no", "notes"), what="the names")
    terminal.send("select * from notes n join ")
    terminal.wait_for("authors a on a.id = n.author")
    terminal.send("\x03")


def test_what_a_line_defined_is_completed(in_file: Pty) -> None:
    terminal = in_file("--write")
    terminal.send("create table newly_made (a integer);\r")
    terminal.wait_for("committed")
    eventually(lambda: proposed(terminal, "select * from new", "newly_made  "), what="the name")


def proposed(terminal: PseudoTerminal, typed: str, name: str) -> bool:
    """Whether a menu shows a name, once this is typed; the line is given up."""
    ready(terminal)
    terminal.send(f"\x0c{typed}")
    with suppress(AssertionError):
        terminal.wait_for(name, seconds=1)
        terminal.send("\x03\x0c")
        return True
    terminal.send("\x03")
    return False
