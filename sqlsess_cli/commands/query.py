"""Print the objects of a model that match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._arguments import names, pairs
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._one import alone, there
from sqlsess_cli.commands._plan import explain_option, plan_of, sql_of
from sqlsess_cli.errors import UsageError

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers


@command(each_database=True)
@click.argument("model", shell_complete=_names.models)
@click.argument("conditions", nargs=-1, metavar="[CONDITION]...", shell_complete=_names.conditions)
@click.option(
    "-w", "--where", multiple=True, metavar="CONDITION", shell_complete=_names.conditions,
    help="One more condition.",
)  # fmt: skip
@click.option(
    "-c", "--columns", multiple=True, metavar="A,B.C,sum(D)", shell_complete=_names.columns,
    help="What to print.",
)  # fmt: skip
@click.option(
    "-i", "--include", multiple=True, metavar="PATH[(A,B)]", shell_complete=_names.included,
    help="Nest related objects.",
)  # fmt: skip
@click.option(
    "--group-by", multiple=True, metavar="A,B", shell_complete=_names.columns,
    help="A row for each group.",
)  # fmt: skip
@click.option(
    "--having", multiple=True, metavar="CONDITION", shell_complete=_names.conditions,
    help="Only groups that match.",
)  # fmt: skip
@click.option(
    "--order", multiple=True, metavar="A[:desc][:nullslast],B", shell_complete=_names.orders,
    help="What to order by.",
)  # fmt: skip
@click.option("-n", "--limit", type=click.IntRange(0), metavar="N", help="At most N rows.")
@click.option("--offset", type=click.IntRange(0), metavar="N", help="After the first N rows.")
@click.option("--after", metavar="TOKEN", help="A page of N rows: start, then the TOKEN it gives.")
@click.option("--distinct", is_flag=True, help="No row twice.")
@click.option("--one", is_flag=True, help="Exactly one; exit 1 if there is none, or are several.")
@click.option("--count", is_flag=True, help="Only how many there are.")
@click.option("--exists", is_flag=True, help="Print nothing; exit 0 if there is one, else 1.")
@explain_option
@click.option("--to-sql", is_flag=True, help="Print the SQL, and send nothing.")
def query(
    app: App, model: str, conditions: tuple[str, ...], where: tuple[str, ...],
    columns: tuple[str, ...], include: tuple[str, ...], group_by: tuple[str, ...],
    having: tuple[str, ...], order: tuple[str, ...], limit: int | None, offset: int | None,
    after: str | None, explain: str | None,
    *, distinct: bool, one: bool, count: bool, exists: bool, to_sql: bool,
) -> Answers:  # fmt: skip
    r"""Print the objects of MODEL that match every CONDITION.

    MODEL is a mapped class, its table, or, without models, a table or view of the database;
    or :NAME, a query that the configuration saves under [query.NAME].
    A CONDITION is path=value, or an expression such as "score > 8 and course.name = 'Art'".

    \b
      sqlsess query students course=Logic --order score:desc
      sqlsess query Track Album.Artist.Name=Queen -c Name,Album.Title -n 5 -f json
      sqlsess query Artist "count(Album) > 5" -i "Album(Title)" -f json
    """
    from sqlsess_cli.commands import _saved
    from sqlsess_cli.core.queries.answer import answered
    from sqlsess_cli.core.queries.asked import Query
    from sqlsess_cli.core.queries.include import Wanted
    from sqlsess_cli.core.queries.select import count_of, select_from
    from sqlsess_cli.core.run import run

    _alternatives(("--one", one), ("--count", count), ("--exists", exists))
    _alternatives(("--explain", explain), ("--to-sql", to_sql))
    asked = Query(
        (*conditions, *where), names(columns), names(order), limit, offset,
        distinct, pairs(app.options.param), names(group_by), having, after,
    )  # fmt: skip
    if model.startswith(":"):
        settings = _saved.saved(app, model, "model")
        model, include = settings["model"], _saved.included(settings, include)
        asked = _saved.merged(settings, asked)
    wanted = Wanted.of(names(include), names) if include else None
    if after is not None and (count or exists or one or explain or to_sql):
        raise UsageError("--after is for pages of rows", "leave it out")
    with app.begin() as session:
        entity = app.database().entity(model, session)
        if to_sql or explain:
            statement, _ = (count_of if count else select_from)(entity, asked)
            yield (
                plan_of(app, session, statement, explain) if explain else sql_of(session, statement)
            )
        elif count:
            statement, selected = count_of(entity, asked)
            result = run(session, statement, selected=selected)
            if result is not None:
                yield result
        elif exists:
            there(session, entity, asked)
        elif one:
            yield alone(session, entity, asked, wanted)
        else:
            answer = answered(session, entity, asked, wanted)
            yield answer.result
            if answer.following is not None:
                app.later.append(f"there are more: --after {answer.following}")


def _alternatives(*options: tuple[str, object]) -> None:
    """Refuse two options of which each asks for an answer of its own.

    Raises:
        UsageError: names them.
    """
    given = [name for name, value in options if value]
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} ask for different answers")
