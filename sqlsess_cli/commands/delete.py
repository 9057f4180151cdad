"""Delete objects of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._arguments import pairs
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._writing import changing, said, selected, warn_of_bulk, write_options

if TYPE_CHECKING:
    from sqlsess_cli.emit import Answers


@command(each_database=True, changes=True)
@click.argument("model", shell_complete=_names.models)
@click.argument("words", nargs=-1, metavar="KEY...|CONDITION...",
                shell_complete=_names.conditions)  # fmt: skip
@click.option("-w", "--where", multiple=True, metavar="CONDITION", help="One more condition.",
              shell_complete=_names.conditions)  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Every object of MODEL.")
@write_options
def delete(
    app: App, model: str, words: tuple[str, ...], where: tuple[str, ...], max_rows: int | None,
    journal: str | None,
    *, every: bool, dry_run: bool, yes: bool, returning: bool, bulk: bool,
) -> Answers:  # fmt: skip
    r"""Delete the object of MODEL with this KEY, or those that match every CONDITION.

    They are loaded and deleted one by one: the cascades and events of their classes run.

    \b
      sqlsess delete students Ada Lovelace
      sqlsess delete students "score < 5" --dry-run
    """
    from sqlsess_cli.core.changes.objects import reread
    from sqlsess_cli.core.changes.updates import Deletes

    with changing(app, dry_run=dry_run, yes=yes, max_rows=max_rows, journal=journal) as change:
        entity = app.database().entity(model, change.session)
        query = selected(entity, (*words, *where), pairs(app.options.param), every=every)
        deletes = Deletes(change.session, change.watch, entity, query)
        touched = None
        if bulk:
            warn_of_bulk(app, entity, returning=returning)
            touched = deletes.in_bulk()
        else:
            deletes.each()
        gone = None
        if returning:  # as they were, before they are gone
            gone = reread(change.session, entity, deletes.objects, refresh=False)
        yield from change.settle(
            lambda: said(deletes.count, entity, "deleted", change.watch), touched
        )
        if gone is not None:
            yield gone
