"""Draw the models and what relates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._command import command
from sqlsess_cli.errors import UsageError

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers


def _notations(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from sqlsess_cli.core.diagram.notations._base import NOTATIONS

    return [name for name in NOTATIONS.names if name.startswith(incomplete)]


@command(text=True)
@click.argument("references", nargs=-1, metavar="[MODEL]...", shell_complete=_names.models)
@click.option(
    "--to", "notation", metavar="NOTATION", shell_complete=_notations,
    help="mermaid, dot, plantuml, dbml or svg.",
)  # fmt: skip
@click.option(
    "--depth", type=click.IntRange(0), default=0, metavar="N",
    help="Draw what is related to a MODEL too, up to N steps away.",
)  # fmt: skip
@click.option(
    "--columns", type=click.Choice(["all", "keys", "none"]), default="all",
    help="Which columns to list.",
)  # fmt: skip
@click.option(
    "--group-by", type=click.Choice(["module", "schema"]), help="Draw a frame around each."
)
@click.option("--associations", is_flag=True, help="Draw tables that only associate two others.")
def erd(
    app: App, references: tuple[str, ...], notation: str | None, depth: int, columns: str,
    group_by: str | None, *, associations: bool,
) -> Answers:  # fmt: skip
    r"""Draw all models, or each MODEL: as text for Mermaid and others, or as a picture.

    Without models in the configuration or a -m, these are the tables and views of the database.
    The suffix of an -o FILE chooses the notation: .mmd .dot .puml .dbml .svg

    \b
      sqlsess erd --db demo
      sqlsess erd Album --depth 1 -o albums.svg
      sqlsess erd Album Artist --columns keys --to dot
    """
    from sqlsess_cli.core.diagram.drawn import Wanted, diagram
    from sqlsess_cli.core.diagram.notations._base import NOTATIONS, by_suffix
    from sqlsess_cli.result import Result

    named = notation or by_suffix(app.options.output or "") or "mermaid"
    written = NOTATIONS.load(named)
    if len(app.targets(write=False)) > 1:
        raise UsageError("a diagram is of one database", "name one of them with --db")
    wanted = Wanted(references, depth, columns, associations, group_by)  # type: ignore[arg-type]  # Choice checked them
    with app.begin() as session:
        yield Result.of([named], [(written.text(diagram(app.database(), session, wanted)),)])
