"""What a directory lists is what the tests run: no command and no format without a scenario."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from scenarios._parse import Step, parse

from sqlsess_cli.commands._group import root
from sqlsess_cli.formats._base import FORMATS

TESTS = Path(__file__).parents[1]
SEPARATORS = {";", "|", "&", "&&", "||", "(", ")", "do", "then", "!", "exec"}


def command_lines() -> list[list[str]]:
    """The words after `sqlsess` in every command line of every scenario."""
    found: list[list[str]] = []
    for path in sorted((TESTS / "scenarios").glob("*.txt")):
        for scenario in parse(str(path)):
            steps = [step for step in scenario.steps if isinstance(step, Step) and not step.query]
            found += [words for step in steps for words in calls(step.text)]
    return found


def calls(text: str) -> Iterator[list[str]]:
    """The calls of the program in a shell's text, each with its words."""
    lexer = shlex.shlex(text.replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words = list(lexer)
    starts = [number for number, word in enumerate(words) if word == "sqlsess"]
    for start in starts:
        before = words[start - 1] if start else ";"
        if before in SEPARATORS or re.match(r"\w+=", before):
            rest = words[start + 1 :]
            ends = [number for number, word in enumerate(rest) if word in SEPARATORS]
            yield rest[: ends[0]] if ends else rest


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The commands that do something: `query`, `db show`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        made = group.get_command(context, name)
        assert made is not None
        if isinstance(made, click.Group):
            yield from leaves(made, (*path, name))
        else:
            yield (*path, name)


RUN = command_lines()


def test_the_reader_of_command_lines_finds_the_calls() -> None:
    text = (
        "export A=1\nA=b sqlsess db show 'x; sqlsess no' -f csv | cat; echo sqlsess; sqlsess init"
    )
    assert list(calls(text)) == [["db", "show", "x; sqlsess no", "-f", "csv"], ["init"]]


@pytest.mark.parametrize("path", [pytest.param(path, id=" ".join(path)) for path in leaves(root())])
def test_a_command_is_run_by_a_scenario(path: tuple[str, ...]) -> None:
    def runs(words: list[str]) -> bool:
        return any(tuple(words[at : at + len(path)]) == path for at in range(len(words)))

    assert any(runs(words) for words in RUN), f"no scenario runs sqlsess {' '.join(path)}"


@pytest.mark.parametrize("name", FORMATS.names)
def test_a_format_is_printed_by_a_scenario(name: str) -> None:
    asked = {tuple(words[at : at + 2]) for words in RUN for at in range(len(words))}
    assert asked & {("-f", name), ("--format", name)}, f"no scenario asks for -f {name}"


@pytest.mark.parametrize("name", FORMATS.names)
def test_a_format_has_golden_files(name: str) -> None:
    for what in ("values", "object"):
        assert (TESTS / "golden" / f"{what}.{name}").stat().st_size > 0
