"""Whether what is told of a transaction is so."""

from __future__ import annotations

from contextlib import suppress

from servers._wait import eventually

from benchmarks.faults.seen import SERVERS, Seen, fault, judged
from benchmarks.faults.trial import Trial

KILL = {"mariadb": "KILL {}", "postgresql": "SELECT pg_terminate_backend({})"}
HEEDED = """
from sqlalchemy import Column, Engine, Integer, event
from sqlalchemy.orm import declarative_base

class T(declarative_base()):
    __tablename__ = "t"
    a = Column(Integer, primary_key=True)

event.listen(Engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=on"))
"""
INSERTS = "BEGIN;\nINSERT INTO t VALUES (1, 'x');\nCOMMIT;\n"


def lose(trial: Trial) -> None:
    """Have the server end the connection."""
    for session in trial.database.sessions():
        trial.database.server.execute(KILL[trial.kind].format(session.id))
    eventually(lambda: not trial.database.sessions(), what="it to be gone")


@fault(15, "the connection is lost inside BEGIN … ROLLBACK", SERVERS)
def lost_inside(trial: Trial) -> Seen:
    """An insert before and two after it: none may stay."""
    if trial.tool.prompts:
        terminal = trial.prompt()
        trial.typed(terminal, "BEGIN;", "INSERT INTO t VALUES (1, 'x');")
        lose(trial)
        for line in ("INSERT INTO t VALUES (2, 'x');", "INSERT INTO t VALUES (3, 'x');",
                     "ROLLBACK;"):  # fmt: skip
            with suppress(AssertionError):  # who has left hears nothing
                trial.typed(terminal, line)
    else:
        sleep = trial.sleep(20)
        text = f"INSERT INTO t VALUES (1, 'x'); {sleep}; INSERT INTO t VALUES (2, 'x')"
        process = trial.start(trial.tool.once(text))
        trial.in_sleep()
        lose(trial)
        if not process.wait().code:
            return Seen("BAD", "exit 0")
    rows = trial.count()
    return judged(not rows, f"{rows} rows committed" if rows else "nothing committed")


@fault(16, "the connection is cut before COMMIT, in a script", SERVERS)
def cut_before(trial: Trial) -> Seen:
    """The server never hears of it."""
    with trial.cut("COMMIT", delivered=False) as address:
        done = trial.script(INSERTS, address)
    lose(trial)
    return judged(done.code and not trial.count(), f"exit {done.code}, {trial.count()} rows")


@fault(17, "a cut before COMMIT and one after it are told apart", SERVERS)
def told_apart(trial: Trial) -> Seen:
    """Or it is told that nobody knows."""
    said = []
    for delivered in (False, True):
        trial.database.execute("DELETE FROM t")
        with trial.cut("COMMIT", delivered=delivered) as address:
            done = trial.script(INSERTS, address)
            text = done.err_bytes.replace(str(address.port).encode(), b"PORT")
        eventually(lambda: not trial.database.sessions(), what="it to be gone")
        said.append((done.code, text))
    if said[0][0] != said[1][0]:
        return Seen("ok", f"exit {said[0][0]} before it, {said[1][0]} after")
    code, text = said[0]
    if code and b"may have committed" in text:
        return Seen("part", f"exit {code}: it says that it is unknown")
    return Seen("BAD", f"exit {code} for both")


@fault(20, "a statement fails in a script")
def failing_script(trial: Trial) -> Seen:
    """With no flag at all."""
    done = trial.script(
        "INSERT INTO t VALUES (1, 'x');\nINSERT INTO nowhere VALUES (1);\n"
        "INSERT INTO t VALUES (2, 'x');\n"
    )
    went_on = bool(trial.database.rows("SELECT * FROM t WHERE a = 2"))
    what = f"exit {done.code}, {'goes on' if went_on else 'stops'}"
    return Seen("BAD", what) if not done.code else Seen("part" if went_on else "ok", what)


@fault(21, "COMMIT is refused by a deferred foreign key", ("sqlite", "postgresql"))
def refused(trial: Trial) -> Seen:
    """The first that is wrong is the COMMIT itself."""
    trial.database.execute(
        "CREATE TABLE c (a INTEGER REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)"
    )
    pragma, more = "", ()
    if trial.kind == "sqlite" and trial.ours:  # an application says it in its own code
        with open(trial.path("models.py"), "w", encoding="utf-8") as file:
            file.write(HEEDED)
        more = ("-m", "models.py")
    elif trial.kind == "sqlite":
        pragma = "PRAGMA foreign_keys = ON;\n"
    done = trial.script(f"{pragma}BEGIN;\nINSERT INTO c VALUES (7);\nCOMMIT;\n", more=more)
    rows = trial.database.value("SELECT count(*) FROM c")
    return judged(done.code and not rows, f"exit {done.code}, {rows} rows")


@fault(22, "writing to a database that is read-only", SERVERS)
def read_only(trial: Trial) -> Seen:
    """By the server's own setting."""
    server, name = trial.database.server, trial.database.name
    if trial.kind == "postgresql":
        server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        done = trial.once("INSERT INTO t VALUES (1, 'x')")
    else:
        server.execute("SET GLOBAL read_only = 1")
        try:
            done = trial.once("INSERT INTO t VALUES (1, 'x')")
        finally:
            server.execute("SET GLOBAL read_only = 0")
    return judged(done.code and not trial.count(), f"exit {done.code}")
