"""A program runs in a session that is in begin(); what it raises is told by its file and line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

from sqlalchemy import exc as sa_exc
from sqlalchemy.orm import Session

from sqlsess_cli.config.urls import hushed
from sqlsess_cli.core.database import Database
from sqlsess_cli.core.places import place_of
from sqlsess_cli.core.programs.answers import Plain, answer_of
from sqlsess_cli.core.programs.guard import Guard
from sqlsess_cli.core.programs.lazy_loads import LazyLoads
from sqlsess_cli.core.programs.namespace import main_module
from sqlsess_cli.core.programs.source import Program
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO, Transaction
from sqlsess_cli.dialects._faults import text_of
from sqlsess_cli.errors import (
    ConnectError,
    HungUp,
    NegativeAnswer,
    RefusedError,
    RejectedError,
    SqlsessError,
    UnknownOutcome,
)
from sqlsess_cli.foreign import Foreign
from sqlsess_cli.result import Result

Answer = Result | Plain | None


def execute(program: Program, session: Session, database: Database, loads: LazyLoads) -> Answer:
    """Run a program to its end, flush, and give its answer.

    Args:
        program: what to run.
        session: from begin(), not used yet.
        database: its own, with the models.
        loads: told of what is loaded lazily.

    Raises:
        NegativeAnswer: it ended with exit(1).
        RejectedError: it raised something, or ended with another code than 0.
        RefusedError: it tried to end the transaction.
        SqlsessError: the database rejected what it sent, or was lost.
    """
    transaction: Transaction = session.info[INFO]
    guard = Guard(session, transaction)

    def find(name: str) -> object:
        with guard.aside(), translated(transaction):
            return database.entity(name, session).mapper.class_

    catalog = database.catalog
    found = None if catalog.mappers else find
    module = main_module(session, catalog.mappers, found, program.file)
    with guard.watching(), loads.heard(session), _as_main(module, program):
        answer = _theirs(transaction, lambda: answer_of(session, program.call(session, module)))
        guard.check()
        _theirs(transaction, session.flush)
        guard.check()
    return answer


@contextmanager
def _as_main(module: ModuleType, program: Program) -> Iterator[None]:
    """Have a program find around it what it would if Python itself ran it."""
    before = sys.modules["__main__"], sys.argv, list(sys.path)
    sys.modules["__main__"], sys.argv = module, list(program.argv)
    if program.folder:
        sys.path.insert(0, program.folder)
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = before


def _theirs(transaction: Transaction, do: Callable[[], Answer]) -> Answer:
    """Run code of the user's; say in one line what it raised, and where."""
    answer: Answer = None
    try:
        with Foreign() as theirs:
            answer = do()
        error = theirs.error
        if isinstance(error, sa_exc.SQLAlchemyError):
            with translated(transaction):
                raise error
    except SqlsessError as known:
        place = place_of(known.__cause__ or known)
        if place and isinstance(known, (RejectedError, RefusedError)):
            known.message = f"{place}: {known.message}"
        if isinstance(known, ConnectError) and transaction.defining:
            hint = "look whether the change is there before you repeat it"
            raise UnknownOutcome(known.message, hint, **known.details) from known
        raise
    if isinstance(error, HungUp):
        raise error
    if error is not None:
        _raise(error)
    return answer


def _raise(error: BaseException) -> None:
    """Raise what an error of the program's means; nothing is meant by exit(0)."""
    place = place_of(error)
    before = f"{place}: " if place else ""
    if isinstance(error, SystemExit):
        if error.code is None or error.code == 0:
            return
        if error.code == 1:
            raise NegativeAnswer("") from error
        said = f"exit({error.code})" if isinstance(error.code, int) else str(error.code)
        raise RejectedError(f"{before}{hushed(said)}") from error
    text = hushed(" ".join(text_of(error).split()))
    message = f"{before}{type(error).__name__}{': ' if text else ''}{text}"
    raise RejectedError(message, file=place or None) from error
