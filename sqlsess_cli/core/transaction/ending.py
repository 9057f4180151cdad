"""How a begin() block ends: each callback is told what was raised, and says what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from sqlsess_cli.core.places import place_of
from sqlsess_cli.core.transaction import doubt
from sqlsess_cli.core.transaction.state import Outcome, Transaction
from sqlsess_cli.dialects._faults import first_line
from sqlsess_cli.errors import (
    ConnectError,
    Interrupted,
    LostAnswer,
    PartialError,
    SqlsessError,
    UnknownOutcome,
)
from sqlsess_cli.interrupts import Interrupts


@contextmanager
def noted_commit(session: Session, transaction: Transaction) -> Iterator[None]:
    """While the block runs, note that COMMIT succeeded as soon as it did.

    Listeners of the application's hear of it next, and when they fail it is committed all the same:
    ours is on the factory's own class, before all of theirs.
    """

    def note(done: Session) -> None:
        if done is session and not done.in_nested_transaction():
            transaction.outcome = "committed"

    event.listen(type(session), "after_commit", note, insert=True)
    try:
        yield
        transaction.outcome = "committed"  # also of a class that tells nobody
    finally:
        event.remove(type(session), "after_commit", note)


def ended(
    transaction: Transaction, interrupts: Interrupts,
    _kind: object, error: BaseException | None, _traceback: object,
) -> bool:  # fmt: skip
    """Find out what became of it, and raise what says so.

    Returns:
        Whether what was raised is no error any more: the server says that it did commit.
    """
    committing = transaction.phase == "commit"
    transaction.phase = "over" if transaction.phase != "connect" else "connect"
    if error is None:
        transaction.outcome = transaction.outcome if transaction.write else "read"
        return False
    if transaction.outcome == "open":  # a signal that comes after COMMIT undoes nothing
        transaction.outcome = _undone(transaction, error, committing=committing)
    if transaction.outcome == "rolled back":
        interrupts.check(error)
    if transaction.outcome == "unknown":
        return _doubted(transaction, error)
    if transaction.outcome == "committed" and isinstance(error, Exception):
        raise _too_late(error) from error
    if transaction.outcome == "partly committed" and isinstance(error, SqlsessError):
        repeatable = error.details.get("sqlstate") in transaction.hooks.repeatable
        hint = "" if repeatable else error.hint  # which would be to repeat it
        raise PartialError(error.message, hint, **error.details) from error
    return False


def _too_late(error: Exception) -> PartialError:
    """What a listener of the application's raised when COMMIT was over."""
    place = place_of(error)
    where = f"{place}: " if place else ""
    return PartialError(f"after COMMIT: {where}{type(error).__name__}: {first_line(error)}")


def _undone(transaction: Transaction, error: BaseException, *, committing: bool) -> Outcome:
    # What the server did not say itself, while it was committing, says nothing of the commit.
    untold = committing and not isinstance(error, SqlsessError)
    doubtful = transaction.prepared or transaction.doubtful or untold
    if isinstance(error, UnknownOutcome) or doubtful:
        return "unknown"
    kept = transaction.committed_itself or transaction.not_undone
    return "partly committed" if kept else "rolled back"


def _doubted(transaction: Transaction, error: BaseException) -> bool:
    """Ask the server if it may be asked; whether it has committed.

    Raises:
        ConnectError: it has rolled back.
        UnknownOutcome: nobody knows.
    """
    became = doubt.became(transaction) if isinstance(error, LostAnswer) else "unknown"
    if became == "committed":
        transaction.outcome, transaction.answer_lost = "committed", True
        return True
    if became == "rolled back" and isinstance(error, LostAnswer):
        transaction.outcome = "rolled back"
        message = f"{error.message}; it was not committed"
        raise ConnectError(message, "it can be repeated", **error.details) from error
    if isinstance(error, UnknownOutcome):
        return False
    raise _in_doubt(transaction, error) from error


def _in_doubt(transaction: Transaction, error: BaseException) -> UnknownOutcome:
    reason = first_line(error)
    if isinstance(error, Interrupted):
        reason = f"{error.signum.name} came while {transaction.database} was committing"
    if not transaction.prepared:
        details = error.details if isinstance(error, SqlsessError) else {}
        return UnknownOutcome(reason, "look at what was kept before you repeat it", **details)
    names = ", ".join(map(str, transaction.prepared))
    return UnknownOutcome(
        f"{transaction.database} was prepared to commit, and then: {reason}",
        f"commit what it holds prepared, or roll it back: {names}",
    )
