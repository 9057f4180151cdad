"""A COMMIT whose answer was lost: the server is asked again what became of it, if it can tell."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Thread

from sqlalchemy import Engine

from sqlsess_cli.core.transaction.state import Transaction
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._marks import Became, Mark
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


def became(transaction: Transaction) -> Became:
    """What became of a transaction whose COMMIT got no answer.

    It is unknown where nobody can tell, in ten seconds, or before a signal wants us to stop.
    """
    if transaction.mark is None:
        return "unknown"
    engine = transaction.connections[0].engine
    answers: list[Became] = []
    # In a thread: what a server in trouble keeps waiting is left behind.
    arguments = (transaction.hooks, engine, transaction.mark, answers)
    thread = Thread(target=_insist, args=arguments, daemon=True)
    with suppress(Interrupted):
        thread.start()
        thread.join(_PATIENCE)
    return answers[0] if answers else "unknown"


def _insist(hooks: dialects.Dialect, engine: Engine, mark: Mark, answers: list[Became]) -> None:
    """Ask until there is an answer: the server may just be starting, or still be committing."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with suppress(Exception):  # whatever it is, the answer stays out
            connection = engine.pool.recreate().connect()
            try:
                answer = hooks.became(connection.cursor(), mark)
            finally:
                connection.close()
            if answer != "under way":
                answers.append(answer)
                return
        time.sleep(_AGAIN)
