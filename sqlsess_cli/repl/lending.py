"""The open transaction that the console lends to its lines: begun, lent, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlsess_cli.core.database import Database
    from sqlsess_cli.core.transaction.held import Held
    from sqlsess_cli.repl.console import Console


def lent(console: Console, database: Database) -> Held | None:
    """The open transaction, if it is on this database; a sandbox has one always."""
    if console.held is None and console.settings.sandbox:
        begin(console, database)
    if console.held is not None and console.held.database is database:
        return console.held
    return None


def begin(console: Console, database: Database) -> None:
    """Open a transaction that lines work in until it is ended."""
    from sqlsess_cli.core.transaction.held import Held

    sandbox = console.settings.sandbox
    write = console.settings.writing or sandbox
    console.held = Held(database, console.app.interrupts, write=write, sandbox=sandbox)


def end(console: Console, *, commit: bool) -> None:
    """End the open transaction, if there is one, and tell how it ended.

    Raises:
        RefusedError: it takes nothing more, and commit was asked for.
        SqlsessError: it failed.
    """
    held = console.held
    if held is None:
        return
    if commit:
        held.require_open()
    console.held = None
    try:
        held.commit() if commit else held.rollback()
    finally:
        if held.transaction.outcome == "unknown":
            console.lost = "how the transaction ended is unknown"
        if held.transaction.write:
            console.terminal.tell(held.transaction.line())
        else:
            console.app.reports.notice(f"ended: {held.transaction.database} was only read")
