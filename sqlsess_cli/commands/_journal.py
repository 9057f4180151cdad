"""--journal: rows before and after, on the disk before COMMIT is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from sqlsess_cli.app import App
from sqlsess_cli.errors import OutputError, UsageError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from sqlsess_cli.core.journal.document import JournalFile

    Recorded = Callable[[Session], AbstractContextManager[None]]


def files(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Files, at a Tab."""
    return [CompletionItem(incomplete, type="file")]


journal_option = click.option(
    "--journal", metavar="FILE", shell_complete=files,
    help="Keep each row before and after in a new FILE, for sqlsess undo.",
)  # fmt: skip


@contextmanager
def journaled(app: App, path: str | None) -> Iterator[Recorded]:
    """Keep a journal of a command's transaction, which begins and ends inside the block.

    Args:
        app: its context.
        path: the file; None for no journal.

    Yields:
        What its session's work is to be wrapped in, inside the transaction.

    Raises:
        UsageError: the file is there, or one is asked for several databases.
        OutputError: it cannot be written; nothing was committed.
    """
    if path is None:
        yield lambda _: nullcontext()
        return
    from sqlsess_cli.core.journal.document import JournalFile

    if len(app.targets(write=True)) > 1:
        raise UsageError("--journal is of one database", "name one with -d")
    file = JournalFile(path)
    try:
        yield partial(_recorded, app, file)
    finally:
        outcome = app.transaction.outcome if app.transaction is not None else "open"
        try:
            file.conclude(outcome, _now())
        except OutputError as error:  # too late to change anything: the transaction is over
            app.reports.warning(f"{error.message}; it lacks its last line")


@contextmanager
def _recorded(app: App, file: JournalFile, session: Session) -> Iterator[None]:
    """Hear what the session does, and write it down when it is done, before COMMIT."""
    from sqlsess_cli.core.changes.flush import flush
    from sqlsess_cli.core.journal.recording import Recording
    from sqlsess_cli.core.journal.telling import told
    from sqlsess_cli.core.transaction.faults import translated
    from sqlsess_cli.core.transaction.state import INFO

    recording = Recording(session)
    yield
    flush(session)
    with translated(session.info[INFO]):
        header, lines = told(recording, _about(app), app.database().catalog.mappers)
        file.write(header, lines)
    if triggered := header.get("triggers"):
        names = ", ".join(triggered)
        app.reports.notice(f"not in the journal: what the triggers on {names} do elsewhere")


def _about(app: App) -> dict[str, Any]:
    """What the journal's first line says, as far as the database need not be asked."""
    context = click.get_current_context()
    asked = {
        name: value for name, value in context.params.items()
        if value and not name.startswith("shared_")
    }  # fmt: skip
    return {"database": app.database_name, "at": _now(),
            "command": context.info_name, "asked": asked}  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
