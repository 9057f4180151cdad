"""Fixtures that every test may use: real servers, databases on them, and the real program."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from servers._process import Daemon
from servers._server import Database, Missing, Server
from servers.facts import KINDS, supports
from servers.fleet import Fleet, LocalFleet, RemoteFleet
from servers.program import (
    INTERPRETER,
    Finished,
    Program,
    Spawned,
    clean_environ,
    coverage_settings,
    heard_signals,
)
from servers.pseudoterminal import PseudoTerminal
from servers.samples import data_folder
from servers.warm import Warm

FLEET = pytest.StashKey[Fleet]()
REQUIRED = os.environ.get("SQLSESS_REQUIRE_SERVERS", "") not in {"", "0"}
DATA_REQUIRED = REQUIRED and "SQLSESS_DATA" in os.environ  # a bare CI has no such folder
T = TypeVar("T")


# --- the run as a whole


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(fact, …): only databases where the facts hold")
    worker = getattr(config, "workerinput", None)
    config.stash[FLEET] = RemoteFleet(worker["fleet"]) if worker else LocalFleet()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["fleet"] = node.config.stash[FLEET].address()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[FLEET].close()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the servers that were used; only the process that owns them knows."""
    servers = getattr(config.stash[FLEET], "started", [])
    for server in servers:
        terminalreporter.write_line(f"{server.version}: started in {server.seconds:.2f} s")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that touches `kind` on every database where the facts it needs hold."""
    if "kind" not in metafunc.fixturenames or "kind" in parametrized(metafunc):
        return
    facts = [fact for mark in metafunc.definition.iter_markers("needs") for fact in mark.args]
    kinds = [kind for kind in KINDS if supports(kind, *facts)]
    if not kinds:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: no database has all of {facts}")
    metafunc.parametrize("kind", kinds, indirect=True)


def parametrized(metafunc: pytest.Metafunc) -> Iterator[str]:
    """The names that the test's own marks give values to."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0]
        yield from [name.strip() for name in names.split(",")] if isinstance(names, str) else names


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the servers that the chosen tests will want, side by side, while others run."""
    if session.config.option.collectonly:
        return
    wanted = {name for item in session.items for name in names_of(item)}
    for kind in sorted(wanted & set(KINDS)):
        session.config.stash[FLEET].wish("server", kind)


def names_of(item: pytest.Item) -> Iterator[str]:
    """Fixtures and parameters of a test: "mariadb" in either means the server will be needed."""
    yield from getattr(item, "fixturenames", [])
    for value in item.callspec.params.values() if hasattr(item, "callspec") else []:
        yield from [value] if isinstance(value, str) else getattr(value, "kinds", [])


# --- servers


@pytest.fixture(scope="session")
def fleet(request: pytest.FixtureRequest) -> Fleet:
    """The servers of this run; tests want one of the fixtures below instead."""
    return request.config.stash[FLEET]


@pytest.fixture(scope="session")
def server_of(fleet: Fleet) -> Callable[[str], Server]:
    """`server_of("mariadb")`: a shared server."""
    return lambda kind: present(lambda: fleet.server(kind))


@pytest.fixture
def mariadb(server_of: Callable[[str], Server]) -> Server:
    """The shared MariaDB server."""
    return server_of("mariadb")


@pytest.fixture
def postgresql(server_of: Callable[[str], Server]) -> Server:
    """The shared PostgreSQL server."""
    return server_of("postgresql")


def present(make: Callable[[], T], *, required: bool = REQUIRED) -> T:
    """Make something that may be missing on this machine: then leave the test out, by name.

    Where leaving out is not allowed it fails.
    """
    try:
        return make()
    except Missing as error:
        reason = f"not run: {error}"
    return pytest.fail(reason) if required else pytest.skip(reason)


@pytest.fixture
def private(fleet: Fleet) -> Iterator[Callable[..., Daemon]]:
    """`private("postgresql", wal_level="replica")`: a server of one's own, to kill and freeze."""
    with ExitStack() as stack:

        def make(kind: str, **settings: str) -> Daemon:
            return present(lambda: stack.enter_context(fleet.daemon(kind, **settings)))

        yield make


# --- databases


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """One of sqlite, mariadb, postgresql: whoever uses it (or `database`) runs once on each."""
    return request.param


@pytest.fixture
def fresh(server_of: Callable[[str], Server]) -> Iterator[Callable[[str], Database]]:
    """`fresh("mariadb")`: an empty database for this test; as many as it asks for."""
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(server_of(kind).fresh())


