"""Which database lines go to."""

from __future__ import annotations

from sqlsess_cli.errors import UsageError
from sqlsess_cli.repl.console import Console, Leave
from sqlsess_cli.repl.state import Status
from sqlsess_cli.repl.table import Call, meta


@meta("connect", "c", argument="[NAME[:ROLE]|URL|PATH]", anyway=True)
def connect(console: Console, call: Call) -> None:
    """Go to another database, or connect anew to this one."""
    held = console.held
    if held is not None and held.done and held.state == "open" and not console.settings.sandbox:
        raise UsageError("the open transaction has changes", r"\commit or \rollback ends it first")
    console.connect(call.argument)
    if call.argument and console.settings.writing and console.app.options.write is not True:
        console.settings.writing = False
    status = Status.of(console)
    console.app.reports.notice(f"connected to {status.name}: {status.mode}")


@meta("use", argument="NAME", anyway=True)
def use(console: Console, call: Call) -> None:
    r"""The same, as other clients call it."""
    if not call.argument:
        raise UsageError("use which database?")
    connect(console, call)


@meta("conninfo", "s", anyway=False)
def conninfo(console: Console, _call: Call) -> None:
    """Show the database, its server, and where each value was said."""
    console.invoke(["db", "show"])


@meta("quit", "q", "exit", anyway=True)
def quit_(_console: Console, _call: Call) -> None:
    """Leave; what is not committed is asked about."""
    raise Leave
