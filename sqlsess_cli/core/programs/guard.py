"""While a program runs: its transaction stays ours, and what it sends is looked at and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction

from sqlsess_cli.core.gate import Step
from sqlsess_cli.core.script import announce, looked_at, note_executed
from sqlsess_cli.core.transaction.state import OWN, Transaction
from sqlsess_cli.errors import RefusedError, RejectedError, SqlsessError

_ONCE = "the command commits once, when the program has ended well"
_UNDO = "an exception undoes everything; with session.begin_nested(): a part"
# What would end the transaction, and what to do instead.
_ENDING = {
    "commit": (_ONCE, "leave it out; session.flush() sends what is pending"),
    "rollback": ("the command rolls back when the program fails", _UNDO),
    "close": (
        "the session is the command's",
        "leave it out; session.expunge_all() forgets objects",
    ),
    "reset": ("the session is the command's", _UNDO),
    "invalidate": ("the session is the command's", _UNDO),
    "prepare": (_ONCE, "leave it out"),
}
_BEGUN = (
    "the program runs inside begin() already",
    "leave it out; session.begin_nested() is a part",
)
_SAVEPOINTS = frozenset({"savepoint", "rollback_to_savepoint", "release_savepoint"})


class Guard:
    """Keeps a program inside of the one transaction that its session is in.

    Args:
        session: from begin(), not used yet.
        transaction: its own.
    """

    def __init__(self, session: Session, transaction: Transaction) -> None:
        self._session = session
        self._transaction = transaction
        self._own: list[Connection] = []
        self._aside = False
        self._refused: SqlsessError | None = None
        self._undone = False  # a flush that failed did it, or the program
        self._stack = ExitStack()  # what ends with the program
        self._known: dict[str, list[Step]] = {}
        self._before: Step | None = None
        self._started: int | None = None  # SQLite's count of changes before the statement
        self._late = False  # it counts them only once its rows are fetched

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the block runs, the program cannot end the transaction, or go around it."""
        session = self._session
        bind = session.bind
        engine = bind.engine if isinstance(bind, Connection) else bind
        with ExitStack() as stack:
            self._stack = stack
            for name, (why, hint) in _ENDING.items():
                refuse = self._refusing(f"session.{name}()", why, hint)
                self._replace(stack, session, name, refuse)
            self._replace(stack, session, "begin", self._begin)
            # First of its listeners: a connection is known before anything is sent on it.
            self._listen(stack, session, "after_begin", self._begun, insert=True)
            if isinstance(engine, Engine):
                self._listen(stack, engine, "before_cursor_execute", self._sending)
                self._listen(stack, engine, "after_cursor_execute", self._sent)
                self._listen(stack, engine, "rollback", self._rolled_back)
            yield

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What the block sends is ours."""
        self._aside = True
        try:
            yield
        finally:
            self._aside = False

    def check(self) -> None:
        """See that the transaction is what the program takes it for.

        Raises:
            RefusedError: it tried to end it, and went on.
            RejectedError: it went on after an error that has undone everything before.
        """
        self._count_late()
        if self._refused is not None:
            raise self._refused
        if self._undone:
            reason = "the program went on after an error that rolled back all that was before it"
            raise RejectedError(reason, "with session.begin_nested(): such an error undoes a part")

    @staticmethod
    def _replace(stack: ExitStack, owner: object, name: str, function: Callable[..., Any]) -> None:
        setattr(owner, name, function)
        stack.callback(delattr, owner, name)

    @staticmethod
    def _listen(
        stack: ExitStack, target: Any, name: str, function: Callable[..., Any], **how: bool
    ) -> None:
        event.listen(target, name, function, **how)
        stack.callback(event.remove, target, name, function)

    def _refuse(self, what: str, why: str, hint: str) -> NoReturn:
        error = RefusedError(f"refused: {what}: {why}", hint)
        self._refused = self._refused or error
        raise error

    def _refusing(self, what: str, why: str, hint: str) -> Callable[..., NoReturn]:
        def refuse(*_: object, **__: object) -> NoReturn:
            self._refuse(what, why, hint)

        return refuse

    def _begin(self, nested: bool = False) -> SessionTransaction:  # noqa: FBT001, FBT002  Session's
        if not nested:
            self._refuse("session.begin()", *_BEGUN)
        # Not begin_nested(), which would come here again.
        return type(self._session).begin(self._session, nested=True)

    def _begun(self, _session: Session, inside: SessionTransaction, connection: Connection) -> None:
        if not inside.nested:
            self._own.append(connection)
            self._listen(self._stack, connection, "commit", self._committing)
            with suppress(AttributeError):  # not on sqlite3's: there the authorizer refuses it
                refuse = self._refusing("the driver's commit()", *_ENDING["commit"])
                driver = connection.connection.driver_connection
                self._replace(self._stack, driver, "commit", refuse)

    def _is_ours(self, connection: Connection) -> bool:
        """Whether what happens on a connection is not the program's: it is only being prepared.

        Raises:
            RefusedError: it is another one than the session's.
        """
        if self._aside or any(item is connection for item in self._transaction.connections):
            return self._aside
        if not any(item is connection for item in self._own):
            hint = "use session.connection(), also for metadata.create_all()"
            self._refuse("another connection", "it would be in no transaction of the command", hint)
        return True

    def _committing(self, _connection: Connection) -> None:
        self._refuse("connection.commit()", *_ENDING["commit"])

    def _rolled_back(self, connection: Connection) -> None:
        self._undone |= any(item is connection for item in self._transaction.connections)

    def _sending(
        self, connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any,
        *_: Any,
    ) -> None:  # fmt: skip
        self._before = None
        if (
            self._is_ours(connection)
            or self._transaction.aside
            or context.execution_options.get(OWN)
            or _is_savepoint(context)
        ):
            return
        if self._undone:
            self._refuse("a statement", "the transaction was rolled back", _UNDO)
        self._count_late()
        steps = self._known.get(statement)
        if steps is None:
            try:
                steps = looked_at(statement, connection.dialect.name, self._transaction)
            except RefusedError as error:
                self._refused = self._refused or error
                raise
            self._known[statement] = steps
        self._before = steps[-1] if steps else None
        for step in steps:
            announce(self._transaction, step)
        self._started = getattr(connection.connection.dbapi_connection, "total_changes", None)

    def _sent(self, _connection: Connection, cursor: Any, *_: Any) -> None:
        step = self._before
        if step is None:
            return
        self._transaction.statements += 1
        note_executed(self._transaction, step)
        if step.verb.reads:
            return
        self._late = self._started is not None and cursor.description is not None
        if not self._late:
            self._transaction.rows += max(cursor.rowcount, 0)

    def _count_late(self) -> None:
        """Count the rows of a statement of SQLite's that gave some: they are all fetched by now."""
        if self._late and self._started is not None:
            changes = self._transaction.connections[0].connection.dbapi_connection
            self._transaction.rows += getattr(changes, "total_changes", 0) - self._started
        self._late = False


def _is_savepoint(context: Any) -> bool:
    """Whether SQLAlchemy itself sends it, for begin_nested()."""
    clause = getattr(getattr(context, "compiled", None), "statement", None)
    return getattr(clause, "__visit_name__", "") in _SAVEPOINTS
