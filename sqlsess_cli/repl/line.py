"""The context of one line of the console: an App that shares what the console has open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlsess_cli.app import App
from sqlsess_cli.emit import Emitter
from sqlsess_cli.errors import UsageError
from sqlsess_cli.guards import may_write, own_limit
from sqlsess_cli.options import Options
from sqlsess_cli.repl.lending import lent
from sqlsess_cli.repl.waiting import Waiting
from sqlsess_cli.result import Result

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from sqlsess_cli.config.profiles import Config
    from sqlsess_cli.config.targets import Target
    from sqlsess_cli.core.database import Database
    from sqlsess_cli.emit import Answers
    from sqlsess_cli.repl.console import Console
    from sqlsess_cli.terminal import Terminal


_WHERE = ("db", "url")  # where the console is connected to is for it to say, unless a line does


class LineApp(App):
    """What a command is given that is run by a line of the console.

    Args:
        console: whose.
        flags: of the console, before those of the line.
        terminal: where it writes, if that is another place than the console's own.
    """

    def __init__(
        self, console: Console, flags: Mapping[str, Any], terminal: Terminal | None = None
    ) -> None:
        super().__init__(terminal or console.terminal, console.app.environ, console.app.interrupts)
        self.attempt = console.app.attempt
        self.console = console
        self.flags = {key: value for key, value in flags.items() if key not in _WHERE}
        self.kept: list[Result] | None = None  # answers go here instead of to the terminal
        self.failure = 0  # the exit code of the line, once it has ended

    @cached_property
    def found_config(self) -> Config:
        """The console's, unless the line names another."""
        return self._of_console("found_config")

    @cached_property
    def config(self) -> Config:
        """The same, checked."""
        return self._of_console("config")

    def _of_console(self, name: str) -> Config:
        above = self.console.app
        same = all(self.flags.get(key) == above.flags.get(key) for key in ("config", "profile"))
        found: Config = getattr(above if same else super(), name)
        return found

    @cached_property
    def options(self) -> Options:
        """Those of the line; whether it may write is for the console to say, unless it says so."""
        found, settings = super().options, self.console.settings
        above = self.console.app.options
        if above.write is False:
            origins = {**found.origins, "write": above.origin("write")}
            return replace(found, write=False, origins=origins)
        if "write" in self.flags:
            return found
        if settings.writing or settings.sandbox:
            return replace(found, write=True)
        return replace(found, write=False, origins={**found.origins, "write": r"\write off"})

    @cached_property
    def _made(self) -> dict[tuple[str | None, ...], Database]:
        key = (id(self.found_config), self.options.models, self.options.isolation)
        return self.console.databases.setdefault(key, {})

    def _database(self, target: Target) -> Database:
        database = super()._database(target)
        database.asked = replace(self._asked(), hear=self.reports.notice)
        return database

    def targets(self, *, write: bool) -> list[Target]:
        """What the line names, else where the console is connected to."""
        if {"db", "url"}.isdisjoint(self.flags):
            return [self.console.target]
        return super().targets(write=write)

    @contextmanager
    def begin(self, *, write: bool = False) -> Iterator[Session]:
        """A transaction of its own, or the console's open one, if it is on the same database."""
        database = self.database()
        held = lent(self.console, database)
        if held is None:
            with super().begin(write=write) as session:
                yield session
            return
        if self.several:
            raise UsageError("the open transaction is one", r"\commit or \rollback ends it first")
        if write:
            may_write(database.target, self.config, self.options)
        self.transaction = held.transaction
        limit = own_limit(database.target, self.config, self.options)
        with self.interrupts.within(limit), held.step(write=write):
            yield held.session
        self.used.append(database)

    def _in_time(self, answers: Answers) -> Answers:
        """The answers; a person who waits for them sees for how long."""
        with Waiting(self.terminal) as waiting:
            yield from super()._in_time(waiting.heard(answers))

    def tell_outcome(self, *, failed: bool) -> None:
        """As ever; of what went well only if it changed something."""
        done = self.transaction
        if done is not None and not failed and not (done.rows or done.done):
            read = done.outcome == "committed" and not done.changed
            if read or done.outcome == "pending":
                self.reports.detail(done.detail())
                return
        super().tell_outcome(failed=failed)

    @property
    def emitter(self) -> Emitter:
        """Who writes the answers, or keeps them."""
        usual = super().emitter
        return usual if self.kept is None else _Keeping(usual, self.kept)


class _Keeping(Emitter):
    """Keeps answers instead of writing them.

    Args:
        usual: who would write them.
        kept: where they go, whole.
    """

    __slots__ = ("_kept",)
    _kept: list[Result]

    def __init__(self, usual: Emitter, kept: list[Result]) -> None:
        super().__init__(usual.terminal, usual.options, usual.config, usual.notice, usual.usual)
        object.__setattr__(self, "_kept", kept)  # it is as frozen as any Emitter

    def emit(self, answers: Answers, *, must_finish: bool) -> None:  # noqa: ARG002  as it is called
        """Keep every answer."""
        for answer in answers:
            self._kept.append(Result.of(answer.columns, list(answer.rows()), answer.title))
