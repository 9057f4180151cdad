"""Database files that are missing or in use, and rows that come from files."""

from __future__ import annotations

import json
import os
import select
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from threading import Thread, Timer

from servers._server import APP
from servers._wait import eventually

from benchmarks.faults.seen import EVERY, Seen, fault, judged
from benchmarks.faults.trial import Trial

FEW, MANY = 5_000, 60_000  # rows: ours come one object at a time


@fault(25, "a file name that is misspelled makes a database", ("sqlite",))
def misspelled(trial: Trial) -> Seen:
    """Even an empty one hides the mistake from the next command."""
    typo = replace(trial.address, name=trial.path("typo.db"))
    done = trial.once("SELECT 1", typo)
    made = os.path.exists(typo.name)
    return judged(done.code and not made, f"exit {done.code}, {'made' if made else 'not made'}")


@fault(26, "another program writes to the file for a second", ("sqlite",))
def locked(trial: Trial) -> Seen:
    """Who waits gets what he wants."""
    with closing(sqlite3.connect(trial.address.name, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        timer = Timer(1.5, other.rollback)
        timer.start()
        done = trial.once("INSERT INTO t VALUES (1, 'x')")
        timer.join()
    waited = not done.code and trial.count() == 1
    return judged(waited, f"exit {done.code}, {'waits' if waited else 'gives up at once'}")


GOOD = [(number, f"text {number}") for number in range(1, 6)]
BAD_LINES = {  # after five that are good: as CSV and as JSON
    "no number": (b"notanint,x", b'{"a": "notanint", "b": "x"}'),
    "a key twice": (b"3,x", b'{"a": 3, "b": "x"}'),
    "too large a number": (b"9" * 20 + b",x", b'{"a": ' + b"9" * 20 + b', "b": "x"}'),
    "too many columns": (b"7,x,y", b'{"a": 7, "b": "x", "c": "y"}'),
    "too few columns": (b"7", b"7"),
    "not UTF-8": (b"7,\xff\xfe", b'{"a": 7, "b": "\xff\xfe"}'),
    "cut off": (b'7,"x', b'{"a": 7, "b": "x'),
}
NO_LOAD = "it loads no files"


def written(
    trial: Trial, rows: list[tuple[int, str]], last: tuple[bytes, bytes] = (b"", b"")
) -> str:
    """A file of rows, as the tool wants it."""
    path = trial.path("rows")
    with open(path, "wb") as file:
        for number, text in rows:
            line = json.dumps({"a": number, "b": text}) if trial.ours else f"{number},{text}"
            file.write(line.encode() + b"\n")
        file.write(last[1 if trial.ours else 0])
    return path


def load(trial: Trial, path: str) -> list[str]:
    """Arguments that load it; ours reads standard input."""
    if trial.ours:
        return ["insert", "t", "-", "--yes"]
    fields = "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"'"
    return {
        "psql": ["-c", f"\\copy t from '{path}' csv"],
        "mariadb": ["-e", f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE t {fields}"],
        "sqlite3": ["-csv", f".import {path} t"],
    }[trial.tool.name]


LINE = '"$@" < rows'


@fault(27, "seven bad files are refused whole", EVERY, mycli=NO_LOAD, pgcli=NO_LOAD,
       litecli=NO_LOAD)  # fmt: skip
def bad_files(trial: Trial) -> Seen:
    """Each has five good rows before what is wrong."""
    taken = []
    for name, last in BAD_LINES.items():
        trial.database.execute("DELETE FROM t")
        path = written(trial, GOOD, last)
        done = trial.shell(LINE, load(trial, path))
        if not (done.code and trial.count() == 0):
            taken.append(name)
    counted = len(BAD_LINES) - len(taken)
    what = f"{counted} of {len(BAD_LINES)}" + (f"; not {', '.join(taken)}" if taken else "")
    return judged(not taken, what)


@fault(28, "kill -9 while rows are loaded, and again", EVERY, mycli=NO_LOAD, pgcli=NO_LOAD,
       litecli=NO_LOAD)  # fmt: skip
def killed(trial: Trial) -> Seen:
    """In the end each row is there once."""
    count = FEW if trial.ours else MANY
    path = written(trial, [(number, f"text {number}") for number in range(count)])
    # Ours reads all of its input first: on a server, something has to be in its way.
    with in_the_way(trial, count - 1):
        source = path if trial.ours else half_of(trial, path)
        process = trial.start_shell(LINE, load(trial, source))
        eventually(lambda: under_way(trial), 30, "rows to come")
        process.kill()
    if trial.kind != "sqlite":
        eventually(lambda: not trial.database.sessions(), 30, "the server to notice")
    left = trial.count()
    done = trial.shell(LINE, load(trial, path), timeout=60)
    what = f"{left:,} rows after the kill, {trial.count():,} in the end"
    return judged(not left and not done.code and trial.count() == count, what)


@contextmanager
def in_the_way(trial: Trial, number: int) -> Iterator[None]:
    """On a server, have whoever comes to this row wait: another may be about to insert it."""
    if trial.kind == "sqlite" or not trial.ours:
        yield
        return
    with closing(trial.database.server.connect(trial.database.name, APP)) as other:
        cursor = other.cursor()
        cursor.execute("BEGIN")
        cursor.execute(f"INSERT INTO t VALUES ({number}, 'x')")
        yield
        cursor.execute("ROLLBACK")


def half_of(trial: Trial, path: str) -> str:
    """A pipe that gives half of a file, and then has the reader wait for the rest."""
    pipe = trial.path("pipe")
    os.mkfifo(pipe)

    def feed() -> None:
        with suppress(BrokenPipeError), open(path, "rb") as file, open(pipe, "wb", 0) as out:
            out.write(file.read(os.path.getsize(path) // 2))
            while not _nobody_reads(out.fileno()):
                pass

    Thread(target=feed, daemon=True).start()
    return pipe


def _nobody_reads(descriptor: int) -> bool:
    """Whether the reader is gone; waits a little for that."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return bool(poll.poll(200))


def under_way(trial: Trial) -> bool:
    """Whether somebody has written, and has not committed."""
    if trial.kind == "sqlite":
        return os.path.exists(f"{trial.address.name}-journal")
    said = [item.sql.upper() for item in trial.database.processes()]
    return any(word in sql for sql in said for word in ("INSERT", "COPY", "LOAD"))
