"""The names of a database, learnt behind a prompt: on a connection of its own, in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlsess_cli.core.database import Database
from sqlsess_cli.core.engines import Secrets
from sqlsess_cli.core.remember import learn, remember
from sqlsess_cli.foreign import Foreign
from sqlsess_cli.interrupts import Interrupts


class _Unheard(Interrupts):
    """What a thread is given: signals are the main thread's."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)

    @contextmanager
    def watching(self, cancel: Callable[[], None]) -> Iterator[None]:  # noqa: ARG002  nobody does
        """No signal comes here."""
        yield


def learn_names(known: Database) -> None:
    """Leave what a database's tables and views are called for completion.

    Nobody is asked for a password and no command is run for one; whatever goes wrong tells nobody:
    names are a convenience.

    Args:
        known: the database; what is found is no part of it, since another thread works with it.
    """
    with Foreign():
        remember([known])
        password = known.target.settings.get("password")
        asks = isinstance(password, dict) and not {"command", "prompt"}.isdisjoint(password)
        if asks or known.catalog.mappers or known.is_demo:
            return
        secrets_of = known.asked.secrets_of
        asked = replace(
            known.asked, echo=None, hear=None, notice=lambda _: None,
            secrets_of=lambda target: Secrets(secrets_of(target).configured),
        )  # fmt: skip
        database = Database(known.target, known.config, asked)
        _, block = database.begin(_Unheard(), write=False)
        with block as session:
            database.relations(session)
            learn(database, session)
