"""A script of SQL: looked through before anything is sent, then executed in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from sqlsess_cli.core.gate import Step, can_be_undone, may_be_sent, opaque, words
from sqlsess_cli.core.run import run, run_each
from sqlsess_cli.core.transaction import inside
from sqlsess_cli.core.transaction.state import INFO, Transaction
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.errors import (
    ConnectError,
    RefusedError,
    RejectedError,
    UnknownOutcome,
    UsageError,
)
from sqlsess_cli.nearest import did_you_mean
from sqlsess_cli.result import Result
from sqlsess_cli.sql.lexical import lexical_of
from sqlsess_cli.sql.statement import Statement, escaped_for_text
from sqlsess_cli.sql.statements import split
from sqlsess_cli.sql.verbs import verb_of


@dataclass(frozen=True, slots=True)
class Source:
    """Where SQL text came from.

    Attributes:
        text: the script.
        name: the file's name; nothing for text of the command line.
    """

    text: str
    name: str = ""

    def where(self, line: int, column: int) -> str:
        """`FILE:LINE:COLUMN: `; nothing for one line of the command line."""
        name = self.name or ("line" if "\n" in self.text.strip() else "")
        return f"{name}:{line}:{column}: " if name else ""


def steps(  # noqa: PLR0913  what is asked of a script has no other home
    source: Source,
    dialect: str,
    hooks: Dialect,
    values: Mapping[str, object],
    *,
    write: bool,
    forbidden: str = "",
    sandbox: bool = False,
) -> Sequence[Step]:
    """The statements of a script, if all of them may be sent.

    Args:
        source: the script.
        dialect: SQLAlchemy's name of the database, for how it is read.
        hooks: how that database differs.
        values: by parameter; every one must be used.
        write: the script may change data.
        forbidden: the flag or variable that forbids it to, if one does.
        sandbox: whatever it does is to be undone.

    Raises:
        UsageError: a statement is not whole, is a client's command, or lacks a value.
        RefusedError: a statement would begin or end a transaction, or may write where the
            database cannot be told to refuse that, or could not be undone.
    """
    found = list(split(source.text, lexical_of(dialect)))
    if not found:
        raise UsageError("there is no statement to execute")
    values = {name: hooks.parameter(value) for name, value in values.items()}
    made = [_step(statement, source, values) for statement in found]
    unused = set(values) - {name for step in made for name in step.values}
    if unused:
        name = min(unused)
        known = [item for statement in found for item in statement.parameters]
        raise UsageError(f"no statement has a parameter :{name}", did_you_mean(name, known))
    for step in made:
        may_be_sent(step, hooks, write=write, forbidden=forbidden)
        if sandbox:
            can_be_undone(step, hooks)
    return made


def looked_at(statement: str, dialect: str, transaction: Transaction) -> list[Step]:
    """The statements in a text that a program is about to send, if they may be sent.

    Args:
        statement: as the driver gets it.
        dialect: SQLAlchemy's name of the database.
        transaction: in which.

    Raises:
        RefusedError: one would begin or end a transaction, or may write where the database cannot
            be told to refuse that, or could not be undone in a sandbox.
    """
    found = split(statement, lexical_of(dialect))
    made = [Step(item, verb_of(item), {}, "") for item in found]
    for step in made:
        may_be_sent(
            step, transaction.hooks, write=transaction.write, forbidden=transaction.forbids_writing
        )
        if transaction.dry or transaction.sandbox:
            can_be_undone(step, transaction.hooks)
    return made


def _step(statement: Statement, source: Source, values: Mapping[str, object]) -> Step:
    where = source.where(statement.line, statement.column)
    if not statement.complete:
        raise UsageError(f"{where}the text ends inside a {statement.inside}", "close it")
    if statement.keyword.startswith("\\"):
        raise UsageError(f"{where}{statement.keyword} is a command of another client")
    if statement.data is not None or _copies(statement):
        raise UsageError(f"{where}COPY of standard input or output is not SQL alone")
    missing = [name for name in statement.parameters if name not in values]
    if missing:
        name = missing[0]
        hint = f"-p {name}=VALUE; a colon of an array slice is followed by a space"
        raise UsageError(f"{where}the parameter :{name} has no value", hint)
    used = {name: values[name] for name in statement.parameters}
    return Step(statement, verb_of(statement), used, where)


def _copies(statement: Statement) -> bool:
    """Whether data of ours would follow, or the answer would be no rows."""
    if statement.keyword != "COPY":
        return False
    return not {"STDIN", "STDOUT"}.isdisjoint(words(statement))


def statement_of(step: Step, explain: str) -> TextClause:
    """A statement whose plan is asked for.

    Raises:
        RefusedError: to measure it would be to execute a write.
    """
    if explain == "analyze" and not step.verb.reads:
        raise RefusedError(
            f"{step.where}{step.statement.keyword} may write, and =analyze would execute it",
            "--explain alone tells its plan",
        )
    return text(escaped_for_text(step.statement, step.values))


def require_undo(session: Session, steps: Sequence[Step]) -> None:
    """See that all that a script leads to can be undone, before the first of it is sent.

    Raises:
        RefusedError: a statement leads to a table without transactions; names the line.
    """
    transaction: Transaction = session.info[INFO]
    connection = session.connection()
    for step in steps:
        try:
            inside.require_undo(transaction, transaction.hooks, connection, step.statement.text)
        except RefusedError as error:
            error.message = f"{step.where}{error.message}"
            raise


def execute(session: Session, step: Step) -> Iterator[Result]:
    """Execute one statement; its answers: none, one, or what a routine gives.

    Raises:
        SqlsessError: it was rejected; names the line.
    """
    transaction: Transaction = session.info[INFO]
    statement = text(escaped_for_text(step.statement, step.values))
    cursor_ok, changes = step.verb.cursor_ok and not transaction.write, not step.verb.reads
    if announce(transaction, step):
        with _placed(step):
            yield from run_each(session, statement, step.values)
        return
    try:
        with _placed(step):
            result = run(session, statement, step.values, cursor_ok=cursor_ok, changes=changes)
    except ConnectError as error:
        if transaction.defining and transaction.phase == "execute":
            hint = "look whether the change is there before you repeat it"
            raise UnknownOutcome(error.message, hint, **error.details) from error
        raise
    note_executed(transaction, step)
    if result is not None:
        yield result


def announce(transaction: Transaction, step: Step) -> bool:
    """Note what a statement may do to the transaction, before it is sent.

    Returns:
        Whether it may end it out of our sight.

    Raises:
        RefusedError: it would commit a transaction that is not its own, or leave a sandbox.
    """
    hooks, changes = transaction.hooks, not step.verb.reads
    if transaction.sandbox:
        can_be_undone(step, hooks)
    commits = hooks.definitions_commit and step.verb.ends_transaction_implicitly
    if commits and transaction.held:
        message = f"{step.where}{step.statement.keyword} would commit the open transaction"
        raise RefusedError(message, f"{hooks.label} commits at each definition; end it before")
    transaction.defining = commits
    hidden = changes and hooks.definitions_commit and not commits and opaque(step)
    transaction.opaque |= hidden
    transaction.changed |= hidden
    return hidden


def note_executed(transaction: Transaction, step: Step) -> None:
    """Note what a statement did that was not rejected."""
    transaction.committed_itself |= transaction.defining
    transaction.changed |= not step.verb.reads


@contextmanager
def _placed(step: Step) -> Iterator[None]:
    """Have a rejection say where the statement stands."""
    try:
        yield
    except RejectedError as error:
        error.message = f"{_where(step, error)}{error.message}"
        raise


def _where(step: Step, error: RejectedError) -> str:
    """The line of the statement, or the very place if the database named it."""
    position = error.details.get("position")
    if not step.where or not isinstance(position, int) or step.values:
        return step.where
    line, column = step.statement.place(position - 1)
    return f"{step.where.split(':')[0]}:{line}:{column}: "
