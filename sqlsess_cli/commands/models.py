"""List the models, or describe some in full."""

from __future__ import annotations

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.emit import Answers


@command(each_database=True)
@click.argument("references", nargs=-1, metavar="[MODEL]...")
def models(app: App, references: tuple[str, ...]) -> Answers:
    r"""List the models, or describe each MODEL in full.

    Without models in the configuration or a -m, these are the tables and views of the database.

    \b
      sqlsess models --db demo
      sqlsess models students -f json
    """
    from sqlsess_cli.core.models.describe import described, listed

    database = app.database()
    with app.begin() as session:
        if references:
            for reference in references:
                yield described(database.entity(reference, session))
        else:
            yield listed(database.entities(session))
