"""A script statement by statement: in one transaction, or each in its own; and how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from sqlsess_cli.app import App
from sqlsess_cli.errors import PartialError, SqlsessError, UnknownOutcome

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from sqlsess_cli.core.gate import Step
    from sqlsess_cli.emit import Answers
    from sqlsess_cli.result import Result


class Progress:
    """Tells on standard error how far a script is: a line a statement, or one that moves.

    Args:
        app: its context; -v asks for a line a statement.
        steps: the statements.
        wanted: --progress asks for it: as a line that moves, where a person sees it.
    """

    def __init__(self, app: App, steps: Sequence[Step], *, wanted: bool) -> None:
        self.app, self.count, self.done = app, len(steps), 0
        lines = app.options.verbose or (wanted and not app.terminal.can_move)
        self._lines, self._moves = lines, wanted and not lines

    def executing(self, session: Session, step: Step) -> Iterator[Result]:
        """Execute a statement, and tell of it."""
        from sqlsess_cli.core.script import execute

        rows, started = self._changed(), monotonic()
        self._show(step)
        for result in execute(session, step):
            self.app.terminal.status("")  # its line may be where the answer goes
            yield result
        self.done += 1
        if self._lines:
            changed = self._changed() - rows
            named = step.place or f"statement {self.done}"
            said = f"{changed} row{'' if changed == 1 else 's'}, " * (not step.verb.reads)
            took = f"{said}{(monotonic() - started) * 1000:.0f} ms"
            self.app.terminal.tell(f"{named}: {step.statement.keyword}: {took}")

    def close(self) -> None:
        """The line that moves goes."""
        if self._moves:
            self.app.terminal.status("")

    def _changed(self) -> int:
        return self.app.transaction.rows if self.app.transaction is not None else 0

    def _show(self, step: Step) -> None:
        if self._moves:
            percent = 100 * self.done // self.count
            named = f"{step.place}: " if step.place else ""
            about = f"{percent:3}% {self.done}/{self.count} {named}{step.statement.keyword}"
            self.app.terminal.status(about)


def each_by_itself(app: App, steps: Sequence[Step], progress: Progress) -> Answers:
    """Execute statements, each in a transaction of its own, on one connection.

    Raises:
        PartialError: one was rejected, and those before it are committed.
        SqlsessError: the first one was, or what became of one is not known.
    """
    from sqlsess_cli.core.transaction.state import Series

    series = Series(len(steps))
    for step in steps:
        series.where = step.place
        try:
            with app.begin(write=True) as session:
                if app.transaction is not None:
                    app.transaction.series = series
                yield from progress.executing(session, step)
        except UnknownOutcome:
            raise
        except SqlsessError as error:
            if series.committed and not isinstance(error, PartialError):
                raise PartialError(error.message, error.hint, **error.details) from error
            raise
        series.committed += 1
        series.rows += app.transaction.rows if app.transaction is not None else 0
