"""The committed completion scripts, in the shells themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from contracts._shells import BASH, SCRIPTS, START, bash_words
from servers.pseudoterminal import PseudoTerminal

CASES = [
    ("sqlsess qu", {"query"}),
    ("sqlsess c", {"completion", "config"}),
    ("sqlsess db ", {"list", "ping", "show"}),
    ("sqlsess db show ma", {"main", "made"}),
    ("sqlsess query students --db ", {"main", "made", "demo"}),
    ("sqlsess query students --format js", {"json", "jsonl"}),
    ("sqlsess query 'two words' -f mark", {"markdown"}),
    ("sqlsess --db main query students --colu", {"--columns"}),
    ("sqlsess query students --errors ", {"text", "json"}),
    ("sqlsess completion ", {"bash", "zsh", "fish"}),
    ("sqlsess query 'x = 1' \"a b", set()),
    ("sqlsess query students --db nowhere", set()),
    ("sqlsess nonsense --db ", set()),
]
cases = pytest.mark.parametrize(
    ("typed", "found"), [pytest.param(*case, id=case[0]) for case in CASES]
)


@pytest.fixture
def project(folder: Path) -> None:
    """Two databases by name, whose models cannot be imported: completion does not try."""
    databases = '[db.main]\nurl = "sqlite:///a.db"\n[db.made]\nurl = "sqlite:///b.db"\n'
    (folder / "sqlsess.toml").write_text(f'models = ["nowhere"]\n{databases}')


@cases
def test_bash_proposes(ask: Callable[..., list[str]], typed: str, found: set[str]) -> None:
    assert set(ask("bash", "--norc", "-c", BASH, "bash", *bash_words(typed))) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sqlsess query students course=Logic --db=", {"main", "made", "demo"}),
        ("sqlsess query students course=Logic --db=ma", {"main", "made"}),
        ("sqlsess query students --db=main -f js", {"json", "jsonl"}),
        ("sqlsess query students -d school:replica --format=mark", {"markdown"}),
    ],
)
def test_bash_gets_the_part_that_it_replaces(
    ask: Callable[..., list[str]], typed: str, found: set[str]
) -> None:
    assert set(ask("bash", "--norc", "-c", BASH, "bash", *bash_words(typed))) == found


def test_fish_gets_the_whole_word(ask: Callable[..., list[str]]) -> None:
    script = f"source {SCRIPTS}/sqlsess.fish; complete -C 'sqlsess query students --db=ma'"
    assert set(ask("fish", "--no-config", "-c", script)) == {"--db=main", "--db=made"}


@cases
def test_fish_proposes(ask: Callable[..., list[str]], typed: str, found: set[str]) -> None:
    script = f"source {SCRIPTS}/sqlsess.fish; complete -C $argv[1]"
    lines = ask("fish", "--no-config", "-c", script, typed)
    assert {line.partition("\t")[0] for line in lines} == found


# --- a person at a terminal, where Tab does it


@pytest.mark.parametrize("name", START)
def test_a_line_is_typed_with_tabs_and_runs(
    typed: Callable[[str], PseudoTerminal], name: str
) -> None:
    terminal = typed(name)
    terminal.send("sqlsess qu\tstudents last_name=Gödel -C none --db=dem\t--color nev\t-f jsonl\r")
    terminal.wait_for('{"first_name":"Kurt","last_name":"Gödel"', seconds=30)


@pytest.mark.parametrize("name", START)
def test_a_file_is_proposed_where_one_is_wanted(
    typed: Callable[[str], PseudoTerminal], name: str
) -> None:
    terminal = typed(name)
    terminal.send("sqlsess config show --config sqls\t -f raw\r")
    terminal.wait_for("sqlite:///a.db", seconds=30)


@pytest.mark.parametrize("name", START)
def test_several_are_listed(typed: Callable[[str], PseudoTerminal], name: str) -> None:
    terminal = typed(name)
    terminal.send("sqlsess db \t\t")
    terminal.wait_for("ping")
    assert "list" in terminal.text
    assert "show" in terminal.text
