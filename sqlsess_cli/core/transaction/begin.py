"""One begin() block: real, read-only or guarded, and ending in exactly one known way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy import exc as sa_exc
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO, RAW, Outcome, Transaction
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.errors import PartialError, SqlsessError, UnknownOutcome
from sqlsess_cli.interrupts import Interrupts

_GUARD = "sqlsess_guard"


@contextmanager
def begin(
    factory: sessionmaker[Session], transaction: Transaction, interrupts: Interrupts
) -> Iterator[Session]:
    """A session in a transaction: committed when the block ends well and may write, else undone.

    Args:
        factory: configured; called exactly once.
        transaction: filled in as it goes.
        interrupts: whom signals cancel.

    Raises:
        SqlsessError: whatever the database or the driver raised, translated.
    """
    interrupts.check()
    try:
        with translated(transaction), ExitStack() as stack, factory.begin() as session:
            session.info[INFO] = transaction
            event.listen(session, "after_begin", _opener(transaction, interrupts, stack))
            with _looking_back(transaction):
                yield session
            if transaction.write:
                session.flush()
                _release_guards(transaction)
                stack.enter_context(interrupts.held())
                stack.push(partial(_committed, transaction))
                transaction.phase = "commit"
            else:
                session.rollback()
    except BaseException as error:
        if transaction.outcome == "open":  # a signal that comes after COMMIT undoes nothing
            transaction.outcome = _undone(transaction, error)
        if transaction.outcome == "rolled back":
            interrupts.check(error)
        if transaction.outcome == "partly committed" and isinstance(error, SqlsessError):
            raise PartialError(error.message, error.hint, **error.details) from error
        raise
    finally:
        transaction.phase = "over" if transaction.phase != "connect" else "connect"
    if not transaction.write:
        transaction.outcome = "read"


def _committed(transaction: Transaction, failure: type[BaseException] | None, *_: object) -> None:
    """Note that COMMIT succeeded, while signals are still held off."""
    if failure is None:
        transaction.outcome = "committed"


def _undone(transaction: Transaction, error: BaseException) -> Outcome:
    if isinstance(error, UnknownOutcome):
        return "unknown"
    kept = transaction.committed_itself or transaction.not_undone
    return "partly committed" if kept else "rolled back"


@contextmanager
def _looking_back(transaction: Transaction) -> Iterator[None]:
    """When a write fails, roll back and ask whether the server undid all of it."""
    try:
        yield
    except BaseException:
        for connection in transaction.connections if transaction.write else ():
            with suppress(Exception):  # a connection that is lost cannot tell; others still can
                hooks = dialects.find(connection.dialect.name)
                if not connection.invalidated and not hooks.undo(connection):
                    transaction.not_undone = True
        raise


def _opener(
    transaction: Transaction, interrupts: Interrupts, stack: ExitStack
) -> Callable[[Session, SessionTransaction, Connection], None]:
    """What happens when the session takes a connection."""
    cancels: list[Callable[[], None]] = []

    def cancel() -> None:
        for item in cancels:
            item()

    def opened(_session: Session, inside: SessionTransaction, connection: Connection) -> None:
        if inside.nested:
            return
        hooks = dialects.find(connection.dialect.name)
        cancels.append(hooks.canceller(connection.engine, connection.connection.dbapi_connection))
        if not transaction.connections:
            stack.enter_context(interrupts.watching(cancel))
        transaction.phase = "execute"
        hooks.begin(connection, write=transaction.write)
        if transaction.write and hooks.savepoints:
            connection.execute(text(f"SAVEPOINT {_GUARD}"))
        transaction.connections.append(connection)
        # Before SQLAlchemy 2.1 a connection of an engine with options takes no listener itself.
        before, engine = _before(transaction, hooks, connection), connection.engine
        event.listen(engine, "before_cursor_execute", before)
        stack.callback(event.remove, engine, "before_cursor_execute", before)

    return opened


def _before(
    transaction: Transaction, hooks: dialects.Dialect, connection: Connection
) -> Callable[..., None]:
    """What happens to each cursor of a connection before it executes."""

    def before(
        by: Connection, cursor: Any, statement: str, _parameters: Any, context: Any, *_: Any
    ) -> None:
        if by is not connection:
            return
        if transaction.echo is not None:
            transaction.echo(statement)
        if context is not None and context.execution_options.get(RAW):
            hooks.prepare_cursor(cursor)

    return before


def has_ended(session: Session) -> bool:
    """Whether the server ended the transaction: the guard, which this gives up, is gone."""
    connection = session.connection()
    if not dialects.find(connection.dialect.name).savepoints:
        return True
    try:
        connection.execute(text(f"RELEASE SAVEPOINT {_GUARD}"))
    except sa_exc.DBAPIError:
        return True
    return False


def _release_guards(transaction: Transaction) -> None:
    """Prove that the transaction is still the one that we began.

    A savepoint set first is gone when the server ended the transaction on its own: at a deadlock
    that a statement hid, or at a COMMIT inside a routine.

    Raises:
        UnknownOutcome: it is gone, and nothing that we sent explains it.
    """
    for connection in transaction.connections:
        hooks = dialects.find(connection.dialect.name)
        if not hooks.savepoints or transaction.committed_itself:
            continue
        try:
            connection.execute(text(f"RELEASE SAVEPOINT {_GUARD}"))
        except sa_exc.DBAPIError as error:
            if error.connection_invalidated:
                raise
            raise UnknownOutcome(
                f"{transaction.database} ended the transaction by itself before its end",
                "look at what was kept before you repeat it",
            ) from error
