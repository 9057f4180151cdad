"""List the models, or describe some in full."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._command import command

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers


@command(each_database=True)
@click.argument("references", nargs=-1, metavar="[MODEL]...", shell_complete=_names.models)
def models(app: App, references: tuple[str, ...]) -> Answers:
    r"""List the models, or describe each MODEL.

    Without models in the configuration or a -m, these are the tables and views of the database.
    The formats json and jsonl tell everything that is known.

    \b
      sqlsess models --db demo
      sqlsess models students -f json
    """
    from sqlsess_cli.core.models.describe import described, listed
    from sqlsess_cli.core.models.page import listing, page
    from sqlsess_cli.core.remember import learn

    database, format_ = app.database(), app.emitter.format()
    with app.begin() as session:
        if not references:
            nested = format_.NESTS
            yield (
                listed(database.entities(session))
                if nested
                else listing(database.relations(session))
            )
            learn(database, session)
        for reference in references:
            entity = database.entity(reference, session)
            if format_.NESTS:
                yield described(entity)
            else:
                # Where one answer is all that the format holds, it is that of the attributes.
                yield from islice(page(entity), None if format_.MANY else 1)