@pytest.fixture
def database(kind: str, fresh: Callable[[str], Database]) -> Database:
    """An empty database of this kind."""
    return fresh(kind)


@pytest.fixture
def sample(fleet: Fleet) -> Iterator[Callable[[str, str], Database]]:
    """`sample("chinook", "sqlite")`: a loaded database that the whole run shares, to read only."""
    with ExitStack() as stack:

        def get(name: str, kind: str) -> Database:
            if name != "million":
                present(data_folder, required=DATA_REQUIRED)
            database = present(lambda: fleet.sample(name, kind))
            stack.enter_context(unchanged(database))
            return database

        yield get


@contextmanager
def unchanged(database: Database) -> Iterator[None]:
    """Whoever writes to a shared SQLite file is found out; servers refuse by themselves."""
    if database.kind != "sqlite":
        yield
        return
    path = database.server.path(database.name)
    before = os.stat(path)
    yield
    after = os.stat(path)
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size), (
        f"{database.name} is shared by all tests, and was changed"
    )


@pytest.fixture
def chinook(kind: str, sample: Callable[[str, str], Database]) -> Database:
    """A music shop, to read only: 11 tables, 15,607 rows, related every way."""
    return sample("chinook", kind)


@pytest.fixture
def employees(kind: str, sample: Callable[[str, str], Database]) -> Database:
    """A company's history, to read only: 6 tables with composite keys, 2 views, 13,086 rows."""
    return sample("employees", kind)


@pytest.fixture
def million(kind: str, sample: Callable[[str, str], Database]) -> Database:
    """Read only: `events(id, user_id, ts, amount, kind, note)` with 1,000,000 rows."""
    return sample("million", kind)


# --- the program


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty HOME; no XDG variable points elsewhere."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty current directory, apart from HOME."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm | None]:
    """Where `run` takes its processes from; not where coverage wants to see their beginning."""
    made = Warm((*heard_signals(), *INTERPRETER), clean_environ())
    yield None if coverage_settings() else made
    made.close()


@pytest.fixture
def program(home: Path, folder: Path, warm: Warm | None) -> Program:
    """The program with a clean environment, HOME and current directory."""
    return Program(str(home), str(folder), warm=warm)


@pytest.fixture
def shell(program: Program, tmp_path: Path) -> Program:
    """A shell that finds the program under test as `sqlsess`, and our interpreter as `python`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    scripts = {"sqlsess": " ".join(program.words), "python": sys.executable}
    for name, words in scripts.items():
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        script.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return replace(program, words=("/bin/sh", "-c"), more={"PATH": path})


@pytest.fixture
def quick_shell(shell: Program, warm: Warm | None) -> Program:
    """The same, where the program finds its warm process."""
    if warm is None:
        return shell
    warm.start()
    return replace(shell, more={**shell.more, **warm.environ})


@pytest.fixture
def shell_path(shell: Program) -> str:
    """The PATH on which that shell finds them."""
    return shell.more["PATH"]


@pytest.fixture
def installed() -> Callable[[str], str]:
    """`installed("zsh")`: the path of another program, which a CI has to have."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            raise Missing(f"{name} not found (apt-get install {name})")
        return path

    return lambda name: present(lambda: find(name))


@pytest.fixture
def run(program: Program) -> Callable[..., Finished]:
    """`run("query", "students", "--db", "demo", input="…").out`: run the program to its end."""
    return program.run


@pytest.fixture
def spawn(program: Program) -> Iterator[Callable[..., Spawned]]:
    """`spawn("sql", …)`: start the program, to watch it and send it signals."""
    with ExitStack() as stack:

        def start(*arguments: str, **options: Any) -> Spawned:
            process = program.spawn(*arguments, **options)
            stack.callback(process.kill)
            return process

        yield start


@pytest.fixture
def pty(program: Program) -> Iterator[Callable[..., PseudoTerminal]]:
    """`pty("repl", size=(80, 24))`: start the program on a pseudo-terminal."""
    with ExitStack() as stack:

        def start(
            *arguments: str,
            size: tuple[int, int] = (80, 24),
            cwd: str | None = None,
            env: Mapping[str, str] | None = None,
        ) -> PseudoTerminal:
            words = (*program.words, *arguments)
            terminal = PseudoTerminal(words, program.environ(env), cwd or program.folder, size)
            stack.callback(terminal.close)
            return terminal

        yield start
