"""What `query` and `sql` share: a statement told instead of answered, as text or as its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Executable, Select
    from sqlalchemy.orm import Session

    from sqlsess_cli.app import App
    from sqlsess_cli.result import Result


def explain_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--explain[=analyze]`."""
    return click.option(
        "--explain", type=click.Choice(["plan", "analyze"]), metavar="[=analyze]",
        help="Print the plan instead; with =analyze the statement is executed and measured.",
    )(function)  # fmt: skip


def plan_of(
    app: App, session: Session, statement: Executable, explain: str,
    values: Mapping[str, object] | None = None,
) -> Result:  # fmt: skip
    """The plan of a statement, as an answer."""
    from sqlsess_cli.core.explain import explained, told

    plan = explained(session, statement, values, analyze=explain == "analyze")
    return told(plan, app.options.format)


def sql_of(session: Session, statement: Select[Any]) -> Result:
    """The text of a statement, as an answer."""
    from sqlsess_cli.core.queries.text import as_text
    from sqlsess_cli.result import Result

    return Result.of(["sql"], [(as_text(statement, session.get_bind().dialect),)])
