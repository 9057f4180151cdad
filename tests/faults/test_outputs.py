"""Where an answer goes may be full, closed, gone, or end early: it is told, and nothing is half."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from servers._server import Database
from servers._wait import eventually
from servers.facts import KINDS
from servers.program import ROOT, Finished, Program, Spawned

QUERY = ("query", "students", "--db", "demo")
SOON = 5.0
FORMATS = sorted(path.stem for path in Path(ROOT, "sqlsess_cli/formats").glob("[!_]*.py"))


@pytest.fixture
def sh(program: Program) -> Callable[..., Finished]:
    """A shell line in which $S is the program."""
    shell = replace(program, words=("bash", "-c"))
    name = " ".join(program.words)

    def run(line: str, **options: object) -> Finished:
        return shell.run(line, env={"S": name}, **options)

    return run


# --- standard streams


@pytest.mark.parametrize(
    "words",
    [
        "query students --db demo",
        "sql 'select 1' --db demo -f csv",
        "db list",
        "completion bash",
        "--version",
        "--help",
        "db --help",
    ],
)
def test_a_full_or_closed_stdout_is_74(sh: Callable[..., Finished], words: str) -> None:
    done = sh(f"$S {words} > /dev/full")
    assert done.code == 74
    assert done.err.startswith("error: cannot write to standard output: No space left on device\n")
    done = sh(f"$S {words} >&-")
    assert done.code == 74
    assert done.err.startswith("error: cannot write to standard output: it is closed\n")


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full", "<&-", "<&- 2>&-"])
def test_other_streams_are_not_needed_to_answer(sh: Callable[..., Finished], closed: str) -> None:
    done = sh(f"$S query students --db demo -n 1 -c last_name {closed}")
    assert (done.code, done.out, done.err) == (0, "last_name\nLovelace\n", "")


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full", "<&- >&- 2>&-"])
def test_an_exit_code_needs_no_stream(sh: Callable[..., Finished], closed: str) -> None:
    assert sh(f"$S sql 'delete from students' --db demo {closed}").code == 6


def test_no_answer_is_written_into_a_database(sh: Callable[..., Finished]) -> None:
    """What opens next takes the lowest free descriptor: with stdout closed that could be it."""
    before = sh("$S query students --db demo").out
    done = sh("$S sql 'select 1; select 2' -f jsonl --db demo <&- >&-")
    assert done.code == 74
    assert sh("$S query students --db demo").out == before


def test_a_closed_stdin_is_an_empty_one(sh: Callable[..., Finished]) -> None:
    done = sh("$S sql - --db demo <&-")
    assert (done.code, done.out) == (2, "")
    assert "no statement" in done.err


def test_a_write_that_has_nothing_to_print_needs_no_stdout(
    sh: Callable[..., Finished], database: Database
) -> None:
    database.execute("CREATE TABLE t (a INTEGER)")
    done = sh(f"$S sql 'insert into t values (1)' --write --url '{database.url}' >&-")
    assert (done.code, done.err) == (0, f"committed: 1 row changed on {database.where}\n")


@pytest.mark.needs("insert returning")
def test_a_write_that_cannot_be_printed_is_rolled_back(
    sh: Callable[..., Finished], database: Database
) -> None:
    database.execute("CREATE TABLE t (a INTEGER)")
    text = "insert into t values (1) returning a"
    done = sh(f"$S sql '{text}' --write --url '{database.url}' > /dev/full")
    assert done.code == 74
    assert done.err == (
        "error: cannot write to standard output: No space left on device\n"
        f"rolled back: nothing was changed on {database.where}\n"
    )
    assert database.rows("SELECT * FROM t") == []


# --- a reader that hangs up


def head(sh: Callable[..., Finished], database: Database, format_: str, much: str) -> Finished:
    """What happens to a million rows of which somebody wants the beginning."""
    words = f"query events -f {format_} --url '{database.url}'"
    return sh(f"$S {words} | head {much}; exit ${{PIPESTATUS[0]}}", timeout=SOON)


def test_head_ends_a_million_rows_at_once_and_quietly(
    sh: Callable[..., Finished], million: Database
) -> None:
    done = head(sh, million, "tsv", "-1")
    assert (done.code, done.err) == (141, "")
    assert done.out == "id\tuser_id\tts\tamount\tkind\tnote\n"
    eventually(lambda: million.sessions() == [], what="its statement to be gone")


@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "tsv"])
def test_head_ends_every_format(
    sh: Callable[..., Finished], sample: Callable[[str, str], Database], format_: str
) -> None:
    done = head(sh, sample("million", "sqlite"), format_, "-c 9")
    assert (done.code, done.err) == (141, "")


def test_a_write_goes_on_when_its_reader_hangs_up(
    spawn: Callable[..., Spawned], database: Database
) -> None:
    database.execute("CREATE TABLE t (a INTEGER)")
    text = f"INSERT INTO t VALUES (1); {ROWS[database.kind]}; INSERT INTO t VALUES (2)"
    process = spawn("sql", text, "--url", database.url, "--write", stdout=closed_pipe())
    done = process.wait()
    assert done.code == 0
    assert done.err == f"committed: 2 rows changed, 3 statements on {database.where}\n"
    assert database.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,)]


ROWS = {
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 50000)"
    " SELECT i FROM s",
    "mariadb": "SELECT seq FROM seq_1_to_50000",
    "postgresql": "SELECT * FROM generate_series(1, 50000)",
}


def closed_pipe() -> int:
    """A pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_a_reader_that_hangs_up_stops_all_databases(
    spawn: Callable[..., Spawned], sample: Callable[[str, str], Database]
) -> None:
    words = [word for kind in KINDS for word in ("--db", sample("million", kind).url)]
    done = spawn("query", "events", *words, stdout=closed_pipe()).wait(SOON)
    assert (done.code, done.err) == (141, "")


