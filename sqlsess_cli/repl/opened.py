"""How a console begins and ends: a script, lines of the command line, or a person's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlsess_cli.app import App
from sqlsess_cli.repl import metas  # noqa: F401  enters the console's own commands
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.metas.transactions import sandbox as switch_sandbox
from sqlsess_cli.repl.scripted import lines_of, lines_of_input, run_scripts
from sqlsess_cli.repl.state import Verbs
from sqlsess_cli.repl.table import Call


def opened(app: App, verbs: Verbs, execute: Sequence[str], *, sandbox: bool, vi: bool) -> int:
    """Run the console to its end.

    Args:
        app: of the command that opens it.
        verbs: the command line.
        execute: lines of the command line, to be run instead of any others.
        sandbox: it begins in one.
        vi: lines are edited as vi does.

    Returns:
        Its exit code; everything is told by then.
    """
    app.interrupts.limit(0)  # --timeout is for each line
    console = Console(app, verbs)
    if sandbox:
        switch_sandbox(console, Call("on"))
    with console.places:
        if execute:
            code = run_scripts(console, [(lines_of(text), "") for text in execute])
        elif app.can_ask:
            from sqlsess_cli.repl.typed import run_typed

            code = run_typed(console, vi=vi)
        else:
            code = run_scripts(
                console, [(lines_of_input(app.terminal.streams.stdin), "standard input")]
            )
    return code
