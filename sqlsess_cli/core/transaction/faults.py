"""Errors translated by phase: what SQLAlchemy and the drivers raise, in the user's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from traceback import clear_frames, walk_tb
from typing import Any

from sqlalchemy import exc

from sqlsess_cli.core.transaction.state import Transaction
from sqlsess_cli.dialects._faults import Fault, first_line
from sqlsess_cli.errors import (
    ConfigError,
    ConnectError,
    LostAnswer,
    RefusedError,
    RejectedError,
    SqlsessError,
    StarvedError,
    UsageError,
)

_UNREACHABLE = "check host, port and database name, and that the server runs"


@contextmanager
def translated(transaction: Transaction) -> Iterator[None]:
    """Raise our errors instead of SQLAlchemy's and the driver's.

    Args:
        transaction: says where we are: the same error means different things while connecting,
            executing and committing, and the driver's class does not tell them apart.

    Raises:
        SqlsessError: with the original as its cause.
    """
    with ExitStack() as block:
        block.push(partial(_translate, transaction))
        yield


def _translate(
    transaction: Transaction, _kind: object, error: BaseException | None, _traceback: object
) -> None:
    """Raise the same in our words; let pass what is neither SQLAlchemy's nor the driver's."""
    match error:
        case SqlsessError():
            return
        case exc.DBAPIError():
            original, lost = error.orig or error, error.connection_invalidated
            raise _meant(original, lost=lost, transaction=transaction) from error
        case RecursionError():
            raise UsageError("the statement is nested too deeply", "split it") from error
        case exc.SQLAlchemyError():
            raise _of_sqlalchemy(error, transaction) from error
        case Exception() if meant := _of_driver(error, transaction):
            raise meant from error


def _of_sqlalchemy(error: exc.SQLAlchemyError, transaction: Transaction) -> SqlsessError:
    if isinstance(error, exc.UnboundExecutionError):
        hint = "give [db.…] a url, or binds for each model"
        return ConfigError(f"{transaction.database}: {first_line(error)}", hint)
    if isinstance(error, exc.ArgumentError) and transaction.phase == "connect":
        # Such as an isolation level, which is only looked at now.
        return ConfigError(f"{transaction.database}: {first_line(error)}")
    if any(connection.invalidated for connection in transaction.connections):
        # Whoever caught that it was lost, and went on, is told so again.
        message = f"the connection to {transaction.database} was lost: {first_line(error)}"
        return ConnectError(message, database=transaction.database)
    inner = error.orig if isinstance(error, exc.StatementError) else None
    return RejectedError(first_line(inner or error))


def _of_driver(error: Exception, transaction: Transaction) -> SqlsessError | None:
    """What an error means that came from the driver past SQLAlchemy; None for any other."""
    if isinstance(error, MemoryError):
        clear_frames(error.__traceback__)  # what was read so far is of no use, and in the way
        _give_up(transaction, error)
        if transaction.phase == "commit":
            return _lost_in_commit(transaction, "there is not enough memory")
        return StarvedError()
    if reason := _misspoken(error, transaction):
        _give_up(transaction, error)
        return _given_up(transaction, reason, error)
    refused = isinstance(error, TypeError) and re.search("keyword argument|callable", str(error))
    if refused and transaction.phase == "connect":
        return refused_option(transaction.database, first_line(error))
    # Hooks of ours call the driver directly; its errors are known by PEP 249's names.
    if "Error" in (base.__name__ for base in type(error).__mro__[:-3]):
        return _meant(error, lost=False, transaction=transaction)
    return None


def _misspoken(error: Exception, transaction: Transaction) -> str:
    """What is wrong with what the server said, if the driver or SQLAlchemy fell over that."""
    if reason := transaction.hooks.misspoken(error):
        return reason
    *_, (innermost, _) = walk_tb(error.__traceback__)
    module = innermost.f_globals.get("__name__", "")
    # While SQLAlchemy gets to know a server, nothing is sent that is not its own.
    asked = transaction.phase == "connect" and module.startswith("sqlalchemy.dialects")
    return "the server does not answer as one of its kind" if asked else ""


def _give_up(transaction: Transaction, error: Exception) -> None:
    """Let connections go that may be out of step: on those not even a ROLLBACK is understood."""
    for connection in transaction.connections:
        if not connection.closed:
            connection.invalidate(error)


def _given_up(transaction: Transaction, reason: str, error: Exception) -> SqlsessError:
    """What is told of a server that does not speak as it should."""
    name = transaction.database
    about = f"{reason} ({type(error).__name__}: {first_line(error)})"
    if transaction.phase == "commit":
        return _lost_in_commit(transaction, about)
    if transaction.phase == "connect":
        return ConnectError(f"cannot connect to {name}: {about}", _UNREACHABLE, database=name)
    message = f"the connection to {name} was given up: {about}"
    return ConnectError(message, "find out who answers there", database=name)


def _lost_in_commit(transaction: Transaction, reason: str) -> LostAnswer:
    name = transaction.database
    message = f"the connection to {name} was lost while committing: {reason}"
    hint = "look whether the change is there before you repeat it"
    return LostAnswer(message, hint, database=name)


def refused_option(database: str, reason: str) -> ConfigError:
    """Why no connection was tried: an option of the URL or the settings is none of the driver's."""
    hint = "see the options in the URL, and [db.NAME.connect]"
    return ConfigError(f"{database}: the driver refuses an option: {reason}", hint)


def _meant(error: BaseException, *, lost: bool, transaction: Transaction) -> SqlsessError:
    fault = transaction.hooks.diagnose(error)
    name = transaction.database
    details: dict[str, Any] = {"database": name, "sqlstate": fault.code, "position": fault.position}
    lost = lost or fault.meaning == "lost"
    if fault.meaning == "option":
        return refused_option(name, fault.message)
    if transaction.phase == "connect" or fault.meaning == "unreachable":
        advice = fault.hint or _advice(fault) or _UNREACHABLE
        return ConnectError(f"cannot connect to {name}: {fault.message}", advice, **details)
    if transaction.phase == "commit" and (lost or fault.code is None):
        return _lost_in_commit(transaction, fault.message)
    if lost:
        return ConnectError(f"the connection to {name} was lost: {fault.message}", **details)
    if fault.meaning == "read only" and not transaction.write:
        message = f"refused: {name} is only read here: {fault.message}"
        hint = "a command that may change data takes --write"
        if transaction.forbids_writing:
            hint = f"{transaction.forbids_writing} forbids changes"
        return RefusedError(message, hint, **details)
    # Of a lock ours says more than the server's, which is to look into its log.
    hint = fault.hint if fault.meaning != "locked" else ""
    return RejectedError(f"{name}: {fault.message}", hint or _advice(fault), **details)


def _advice(fault: Fault) -> str:
    """What to try, by what the error is about."""
    return {
        "denied": "check the user, the password and the rights of that account",
        "other": "",
        "unreachable": _UNREACHABLE,
        "missing": "sqlsess models lists what is there",
        "locked": "another transaction was in the way; --retries N repeats it",
        "read only": "the server or the file cannot be written",
        "lost": "",
        "option": "",
    }[fault.meaning]