# --- a file


def test_a_file_is_whole_and_has_what_stdout_would_have(
    run: Callable[..., Finished], folder: Path
) -> None:
    printed = run(*QUERY, "-f", "csv")
    done = run(*QUERY, "-o", "out.csv")
    assert (done.code, done.out_bytes, done.err) == (0, b"", "")
    assert (folder / "out.csv").read_bytes() == printed.out_bytes
    assert os.listdir(folder) == ["out.csv"]


def test_a_file_that_exists_keeps_its_permissions_and_its_links(
    run: Callable[..., Finished], folder: Path
) -> None:
    real, link = folder / "real.csv", folder / "link.csv"
    real.write_text("old\n")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run(*QUERY, "-o", "link.csv", "-c", "last_name", "-n", "1").code == 0
    assert link.is_symlink()
    assert real.read_text() == "last_name\nLovelace\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    "words",
    [
        ("query", "nobody", "--db", "demo"),
        ("sql", "select 1; select * from nobody", "-f", "jsonl", "--db", "demo"),
        ("sql", "select 1; select 2", "--db", "demo"),
        ("query", "students", "--url", "sqlite:///nowhere.db"),
    ],
)
def test_a_failure_leaves_the_old_file(
    run: Callable[..., Finished], folder: Path, words: tuple[str, ...]
) -> None:
    (folder / "out.csv").write_text("old\n")
    assert run(*words, "-o", "out.csv").code in {2, 4, 5}
    assert (folder / "out.csv").read_text() == "old\n"
    assert os.listdir(folder) == ["out.csv"]


def test_a_kill_leaves_the_old_file(
    spawn: Callable[..., Spawned], sample: Callable[[str, str], Database], folder: Path
) -> None:
    (folder / "out.csv").write_text("old\n")
    url = sample("million", "sqlite").url
    process = spawn("query", "events", "--url", url, "-o", "out.csv")
    eventually(lambda: [item for item in folder.iterdir() if item.stat().st_size > 1_000_000])
    process.kill()
    assert (folder / "out.csv").read_text() == "old\n"


