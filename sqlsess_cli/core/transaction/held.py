"""A transaction that outlives the command that began it, and is lent to one after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlalchemy.orm import SessionTransaction

from sqlsess_cli.core.database import Database
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.errors import Interrupted, RefusedError, UsageError
from sqlsess_cli.foreign import Foreign
from sqlsess_cli.interrupts import Interrupts
from sqlsess_cli.nearest import did_you_mean

State = Literal["open", "lost", "failed"]


class _GivenUp(Exception):
    """The person wants it rolled back."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one command did that is not committed yet: its words, and how many rows it changed."""

    said: str
    rows: int
    about: str = ""


@dataclass(slots=True)
class _Mark:
    """A savepoint that the user named, and how much was done before it."""

    name: str
    nested: SessionTransaction
    done: int


class Held:
    """An open transaction, in which each command has a savepoint of its own.

    Args:
        database: on which.
        interrupts: whom signals cancel.
        write: it may change data.
        sandbox: and whatever it does is undone.

    Attributes:
        transaction: what is known of it.
        done: what is not committed yet, in order.
        state: "lost" with its connection, or "failed" when the server ended it by itself: then
            nothing but a rollback is left.
    """

    def __init__(
        self, database: Database, interrupts: Interrupts, *, write: bool, sandbox: bool = False
    ) -> None:
        self.database = database
        self.done: list[Done] = []
        self.state: State = "open"
        self._interrupts = interrupts
        self._marks: list[_Mark] = []
        self.transaction, block = database.begin(interrupts, write=write)
        self.transaction.held, self.transaction.sandbox = True, sandbox
        self.transaction.checkpoint = interrupts.check
        self._block = ExitStack()
        self.session = self._block.enter_context(block)

    @property
    def rows(self) -> int:
        """How many rows are changed and not committed."""
        return sum(item.rows for item in self.done)

    @contextmanager
    def step(self, *, write: bool) -> Iterator[None]:
        """One command: kept in the transaction if it ends well, else undone by itself.

        Args:
            write: it is there to change data.

        Raises:
            RefusedError: the transaction only reads, or takes nothing more.
            SqlsessError: whatever the command or the database raised.
        """
        self.require_open()
        transaction = self.transaction
        if write and not transaction.write:
            raise RefusedError("the open transaction only reads", "end it before you change data")
        self._forget_last()
        with ExitStack() as ending:
            ending.push(self._ended)
            with translated(transaction):
                savepoint = self.session.begin_nested()
                with ExitStack() as undoing:
                    undoing.push(partial(self._undone, savepoint))
                    with self._interruptible():
                        yield
                        self.session.flush()
                    self._interrupts.check()
                    savepoint.rollback() if transaction.dry else savepoint.commit()
        self._keep()

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        with self._interrupts.watching(self.transaction.cancel), self._interrupts.polite():
            yield

    def _forget_last(self) -> None:
        """The counts of a Transaction are those of the latest command; the others are in `done`."""
        transaction = self.transaction
        transaction.statements = transaction.rows = 0
        transaction.done, transaction.dry, transaction.outcome = "", False, "open"
        transaction.unreadable.clear()
        transaction.echo = self.database.asked.echo
        transaction.checkpoint()
        self.session.expire_all()  # SQL may have changed what objects hold

    def _undone(
        self, savepoint: SessionTransaction, _kind: object, error: BaseException | None,
        _traceback: object,
    ) -> None:  # fmt: skip
        """Roll back to the savepoint of a command that failed, if there still is one."""
        if error is None:
            return
        with Foreign() as theirs:
            if savepoint.is_active or not self._connection_lost():
                savepoint.rollback()
        if self._connection_lost():
            self.state = "lost"
        elif theirs.error is not None:
            self.state = "failed"

    def _connection_lost(self) -> bool:
        return any(item.invalidated or item.closed for item in self.transaction.connections)

    def _ended(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is None:
            return
        self.transaction.outcome = "undone" if self.state == "open" else "lost"
        if not isinstance(error, Interrupted):
            self._interrupts.check(error)

    def _keep(self) -> None:
        transaction = self.transaction
        transaction.outcome = "pending"
        if transaction.dry:
            transaction.outcome = "undone"
        elif transaction.rows or transaction.done:
            self.done.append(Done(transaction.said(), transaction.rows))

    def require_open(self) -> None:
        r"""See that it can be worked in.

        Raises:
            RefusedError: it has lost its connection, or was ended by the server.
        """
        if self.state == "open":
            return
        name = self.transaction.database
        why = "lost its connection" if self.state == "lost" else "was ended by the server"
        hint = r"\rollback tells how it ended; \connect does, and connects anew"
        raise RefusedError(f"the transaction on {name} {why}: nothing more is executed", hint)

    def savepoint(self, name: str) -> None:
        """Mark a place to roll back to."""
        self.require_open()
        with translated(self.transaction):
            nested = self.session.begin_nested()
        self._marks.append(_Mark(name, nested, len(self.done)))

    def rollback_to(self, name: str) -> int:
        """Undo what was done since a mark, which stays.

        Returns:
            How many commands that were.

        Raises:
            UsageError: nothing is marked so.
        """
        self.require_open()
        names = [mark.name for mark in self._marks]
        if name not in names:
            hint = did_you_mean(name, names) or r"\savepoint NAME makes one"
            raise UsageError(f"there is no savepoint {name!r}", hint)
        at = len(names) - 1 - names[::-1].index(name)
        mark = self._marks[at]
        with translated(self.transaction):
            mark.nested.rollback()
        del self._marks[at:]
        count = len(self.done) - mark.done
        del self.done[mark.done :]
        self.savepoint(name)
        return count

    def commit(self) -> None:
        """End it: committed, or, if it only reads, just over.

        Raises:
            RefusedError: it takes nothing more.
            SqlsessError: it could not be committed; what became of it is known.
        """
        self.require_open()
        self._sum_up()
        with translated(self.transaction):
            for mark in reversed(self._marks):
                mark.nested.commit()
        self._block.close()

    def rollback(self) -> None:
        """End it without keeping anything, and find out whether the server did so.

        Raises:
            SqlsessError: it is not known, or something was kept.
        """
        self._sum_up()
        given_up = _GivenUp()
        self._block.__exit__(type(given_up), given_up, None)

    def _sum_up(self) -> None:
        """Make the counts those of everything that was done."""
        transaction = self.transaction
        transaction.statements = len(self.done)
        transaction.rows, transaction.outcome, transaction.done = self.rows, "open", ""
        transaction.dry = False  # the latest command was, and undid itself
        transaction.changed |= bool(self.done)
        transaction.checkpoint = lambda: None
