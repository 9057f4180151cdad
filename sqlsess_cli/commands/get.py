"""Print one object of a model, found by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._arguments import names, pairs
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._one import alone

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers


@command(each_database=True)
@click.argument("model", shell_complete=_names.models)
@click.argument(
    "key", nargs=-1, required=True, metavar="KEY... | PATH=VALUE...",
    shell_complete=_names.conditions,
)  # fmt: skip
@click.option(
    "-c", "--columns", multiple=True, metavar="A,B.C", shell_complete=_names.columns,
    help="What to print.",
)  # fmt: skip
@click.option(
    "-i", "--include", multiple=True, metavar="PATH[(A,B)]", shell_complete=_names.included,
    help="Nest related objects.",
)  # fmt: skip
def get(
    app: App, model: str, key: tuple[str, ...], columns: tuple[str, ...], include: tuple[str, ...]
) -> Answers:
    r"""Print the one object of MODEL with this KEY; exit 1 if there is none.

    A key of several columns is as many words, in the order of the mapper. Instead of the key
    conditions can be given that only one object meets.

    \b
      sqlsess get students Ada Lovelace
      sqlsess get Track 15 -i Album.Artist -f json
      sqlsess get Artist Name=Queen
    """
    from sqlsess_cli.core.queries.asked import Query
    from sqlsess_cli.core.queries.identity import identified
    from sqlsess_cli.core.queries.include import Wanted

    wanted = Wanted.of(names(include), names) if include else None
    with app.begin() as session:
        entity = app.database().entity(model, session)
        parameters = pairs(app.options.param)
        asked = Query(columns=names(columns), parameters=parameters)
        yield alone(session, entity, identified(entity, key, asked), wanted)
