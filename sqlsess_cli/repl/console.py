"""Console: what is open between lines, and how a line is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlsess_cli.app import App
from sqlsess_cli.errors import ExitCode, Interrupted, RefusedError, UsageError
from sqlsess_cli.repl.lending import end
from sqlsess_cli.repl.line import LineApp
from sqlsess_cli.repl.names import SqlNames
from sqlsess_cli.repl.reader import Command, Reader, Unit, reading_of
from sqlsess_cli.repl.state import Failed, Settings, Verbs
from sqlsess_cli.repl.table import Call, find, split_name, words_of
from sqlsess_cli.repl.verbs import bare, redirected
from sqlsess_cli.terminal import RED

if TYPE_CHECKING:
    from sqlsess_cli.config.targets import Target
    from sqlsess_cli.core.database import Database
    from sqlsess_cli.core.transaction.held import Held
    from sqlsess_cli.result import Result
    from sqlsess_cli.terminal import Terminal

_LEAVING = (129, 143)  # SIGHUP and SIGTERM, whatever they met
_NO_FLAGS = frozenset({"output", "write", "sandbox"})  # of the console itself, not of its lines


class Leave(Exception):
    """The person, or the script, wants to end the console."""


class Console:
    """What lines are typed into.

    Args:
        app: of the command that opened it.
        verbs: the command line, for lines that are verbs.

    Attributes:
        target: where it is connected to.
        databases: made so far, by what they depend on.
        held: the open transaction.
        lost: why nothing is executed until the person has taken note.
        settings: what its own commands set.
        scripted: its lines come from a script.
    """

    def __init__(self, app: App, verbs: Verbs) -> None:
        self.app = app
        self.verbs = verbs
        self.terminal: Terminal = app.terminal
        self.settings = Settings()
        self.names = SqlNames()
        self.databases: dict[tuple[object, ...], dict[tuple[str | None, ...], Database]] = {}
        self.held: Held | None = None
        self.lost = ""
        self.scripted = False
        self.places = ExitStack()  # where answers go, if not to the screen
        self.settle: Callable[[], None] = lambda: None  # what loads in the background is awaited
        self.flags = {name: value for name, value in app.flags.items() if name not in _NO_FLAGS}
        self.target = self._target(app)
        self._take_parameters()
        self.settings.writing = app.options.write is True

    def _take_parameters(self) -> None:
        """Values of parameters that came with the console are variables of it.

        Raises:
            UsageError: one is no NAME=VALUE.
        """
        for word in self.flags.pop("param", ()):
            name, equals, value = word.partition("=")
            if not equals or not name.isidentifier():
                raise UsageError(f"-p {word}: the console takes NAME=VALUE")
            self.settings.variables[name] = value

    # Where it is connected to

    def _target(self, app: App) -> Target:
        found = app.targets(write=True)
        if len(found) > 1:
            raise UsageError("the console works on one database", "name one of them")
        return found[0]

    def connect(self, name: str) -> None:
        """Leave the database for another one; the same name makes a new connection.

        Raises:
            UsageError: no database is called so.
        """
        if name:
            asking = LineApp(self, self.flags)
            asking.add_flags({"db": (name,)})
            self.target = self._target(asking)
        end(self, commit=False)
        self.lost = ""

    @property
    def dialect(self) -> str:
        """SQLAlchemy's name of the database, as far as its URL tells."""
        return (self.target.url or "sqlite:").partition(":")[0].partition("+")[0]

    def reader(self) -> Reader:
        """Takes the lines of this database apart."""
        return Reader(reading_of(self.dialect), self.is_line)

    def is_line(self, line: str) -> bool:
        """Whether a line without a backslash stands for itself."""
        return bare(line, self.verbs.names) is not None

    # How a line is run

    def run(self, unit: Unit) -> int:
        """Do what a line says, and tell how it went.

        Returns:
            Its exit code.

        Raises:
            Leave: it ends the console.
            Interrupted: by a signal that ends everything.
        """
        self.settle()
        if isinstance(unit, Command):
            code = self._command(unit)
        else:
            self.settings.last = unit.text
            code = self.sql(unit.text)
        if code in _LEAVING:
            raise Interrupted(code - 128)
        return code

    def _command(self, unit: Command) -> int:
        text = unit.text.removeprefix("\\")
        if not unit.text.startswith("\\"):
            found = bare(unit.text, self.verbs.names)
            text = found if found is not None else unit.text
        name, argument = split_name(text)
        if name in self.verbs.names:
            if unit.buffer:
                self.terminal.tell("what stood before the command was not executed", RED)
            return self.verb(f"{name} {argument}")
        return self.attempt(lambda: self._meta(name, Call(argument, unit.buffer)), [name])

    def _meta(self, name: str, call: Call) -> None:
        found = find(name, self.verbs.names)
        if not found.anyway:
            self.require_connection()
        found.run(self, call)

    def require_connection(self) -> None:
        """See that nothing was lost that the person does not know of.

        Raises:
            RefusedError: a connection was, and nobody has taken note.
        """
        if self.lost:
            hint = r"\rollback takes note of it; \connect does, and names a database"
            raise RefusedError(f"{self.lost}: nothing is executed until you say so", hint)
        if self.held is not None:
            self.held.require_open()

    def verb(self, line: str) -> int:
        """Run a line that is a verb, with `> FILE` or `| PROGRAM` at its end."""
        words: list[str] = []

        def parse() -> None:
            words.extend(words_of(line))
            if words[0] in ("repl", "shell"):
                raise UsageError("this is the console already")

        if code := self.attempt(parse, []):
            return code
        words, file, program = redirected(words)
        flags = {"output": file} if file else {}
        if program:
            return self.attempt(lambda: self._into(program, words), words)
        return self.invoke(words, flags)

    def _into(self, program: str, words: list[str]) -> None:
        from sqlsess_cli.repl.places import program_of

        with program_of(self, program) as terminal:
            self.invoke(words, terminal=terminal)

    def sql(
        self, text: str, flags: Mapping[str, Any] | None = None, terminal: Terminal | None = None
    ) -> int:
        """Run a statement; its `:name` parameters take the values of variables."""
        asked = dict(flags or {})
        names = self._parameters(text)
        variables = self.settings.variables
        asked["param"] = tuple(f"{name}={variables[name]}" for name in names if name in variables)
        # What the verb would take for a file or a saved query is neither here.
        text = f" {text}" if text[:1] in ("@", ":") or text == "-" else text
        defines = self.names.note(text)
        code = self.invoke(["sql", "--", text], asked, terminal)
        if defines and not code and not self.scripted:
            self.names.learn(LineApp(self, self.flags).database())
        return code

    def _parameters(self, text: str) -> list[str]:
        if not self.settings.variables or ":" not in text:
            return []
        from sqlsess_cli.sql.statements import split

        found = split(text, reading_of(self.dialect))
        return [name for statement in found for name in statement.parameters]

    def invoke(
        self, words: list[str], flags: Mapping[str, Any] | None = None,
        terminal: Terminal | None = None,
    ) -> int:  # fmt: skip
        """Run the words of a command line with the console's own settings.

        Returns:
            Its exit code.
        """
        here = LineApp(self, {**self.flags, **self.settings.flags, **(flags or {})}, terminal)

        def run() -> None:
            self.require_connection()
            self.verbs.invoke(words, here)

        return self._timed(here, run, words)

    def answers(self, text: str) -> list[Result]:
        """Run a statement and keep its answers.

        Raises:
            SqlsessError: it failed.
        """
        here = LineApp(self, {**self.flags, **self.settings.flags})
        here.kept = []
        self.require_connection()
        self.verbs.invoke(["sql", "--", text], here)
        return here.kept

    def _timed(self, here: LineApp, run: Callable[[], None], words: list[str]) -> int:
        before = len(self.held.done) if self.held else 0
        start = perf_counter()
        code = self.attempt(run, words, here)
        milliseconds = (perf_counter() - start) * 1000
        self._note_state(here, before, " ".join(words[2:] if words[0] == "sql" else words))
        if self.settings.timing:
            self.terminal.tell(f"time: {milliseconds:.1f} ms")
        return code

    def _note_state(self, here: LineApp, before: int, about: str) -> None:
        """What a line left behind: something uncommitted, a connection that is no more."""
        done, held = here.transaction, self.held
        if held is not None and done is held.transaction:
            if len(held.done) > before:
                held.done[-1] = replace(held.done[-1], about=" ".join(about.split()))
        elif here.failure in (ExitCode.CONNECT, ExitCode.UNKNOWN) and done and done.connections:
            self.lost = f"the connection to {done.database} was lost"

    def attempt(
        self, do: Callable[[], object], words: list[str], here: LineApp | None = None
    ) -> int:
        """Do something, and tell why it failed if it does.

        Returns:
            The exit code.

        Raises:
            Leave: that is what it wants.
        """
        here = here or LineApp(self, self.flags)
        leaving: list[Leave] = []
        told: list[int] = []

        def guarded() -> None:
            try:
                do()
            except Leave as error:
                leaving.append(error)
            except Failed as error:
                told.append(error.code)

        if here.attempt is None:
            raise RuntimeError("no main")
        here.failure = here.attempt(here, guarded, words) or sum(told)
        self.app.interrupts.reset()
        if leaving:
            raise leaving[0]
        return here.failure
