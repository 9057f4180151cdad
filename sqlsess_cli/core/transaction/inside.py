"""What must not happen inside the block of a write: an end not ours, what no undo reaches."""

from __future__ import annotations

import sys
from collections.abc import Callable

from sqlalchemy import Connection, event
from sqlalchemy import exc as sa_exc

from sqlsess_cli.core.transaction.reach import Reach
from sqlsess_cli.core.transaction.state import Transaction
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.errors import RejectedError
from sqlsess_cli.foreign import Foreign
from sqlsess_cli.sql.lexical import lexical_of

_HINT = "a listener or validator leaves the transaction to whoever began it"


def keep_open(
    transaction: Transaction, connection: Connection, look: Callable[[Connection, object], None]
) -> None:
    """See that the application's code does not end the transaction while the command works.

    The same hook knows the moment before COMMIT is sent: until then, what is lost is undone.

    Args:
        transaction: to note it in.
        connection: that takes part.
        look: rolls it back, and notes what the server kept; told the code of the error.
    """

    def ending(_connection: Connection, *_: object) -> None:
        if transaction.inside:  # raised before COMMIT is sent, so nothing is kept
            name = transaction.database
            raise RejectedError(f"code of the application would commit on {name}", _HINT)
        transaction.phase = "commit"

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
    transaction: Transaction, hooks: Dialect, connection: Connection, statement: str
) -> None:
    """Before a statement of a dry run is sent: all that it leads to can be undone.

    Raises:
        RefusedError: it leads to a table without transactions, or may.
    """
    if (connection, statement) in transaction.undoable:
        return
    if connection not in transaction.reach:
        # Nothing at first, for our own questions come here as well.
        lexical = lexical_of(connection.dialect.name)
        transaction.reach[connection] = Reach(hooks, lexical)
        transaction.reach[connection] = Reach.of(connection, hooks)
    transaction.reach[connection].require_undo(statement)
    transaction.undoable.add((connection, statement))
