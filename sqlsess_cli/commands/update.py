"""Update objects of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._arguments import pairs
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._writing import changing, said, selected, warn_of_bulk, write_options
from sqlsess_cli.errors import UsageError

if TYPE_CHECKING:
    from sqlsess_cli.emit import Answers


@command(each_database=True, changes=True)
@click.argument("model", shell_complete=_names.models)
@click.argument("words", nargs=-1, metavar="KEY...|CONDITION...",
                shell_complete=_names.conditions)  # fmt: skip
@click.option("-w", "--where", multiple=True, metavar="CONDITION", help="One more condition.",
              shell_complete=_names.conditions)  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Every object of MODEL.")
@click.option("--set", "values", multiple=True, metavar="PATH=VALUE", help="What to set.",
              shell_complete=_names.settings)  # fmt: skip
@click.option("--set-expr", "computed", multiple=True, metavar="'A = A + 1'",
              help="What to compute, in the filter language, by the database.",
              shell_complete=_names.settings)  # fmt: skip
@click.option("--unset", multiple=True, metavar="PATH", help="What is to have no value.",
              shell_complete=_names.emptied)  # fmt: skip
@click.option("--link", multiple=True, metavar="PATH=VALUE", help="Relate the one that matches.",
              shell_complete=_names.linked)  # fmt: skip
@click.option("--unlink", multiple=True, metavar="PATH=VALUE", help="Relate it no longer.",
              shell_complete=_names.linked)  # fmt: skip
@write_options
def update(
    app: App, model: str, words: tuple[str, ...], where: tuple[str, ...], values: tuple[str, ...],
    computed: tuple[str, ...], unset: tuple[str, ...], link: tuple[str, ...],
    unlink: tuple[str, ...], max_rows: int | None, journal: str | None,
    *, every: bool, dry_run: bool, yes: bool, returning: bool, bulk: bool,
) -> Answers:  # fmt: skip
    r"""Update the object of MODEL with this KEY, or those that match every CONDITION.

    They are loaded and set one by one: their validators and events run, their versions count.

    \b
      sqlsess update students Ada Lovelace --set score=9.5
      sqlsess update students course=Logic --set-expr 'score = score + 1' --dry-run
      sqlsess update Track "Album is null" --set Album.Title=Unknown --yes
    """
    from sqlsess_cli.core.changes.asked import Asked
    from sqlsess_cli.core.changes.objects import reread
    from sqlsess_cli.core.changes.updates import Updates

    with changing(app, dry_run=dry_run, yes=yes, max_rows=max_rows, journal=journal) as change:
        entity = app.database().entity(model, change.session)
        asked = Asked(entity)
        asked.set_words(values)
        asked.compute(computed)
        asked.unset(unset)
        if not (asked or link or unlink):
            raise UsageError("there is nothing to set", "such as --set score=9.5")
        query = selected(entity, (*words, *where), pairs(app.options.param), every=every)
        updates = Updates(change.session, change.watch, asked, query)
        touched = None
        if bulk:
            warn_of_bulk(app, entity, returning=returning)
            touched = updates.in_bulk(link or unlink)
        else:
            updates.each(link, unlink)
        yield from change.settle(lambda: updates.said(said), touched)
        if returning:
            yield reread(change.session, entity, updates.objects)
