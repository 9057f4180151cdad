"""The transaction that lines share, and what they may do in it."""

from __future__ import annotations

from sqlsess_cli.errors import RefusedError, UsageError
from sqlsess_cli.repl import lending
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.line import LineApp
from sqlsess_cli.repl.table import Call, meta, switched


@meta("begin")
def begin(console: Console, _call: Call) -> None:
    """Begin a transaction that the lines to come share."""
    if console.held is not None:
        raise UsageError("a transaction is open already", r"\commit or \rollback ends it")
    here = LineApp(console, console.flags)
    database = here.database()
    if console.settings.writing or console.settings.sandbox:
        _may_write(console)
    lending.begin(console, database)


@meta("commit")
def commit(console: Console, _call: Call) -> None:
    """Keep what the transaction did, and end it."""
    if console.held is None:
        raise UsageError("no transaction is open", r"\begin opens one")
    if console.settings.sandbox:
        raise RefusedError("a sandbox keeps nothing", r"\sandbox off ends it")
    lending.end(console, commit=True)


@meta("rollback", argument="[SAVEPOINT]", anyway=True)
def rollback(console: Console, call: Call) -> None:
    """Undo what the transaction did, and end it; or undo what was done since a savepoint."""
    if call.argument:
        console.require_connection()
        if console.held is None:
            raise UsageError("no transaction is open", r"\begin opens one")
        count = console.held.rollback_to(call.argument)
        lines = f"{count} line{'' if count == 1 else 's'}"
        console.terminal.tell(f"undone: {lines} since {call.argument}; the transaction goes on")
        return
    if console.held is None and not console.lost:
        raise UsageError("no transaction is open", r"\begin opens one")
    console.lost = ""
    lending.end(console, commit=False)


@meta("savepoint", argument="NAME")
def savepoint(console: Console, call: Call) -> None:
    r"""Mark a place in the transaction that \rollback NAME goes back to."""
    if not call.argument:
        raise UsageError("a savepoint needs a name")
    if console.held is None:
        raise UsageError("no transaction is open", r"\begin opens one")
    console.held.savepoint(call.argument)


@meta("pending", anyway=True)
def pending(console: Console, _call: Call) -> None:
    """List what the transaction did and has not committed."""
    from sqlsess_cli.result import Column, Result

    done = console.held.done if console.held else []
    columns = [
        Column("rows", "integer"),
        Column("did", "text"),
        Column("line", "text", (), "brief"),
    ]
    rows = [(item.rows, item.said, item.about) for item in done]
    here = LineApp(console, {**console.flags, **console.settings.flags})
    here.emitter.emit((item for item in [Result.of(columns, rows)]), must_finish=False)


@meta("write", argument="[on|off]")
def write(console: Console, call: Call) -> None:
    """Allow changes, or forbid them."""
    wanted = switched(call, console.settings.writing, "write")
    if console.held is not None:
        raise UsageError("a transaction is open", r"\commit or \rollback ends it first")
    if wanted:
        _may_write(console)
    console.settings.writing = wanted


@meta("sandbox", argument="[on|off]")
def sandbox(console: Console, call: Call) -> None:
    """Work on the data and keep nothing of it."""
    wanted = switched(call, console.settings.sandbox, "sandbox")
    if wanted == console.settings.sandbox:
        return
    if wanted and console.held is not None:
        raise UsageError("a transaction is open", r"\commit or \rollback ends it first")
    if wanted:
        _may_write(console, "also in a sandbox")
    else:
        lending.end(console, commit=False)
    console.settings.sandbox = wanted


def _may_write(console: Console, more: str = "") -> None:
    """See that changes may be allowed here.

    Raises:
        RefusedError: a flag, a variable or the database's own settings forbid them.
    """
    from sqlsess_cli.guards import may_write

    if forbidden := console.app.options.forbids_writing:
        raise RefusedError(f"{forbidden} forbids changes{', ' * bool(more)}{more}")
    here = LineApp(console, console.flags)
    may_write(console.target, here.config, here.options)
