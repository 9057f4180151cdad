"""App: the context of one command line: its options, its databases, its transaction."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from sqlsess_cli.errors import ConnectError, PartialError, RefusedError, SqlsessError, UsageError
from sqlsess_cli.guards import ask_trust, limits, may_write, own_limit
from sqlsess_cli.interrupts import Interrupts
from sqlsess_cli.options import SETTINGS, Options
from sqlsess_cli.reports import Reports
from sqlsess_cli.terminal import Terminal

if TYPE_CHECKING:  # nothing of these is imported to print a help page
    from sqlalchemy.orm import Session

    from sqlsess_cli.config.profiles import Config
    from sqlsess_cli.config.targets import Target
    from sqlsess_cli.core.database import Asked, Database
    from sqlsess_cli.core.transaction.state import Transaction
    from sqlsess_cli.emit import Answers, Emitter

    Ask = Callable[["App"], Answers]
    Attempt = Callable[["App", Callable[[], object], list[str]], int]


class App:
    """What a command is given.

    Args:
        terminal: whom we talk with.
        environ: the environment.
        interrupts: whom signals cancel.
    """

    def __init__(
        self, terminal: Terminal, environ: Mapping[str, str], interrupts: Interrupts
    ) -> None:
        self.terminal = terminal
        self.environ = environ
        self.interrupts = interrupts
        self.flags: dict[str, Any] = {}
        self.later: list[str] = []  # to be told once the answer is written
        self.usual_format: str | None = None  # of the command's own, when none is asked for
        self.target: Target | None = None
        self.transaction: Transaction | None = None
        self.several = False  # transactions, one after the other on one connection
        self.attempt: Attempt | None = None  # main's, for who runs lines of its own
        self.used: list[Database] = []  # also by the command line for another of its databases

    # What is in force

    def add_flags(self, flags: Mapping[str, Any]) -> None:
        """Take flags of the command line; those that may repeat add up."""
        for name, value in flags.items():
            many = SETTINGS[name].kind == "many"
            self.flags[name] = (*self.flags.get(name, ()), *value) if many else value

    @cached_property
    def found_config(self) -> Config:
        """The configuration files as they are, right or wrong."""
        from sqlsess_cli.config.profiles import Config

        early = Options.gather(self.flags, self.environ)
        return Config.find(self.environ, early.config, early.profile)

    @cached_property
    def config(self) -> Config:
        """The configuration files, checked."""
        return self.found_config.checked()

    @cached_property
    def options(self) -> Options:
        """The options in force; a file that is wrong sets none, and is told of when it is used."""
        found = self.found_config
        if found.problems():
            return Options.gather(self.flags, self.environ)
        return Options.gather(self.flags, self.environ, found.get, found.where)

    def targets(self, *, write: bool) -> list[Target]:
        """The databases that this command line is for.

        Raises:
            UsageError: none is named, or a name is unknown.
        """
        from sqlsess_cli.config.targets import default_targets, targets

        words, where = self._asked_databases()
        if words:
            patterns = words is self.options.db  # a URL may hold what they are made of
            return targets(self.config, words, where, write=write, patterns=patterns)
        return default_targets(self.config, write=write)

    def _asked_databases(self) -> tuple[tuple[str, ...], str]:
        """The databases that a flag or a variable names, and which of them."""
        if "db" in self.flags and "url" in self.flags:
            raise UsageError("--db and --url both name a database", "say one of them")
        options = self.options
        if options.db and ("db" in self.flags or "url" not in self.flags):
            return options.db, options.origin("db")
        if options.url:
            return (options.url,), options.origin("url")
        return (), ""

    # What a command uses

    @cached_property
    def _made(self) -> dict[tuple[str | None, ...], Database]:
        return {}

    def database(self) -> Database:
        """The database of this command, made when it is first asked for."""
        target = self.target or self.targets(write=False)[0]
        while target.instead is not None and not self._reachable(target):
            target = target.instead
        # Chosen once: another question might get another answer, and costs a connection.
        self.target = replace(target, instead=None)
        return self._database(self.target)

    def _database(self, target: Target) -> Database:
        key = (target.name, target.role, target.url)
        if key not in self._made:
            if self.can_ask:
                ask_trust(self.terminal, self.config, self.environ)
            from sqlsess_cli.core.database import Database

            self._made[key] = Database(target, self.config, self._asked())
        return self._made[key]

    def _asked(self) -> Asked:
        from sqlsess_cli.core.database import Asked

        options = self.options
        return Asked(
            options.models, options.origin("models"), options.isolation,
            options.forbids_writing, self.several,
            partial(limits, config=self.config, options=options),
            self._secrets, self.reports.echo if options.show_sql else None, self.reports.notice,
        )  # fmt: skip

    def _reachable(self, target: Target) -> bool:
        """Whether a replica answers; says so when it does not, since another is used."""
        try:
            self._database(target).connect()
        except ConnectError as error:
            self.reports.notice(f"{error.message}; using {target.instead and target.instead.name}")
            return False
        return True

    def _secrets(self, target: Target) -> Any:
        from sqlsess_cli.config.passwords import configured
        from sqlsess_cli.core.engines import Secrets

        def ask() -> str:
            return self.ask_secret(f"password for {target.name}")

        found = lambda: configured(target, dict(self.environ), self.ask_secret)  # noqa: E731
        return Secrets(found, ask if self.can_ask else None)

    @property
    def can_ask(self) -> bool:
        """Whether a person can be asked, and may be."""
        return self.terminal.can_ask and not self.options.no_input

    def ask_secret(self, question: str) -> str:
        """Ask a person for a password.

        Raises:
            RefusedError: there is nobody to ask, or asking is forbidden.
        """
        if self.options.no_input:
            raise RefusedError(f"nobody may be asked: {question}", "leave --no-input out")
        return self.terminal.secret(question)

    @contextmanager
    def begin(self, *, write: bool = False) -> Iterator[Session]:
        """The one transaction of this command on its database.

        Args:
            write: it may change data; else it is read-only at the database, and rolled back.

        Raises:
            RefusedError: this database is not to be written.
        """
        database = self.database()
        if write:
            may_write(database.target, self.config, self.options)
        self.transaction, block = database.begin(self.interrupts, write=write)
        limit = own_limit(database.target, self.config, self.options)
        with self.interrupts.within(limit), block as session:
            if not gc.get_freeze_count():
                gc.freeze()  # what was imported stays
            yield session
        if database not in self.used:
            self.used.append(database)

    # What becomes of its answers

    @property
    def emitter(self) -> Emitter:
        """Who writes the answers; tells a command the format, where that changes the answer."""
        from sqlsess_cli.emit import Emitter

        notice = self.reports.notice
        return Emitter(self.terminal, self.options, self.found_config, notice, self.usual_format)

    def run(self, ask: Ask, *, each_database: bool = False, writing: bool = False) -> None:
        """Run a command and write its answers.

        Args:
            ask: the command with its arguments.
            each_database: it works on the databases that are named, on each in turn.
            writing: it may change data, and is done even if nobody reads its answers.
        """
        from sqlsess_cli.fanout import FanOut, joined

        if self.options.timeout is not None:
            self.interrupts.limit(self.options.timeout)
        self.terminal.color = self.options.color
        found = self.targets(write=writing) if each_database else []
        emitter = self.emitter
        if len(found) > 1:
            here = [self._at(target) for target in found]
            several = FanOut(ask, here)
            try:
                answers = self._in_time(joined(several.answers()))
                emitter.emit(answers, must_finish=writing)
            finally:
                untold = (app.transaction for app in here if app is several.current)
                self.transaction = next(untold, None)
            several.conclude()
        else:
            self.target = found[0] if found else None
            emitter.emit(self._in_time(ask(self)), must_finish=writing)
            self.conclude()
        if self.used:
            from sqlsess_cli.core.remember import remember

            remember(self.used)

    def _in_time(self, answers: Answers) -> Answers:
        """The answers; the time limit ends with the last, however long a person then reads them."""
        try:
            yield from answers
        finally:
            self.interrupts.limit(0)

    def _at(self, target: Target) -> App:
        """The same command line, for one of its databases."""
        here = copy(self)
        here.target = target
        return here

    def conclude(self) -> None:
        """Tell how the transaction ended, and of cells that could not be read.

        Raises:
            PartialError: there were such cells.
        """
        for text in self.later:
            self.reports.notice(text)
        self.later.clear()
        self.tell_outcome(failed=False)
        spoilt = self.transaction.unreadable if self.transaction else {}
        if spoilt:
            self.reports.unreadable(spoilt)
            raise PartialError("some cells could not be read", "they are shown as !VALUE")

    def failed(self, error: SqlsessError) -> None:
        """Tell why the command failed, and how its transaction ended."""
        self.reports.error(error)
        self.tell_outcome(failed=True)

    @property
    def database_name(self) -> str:
        """What this command's database is called."""
        return self.target.name if self.target else ""

    def tell_outcome(self, *, failed: bool) -> None:
        """The one true line about a write or a failure, the last that is said about it."""
        if self.transaction is None:
            return
        self.reports.detail(self.transaction.detail())
        if failed or self.transaction.write:
            self.terminal.tell(self.transaction.line())

    @cached_property
    def reports(self) -> Reports:
        """Tells people things; needs no file, since a file may be what is wrong."""
        try:
            options = Options.gather(self.flags, self.environ)
        except UsageError:  # the environment may be wrong too
            options = Options.gather(self.flags, {})
        return Reports(self.terminal, options)
