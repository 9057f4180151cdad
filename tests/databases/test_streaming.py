"""A million rows pass through in little memory, in few writes, and from the first moment on."""

from __future__ import annotations

import fcntl
import os
import re
import sys
import termios
import time
from array import array
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished, Program

# Runs the program, and tells what the kernel counted; started small, since a process inherits the
# peak of the one that started it.
COUNTING = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
with open(f"/proc/{pid}/io") as file:
    print(*file.read().split(), file=sys.stderr)
_, status, usage = os.wait4(pid, 0)
print("peak:", usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
MIB = 1024  # the kernel counts in KiB


@pytest.fixture
def counted(program: Program) -> Callable[..., dict[str, int]]:
    """`counted("query", …)["peak"]`: what the kernel counted while it ran."""
    words = (sys.executable, "-ISc", COUNTING, *program.words)
    watched = replace(program, words=words)

    def watch(*words: str) -> dict[str, int]:
        with open(os.devnull, "wb") as nowhere:
            done = watched.run(*words, stdout=nowhere, timeout=90)
        assert done.code == 0, done
        return {name: int(number) for name, number in re.findall(r"(\w+): (\d+)", done.err)}

    return watch


@pytest.mark.parametrize("format_", ["jsonl", "table", "sql"])
def test_no_format_keeps_rows(
    counted: Callable[..., dict[str, int]], sample: Callable[[str, str], Database], format_: str
) -> None:
    database = sample("million", "sqlite")
    words = ("query", "events", "--url", database.url, "-f", format_)
    assert counted(*words, "-n", "50000")["peak"] - counted(*words, "-n", "5000")["peak"] < 4 * MIB


def test_text_of_sql_streams_too(counted: Callable[..., dict[str, int]], million: Database) -> None:
    """SQLAlchemy reads all rows of a text() at once, unless it is told how many."""
    words = ("sql", "--url", million.url, "-f", "csv")
    some = counted(*words, "SELECT * FROM events LIMIT 5000")["peak"]
    many = counted(*words, "SELECT * FROM events LIMIT 50000")["peak"]
    assert many - some < 4 * MIB


def test_ten_thousand_rows_are_few_writes(
    counted: Callable[..., dict[str, int]], million: Database
) -> None:
    for format_ in ("csv", "table"):
        counts = counted("query", "events", "--url", million.url, "-n", "10000", "-f", format_)
        assert counts["syscw"] < 100


def test_a_million_rows_pass_through(
    counted: Callable[..., dict[str, int]], program: Program, million: Database
) -> None:
    words = ("query", "events", "--url", million.url, "-f", "csv")
    some = counted(*words, "-n", "100000")["peak"]
    shares = []
    for _ in range(3):
        one = Passage(program, *words, "-n", "1")
        many = Passage(program, *words, looking=partial(nothing_is_buffered, million))
        assert (one.rows, many.rows) == (1, 1_000_000)
        assert many.peak - one.peak < 20 * MIB
        assert many.peak - some < 4 * MIB
        # What a command costs that prints one row is no part of the way.
        shares.append((many.first - one.first) / (many.end - one.first))
        if shares[-1] < 0.05:
            return
    pytest.fail(f"the first row came after these shares of the way to the last: {shares}")


class Passage:
    """One run, watched: seconds to the first row and to the last, how many, and its peak.

    Args:
        program: ours.
        words: its arguments; the answer has a header.
        looking: called in the middle, while the program waits for us; that time does not count.
    """

    def __init__(self, program: Program, *words: str, looking: Callable[[], None] | None = None):
        reading, writing = os.pipe()
        begun = time.monotonic()
        watched = replace(program, words=(sys.executable, "-ISc", COUNTING, *program.words))
        process = watched.spawn(*words, stdout=writing)
        os.close(writing)
        try:
            with open(reading, "rb") as reader:
                reader.readline()
                reader.readline()
                self.first = time.monotonic() - begun
                if looking is not None:
                    stalled = time.monotonic()
                    eventually(lambda: unread(reading) > 50_000, what="the pipe to be full")
                    looking()
                    begun += time.monotonic() - stalled
                chunks = iter(lambda: reader.read(1 << 20), b"")
                self.rows = 1 + sum(chunk.count(b"\n") for chunk in chunks)
            self.end = time.monotonic() - begun
            done = process.wait()
        finally:
            process.kill()
        assert done.code == 0, done
        self.peak = int(done.err.rpartition("peak: ")[2])


def nothing_is_buffered(database: Database) -> None:
    """With a reader that has stopped, the server has not got rid of its rows."""
    if database.kind == "mariadb":  # the statement still runs
        assert ["events" in item.sql for item in database.processes()] == [True]
    if database.kind == "postgresql":
        (waiting,) = database.sessions()
        assert waiting.state == "idle in transaction"
        assert waiting.sql.startswith("FETCH FORWARD 200 ")


def unread(pipe: int) -> int:
    (count,) = array("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return count


SERIES = {
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 20000)"
    " SELECT i FROM s",
    "mariadb": "SELECT seq AS i FROM seq_1_to_20000",
    "postgresql": "SELECT i FROM generate_series(1, 20000) AS s(i)",
}


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("format_", ["jsonl", "table"])
def test_no_statement_is_sent_into_a_stream(
    run: Callable[..., Finished],
    database: Database,
    format_: str,
    write: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """PyMySQL drops the rest of one without an error."""
    text = ";".join([SERIES[database.kind]] * 3)
    more = ("--write",) if write else ()
    done = run("sql", text, "--url", database.url, "-f", format_, *more)
    assert done.code == 0
    assert sum("20000" in line for line in done.out.splitlines()) == 3
    assert len(done.out.splitlines()) == 60_000 + (6 if format_ == "table" else 0)


def test_an_answer_that_is_never_read_is_given_up_without_a_word(
    run: Callable[..., Finished], database: Database
) -> None:
    done = run("sql", "SELECT 1 AS a; SELECT 2 AS b", "--url", database.url, "-f", "tsv")
    assert (done.code, done.out) == (2, "a\n1\n")
    assert done.err == (
        "error: tsv holds one answer, and here is another\n"
        "hint: -f jsonl or table holds several; or send one query at a time\n"
        f"rolled back: nothing was changed on {database.where}\n"
    )
