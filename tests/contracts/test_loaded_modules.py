"""What each command line loads, in a fresh interpreter: what is slow only where it is needed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers.program import Finished, python_path
from servers.pseudoterminal import PseudoTerminal

TOLD = re.compile(r"^import time: +\d+ \| +\d+ \| +(\S+)", re.MULTILINE)
IMPORTS = {"PYTHONPROFILEIMPORTTIME": "1"}  # the interpreter tells what it imports, on stderr

DRIVERS = {"pymysql", "psycopg", "psycopg_binary", "psycopg2", "sqlite3", "MySQLdb", "pg8000"}
DRAWING = {"rich", "prompt_toolkit", "pygments", "wcwidth"}
SLOW = {*DRIVERS, *DRAWING, "sqlalchemy", "lark", "asyncio", "ssl"}


@pytest.fixture
def loaded(run: Callable[..., Finished]) -> Callable[..., set[str]]:
    """`loaded("--help")`: the packages that this command line imports."""

    def watch(*words: str, code: int = 0, env: dict[str, str] | None = None) -> set[str]:
        done = run(*words, env={**IMPORTS, **(env or {})})
        assert done.code == code, done.out
        return packages(done.err)

    return watch


def packages(told: str) -> set[str]:
    found = {name.partition(".")[0] for name in TOLD.findall(told)}
    assert "sqlsess_cli" in found
    return found


# --- what needs no database


def test_the_version_is_told_by_next_to_nothing(loaded: Callable[..., set[str]]) -> None:
    here = loaded("--version")
    assert here & {*SLOW, "click", "typing", "dataclasses", "json", "tomllib", "re"} == set()


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("query", "--help"),
        ("db", "--help"),
        ("db", "show", "--help"),
        ("completion", "bash"),
        ("completion", "zsh"),
        ("completion", "fish"),
        ("db", "list"),
        ("db", "list", "-f", "json"),
        ("config", "show"),
        ("config", "path"),
        ("trust",),
    ],
)
def test_what_needs_no_database_loads_nothing_slow(
    loaded: Callable[..., set[str]], folder: Path, words: tuple[str, ...]
) -> None:
    (folder / "sqlsess.toml").write_text('default = "a"\n[db.a]\nurl = "sqlite:///a.db"\n')
    assert loaded(*words) & SLOW == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    "words", [("",), ("query", "--format", ""), ("query", "--db", ""), ("erd", "--to", "")]
)
def test_a_tab_loads_nothing_slow(
    loaded: Callable[..., set[str]], folder: Path, shell: str, words: tuple[str, ...]
) -> None:
    (folder / "sqlsess.toml").write_text('models = ["nowhere"]\n[db.a]\nurl = "sqlite:///a.db"\n')
    assert loaded(*words, env={"_SQLSESS_COMPLETE": shell}) & SLOW == set()


def test_a_mistake_loads_nothing_slow(loaded: Callable[..., set[str]]) -> None:
    for words in (("qurey",), ("query", "--nope"), ("query",), ("query", "x", "--db", "nope")):
        assert loaded(*words, code=2) & SLOW == set()


# --- what needs a database


def slow(packages: set[str]) -> set[str]:
    """What is slow of it, SQLAlchemy and what that always brings left out."""
    return packages & (SLOW - {"asyncio", "ssl"})


def test_a_prompt_is_on_the_screen_before_anything_heavy_is_loaded() -> None:
    code = "import sqlsess_cli.repl.editor, sys; print(*sys.modules)"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=python_path(), capture_output=True, text=True, check=True)
    here = {name.partition(".")[0] for name in done.stdout.split()}
    assert here & SLOW == {"prompt_toolkit", "wcwidth", "asyncio", "ssl"}


def test_a_script_draws_no_prompt(loaded: Callable[..., set[str]]) -> None:
    assert loaded("repl", "--db", "demo", "-e", "\\echo a", "-e", "\\q") & SLOW == set()
    assert slow(loaded("repl", "--db", "demo", "-e", "select 1;")) == {"sqlalchemy", "sqlite3"}


@pytest.mark.parametrize("format_", ["csv", "tsv", "json", "jsonl", "table", "vertical", "sql"])
def test_a_query_in_a_pipe_draws_nothing(loaded: Callable[..., set[str]], format_: str) -> None:
    here = loaded("query", "students", "--db", "demo", "--order", "score", "-f", format_)
    assert slow(here) == {"sqlalchemy", "sqlite3"}


def test_the_grammar_comes_with_an_expression(loaded: Callable[..., set[str]]) -> None:
    here = loaded("query", "students", "score > 8", "--db", "demo")
    assert slow(here) == {"sqlalchemy", "sqlite3", "lark"}


@pytest.mark.parametrize("notation", ["mermaid", "dot", "plantuml", "dbml", "svg"])
def test_a_diagram_is_drawn_by_another_process(
    loaded: Callable[..., set[str]], notation: str
) -> None:
    here = loaded("erd", "--db", "demo", "--to", notation)
    assert slow(here) == {"sqlalchemy", "sqlite3"}
    assert "pygraphviz" not in here


def test_letters_that_are_not_narrow_are_measured(loaded: Callable[..., set[str]]) -> None:
    here = loaded("sql", "select '日本' as a", "--db", "demo", "-f", "table")
    assert slow(here) == {"sqlalchemy", "sqlite3", "wcwidth"}


DRIVER = {
    "sqlite": {"sqlite3"},
    "mariadb": {"pymysql"},
    "postgresql": {"psycopg", "psycopg_binary"},
}


def test_a_database_loads_its_own_driver(
    loaded: Callable[..., set[str]], database: Database
) -> None:
    here = loaded("sql", "select 1", "--url", database.url)
    assert slow(here) == {"sqlalchemy", *DRIVER[database.kind]}


def test_a_database_loads_no_other_dialect(
    run: Callable[..., Finished], database: Database
) -> None:
    told = run("sql", "select 1", "--url", database.url, env=IMPORTS).err
    found = {"mysql", "postgresql", "sqlite"} & {
        name.removeprefix("sqlalchemy.dialects.") for name in TOLD.findall(told)
    }
    assert found == {"mysql" if database.kind == "mariadb" else database.kind}


def test_rich_draws_one_screen_on_a_terminal_and_nothing_else(
    pty: Callable[..., PseudoTerminal],
) -> None:
    words = ("query", "students", "--db", "demo", "--no-pager")
    drawn = pty(*words, env=IMPORTS)
    assert drawn.code == 0
    assert "rich" in packages(shown(drawn))
    for more in (("-f", "csv"), ("-f", "vertical"), ("-f", "json")):
        terminal = pty(*words, *more, env=IMPORTS)
        assert terminal.code == 0
        assert slow(packages(shown(terminal))) == {"sqlalchemy", "sqlite3"}
    streamed = pty(*words, env=IMPORTS, size=(80, 8))
    assert streamed.code == 0
    assert slow(packages(shown(streamed))) == {"sqlalchemy", "sqlite3"}


def shown(terminal: PseudoTerminal) -> str:
    return bytes(terminal.raw).decode().replace("\r\n", "\n")


def test_help_on_a_terminal_loads_nothing_slow(pty: Callable[..., PseudoTerminal]) -> None:
    terminal = pty("--help", env=IMPORTS)
    assert terminal.code == 0
    assert packages(shown(terminal)) & SLOW == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("query", "--db", "demo", "Stu"), "Students"),
        (("query", "Students", "--db", "demo", "sco"), "score="),
        (("query", "Students", "--db", "demo", "score\\ \\>\\ 8\\ and\\ las"), "last"),
        (("query", "Students", "--db", "demo", "-c", "first_name,las"), "first_name,last_name"),
        (("get", "Students", "--db", "demo", "--columns", "las"), "last_name"),
    ],
)
def test_a_tab_for_a_name_loads_nothing_slow(
    run: Callable[..., Finished], shell: str, words: tuple[str, ...], found: str
) -> None:
    assert run("query", "students", "--db", "demo").code == 0
    last = words[-1].replace("\\", "") if shell == "fish" else words[-1]
    line = " ".join(("sqlsess", *words))
    env = {**IMPORTS, "_SQLSESS_COMPLETE": shell, "_SQLSESS_LINE": line}
    done = run(*words[:-1], last, env=env)
    assert found in done.out
    assert packages(done.err) & SLOW == set()
    assert "sqlsess_cli.core" not in done.err
