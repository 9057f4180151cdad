"""--retries: a command once more, when others were in its way and nothing was kept or told."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from random import uniform
from typing import TYPE_CHECKING, Any, Protocol

from sqlsess_cli.emit import Answers
from sqlsess_cli.errors import SqlsessError
from sqlsess_cli.options import Options
from sqlsess_cli.reports import Reports
from sqlsess_cli.result import Result
from sqlsess_cli.terminal import Terminal

if TYPE_CHECKING:
    from sqlsess_cli.core.transaction.state import Transaction

_FIRST, _LONGEST = 0.05, 1.0  # seconds at most before the first repetition, and before any


class Context(Protocol):
    """What is known of a command line; what the App is."""

    terminal: Terminal
    transaction: Transaction | None
    later: list[str]

    @property
    def options(self) -> Options:
        """The options in force."""

    @property
    def reports(self) -> Reports:
        """Tells people things."""


def repeated(ask: Callable[[Any], Answers], context: Context) -> Answers:
    """The answers of a command that is asked again while that is safe, and may help.

    It is if all was rolled back because of a deadlock, a lock or a serialization failure, no answer
    was given, nobody was asked, and no program printed anything or read what cannot be read again.
    """
    most, number, longest = context.options.retries, 1, _FIRST
    while True:
        answers = _Noted(ask(context))
        context.terminal.final = False
        try:
            with context.terminal.noting_input():
                yield from answers
        except SqlsessError as error:
            untold = not (answers.gave or context.terminal.final)
            transaction = context.transaction
            if not (number <= most and untold and transaction and transaction.is_repeatable(error)):
                raise
            context.reports.notice(f"{error.message}: once more ({number} of {most})")
        else:
            return
        number += 1
        context.later.clear()
        time.sleep(uniform(0, longest))  # noqa: S311  so that two do not meet again
        longest = min(longest * 2, _LONGEST)


class _Noted(Generator[Result, Any, None]):
    """A generator, and whether it gave anything."""

    def __init__(self, inner: Answers) -> None:
        self._inner = inner
        self.gave = False

    def send(self, value: Any, /) -> Result:
        """Go on."""
        answer = self._inner.send(value)
        self.gave = True
        return answer

    def throw(self, *error: Any) -> Result:
        """Tell it of an error."""
        return self._inner.throw(*error)

    def close(self) -> None:
        """End it."""
        self._inner.close()
