"""Undo what a journal tells, if nothing was changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._journal import files, journal_option
from sqlsess_cli.commands._writing import changing, dry_run_option, yes_option
from sqlsess_cli.errors import RefusedError

if TYPE_CHECKING:
    from sqlsess_cli.emit import Answers


@command(each_database=True, changes=True)
@click.argument("file", shell_complete=files)
@dry_run_option
@yes_option
@click.option("--other-database", is_flag=True,
              help="Also on a database that the journal is not of.")  # fmt: skip
@journal_option
def undo(
    app: App, file: str, journal: str | None,
    *, dry_run: bool, yes: bool, other_database: bool,
) -> Answers:  # fmt: skip
    r"""Undo the command whose --journal is FILE: put each row back as it was, or none.

    If any row is not as that command left it, nothing is changed, and the differences are printed.

    \b
      sqlsess update Student --all --set score=1 --yes --journal scores.jsonl
      sqlsess undo scores.jsonl --dry-run
      sqlsess undo scores.jsonl --yes
    """
    from sqlsess_cli.core.journal.document import read
    from sqlsess_cli.core.journal.undo import Undoing

    told = read(file)
    with changing(app, dry_run=dry_run, yes=yes, journal=journal) as change:
        undoing = Undoing(change.session, told, any_database=other_database)
        differences = undoing.differences()
        if differences is not None:
            yield differences
            raise RefusedError(f"{file}: rows were changed since, so none is put back")
        undoing.restore()
        for line in undoing.otherwise():
            app.reports.warning(line)
        change.seen = undoing
        yield from change.settle(undoing.said)
