"""Passwords and files that others should not get."""

from __future__ import annotations

import os
import stat
import time

from servers import rogue_mysql as my
from servers import rogue_postgresql as pg
from servers._wait import eventually

from benchmarks.faults.seen import SERVERS, Seen, fault, judged
from benchmarks.faults.trial import NO_PROMPT, Trial, token


@fault(6, "the password in `ps`", SERVERS)
def listed(trial: Trial) -> Seen:
    """Given on the command line, while a statement runs."""
    process = trial.start(trial.tool.once(trial.sleep(20)))
    trial.in_sleep()
    with open(f"/proc/{process.pid}/cmdline", "rb") as file:
        words = file.read().decode(errors="replace")
    shown = any(part in words for part in (trial.address.password, trial.address.account))
    return judged(not shown, "in full" if shown else "hidden")


def histories(trial: Trial) -> list[str]:
    """The files in HOME that hold what was typed."""
    found = []
    for folder, _, names in os.walk(trial.home):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                if b"canary" in file.read():
                    found.append(path)
    return found


def typed_something(trial: Trial, line: str) -> list[str]:
    """Type a line at the prompt and leave; the files that have it then."""
    terminal = trial.prompt()
    trial.typed(terminal, line)
    terminal.send("\\q\r" if trial.kind != "sqlite" or trial.tool.name == "litecli" else ".quit\r")
    terminal.wait(15)
    return histories(trial)


@fault(7, "the mode of the history file", sqlsess=NO_PROMPT)
def history_mode(trial: Trial) -> Seen:
    """With the usual mask, 022."""
    files = typed_something(trial, "SELECT 'canary';")
    if not files:
        return Seen("-", "it keeps none here")
    mode = max(stat.S_IMODE(os.stat(path).st_mode) for path in files)
    return judged(not mode & 0o077, f"{mode:04o}")


@fault(8, "CREATE USER … PASSWORD is not kept in the history", SERVERS, sqlsess=NO_PROMPT)
def history_secret(trial: Trial) -> Seen:
    """The server refuses it: what is typed is kept or not, all the same."""
    word = "PASSWORD" if trial.kind == "postgresql" else "IDENTIFIED BY"
    files = typed_something(trial, f"CREATE USER nobody_new {word} '{token()}';")
    return judged(not files, "kept" if files else "not kept")


@fault(29, "a rogue server asks for a local file", ("mariadb",))
def file_wanted(trial: Trial) -> Seen:
    """In answer to any statement."""
    path, secret = trial.path("diary"), token()
    with open(path, "w", encoding="utf-8") as file:
        file.write(secret)
    server = my.RogueMySQL(
        answer=lambda sql: (my.file_request(path) if "FROM t" in sql else my.usual)(sql)
    )
    with trial.rogue(server, my.PASSWORD) as address:
        trial.once("SELECT a FROM t", address)
        eventually(lambda: server.greeted, 2, "it to come")
        time.sleep(0.2)
    got = secret.encode() in server.heard
    return judged(not got, "sent" if got else "not sent")


@fault(30, "a rogue server asks for the password in clear, without TLS", SERVERS)
def password_wanted(trial: Trial) -> Seen:
    """Where the tool would have proved that it knows the password."""
    server: my.RogueMySQL | pg.RoguePostgreSQL
    if trial.kind == "mariadb":
        server = my.RogueMySQL(login=[my.switch_to(b"mysql_clear_password"), my.OK])
    else:
        server = pg.RoguePostgreSQL(login=pg.CLEARTEXT)
    with trial.rogue(server, my.PASSWORD) as address:
        trial.once("SELECT 1", address, input="")
        eventually(lambda: server.greeted, 2, "it to come")
    got = my.PASSWORD.encode() in server.heard
    return judged(not got, "sent" if got else "not sent")
