"""One begin() block: real, read-only or guarded, and ending in exactly one known way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy import exc as sa_exc
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from sqlsess_cli.core.transaction.doubt import mark
from sqlsess_cli.core.transaction.ending import ended, noted_commit
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.inside import keep_open, require_undo, require_unended
from sqlsess_cli.core.transaction.state import INFO, OWN, RAW, Transaction
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.errors import ConfigError, RejectedError, SqlsessError, UnknownOutcome
from sqlsess_cli.interrupts import Interrupts

_GUARD = "sqlsess_guard"
_BACK = text(f"ROLLBACK TO SAVEPOINT {_GUARD}").execution_options(**{OWN: True})
_RELEASE = text(f"RELEASE SAVEPOINT {_GUARD}").execution_options(**{OWN: True})


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
    with ExitStack() as ending:
        ending.push(partial(ended, transaction, interrupts))
        with translated(transaction), ExitStack() as stack, factory.begin() as session:
            session.info[INFO] = transaction
            session.twophase = session.twophase and transaction.write  # reading has no two phases
            event.listen(session, "after_begin", _opener(transaction, interrupts, stack))
            with ExitStack() as block:
                block.push(partial(_look_back, transaction))
                transaction.inside = True
                yield session
                require_unended(transaction)
            if transaction.write:
                session.flush()
                _release_guards(transaction)
                if not (transaction.dry or session.twophase):
                    mark(transaction)
            if transaction.dry:
                _look_at_deferred(transaction)
                _end_dry(transaction)
            if transaction.write and not transaction.dry:
                stack.enter_context(interrupts.held())
                stack.enter_context(noted_commit(session, transaction))
                stack.enter_context(transaction.hooks.committing(transaction.waiting))
            else:
                session.rollback()


def _look_at_deferred(transaction: Transaction) -> None:
    """Have the database reject what it would at COMMIT, where it can be asked to."""
    for connection in transaction.connections:
        if words := dialects.find(connection.dialect.name).deferred:
            connection.execute(text(words).execution_options(**{OWN: True}))


def _end_dry(transaction: Transaction) -> None:
    """Undo what was only tried, and find out whether the server could."""
    for connection in transaction.connections:
        if not dialects.find(connection.dialect.name).undo(connection):
            transaction.not_undone = True
    kept = transaction.committed_itself or transaction.not_undone
    transaction.outcome = "partly committed" if kept else "rolled back"
    if kept:
        raise RejectedError(f"{transaction.database} could not undo all of a dry run")


def _look_back(
    transaction: Transaction, _kind: object, error: BaseException | None, _traceback: object
) -> None:
    """When a write fails, roll back and find out whether the server undid all of it."""
    transaction.inside = False
    if error is None or not transaction.write:
        return
    code = error.details.get("sqlstate") if isinstance(error, SqlsessError) else None
    for connection in transaction.connections:
        if connection in transaction.undone:  # was looked at then
            continue
        with suppress(Exception):  # a connection that is lost cannot tell; others still can
            _look_at(transaction, connection, code)


def _look_at(transaction: Transaction, connection: Connection, code: object) -> None:
    """Roll one connection back, and note what the server kept of it.

    Args:
        transaction: to note it in.
        connection: that takes part.
        code: of the error that ends it, if there was one.
    """
    hooks = dialects.find(connection.dialect.name)
    if connection.invalidated:
        _look_for_kept(transaction, connection, hooks)
        return
    if hooks.definitions_commit:
        _look_for_end(transaction, connection, undone=code in hooks.undoing)
    elif _was_ended(connection, hooks):
        transaction.doubtful = True
    if not hooks.undo(connection):
        transaction.not_undone = True


def _look_for_end(transaction: Transaction, connection: Connection, *, undone: bool) -> None:
    """Find out whether the server ended the transaction before the statement that failed.

    Args:
        transaction: to note it in.
        connection: on which our guard is, or was.
        undone: the error itself says that the server has rolled everything back.
    """
    if transaction.committed_itself:
        transaction.doubtful |= transaction.opaque
    elif _guard_is_gone(connection):
        if transaction.defining and not transaction.opaque:
            # A definition commits what came before it, even if it then fails.
            transaction.committed_itself = transaction.changed
        else:
            transaction.doubtful = transaction.opaque or not undone


def _look_for_kept(
    transaction: Transaction, connection: Connection, hooks: dialects.Dialect
) -> None:
    """After a loss the server undoes what it can: not a commit, and not every kind of table."""
    hidden = transaction.opaque or (transaction.defining and transaction.changed)
    transaction.doubtful = hidden or hooks.keeps_when_lost(connection.engine)


def _require_transactions(
    transaction: Transaction, hooks: dialects.Dialect, connection: Connection
) -> None:
    """Before anything is sent: what commits by itself can neither be rolled back nor only read."""
    if hooks.autocommits(connection.connection.dbapi_connection):
        hint = "leave autocommit out of the options of the engine, the factory and the URL"
        raise ConfigError(f"{transaction.database}: the connection commits by itself", hint)


def _make_true(transaction: Transaction, hooks: dialects.Dialect, connection: Connection) -> None:
    """Have the database hold what was promised: a real transaction, reading, an undone one."""
    if transaction.lock_timeout is not None:
        hooks.limit_locks(connection, transaction.lock_timeout)
    hooks.begin(connection, write=transaction.write, waiting=transaction.waiting)
    if transaction.write and hooks.savepoints:
        connection.execute(text(f"SAVEPOINT {_GUARD}"))
    if transaction.write:
        hooks.confine(connection, dry=transaction.dry or transaction.sandbox)
        event.listen(connection, "commit", hooks.release)
    event.listen(connection, "rollback", hooks.release)


def _opener(
    transaction: Transaction, interrupts: Interrupts, stack: ExitStack
) -> Callable[[Session, SessionTransaction, Connection], None]:
    """What happens when the session takes a connection."""
    cancels, prepared = transaction.cancels, transaction.prepared

    def forget(xid: object) -> None:
        with suppress(ValueError):  # it may never have come to PREPARE
            prepared.remove(xid)

    def opened(session: Session, inside: SessionTransaction, connection: Connection) -> None:
        if inside.nested:
            return
        hooks = dialects.find(connection.dialect.name)
        cancels.append(hooks.canceller(connection.engine, connection.connection.dbapi_connection))
        if not (transaction.connections or transaction.held):
            stack.enter_context(interrupts.watching(transaction.cancel))
        _require_transactions(transaction, hooks, connection)
        transaction.phase = "execute"
        with translated(transaction):  # by us: in a program it would pass for one of its own
            _make_true(transaction, hooks, connection)
        transaction.connections.append(connection)
        if transaction.hear is not None:
            hooks.hear(connection.connection.dbapi_connection, transaction.hear)
        event.listen(connection, "before_cursor_execute", _before(transaction, hooks))
        if transaction.write:
            keep_open(transaction, connection, partial(_look_at, transaction))
        if not session.twophase:
            return
        # Both come before it is done: after a PREPARE that fails there is a rollback.
        event.listen(connection, "prepare_twophase", lambda _, xid: prepared.append(xid))
        event.listen(connection, "rollback_twophase", lambda _, xid, __: forget(xid))

    return opened


def _before(transaction: Transaction, hooks: dialects.Dialect) -> Callable[..., None]:
    """What happens to each cursor before it executes."""

    def before(
        connection: Connection, cursor: Any, statement: str, _parameters: Any, context: Any, *_: Any
    ) -> None:
        if transaction.echo is not None:
            transaction.echo(statement)
        hooks.require_same_reading(connection.connection.dbapi_connection, statement)
        if transaction.dry or transaction.sandbox:
            require_undo(transaction, hooks, connection, statement)
        if context is not None and context.execution_options.get(RAW):
            hooks.prepare_cursor(cursor, statement)

    return before


def _guard_is_gone(connection: Connection) -> bool:
    """Whether the server ended the transaction: if not, this gives the guard up."""
    try:
        connection.execute(_RELEASE)
    except sa_exc.DBAPIError:
        return True
    return False


def _was_ended(connection: Connection, hooks: dialects.Dialect) -> bool:
    """Whether something ended the transaction out of our sight, as a driver's cursor can."""
    if not hooks.unbegun:
        return False
    try:
        connection.execute(_BACK)  # also where only a rollback is left
    except sa_exc.DBAPIError as error:
        return error.orig is not None and hooks.diagnose(error.orig).code in hooks.unbegun
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
            connection.execute(_RELEASE)
        except sa_exc.DBAPIError as error:
            if error.connection_invalidated or hooks.only_rollback_is_left(error.orig):
                raise
            raise UnknownOutcome(
                f"{transaction.database} ended the transaction by itself before its end",
                "look at what was kept before you repeat it",
            ) from error