def test_a_signal_leaves_the_old_file_alone(
    spawn: Callable[..., Spawned], million: Database, folder: Path
) -> None:
    (folder / "out.csv").write_text("old\n")
    process = spawn("query", "events", "--url", million.url, "-o", "out.csv")
    eventually(lambda: [item for item in folder.iterdir() if item.stat().st_size > 1_000_000])
    process.signal(signal.SIGTERM)
    done = process.wait(SOON)
    assert done.code == 143
    assert (folder / "out.csv").read_text() == "old\n"
    assert os.listdir(folder) == ["out.csv"]


def test_a_full_disk_leaves_the_old_file(
    sh: Callable[..., Finished], sample: Callable[[str, str], Database], folder: Path
) -> None:
    (folder / "out.csv").write_text("old\n")
    database = sample("million", "sqlite")
    done = sh(f"ulimit -f 100; $S query events --url '{database.url}' -o out.csv")
    assert done.code == 74
    assert done.err == (
        "error: cannot write to out.csv: File too large\n"
        f"rolled back: nothing was changed on {database.where}\n"
    )
    assert (folder / "out.csv").read_text() == "old\n"
    assert os.listdir(folder) == ["out.csv"]


def test_a_database_on_a_full_disk_is_left_as_it_was(
    sh: Callable[..., Finished], fresh: Callable[[str], Database]
) -> None:
    """A limit on the size of files is what every account may have; a small disk says the same."""
    database = fresh("sqlite")
    database.execute("CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('old')")
    text = "INSERT INTO t VALUES (hex(zeroblob(500000)))"
    done = sh(f"ulimit -f 100; $S sql '{text}' --write --url '{database.url}'")
    assert done.code == 5
    assert done.err.splitlines()[-1] == f"rolled back: nothing was changed on {database.where}"
    assert database.rows("SELECT * FROM t") == [("old",)]


def test_an_answer_on_a_small_disk_is_74(
    sh: Callable[..., Finished], sample: Callable[[str, str], Database]
) -> None:
    url = sample("million", "sqlite").url
    done = sh(f"ulimit -f 100; $S query events --url '{url}' > out.csv")
    assert done.code == 74
    assert done.err.startswith("error: cannot write to standard output: File too large\n")


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("nowhere/out.csv", "No such file or directory"),
        (".", "Is a directory"),
        ("/dev/full", "No space left on device"),
        ("x" * 300 + ".csv", "File name too long"),
    ],
)
def test_a_file_that_cannot_be_is_74(
    run: Callable[..., Finished], folder: Path, place: str, problem: str
) -> None:
    done = run(*QUERY, "-o", place)
    assert done.code == 74
    assert done.err.splitlines()[0].endswith(problem)
    assert os.listdir(folder) == []


def test_a_write_whose_file_cannot_be_is_not_made(
    run: Callable[..., Finished], database: Database
) -> None:
    database.execute("CREATE TABLE t (a INTEGER)")
    text = "insert into t values (1)"
    done = run("sql", text, "--write", "--url", database.url, "-o", "nowhere/out.csv")
    assert done.code == 74
    assert database.rows("SELECT * FROM t") == []


def test_a_pipe_with_a_name_is_written_directly(sh: Callable[..., Finished]) -> None:
    done = sh("mkfifo pipe; cat pipe & $S query students --db demo -c score -n 1 -o pipe; wait")
    assert (done.code, done.out) == (0, "score\n9.5\n")


@pytest.mark.parametrize("place", ["/dev/stdout", "/proc/self/fd/1", ">(cat)"])
def test_a_pipe_of_the_shell_is_written_directly(sh: Callable[..., Finished], place: str) -> None:
    done = sh(f"$S query students --db demo -c score -n 1 -f csv -o {place} | cat")
    assert (done.code, done.out) == (0, "score\n9.5\n")


def test_a_dash_is_stdout(run: Callable[..., Finished]) -> None:
    assert run(*QUERY, "-o", "-").out == run(*QUERY).out
