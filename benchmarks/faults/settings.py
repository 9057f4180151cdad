"""Files of settings that are wrong."""

from __future__ import annotations

from servers.program import TRACEBACK, Finished

from benchmarks.faults.seen import Seen, fault, judged
from benchmarks.faults.trial import Trial

MALFORMED = "this is [not what\n= = it should be\n"


def told(trial: Trial, text: str) -> Finished:
    """What comes of a file of settings."""
    _ = trial.address
    trial.configured(text)
    return trial.once("SELECT 1", input="")


@fault(23, "its settings are malformed")
def malformed(trial: Trial) -> Seen:
    """It should not go on as if there were none."""
    done = told(trial, MALFORMED)
    if TRACEBACK in done.err_bytes:
        return Seen("BAD", "a traceback")
    return judged(done.code and done.err_bytes.strip(), f"exit {done.code}")


NO_NAMES = "its file holds commands, not settings"


@fault(24, "its settings have one that does not exist", psql=NO_NAMES, sqlite3=NO_NAMES)
def unknown(trial: Trial) -> Seen:
    """It should name it: it may be misspelled."""
    done = told(trial, trial.tool.settings[1])
    if TRACEBACK in done.err_bytes:
        return Seen("BAD", "a traceback")
    named = b"no_such_setting" in done.err_bytes or b"no-such-setting" in done.err_bytes
    return judged(done.code and named, f"exit {done.code}, {'named' if named else 'not named'}")
