"""Any words at all: an answer or one clear message with its exit code, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers.inside import run_inside

from sqlsess_cli.errors import ExitCode
from sqlsess_cli.options import SETTINGS

COMMANDS = [
    ("query",), ("query", "students"), ("query", "table:students"), ("query", "Students"), ("sql",),
    ("models",), ("db", "list"), ("db", "show"), ("db", "ping"), ("db",), ("config", "show"),
    ("config", "path"), ("config", "check"), ("completion",), ("trust",), (),
]  # fmt: skip
OPTIONS = [
    *(flag for setting in SETTINGS.values() for part in setting.flags for flag in part.split("/")),
    *("-n", "--limit", "-w", "--where", "-c", "--columns", "--order", "--count", "--exists"),
    *("--demo", "--help", "--version", "-", "--", "--nonsense"),
]
VALUES = [
    "", " ", "demo", "students", "csv", "json", "jsonl", "table", "raw0", "sql", "vertical",
    "none", "1", "0", "-1", "1e400", "9" * 400, "9" * 5000, "30s", "1h", "score>8", "score > ",
    "course=Logic", "course=", "=", "score in (1, 2)", "first_name like 'A%'", "not", "(" * 70,
    "a.b.c", "null", "score=null", "score between 1 and 2", ":a", "a=1", "a:=1", "a:=1.5",
    "a:=[1]", "a:=NaN", "a:={}", "a:=" + "[" * 3000, "select 1", "select :a as b",
    "select 1; select 2", "selec", "delete from students", "drop table students", "select 'x",
    "/* x", "-- x", "commit", "\\d", "@", "@nowhere", "@.", "./typo.db", "typo.sqlite",
    "sqlite://", "sqlite:///typo.db", "sqlite:////nowhere/typo.db", "sqlite:typo.db", "sqlite:///",
    "sqlite:///file:typo?mode=rwc&uri=true", "sqlite:///:memory:", "mysql://", "://",
    "mysql://u:p@ss@h/x", "postgresql://h:x/y", "nonsense://x", "?", "*", "[", "d*",
    "demo:replica", "nowhere.py", ".py", ".", "..", "/", "os", "os.path", "../..", "a b", "é",
    "名前", "\u202e", "\x1b[31m", "\udcff", "\udcff.db", "a\nb", "%", "%s", "%(a)s", "{}", "$HOME",
    "${HOME}", "~", "SERIALIZABLE", "auto", "out.csv", "out/x.csv", "/dev/null", "/dev/full",
    "bash", "fish", "x" * 300, "x" * 5000,
]  # fmt: skip

texts = st.sampled_from(VALUES) | st.text(st.characters(exclude_characters="\0"), max_size=8)
options = st.sampled_from(OPTIONS)
words = st.lists(st.tuples(texts) | st.tuples(options) | st.tuples(options, texts), max_size=4).map(
    lambda groups: [word for group in groups for word in group]
)
lines = st.builds(
    lambda command, before, after, where: [*before, *command, *where, *after],
    st.sampled_from(COMMANDS),
    st.just([]) | words,
    words,
    st.sampled_from([[], ["--db", "demo"], ["--db", "demo"], ["--url", "sqlite://"]]),
)


@pytest.fixture(autouse=True)
def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty current directory; nothing is left in it but what was asked for."""
    monkeypatch.chdir(folder)
    yield
    left = set(os.listdir(folder))
    assert not [name for name in left if "typo" in name or name.endswith(".part")], left


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines)
@example(["query", "students", "score>" + "9" * 5000, "--db", "demo"])
@example(["sql", "select :a", "-p", "a:=" + "[" * 3000, "--db", "demo"])
@example(["query", "students", "--db", "./\udcff.db"])
@example(["query", "students", "--db", "demo", "--timeout", "9" * 30 + "h"])
def test_any_words_get_an_answer_or_a_message(home: Path, arguments: list[str]) -> None:
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = run_inside(*arguments, environ=environ)
    code, said = done.code, done.err
    assert code in {*ExitCode} - {ExitCode.BUG}, said
    assert "--debug" in arguments or "Traceback" not in said
    if code > ExitCode.NEGATIVE:
        assert "error: " in said or '"error": ' in said or said.startswith("Usage: "), said


@pytest.mark.parametrize("debug", [False, True])
def test_a_bug_of_ours_is_one_line_and_70(home: Path, *, debug: bool) -> None:
    """No process can have a number in its environment, so nothing of ours is prepared for one."""
    environ: dict[str, Any] = {"HOME": str(home), "COLUMNS": 80}
    words = ["--debug"] if debug else []
    done = run_inside("query", "students", "--db", "demo", *words, environ=environ)
    assert (done.code, done.out) == (70, "")
    *before, error, hint = done.err.splitlines()
    assert error.startswith("error: AttributeError: ")
    assert hint == "hint: this is a bug in sqlsess; --debug shows where"
    assert (before[:1] == ["Traceback (most recent call last):"]) is debug
