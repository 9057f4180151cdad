"""Insert objects of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._writing import changing, said, warn_of_bulk, write_options

if TYPE_CHECKING:
    from sqlsess_cli.core.changes.asked import Asked
    from sqlsess_cli.core.models.entity import Entity
    from sqlsess_cli.emit import Answers

_CONFLICTS = ("error", "skip", "update")


@command(each_database=True, changes=True)
@click.argument("model", shell_complete=_names.models)
@click.argument("words", nargs=-1, metavar="PATH=VALUE... | -",
                shell_complete=_names.settings)  # fmt: skip
@click.option("--nested", is_flag=True, help="Make the objects inside the JSON objects as well.")
@click.option("--on-conflict", type=click.Choice(_CONFLICTS), default="error",
              help="If there is one of that key: error, skip it, or update it.")  # fmt: skip
@write_options
def insert(
    app: App, model: str, words: tuple[str, ...], on_conflict: str, max_rows: int | None,
    journal: str | None,
    *, nested: bool, dry_run: bool, yes: bool, returning: bool, bulk: bool,
) -> Answers:  # fmt: skip
    r"""Insert an object of MODEL with these values, or the JSON objects of standard input (-).

    The class's own constructor makes it; its validators and events run. `course.name=Art` links to
    the one object there that matches; `path:=JSON` gives a value as JSON.

    \b
      sqlsess insert students first_name=Ada last_name=Byron course=Logic score=9
      sqlsess query students -f json | sqlsess insert students - --db copy --yes
    """
    from sqlsess_cli.core.changes.inserts import Inserts
    from sqlsess_cli.core.changes.objects import reread

    with changing(app, dry_run=dry_run, yes=yes, max_rows=max_rows, journal=journal) as change:
        entity = app.database().entity(model, change.session)
        asked = _asked(app, entity, words, nested=nested)
        inserts = Inserts(change.session, change.watch, entity, on_conflict)
        touched = None
        if bulk:
            warn_of_bulk(app, entity, returning=returning)
            touched = inserts.in_bulk(asked)
        else:
            inserts.each(asked)
        yield from change.settle(lambda: inserts.said(said), touched)
        if returning:
            yield reread(change.session, entity, inserts.objects)


def _asked(
    app: App, entity: Entity, words: tuple[str, ...], *, nested: bool
) -> Iterator[tuple[str, Asked]]:
    """What is to be inserted, each with where it stands."""
    from sqlsess_cli.core.changes.asked import Asked
    from sqlsess_cli.core.changes.documents import objects
    from sqlsess_cli.errors import UsageError

    if words != ("-",):
        one = Asked(entity)
        one.set_words(words)
        yield "", one
        return
    for place, document in objects(app.terminal.read_input(), "standard input"):
        one = Asked(entity)
        try:
            one.set_object(document, nested=nested)
        except UsageError as error:
            raise UsageError(f"{place}: {error.message}", error.hint) from None
        yield place, one
