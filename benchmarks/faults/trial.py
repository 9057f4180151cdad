"""What a fault is tried on: one tool with a database, a HOME and a directory of its own."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from servers._process import Daemon
from servers._server import APP, Database
from servers._wait import eventually
from servers.fleet import Fleet
from servers.program import Finished, Program, Spawned
from servers.proxy import Proxy
from servers.pseudoterminal import PseudoTerminal
from servers.rogue import Rogue
from servers.warm import Warm

from benchmarks.environments import native_path
from benchmarks.faults.seen import FAULTS, Seen, worst
from benchmarks.faults.tools import OURS, Address, Tool, order

SETTINGS = {"mariadb": {"ssl": "0"}, "postgresql": {"ssl": "off"}}
SLEEP = {"mariadb": "SELECT sleep({})", "postgresql": "SELECT pg_sleep({})"}
NO_PROMPT = "it has no prompt"
PATIENCE = 15.0  # seconds; twice as long as our longest limit leaves in doubt


@dataclass
class World:
    """The servers, which are started when the first trial wants them, and nobody else's.

    Attributes:
        fleet: makes servers.
        warm: where processes of ours are forked from.
    """

    fleet: Fleet
    warm: Warm | None = None
    stack: ExitStack = field(default_factory=ExitStack)
    daemons: dict[str, Daemon] = field(default_factory=dict)

    def daemon(self, kind: str) -> Daemon:
        """A private server, without TLS: not every client would use it on loopback."""
        if kind not in self.daemons:
            made = self.fleet.daemon(kind, **SETTINGS[kind])
            self.daemons[kind] = self.stack.enter_context(made)
        return self.daemons[kind]

    def tried(self, number: int, tool: Tool) -> Seen:
        """What is seen of a fault on a tool, on each database that both know: the worst."""
        fault = FAULTS[number]
        if tool.name in fault.without:
            return Seen("-", fault.without[tool.name])
        kinds = [kind for kind in fault.kinds if kind in tool.kinds]
        if not kinds:
            return Seen("-", "not of its database")
        return worst(self._tried(number, tool, kind) for kind in kinds)

    def _tried(self, number: int, tool: Tool, kind: str) -> Seen:
        with ExitStack() as stack:
            trial = Trial(self, tool, kind, stack)
            try:
                return FAULTS[number].trial(trial)
            except AssertionError as error:  # of the helpers: it did not end, or did not come to it
                first = str(error).splitlines()[0]
                return Seen("BAD", first[:80])


class Trial:
    """What a fault is tried with.

    Args:
        world: has the servers.
        tool: that is tried.
        kind: of its database.
        stack: closes what the trial opens.
    """

    def __init__(self, world: World, tool: Tool, kind: str, stack: ExitStack) -> None:
        self.world = world
        self.tool = tool
        self.kind = kind
        self._stack = stack
        self._place = stack.enter_context(tempfile.TemporaryDirectory(prefix="sqlsess-fault-"))
        self.home, self.folder = f"{self._place}/home", f"{self._place}/work"
        os.mkdir(self.home)
        os.mkdir(self.folder)
        self._database: Database | None = None

    @property
    def ours(self) -> bool:
        """It is the program of this checkout."""
        return self.tool.name == OURS

    @property
    def database(self) -> Database:
        """An empty database, with `t (a INTEGER PRIMARY KEY, b TEXT)`."""
        if self._database is None:
            servers = self.world.fleet
            server = (
                servers.server("sqlite") if self.kind == "sqlite"
                else self.world.daemon(self.kind).server
            )  # fmt: skip
            self._database = self._stack.enter_context(server.fresh())
            self._database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR(200))")
        return self._database

    @property
    def address(self) -> Address:
        """Where that is."""
        server, name = self.database.server, self.database.name
        if self.kind == "sqlite":
            return Address("sqlite", server.path(name))
        return Address(self.kind, name, server.port, APP, server.password())

    def count(self) -> int:
        """How many rows another client finds in it."""
        return int(self.database.value("SELECT count(*) FROM t"))

    # Running the tool

    @property
    def program(self) -> Program:
        """The tool, in a clean environment."""
        if self.ours:
            return Program(self.home, self.folder, warm=self.world.warm)
        return Program(self.home, self.folder, words=self.tool.words)

    def environ(self) -> dict[str, str]:
        """Of its processes: PostgreSQL's own programs before Debian's wrappers, and no keyring."""
        keyring = {} if self.ours else {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        return {"PATH": native_path(), **keyring}

    def words(self, arguments: list[str], address: Address | None = None) -> list[str]:
        """Its arguments, the database's place included."""
        return order(self.tool, address or self.address, arguments)

    def run(self, arguments: list[str], address: Address | None = None, **options: Any) -> Finished:
        """Run it to its end; options as Program.run."""
        wishes = {"timeout": PATIENCE, "traceback": True, "env": self.environ(), **options}
        return self.program.run(*self.words(arguments, address), **wishes)

    def once(self, sql: str, address: Address | None = None, **options: Any) -> Finished:
        """Have it execute one text."""
        return self.run(self.tool.once(sql), address, **options)

    def script(
        self, text: str, address: Address | None = None, more: tuple[str, ...] = (), **options: Any
    ) -> Finished:
        """Have it execute a file; ours is one transaction already, and takes no BEGIN."""
        if self.ours:
            text = text.replace("BEGIN;\n", "").replace("COMMIT;\n", "")
        path = f"{self.folder}/script.sql"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        if self.tool.script is not None:
            return self.run([*self.tool.script(path), *more], address, **options)
        return self.run([], address, input=text, **options)

    def shell(self, line: str, arguments: list[str], **options: Any) -> Finished:
        """A line of bash in which "$@" is the tool with its arguments."""
        program = Program(self.home, self.folder, words=("bash", "-c", line, "-"))
        words = [*self.tool.words, *self.words(arguments)]
        wishes = {"timeout": PATIENCE, "traceback": True, "env": self.environ(), **options}
        return program.run(*words, **wishes)

    def start_shell(self, line: str, arguments: list[str]) -> Spawned:
        """The same, to be killed with all that it started."""
        program = Program(self.home, self.folder, words=("bash", "-c", line, "-"))
        words = [*self.tool.words, *self.words(arguments)]
        process = program.spawn(*words, env=self.environ())
        self._stack.callback(process.kill)
        return process

    def start(self, arguments: list[str]) -> Spawned:
        """Start it, to watch it and send it signals."""
        process = self.program.spawn(*self.words(arguments), env=self.environ())
        self._stack.callback(process.kill)
        return process

    def terminal(self, arguments: list[str], address: Address | None = None) -> PseudoTerminal:
        """Start it on a pseudo-terminal."""
        words = (*self.tool.words, *self.words(arguments, address))
        environ = self.program.environ({**self.environ(), "PAGER": "cat"})
        made = PseudoTerminal(words, environ, self.folder, (200, 50))
        self._stack.callback(made.close)
        return made

    def prompt(self) -> PseudoTerminal:
        """Its prompt, ready to be typed at."""
        terminal = self.terminal([])
        eventually(lambda: at_prompt(terminal), PATIENCE, "its prompt")
        return terminal

    def typed(self, terminal: PseudoTerminal, *lines: str) -> None:
        """Type lines, each at a prompt."""
        for line in lines:
            eventually(lambda: at_prompt(terminal), PATIENCE, f"a prompt for {line}")
            enough = len(terminal.raw) + len(line)
            terminal.send(f"{line}\r")
            done = partial(answered, terminal, enough)
            eventually(done, PATIENCE, f"the end of {line}")

    # Around it

    def sleep(self, seconds: int) -> str:
        """A statement that takes so long."""
        return SLEEP[self.kind].format(seconds)

    def running(self) -> bool:
        """Whether the server still executes a sleep of ours."""
        return any("sleep" in item.sql for item in self.database.processes())

    def in_sleep(self) -> None:
        """Wait until it does."""
        eventually(self.running, PATIENCE, "the statement to run")

    def gone(self, seconds: float = 3.0) -> bool:
        """Whether it stops to, soon."""
        with suppress(AssertionError):
            eventually(lambda: not self.running(), seconds)
            return True
        return False

    @contextmanager
    def cut(self, text: str, *, delivered: bool) -> Iterator[Address]:
        """Where a connection is cut when the client sends this, before or after it is heard."""
        start = b"\x03" if self.kind == "mariadb" else b""
        here = self.address
        with Proxy(self.database, start + text.encode(), delivered=delivered) as proxy:
            yield Address(here.kind, here.name, proxy.port, here.user, here.password)

    @contextmanager
    def rogue(self, made: Rogue, password: str) -> Iterator[Address]:
        """A server that means harm."""
        with made:
            yield Address(self.kind, "x", made.port, "me", password)

    def path(self, name: str) -> str:
        """A file in its directory."""
        return f"{self.folder}/{name}"

    def configured(self, text: str) -> None:
        """Give it a file of settings."""
        path = f"{self.home}/{self.tool.settings[0]}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)


def at_prompt(terminal: PseudoTerminal) -> bool:
    """Whether the line with the cursor ends as a prompt does."""
    lines = terminal.screen()
    row = terminal.cursor[1]
    line = lines[row] if row < len(lines) else ""
    return line.rstrip().endswith((">", "=#", "=>", "*>", "-#", "*#"))


def asks(terminal: PseudoTerminal) -> bool:
    """Whether it wants a yes or a no."""
    return terminal.text.rstrip().lower().endswith(("[y/n]:", "[y/n]", "(y/n):", "(y/n)"))


def settled(terminal: PseudoTerminal) -> bool:
    """Whether it waits for us: at a prompt, with a question, or because it ended."""
    return at_prompt(terminal) or asks(terminal) or terminal.process.poll() is not None


def answered(terminal: PseudoTerminal, enough: int) -> bool:
    """Whether it wrote more than so many bytes, and now waits for us, and is done drawing."""
    if len(terminal.raw) <= enough or not settled(terminal):
        return False
    drawn = len(terminal.raw)
    time.sleep(0.3)
    return len(terminal.raw) == drawn and settled(terminal)


def token() -> str:
    """A word that nobody else says."""
    return f"canary{secrets.token_hex(6)}"
