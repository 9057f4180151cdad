"""How a database would answer a statement, or how it did: its plan, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ClauseElement, Executable
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from sqlsess_cli.core.run import run
from sqlsess_cli.core.transaction.state import INFO, Transaction
from sqlsess_cli.dialects._plan import Plan
from sqlsess_cli.errors import RefusedError
from sqlsess_cli.result import Result


class Explained(Executable, ClauseElement):
    """A statement with the words before it that have its plan told.

    Args:
        before: those words.
        statement: whose plan.
    """

    inherit_cache = False

    def __init__(self, before: str, statement: Any) -> None:
        self.before = before
        self.statement = statement


@compiles(Explained)
def _compiled(element: Explained, compiler: Any, **more: Any) -> str:
    return f"{element.before} {compiler.process(element.statement, **more)}"


def explained(
    session: Session,
    statement: Executable,
    parameters: Mapping[str, object] | None = None,
    *,
    analyze: bool = False,
) -> Plan:
    """The plan of a statement.

    Args:
        session: from begin().
        statement: a query.
        parameters: values of its `:name` parameters.
        analyze: execute it, and measure each step.

    Raises:
        RefusedError: this database has no plans that we can read.
        SqlsessError: the statement was rejected.
    """
    transaction: Transaction = session.info[INFO]
    hooks = transaction.hooks
    before = hooks.plans.before(session.connection().dialect, analyze=analyze)
    if before is None:
        raise RefusedError(f"the plans of {hooks.label} cannot be read yet", "leave --explain out")
    result = run(session, Explained(before, statement), parameters, cursor_ok=False)
    rows = [] if result is None else list(result.rows())
    plan = hooks.plans.read(rows)
    if analyze and not hooks.plans.measured:
        answer = run(session, statement, parameters)
        count = 0 if answer is None else sum(map(len, answer.blocks))
        plan.facts["actual rows"] = count
    return plan


def told(plan: Plan, format_: str | None) -> Result:
    """A plan as an answer: lines for people, a document for programs."""
    if format_ in ("json", "jsonl"):
        return Result.object(plan.tree())
    return Result.of(["plan"], [(line,) for line in plan.lines()])
