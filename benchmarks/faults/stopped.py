"""People and systems that want it to stop, and servers that do not answer."""

from __future__ import annotations

import signal
import time
from contextlib import suppress

from servers._wait import eventually

from benchmarks.faults.seen import EVERY, SERVERS, Seen, fault, judged
from benchmarks.faults.trial import NO_PROMPT, PATIENCE, Trial, settled

ENDLESS = {
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1000000000)"
    " SELECT count(*) FROM s",
}
ORDINAL = {1: "first", 2: "second", 3: "third"}
SOON = 10.0  # seconds


@fault(12, "Ctrl-C at the prompt", EVERY, sqlsess=NO_PROMPT)
def at_the_prompt(trial: Trial) -> Seen:
    """A statement that takes long ends, and the prompt is there again."""
    terminal = trial.prompt()
    sql = ENDLESS.get(trial.kind) or trial.sleep(60)
    terminal.send(f"{sql};\r")
    if trial.kind == "sqlite":
        time.sleep(1)
    else:
        trial.in_sleep()
    before = len(terminal.raw)
    terminal.send("\x03")
    with suppress(AssertionError):
        eventually(lambda: len(terminal.raw) > before + 2 and settled(terminal), SOON)
        said = bytes(terminal.raw[before:])
        claimed = b"1 row in set" in said
        return Seen("part", "tells of a row") if claimed else Seen("ok", "stopped")
    return Seen("BAD", f"nothing in {SOON:g} s")


def stopped_by(trial: Trial, signum: signal.Signals) -> Seen:
    """One statement, a signal, and what the server does then."""
    process = trial.start(trial.tool.once(trial.sleep(30)))
    trial.in_sleep()
    process.signal(signum)
    with suppress(AssertionError):
        done = process.wait(SOON, traceback=True)
        gone = trial.gone()
        what = f"exit {done.code}, the statement {'is gone' if gone else 'goes on'}"
        return judged(done.code and gone, what)
    return Seen("BAD", f"still there after {SOON:g} s")


@fault(13, "SIGINT to one command", SERVERS)
def interrupted(trial: Trial) -> Seen:
    """As Ctrl-C in a script."""
    return stopped_by(trial, signal.SIGINT)


@fault(14, "SIGTERM and SIGHUP to one command", SERVERS)
def terminated(trial: Trial) -> Seen:
    """As a time limit of a system, and a terminal that is closed."""
    term = stopped_by(trial, signal.SIGTERM)
    for session in trial.database.processes():
        trial.database.server.execute(
            f"KILL {session.id}" if trial.kind == "mariadb"
            else f"SELECT pg_terminate_backend({session.id})"
        )  # fmt: skip
    hup = stopped_by(trial, signal.SIGHUP)
    if term.verdict != hup.verdict:
        return Seen("part", f"TERM: {term.what}; HUP: {hup.what}")
    return Seen(term.verdict, term.what if term == hup else f"{term.what}; {hup.what}")


@fault(18, "connecting to a frozen server", SERVERS)
def frozen(trial: Trial) -> Seen:
    """It takes the connection, and says nothing."""
    words = trial.tool.once("SELECT 1")
    _ = trial.address
    daemon = trial.world.daemon(trial.kind)
    daemon.freeze()
    began = time.monotonic()
    process = trial.start(words)
    try:
        with suppress(AssertionError):
            done = process.wait(PATIENCE, traceback=True)
            what = f"exit {done.code} after {time.monotonic() - began:.0f} s"
            return judged(done.code, what)
        return Seen("BAD", f"still there after {PATIENCE:g} s")
    finally:
        process.kill()
        daemon.cont()


@fault(19, "Ctrl-C while the server is frozen", SERVERS)
def frozen_and_interrupted(trial: Trial) -> Seen:
    """Three times, if need be."""
    if trial.tool.prompts:
        terminal = trial.prompt()
        terminal.send(f"{trial.sleep(60)};\r")
    else:
        terminal = trial.terminal(trial.tool.once(trial.sleep(60)))
    trial.in_sleep()
    daemon = trial.world.daemon(trial.kind)
    daemon.freeze()
    try:
        for times in (1, 2, 3):
            before = len(terminal.raw)
            began = time.monotonic()
            terminal.send("\x03")
            with suppress(AssertionError):
                eventually(lambda b=before: len(terminal.raw) > b + 2 and settled(terminal), 6)
                seconds = time.monotonic() - began
                what = f"back {seconds:.0f} s after the {ORDINAL[times]}"
                return Seen("ok" if times == 1 else "part", what)
        return Seen("BAD", "nothing after three, 18 s")
    finally:
        daemon.cont()
