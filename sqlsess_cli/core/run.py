"""A statement in a session becomes a Result whose rows stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Executable, Table
from sqlalchemy import types as sqltypes
from sqlalchemy.engine import CursorResult
from sqlalchemy.engine import Dialect as SQLAlchemyDialect
from sqlalchemy.orm import Session

from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.core.reading import Reading
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO, RAW, Transaction
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._faults import first_line
from sqlsess_cli.errors import RejectedError
from sqlsess_cli.result import Block, Column, InsertTarget, Result

_STEP = 250  # rows that are read and written at a time: they fit a processor's cache


@dataclass(frozen=True, slots=True)
class Selected:
    """What is known of the columns before the statement is sent.

    Attributes:
        names: what they are called.
        types: their mapped types.
        table: the one table that the rows are of, if it is one.
        columns: its column for each; None for what is computed.
    """

    names: Sequence[str] = ()
    types: Sequence[sqltypes.TypeEngine[Any]] = field(default_factory=tuple)
    table: Table | None = None
    columns: Sequence[TableColumn[Any] | None] = ()


def run(  # noqa: PLR0913  what is known of a statement has no other home
    session: Session,
    statement: Executable,
    parameters: Mapping[str, object] | None = None,
    *,
    selected: Selected | None = None,
    cursor_ok: bool = True,
    changes: bool = False,
    shared: bool = False,
) -> Result | None:
    """Execute a statement; its answer, or None when it gives no rows.

    The rows are fetched from the driver's cursor below the session's own connection, in blocks,
    and read cell by cell through the mapped types: a value that its type cannot read spoils its
    own cell only.

    Args:
        session: from begin(); its connection must run nothing else until the rows are read, unless
            they are `shared`.
        statement: what to execute.
        parameters: values of its `:name` parameters.
        selected: names and types of the columns, if they are known.
        cursor_ok: the statement may be given to a server-side cursor.
        changes: the rows that it gives are rows that it changed.
        shared: other statements are executed before the rows are all read.

    Raises:
        SqlsessError: the statement was rejected, or, while rows are read, the fetch failed.
    """
    transaction: Transaction = session.info[INFO]
    streams = transaction.hooks.interleaves or not shared
    options = transaction.hooks.streaming(cursor_ok=cursor_ok) if streams else {}
    result = _sent(session, statement, parameters or {}, options)
    if not result.returns_rows or result.cursor is None:
        transaction.rows += max(result.rowcount, 0)
        _hear(transaction, result)
        return None
    stream = partial(_begun, session, result, counts=changes)
    return _answer(transaction, result, result.cursor.description, stream, selected)


def run_each(
    session: Session, statement: Executable, parameters: Mapping[str, object]
) -> Iterator[Result]:
    """Execute a statement that may give several answers, such as CALL; each as it comes.

    What goes wrong after the first of them is told as well. Unlike those of run(), the rows of an
    answer are all held at once.

    Raises:
        SqlsessError: the statement was rejected, there or later.
    """
    transaction: Transaction = session.info[INFO]
    result = _sent(session, statement, parameters, {})
    hooks, cursor = transaction.hooks, result.cursor
    if cursor is None:
        transaction.rows += max(result.rowcount, 0)
        return
    more = True
    while more:
        if cursor.description:
            with translated(transaction):
                rows: Block = cursor.fetchall()
            yield _answer(transaction, result, cursor.description, partial(_held, rows))
        else:
            transaction.rows += max(cursor.rowcount, 0)
        with translated(transaction):
            more = hooks.more(cursor)
    result.close()


def _sent(
    session: Session,
    statement: Executable,
    parameters: Mapping[str, object],
    options: Mapping[str, Any],
) -> CursorResult[Any]:
    """The cursor's result of a statement: what the driver gives, below an ORM result."""
    transaction: Transaction = session.info[INFO]
    options = {RAW: True, **options}
    with translated(transaction):
        try:
            executed: Any = session.execute(statement, parameters, execution_options=options)
        except (OverflowError, TypeError, ValueError) as error:
            if transaction.phase == "connect" or transaction.hooks.misspoken(error):
                raise
            # The driver cannot even send it: a number, half a character, an object.
            raise RejectedError(f"a value cannot be sent: {first_line(error)}") from error
    transaction.statements += 1
    result: CursorResult[Any] = getattr(executed, "raw", None) or executed
    return result


def _hear(transaction: Transaction, result: CursorResult[Any]) -> None:
    """Tell what the server warns of, if anybody wants to know."""
    if transaction.hear is not None:
        hooks = dialects.find(result.dialect.name)
        for said in hooks.warnings(result.connection.connection.dbapi_connection):
            transaction.hear(said)


def _answer(
    transaction: Transaction,
    result: CursorResult[Any],
    description: Sequence[Any],
    stream: Callable[[Reading], Iterator[Block]],
    selected: Selected | None = None,
) -> Result:
    """The rows of a cursor as an answer, read as the columns need it."""
    hooks = dialects.find(result.dialect.name)  # with binds, not always those of the transaction
    known = selected or Selected([str(item[0]) for item in description])
    kinds = [kind_of(item) for item in known.types] or hooks.values.kinds(description)
    columns = tuple(Column(name, kind) for name, kind in zip(known.names, kinds, strict=True))
    reports = [partial(transaction.spoilt, name) for name in known.names]
    reading = Reading.of(description, known.types, result.dialect, hooks, reports)
    insert = _insert_target(known, result.dialect, hooks)
    return Result(columns, stream(reading), insert=insert)


def _insert_target(known: Selected, dialect: SQLAlchemyDialect, hooks: Dialect) -> InsertTarget:
    """How this database writes the rows of a table, or of a query, as INSERTs."""

    def quote(name: str) -> str:
        # SQLAlchemy doubles a percent sign where the driver would read it as a parameter's.
        return dialect.identifier_preparer.quote(name.replace("%", "\0")).replace("\0", "%")

    if known.table is None:
        return InsertTarget("result", quote, hooks.literals.of)
    named = ".".join(quote(part) for part in (known.table.schema, known.table.name) if part)
    names = [None if column is None else column.name for column in known.columns]
    return InsertTarget(
        named, quote, hooks.literals.of, names, hooks.literals.insert_clause(known.columns)
    )


def _begun(
    session: Session, result: CursorResult[Any], reading: Reading, *, counts: bool
) -> Iterator[Block]:
    """The stream of the rows, begun: one that is closed unread still cleans up."""
    blocks = _blocks(session, result, reading, counts=counts)
    next(blocks)
    return blocks


def _blocks(
    session: Session, result: CursorResult[Any], reading: Reading, *, counts: bool
) -> Iterator[Block]:
    """Nothing, and then the rows as they arrive.

    Leaves the connection usable, or given up, when left early.
    """
    transaction: Transaction = session.info[INFO]
    hooks = dialects.find(result.dialect.name)
    cursor = result.cursor  # SQLAlchemy forgets it after an error
    done = False
    try:
        yield []
        while result.cursor is not None:  # it is gone once the last row was fetched
            transaction.checkpoint()
            with translated(transaction):
                rows = hooks.fetch(result)
            if not rows:
                break
            for start in range(0, len(rows), _STEP):
                block = reading.read(rows[start : start + _STEP])
                transaction.rows += len(block) if counts else 0
                yield block
        done = True
    finally:
        alone = not (transaction.write or transaction.held)
        if not done and alone and hooks.abandon(cursor):
            session.invalidate()
        result.close()


def _held(rows: Block, reading: Reading) -> Iterator[Block]:
    """Rows that are all here."""
    yield reading.read(rows)
