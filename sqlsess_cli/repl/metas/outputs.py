"""How answers look, and where they go."""

from __future__ import annotations

from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean
from sqlsess_cli.options import SETTINGS, parse
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.places import file_of, program_of
from sqlsess_cli.repl.table import Call, meta, switched

_SETTABLE = (
    "format",
    "null",
    "header",
    "pager",
    "color",
    "timeout",
    "show_sql",
    "verbose",
    "quiet",
)


@meta("x", argument="[on|off]", anyway=True)
def expanded(console: Console, call: Call) -> None:
    """Show each row as a block of lines."""
    flags = console.settings.flags
    if switched(call, flags.get("format") == "vertical", "x"):
        flags["format"] = "vertical"
    else:
        flags.pop("format", None)
    console.app.reports.notice(f"format: {flags.get('format', 'as usual')}")


@meta("timing", argument="[on|off]", anyway=True)
def timing(console: Console, call: Call) -> None:
    """Tell how long each line took."""
    console.settings.timing = switched(call, console.settings.timing, "timing")
    console.app.reports.notice(f"timing: {'on' if console.settings.timing else 'off'}")


@meta("pset", argument="[NAME [VALUE]]", anyway=True)
def pset(console: Console, call: Call) -> None:
    """Set how answers look: format, null, header, pager, color, timeout, show_sql."""
    flags = console.settings.flags
    name, _, value = call.argument.partition(" ")
    if not name:
        for item in _SETTABLE:
            said = flags.get(item, getattr(console.app.options, item))
            console.terminal.tell(f"{item}: {'as usual' if said is None else said}")
        return
    if name not in _SETTABLE:
        hint = did_you_mean(name, _SETTABLE) or f"one of: {', '.join(_SETTABLE)}"
        raise UsageError(f"nothing is set as {name!r}", hint)
    value = value.strip().strip("'\"")
    if not value:
        flags.pop(name, None)
        return
    if name == "format":
        from sqlsess_cli.formats._base import FORMATS

        FORMATS.load(value)
    flags[name] = parse(SETTINGS[name], value, rf"\pset {name}")


@meta("o", "out", argument="[FILE | '|' PROGRAM]", anyway=True, files=True)
def out(console: Console, call: Call) -> None:
    """Write the answers to come to a file or a program; without one, to the screen again."""
    console.places.close()
    console.terminal = console.app.terminal
    if call.argument.startswith("|"):
        console.terminal = console.places.enter_context(
            program_of(console, call.argument[1:].strip())
        )
    elif call.argument:
        console.terminal = console.places.enter_context(file_of(console, call.words[0]))


@meta("echo", argument="TEXT", anyway=True)
def echo(console: Console, call: Call) -> None:
    """Write a text among the answers."""
    with console.terminal.sink(None, styled=False, paged=False) as sink:
        sink.write(f"{' '.join(call.words)}\n")
