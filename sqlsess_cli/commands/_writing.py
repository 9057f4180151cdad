"""What insert, update and delete share: options, and how a change is seen, allowed and settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._journal import journal_option, journaled
from sqlsess_cli.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from sqlsess_cli.core.changes.images import Watch
    from sqlsess_cli.core.models.entity import Entity
    from sqlsess_cli.core.queries.asked import Query
    from sqlsess_cli.result import Result

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would change, and roll it back."
)
yes_option = click.option(
    "-y", "--yes", is_flag=True, help="Do not ask, however many objects change."
)
_OPTIONS = (
    dry_run_option,
    yes_option,
    click.option("--max-rows", type=click.IntRange(0), metavar="N",
                 help="Roll back if more than N objects change."),
    click.option("--returning", is_flag=True, help="Print the objects as they are afterwards."),
    click.option("--bulk", is_flag=True,
                 help="One statement for all: no validator, event or cascade of the model runs."),
    journal_option,
)  # fmt: skip


def write_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that changes objects."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


class Seen(Protocol):
    """What was changed, to be counted and shown."""

    def count(self) -> int:
        """How many objects and rows."""

    def result(self) -> Result:
        """Each value before and after."""


@dataclass(slots=True)
class Change:
    """A change that is under way.

    Attributes:
        app: its context.
        session: from begin().
        watch: what was done to each object.
        seen: the same, or what else was changed, as it is counted and shown.
        dry_run: only to see it.
        yes: nobody need be asked.
        max_rows: the most objects that may change.
    """

    app: App
    session: Session
    watch: Watch
    seen: Seen
    dry_run: bool
    yes: bool
    max_rows: int | None

    def settle(self, done: Callable[[], str], touched: int | None = None) -> Iterator[Result]:
        """Flush, and let the change stand if it may.

        Args:
            done: says in words what was done.
            touched: how many rows statements changed that have no objects.

        Raises:
            RefusedError: too many objects changed, or there is nobody to ask; all is rolled back.
            RejectedError: the database or the model refuses it.
        """
        from sqlsess_cli.core.changes.flush import flush

        flush(self.session)
        transaction = self.app.transaction
        count = self.seen.count() + (touched or 0)
        said = done()
        if self.max_rows is not None and count > self.max_rows:
            raise RefusedError(f"{said}: more than --max-rows {self.max_rows}")
        if transaction is not None:
            transaction.done, transaction.rows = said, count
        if self.dry_run:
            if triggered := self.watch.triggered():
                names = ", ".join(triggered)
                self.app.reports.notice(f"not counted: what the triggers on {names} do")
            yield self.seen.result()
            return
        if count > 1 and not self.yes:
            self._ask(said, count)

    def _ask(self, said: str, count: int) -> None:
        """Show what would change, and ask.

        Raises:
            RefusedError: the answer is no, or there is nobody to give one.
        """
        app = self.app
        if not app.can_ask:
            raise RefusedError(
                f"{said}: {count} objects, and there is nobody to ask",
                "--yes allows it; --dry-run shows it",
            )
        if app.terminal.streams.stdout_is_terminal and app.options.output in (None, "-"):
            # By itself: a page of it has to be seen, or left, before the question is put.
            app.emitter.emit((item for item in [self.seen.result()]), must_finish=True)
        if not app.terminal.confirm(f"{said} on {app.database_name}. Keep it?"):
            raise RefusedError("it was not allowed")


@contextmanager
def changing(
    app: App, *, dry_run: bool, yes: bool, max_rows: int | None = None, journal: str | None = None
) -> Iterator[Change]:
    """The transaction of a command that changes objects.

    Raises:
        RefusedError: this database is not to be written.
        UsageError: a journal is asked for that cannot be kept.
    """
    from sqlsess_cli.core.changes.images import Watch

    if app.options.write is False:
        raise RefusedError(f"{app.options.origin('write')} forbids changes")
    if journal is not None and dry_run:
        raise UsageError("--journal tells what stays, and of a dry run nothing does")
    with (
        journaled(app, journal) as recorded,
        app.begin(write=True) as session,
        recorded(session),
    ):
        if app.transaction is not None:
            app.transaction.dry |= dry_run
            app.transaction.changed = True
        asking = app.can_ask and not yes
        with closing(Watch(session, shown=dry_run or asking)) as watch:
            yield Change(app, session, watch, watch, dry_run, yes, max_rows)


def warn_of_bulk(app: App, entity: Entity, *, returning: bool) -> None:
    """Say what --bulk leaves out.

    Raises:
        UsageError: objects are wanted, and it has none.
    """
    if returning:
        raise UsageError("--bulk has no objects to print", "leave --returning out")
    left = "constructor, validators, events, cascades and version counter"
    app.reports.notice(f"--bulk: {left} of {entity.label} have no say")


def said(number: int, entity: Entity, done: str, watch: Watch) -> str:
    """Such as `3 Track updated, 2 others with them, 7 more by ON DELETE CASCADE in line`."""
    others = watch.others()
    them = f"{others} other{'' if others == 1 else 's'} with {'it' if number == 1 else 'them'}"
    return ", ".join([f"{number} {entity.label} {done}", *[them] * bool(others),
                      *watch.cascades.said()])  # fmt: skip


def selected(
    entity: Entity, words: Sequence[str], parameters: Mapping[str, str], *, every: bool
) -> Query:
    """Which objects the words of a command line name.

    Raises:
        RefusedError: nothing says which.
        UsageError: they are too few or too many for a key.
    """
    from sqlsess_cli.core.queries.asked import Query
    from sqlsess_cli.core.queries.identity import identified

    if every and words:
        raise UsageError("--all and conditions contradict each other", "say one of them")
    if not every and not words:
        hint = "give a key or conditions; --all means every one"
        raise RefusedError(f"nothing says which {entity.label}", hint)
    query = Query(parameters=parameters)
    return identified(entity, words, query) if words else query
