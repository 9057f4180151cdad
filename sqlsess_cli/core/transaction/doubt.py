"""A COMMIT whose answer was lost: the server is asked again what became of it, if it can tell."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Thread

from sqlalchemy import Engine

from sqlsess_cli.core.transaction.state import Transaction
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._base import Mark
from sqlsess_cli.errors import Interrupted

_PATIENCE = 10.0  # seconds in which the server may become reachable, and be done with it
_AGAIN = 0.2  # seconds between two questions


def mark(transaction: Transaction) -> None:
    """Just before COMMIT: learn by what to ask for the transaction afterwards.

    Of several connections some may commit and some not: no one answer would be that of all.
    """
    if len(transaction.connections) == 1:
        [connection] = transaction.connections
        transaction.mark = dialects.find(connection.dialect.name).mark(connection)


def committed(transaction: Transaction) -> bool | None:
    """Whether a transaction was committed whose COMMIT got no answer.

    Returns:
        None where nobody can tell, in ten seconds, or before a signal wants us to stop.
    """
    if transaction.mark is None:
        return None
    engine = transaction.connections[0].engine
    answers: list[bool] = []
    # In a thread: what a server in trouble keeps waiting is left behind.
    arguments = (transaction.hooks, engine, transaction.mark, answers)
    thread = Thread(target=_insist, args=arguments, daemon=True)
    with suppress(Interrupted):
        thread.start()
        thread.join(_PATIENCE)
    return answers[0] if answers else None


def _insist(hooks: dialects.Dialect, engine: Engine, mark: Mark, answers: list[bool]) -> None:
    """Ask until there is an answer: the server may just be starting, or still be committing."""
    until = time.monotonic() + _PATIENCE
    while not answers and time.monotonic() < until:
        with suppress(Exception):  # whatever it is, the answer stays out
            connection = engine.pool.recreate().connect()
            try:
                answer = hooks.committed(connection.cursor(), mark)
                answers.extend([] if answer is None else [answer])
            finally:
                connection.close()
        if not answers:
            time.sleep(_AGAIN)
