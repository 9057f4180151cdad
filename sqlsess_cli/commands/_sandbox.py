"""--sandbox of run and sql: a transaction that may write, and keeps nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.errors import RefusedError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


sandbox_option = click.option(
    "--sandbox", is_flag=True, help="Let it change data, and roll back whatever it did."
)


@contextmanager
def begin(app: App, *, write: bool, sandbox: bool) -> Iterator[Session]:
    """The transaction of a command that has a sandbox.

    Args:
        app: its context.
        write: it may change data.
        sandbox: it may, and is rolled back.

    Raises:
        RefusedError: changes are forbidden, or this database is not to be written.
    """
    if sandbox and app.options.forbids_writing:
        raise RefusedError(f"{app.options.forbids_writing} forbids changes, also in a sandbox")
    with app.begin(write=write or sandbox) as session:
        if app.transaction is not None:
            app.transaction.dry |= sandbox
        yield session
