r"""What lines do to the data: alone, between \begin and \commit, in a sandbox, after a loss."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from repl.conftest import Play, names
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished, Spawned

RENAME = "UPDATE students SET name = 'Grace' WHERE id = 1;"
CLASH = "UPDATE students SET name = 'Alan' WHERE id = 1;"
KILL = {"mariadb": "KILL {}", "postgresql": "SELECT pg_terminate_backend({})"}


def test_a_line_that_writes_is_refused_until_writing_is_allowed(
    play: Play, students: Database
) -> None:
    done = play(RENAME)
    assert done.code == 6
    assert r"\write off forbids changes" in done.err
    assert play(r"\insert students id=3 name=Emmy").code == 6
    assert names(students) == ["Ada", "Alan"]


def test_a_line_outside_of_a_transaction_is_one_of_its_own(play: Play, students: Database) -> None:
    done = play(r"\write on", RENAME, CLASH)
    assert done.code == 5
    assert f"committed: 1 row changed on {students.where}" in done.err
    assert f"rolled back: nothing was changed on {students.where}" in done.err
    assert "stopped: at line 3 of standard input" in done.err
    assert names(students) == ["Grace", "Alan"]


def test_lines_between_begin_and_commit_are_one_transaction(play: Play, students: Database) -> None:
    done = play(
        r"\begin",
        RENAME,
        r"\insert students id=3 name=Emmy",
        "query students -c name --order id",
        r"\commit",
        flags=("--write",),
    )
    assert (done.code, done.out) == (0, "name\nGrace\nAlan\nEmmy\n")
    assert done.err.splitlines()[-1].startswith("committed: 2 rows changed")
    assert names(students) == ["Grace", "Alan", "Emmy"]


def test_rollback_undoes_all_of_them(play: Play, students: Database) -> None:
    done = play(r"\begin", RENAME, r"\rollback", "SELECT name FROM students;", flags=("--write",))
    assert done.code == 0
    assert sorted(done.out.split()) == ["Ada", "Alan", "name"]
    assert done.err == (
        f"pending: 1 row changed on {students.where}\n"
        f"rolled back: nothing was changed on {students.where}\n"
    )


def test_a_line_that_fails_is_undone_by_itself_and_the_transaction_goes_on(
    spawn: Callable[..., Spawned], students: Database
) -> None:
    """A script stops there, and so a person's lines are what shows it: see test_console."""
    process = spawn("repl", "--url", students.url, "--write")
    process.send(f"\\begin\n{RENAME}\n{CLASH}\n")
    told = process.wait_for("stopped", "err")
    assert f"undone: this changed nothing on {students.where}; the transaction goes on" in told
    done = process.wait()
    assert done.code == 5
    assert names(students) == ["Ada", "Alan"]


def test_back_to_a_savepoint(play: Play, students: Database) -> None:
    done = play(
        r"\begin",
        RENAME,
        r"\savepoint one",
        "DELETE FROM students;",
        r"\rollback one",
        "DELETE FROM students WHERE id = 2;",
        r"\rollback one",
        r"\commit",
        flags=("--write",),
    )
    assert done.code == 0
    assert "undone: 1 line since one" in done.err
    assert names(students) == ["Grace", "Alan"]


def test_what_a_script_leaves_open_is_not_kept(play: Play, students: Database) -> None:
    done = play(r"\begin", RENAME, flags=("--write",))
    assert done.code == 6
    assert done.err.splitlines()[-2:] == [
        r"warning: the script ended in an open transaction, without \commit",
        f"rolled back: nothing was changed on {students.where}",
    ]
    assert names(students) == ["Ada", "Alan"]


def test_a_sandbox_shows_changes_and_keeps_none(play: Play, students: Database) -> None:
    done = play(RENAME, "query students -c name --order id", r"\commit", flags=("--sandbox",))
    assert (done.code, done.out) == (6, "name\nGrace\nAlan\n")
    assert f"pending: 1 row changed on the sandbox of {students.where}" in done.err
    assert "a sandbox keeps nothing" in done.err
    assert names(students) == ["Ada", "Alan"]


def test_a_dry_run_in_a_transaction_undoes_itself_alone(play: Play, students: Database) -> None:
    done = play(
        r"\begin",
        RENAME,
        r"\update students 2 --set name=Emmy --dry-run",
        r"\commit",
        flags=("--write",),
    )
    assert done.code == 0
    assert names(students) == ["Grace", "Alan"]


def test_a_definition_does_not_commit_an_open_transaction(play: Play, students: Database) -> None:
    done = play(r"\begin", RENAME, "CREATE TABLE more (id INTEGER);", flags=("--write",))
    commits = students.kind == "mariadb"
    assert ("CREATE would commit the open transaction" in done.err) == commits
    assert done.code == 6
    assert names(students) == ["Ada", "Alan"]


def test_read_only_forbids_what_writing_would_allow(play: Play, students: Database) -> None:
    done = play(r"\write on", flags=("--read-only",))
    assert (done.code, "--read-only forbids changes" in done.err) == (6, True)
    assert play(f'\\sql "{RENAME}" --write', flags=("--read-only",)).code == 6
    assert names(students) == ["Ada", "Alan"]


def test_a_transaction_that_reads_sees_one_moment_and_changes_nothing(
    play: Play, students: Database
) -> None:
    done = play(r"\begin", "SELECT 1 AS a;", r"\insert students id=3 name=Emmy --write")
    assert done.code == 6
    assert "the open transaction only reads" in done.err
    assert names(students) == ["Ada", "Alan"]


@pytest.mark.needs("accounts")
def test_nothing_is_executed_after_a_loss_until_somebody_takes_note(
    spawn: Callable[..., Spawned], students: Database
) -> None:
    process = spawn("repl", "--url", students.url, "--write")
    process.send(f"\\begin\n{RENAME}\n")
    process.wait_for("pending", "err")
    [session] = students.sessions()
    students.server.execute(KILL[students.kind].format(session.id))
    eventually(lambda: not students.sessions(), what="the session to be gone")
    process.send("UPDATE students SET name = 'Emmy' WHERE id = 2;\n")
    done = process.wait()
    assert done.code == 4
    assert f"lost: nothing more is executed in this transaction on {students.where}" in done.err
    assert f"rolled back: nothing was changed on {students.where}" in done.err
    assert names(students) == ["Ada", "Alan"]


def test_another_database_is_not_in_the_transaction(
    run: Callable[..., Finished], students: Database, fresh: Callable[[str], Database]
) -> None:
    other = fresh(students.kind)
    other.execute("CREATE TABLE t (a INTEGER)")
    script = f"\\begin\n{RENAME}\n\\insert t a=1 --url {other.url}\n\\rollback\n"
    done = run("repl", "--url", students.url, "--write", input=script)
    assert done.code == 0
    assert names(students) == ["Ada", "Alan"]
    assert other.value("SELECT count(*) FROM t") == 1
