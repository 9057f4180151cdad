"""What must not happen inside the block of a write: an end not ours, what no undo reaches."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, TextClause, event
from sqlalchemy import exc as sa_exc

from sqlsess_cli.core.sql.lexical import lexical_of
from sqlsess_cli.core.sql.verbs import written_names
from sqlsess_cli.core.transaction.state import Transaction
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.errors import RefusedError, RejectedError
from sqlsess_cli.foreign import Foreign

_HINT = "a listener or validator leaves the transaction to whoever began it"


def keep_open(
    transaction: Transaction, connection: Connection, look: Callable[[Connection, object], None]
) -> None:
    """See that the application's code does not end the transaction while the command works.

    Args:
        transaction: to note it in.
        connection: that takes part.
        look: rolls it back, and notes what the server kept; told the code of the error.
    """

    def ending(_connection: Connection, *_: object) -> None:
        if transaction.inside:  # raised before COMMIT is sent, so nothing is kept
            name = transaction.database
            raise RejectedError(f"code of the application would commit on {name}", _HINT)

    def undoing(found: Connection) -> None:
        if transaction.inside and found not in transaction.undone:
            transaction.undone.append(found)
            with Foreign():  # a connection that is lost cannot tell
                look(found, _code(transaction.hooks))

    event.listen(connection, "commit", ending)
    event.listen(connection, "prepare_twophase", ending)
    event.listen(connection, "rollback", undoing)


def _code(hooks: Dialect) -> object:
    """The code of the database's error that is being handled, if one is."""
    error = sys.exception()
    if isinstance(error, sa_exc.DBAPIError) and error.orig is not None:
        return hooks.diagnose(error.orig).code
    return None


def require_unended(transaction: Transaction) -> None:
    """At the end of the block: it is still the transaction that was begun.

    Raises:
        RejectedError: the application's code rolled it back, and nothing else told of it.
    """
    if transaction.write and transaction.undone:
        name = transaction.database
        raise RejectedError(f"code of the application rolled back on {name}", _HINT)


def require_undo(
    transaction: Transaction, hooks: Dialect, connection: Connection, context: Any
) -> None:
    """Before a statement of a dry run is sent: what it does to its table can be undone.

    Raises:
        RefusedError: the table has no transactions.
    """
    state = getattr(context.compiled, "compile_state", None)
    table = getattr(state, "dml_table", None)
    if not isinstance(table, Table):
        _require_undo_of_text(transaction, hooks, connection, context)
    elif table not in transaction.undoable:
        engine = hooks.without_transactions(connection, (table.schema, table.name))
        if engine:
            raise _not_undoable(table.fullname, engine)
        transaction.undoable.add(table)


def _require_undo_of_text(
    transaction: Transaction, hooks: Dialect, connection: Connection, context: Any
) -> None:
    """The same of a text: none of the names in it is that of such a table."""
    clause = getattr(context.compiled, "statement", None)
    if clause is not None and not isinstance(clause, TextClause):
        return
    for name in written_names(context.statement, lexical_of(connection.dialect.name)):
        if transaction.kept is None:
            transaction.kept = hooks.tables_without_transactions(connection)
        if name.casefold() in transaction.kept:
            raise _not_undoable(name, transaction.kept[name.casefold()])


def _not_undoable(table: str, engine: str) -> RefusedError:
    message = (
        f"{table} is a table without transactions ({engine}): nothing done to it can be undone"
    )
    return RefusedError(message, "a dry run and a sandbox undo everything")
