"""Print the objects of a model that match."""

from __future__ import annotations

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._arguments import names, pairs
from sqlsess_cli.commands._command import command
from sqlsess_cli.emit import Answers


@command(each_database=True)
@click.argument("model")
@click.argument("conditions", nargs=-1, metavar="[CONDITION]...")
@click.option("-w", "--where", multiple=True, metavar="CONDITION", help="One more condition.")
@click.option("-c", "--columns", multiple=True, metavar="A,B", help="Attributes to print.")
@click.option("--order", multiple=True, metavar="A[:desc],B", help="Attributes to order by.")
@click.option("-n", "--limit", type=click.IntRange(0), metavar="N", help="At most N rows.")
@click.option("--offset", type=click.IntRange(0), metavar="N", help="After the first N rows.")
@click.option("--distinct", is_flag=True, help="No row twice.")
@click.option("--count", is_flag=True, help="Only how many there are.")
@click.option("--exists", is_flag=True, help="Print nothing; exit 0 if there is one, else 1.")
def query(
    app: App, model: str, conditions: tuple[str, ...], where: tuple[str, ...],
    columns: tuple[str, ...], order: tuple[str, ...], limit: int | None, offset: int | None,
    *, distinct: bool, count: bool, exists: bool,
) -> Answers:  # fmt: skip
    r"""Print the objects of MODEL that match every CONDITION.

    MODEL is a mapped class, its table, or, without models, a table or view of the database.
    A CONDITION is path=value, or an expression such as "score > 8 and course = 'Art'".

    \b
      sqlsess query students course=Logic --order score:desc
      sqlsess query Track "Milliseconds > 300000" -c Name,Composer -n 5 -f json
    """
    from sqlsess_cli.core.run import run
    from sqlsess_cli.core.queries.asked import Query
    from sqlsess_cli.core.queries.select import count_of, select_from
    from sqlsess_cli.errors import NegativeAnswer

    asked = Query(
        (*conditions, *where), names(columns), names(order), 1 if exists else limit, offset,
        distinct, pairs(app.options.param),
    )  # fmt: skip
    with app.begin() as session:
        entity = app.database().entity(model, session)
        statement, selected = (count_of if count else select_from)(entity, asked)
        result = run(session, statement, selected=selected)
        if result is not None and exists:
            if result.first() is None:
                raise NegativeAnswer(f"no {entity.label} matches")
        elif result is not None:
            yield result
