"""What is done with the statement before the backslash, or with the latest one."""

from __future__ import annotations

import time
from typing import Any

from sqlsess_cli.errors import UsageError
from sqlsess_cli.options import duration
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.places import program_of
from sqlsess_cli.repl.scripted import lines_of, run_script
from sqlsess_cli.repl.state import Failed
from sqlsess_cli.repl.table import Call, meta

_PAUSE = 2.0  # seconds
_DEEPEST = 20  # files that include each other


def statement_of(console: Console, call: Call) -> str:
    """The statement that a command is about, which is then the latest.

    Raises:
        UsageError: there is none.
    """
    text = call.buffer or console.settings.last
    if not text.strip():
        raise UsageError("there is no statement yet")
    console.settings.last = text
    return text


def _send(console: Console, call: Call, flags: dict[str, Any]) -> None:
    text, place = statement_of(console, call), call.argument
    if place.startswith("|"):
        with program_of(console, place[1:].strip()) as terminal:
            Failed.unless_done(console.sql(text, flags, terminal))
        return
    if place:
        flags["output"] = call.words[0]
    Failed.unless_done(console.sql(text, flags))


@meta("g", argument="[FILE | '|' PROGRAM]", files=True)
def send(console: Console, call: Call) -> None:
    """Execute the statement; its answer may go to a file or a program."""
    _send(console, call, {})


@meta("gx", "G", argument="[FILE | '|' PROGRAM]", files=True)
def send_expanded(console: Console, call: Call) -> None:
    """Execute the statement, and show each row as a block of lines."""
    _send(console, call, {"format": "vertical"})


@meta("watch", argument="[SECONDS [TIMES]]")
def watch(console: Console, call: Call) -> None:
    """Execute the statement again and again, until Ctrl-C."""
    text = statement_of(console, call)
    seconds, times, *_ = [*call.words, "", ""]
    pause = duration(seconds, r"\watch") if seconds else _PAUSE
    if times and not times.isdecimal():
        raise UsageError(rf"\watch: {times!r} is no number of times")
    left = int(times) if times else -1
    while left:
        console.terminal.tell(time.strftime("%H:%M:%S"))
        Failed.unless_done(console.sql(text))
        left -= 1
        if left:
            time.sleep(pause)


@meta("i", "include", argument="FILE", files=True)
def include(console: Console, call: Call) -> None:
    """Run the lines of a file, up to the first that fails."""
    if len(call.words) != 1:
        raise UsageError(r"\i needs one file")
    path = call.words[0]
    if console.settings.depth >= _DEEPEST:
        raise UsageError(f"{path}: files include each other too deeply")
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            text = file.read()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    console.settings.depth += 1
    try:
        Failed.unless_done(run_script(console, lines_of(text), path))
    finally:
        console.settings.depth -= 1


@meta("n", argument="[NAME]")
def named(console: Console, call: Call) -> None:
    """Run a query that the configuration saves; without a name, list them."""
    known = console.app.config.get("query") or {}
    if not call.argument:
        for name, about in known.items():
            console.terminal.tell(f":{name}  {about.get('about') or ''}".rstrip())
        return
    name, *more = call.words
    verb = "sql" if "sql" in known.get(name, {}) else "query"
    Failed.unless_done(console.invoke([verb, f":{name}", *more]))


@meta("py", argument="EXPRESSION")
def py(console: Console, call: Call) -> None:
    """Run Python: it finds session, the models, select, func and sa."""
    if not call.argument:
        raise UsageError(r"\py needs an expression", r"such as: \py select(Student)")
    Failed.unless_done(console.invoke(["run", "-c", call.argument]))
