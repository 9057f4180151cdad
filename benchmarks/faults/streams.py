"""Readers that leave, and disks that are full."""

from __future__ import annotations

import os

from benchmarks.faults.seen import Seen, fault, judged
from benchmarks.faults.shown import reads
from benchmarks.faults.trial import Trial

MANY = {
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 300000)"
    " SELECT i FROM s",
    "mariadb": "SELECT seq FROM seq_1_to_300000",
    "postgresql": "SELECT * FROM generate_series(1, 300000) AS i",
}
PIPED = 141  # what a shell says of a program that wrote to nobody


@fault(9, "`| head -1` of 300,000 rows")
def head(trial: Trial) -> Seen:
    """Quietly, and at once: who ends with anything else has read them all."""
    line = '"$@" | head -1; exit ${PIPESTATUS[0]}'
    done = trial.shell(line, reads(trial, MANY[trial.kind]), timeout=60)
    said = done.err_bytes.decode(errors="replace").strip().splitlines()
    what = f"exit {done.code}" + (f", {said[-1][:40]}" if said else ", quiet")
    return judged(done.code == PIPED and not said, what)


@fault(10, "standard output on a full disk")
def full(trial: Trial) -> Seen:
    """Which is found out when it is written, at the latest at the end."""
    done = trial.shell('"$@" > /dev/full', reads(trial, "SELECT 1 AS a"))
    said = done.err_bytes.strip()
    what = f"exit {done.code}" + ("" if said else ", no word")
    return judged(done.code not in (0, None) and said, what)


NO_FILE = "no flag of it names a file"


@fault(11, "an output file that is cut off keeps its name", mariadb=NO_FILE, mycli=NO_FILE,
       sqlite3=NO_FILE, pgcli=NO_FILE, litecli=NO_FILE)  # fmt: skip
def partial(trial: Trial) -> Seen:
    """Half an answer, where the next program expects a whole one."""
    line = "trap '' XFSZ; ulimit -f 64; \"$@\""
    done = trial.shell(line, ["-o", trial.path("out"), *reads(trial, MANY[trial.kind])])
    left = os.path.exists(trial.path("out"))
    what = f"exit {done.code}, {'half a file is left' if left else 'no file'}"
    return judged(done.code and not left, what)
