"""Attacks on the promise that a command without --write changes nothing, seen by another client.

Each is made as the most powerful account there is. What gets through is a leak in the corpus, and
in the manual: both lists are exact.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from attacked import Attacked, attacked, corpus
from servers._process import Daemon
from servers._server import APP, Database
from servers.inside import Told, run_inside
from servers.postgresql import version_in

MANUAL = Path(__file__).parents[2] / "docs" / "read-only.md"
REFUSED = {2, 3, 5, 6}  # 2: what is not SQL alone; 3: a connection that commits by itself
APPLICATION = """
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
Session = sessionmaker(create_engine({url!r}{more}))
"""
PATIENCE = 5.0  # seconds until a session that is told to end has ended

Attack = Callable[..., Told]


@pytest.fixture
def target(
    kind: str, fresh: Callable[[str], Database], private: Callable[..., Daemon], tmp_path: Path
) -> Iterator[Attacked]:
    """What is attacked."""
    with attacked(kind, fresh, private, tmp_path) as found:
        yield found


@pytest.fixture
def attack(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Attack:
    """Run a command line in an empty current directory."""
    monkeypatch.chdir(folder)
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}

    def run(*words: str, **options: str) -> Told:
        return run_inside(*words, "--timeout", "20", environ=environ, **options)

    return run


def leaks(target: Attacked) -> dict[str, str]:
    """What gets through to this very server."""
    found = dict(corpus(target.database.kind)["leaks"])
    version = version_in(target.database.server.version or "0")[0]
    for before, more in corpus(target.database.kind).get("leaks_before", {}).items():
        found |= more if version < int(before) else {}
    return found


def get_through(
    target: Attacked, attacks: Mapping[str, str], run: Callable[[int, str], Told],
    expected: set[str], codes: set[int],
) -> None:  # fmt: skip
    """Make each attack; those that are expected to change something do, and no others."""
    before = target.state()
    for number, (name, text) in enumerate(attacks.items()):
        done = run(number, target.fill(text))
        if name in expected:
            deadline = time.monotonic() + PATIENCE
            while (after := target.state()) == before and time.monotonic() < deadline:
                time.sleep(0.02)
            assert after != before, (name, "does nothing any more: leave it out", done)
            before = target.renew()
        else:
            after = target.state()
            changed = [key for key in {*before, *after} if before.get(key) != after.get(key)]
            assert not changed, (name, done)
            assert done.code in codes, (name, done)


def test_attacks_change_nothing(target: Attacked, attack: Attack, folder: Path) -> None:
    found = corpus(target.database.kind)
    assert len(found["refused"]) >= 60

    def run(_number: int, text: str) -> Told:
        return attack("sql", text, "--url", target.url, "-f", "jsonl")

    get_through(target, found["refused"], run, set(), {2, 5, 6})
    get_through(target, found["harmless"], run, set(), {0})
    get_through(target, leaks(target), run, set(leaks(target)), {0})
    assert os.listdir(folder) == []


@contextmanager
def application(folder: Path, url: str, more: str) -> Iterator[str]:
    """An application's own factory, as a configuration names it."""
    name = f"application_{'plain' if not more else 'autocommit'}"
    (folder / f"{name}.py").write_text(APPLICATION.format(url=url, more=more))
    path = folder / f"{name}.toml"
    path.write_text(f'[db.own]\nfactory = "{name}:Session"\n')
    yield str(path)


def test_attacks_by_other_ways_change_nothing(
    target: Attacked, attack: Attack, tmp_path: Path
) -> None:
    """Every attack by one more way: a sample of the product, which would take minutes."""
    own, ordinary = target.url, target.database.server.url(target.database.name, APP)
    script = tmp_path / "attack.sql"
    made = tmp_path / "made"
    made.mkdir()
    by_text, by_driver = "session.execute(sa.text(sys.argv[1]))", (
        "session.connection().exec_driver_sql(sys.argv[1], execution_options={'no_parameters': 1})"
    )  # fmt: skip
    imported = "import sys\n"
    with (
        application(made, own, "") as plain,
        application(made, own, ", isolation_level='AUTOCOMMIT'") as autocommit,
    ):
        ways: list[Callable[[str], Told]] = [
            lambda _: attack("sql", f"@{script}", "--url", own),
            lambda _: attack("sql", "--url", own, stdin=str(script)),
            lambda text: attack("run", "-c", imported + by_text, "--url", own, "--", text),
            lambda text: attack("run", "-c", imported + by_driver, "--url", own, "--", text),
            lambda text: attack("sql", text, "-C", plain, "--db", "own"),
            lambda text: attack("sql", text, "-C", autocommit, "--db", "own"),
            lambda text: attack("sql", text, "--url", ordinary),
        ]

        def run(number: int, text: str) -> Told:
            script.write_text(text, newline="")
            return ways[number % len(ways)](text.replace("\0", ""))

        refused = corpus(target.database.kind)["refused"]
        get_through(target, refused, run, set(), {*REFUSED, 0})


def test_programs_change_nothing(target: Attacked, attack: Attack) -> None:
    programs = corpus(target.database.kind)["programs"]

    def run(_number: int, text: str) -> Told:
        return attack("run", "-c", text, "--url", target.url)

    get_through(target, programs["refused"], run, set(), REFUSED)
    get_through(target, programs["leaks"], run, set(programs["leaks"]), {0})


def test_a_sandbox_keeps_nothing_of_a_program(target: Attacked, attack: Attack) -> None:
    found = corpus(target.database.kind)
    programs, known = found["programs"], set(found["sandbox"]["programs"])

    def run(_number: int, text: str) -> Told:
        return attack("run", "-c", text, "--sandbox", "--url", target.url)

    get_through(target, programs["refused"], run, known, {*REFUSED, 0, 8})


def test_a_sandbox_keeps_nothing_of_an_attack(target: Attacked, attack: Attack) -> None:
    found = corpus(target.database.kind)
    known = set(found["sandbox"]["leaks"])
    attacks = {**found["refused"], **found["harmless"], **leaks(target)}
    known &= set(attacks)

    def run(_number: int, text: str) -> Told:
        return attack("sql", text, "--sandbox", "--url", target.url, "-f", "jsonl")

    get_through(target, found["sandbox"]["refused"], run, set(), {6})
    get_through(target, attacks, run, known, {0, 2, 5, 6})


@pytest.mark.parametrize("kind", ["sqlite", "mariadb", "postgresql"])
def test_the_manual_names_what_gets_through(kind: str) -> None:
    found, manual = corpus(kind), " ".join(MANUAL.read_text().split())
    before = [name for more in found.get("leaks_before", {}).values() for name in more]
    sandbox = [*found["sandbox"]["leaks"], *found["sandbox"]["programs"]]
    for name in [*found["leaks"], *before, *found["programs"]["leaks"], *sandbox]:
        assert name in manual
