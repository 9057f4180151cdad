"""The examples of the README and of docs/writing.md, run in order on a terminal, and compared.

A file is a block after a line that ends with its name. `SQLSESS_GENERATED=write` writes the outputs
anew, for a change that is meant; read the diff before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from servers.program import ROOT, Program
from servers.pseudoterminal import PseudoTerminal

README = Path(ROOT, "README.md")
SIZE = (100, 60)
FENCE = re.compile(r"```(\w*)")
NAMED = re.compile(r"`([\w.]+)`:$")


@dataclass
class Block:
    """A block of code: what kind, after which words, and its lines `first:last` of the file."""

    kind: str
    before: str
    first: int
    lines: list[str] = field(default_factory=list)


def blocks(text: str) -> Iterator[Block]:
    made: Block | None = None
    words = ""
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.fullmatch(line)
        if made is None and fence:
            made = Block(fence[1], words, number)
        elif made is not None and line == "```":
            yield made
            made = None
        elif made is not None:
            made.lines.append(line)
        elif line:
            words = line


def commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines below it."""
    command, shown = "", list[str]()
    for line in [*block.lines, "$ "]:
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        elif line.startswith("> ") and not shown:
            command += f"\n{line[2:]}"
        else:
            shown.append(line)


PAGES = {"README.md": 10, "docs/writing.md": 7}  # and how many blocks of examples there are


@pytest.mark.parametrize("page", PAGES)
def test_every_example_gives_what_it_shows(shell: Program, shell_path: str, page: str) -> None:
    path = Path(ROOT, page)
    text = path.read_text(encoding="utf-8")
    found = list(blocks(text))
    told = list[str]()
    for block in found:
        if block.kind == "console":
            block.lines = list(played(block, shell, shell_path, told))
        elif name := NAMED.search(block.before):
            Path(shell.folder, name[1]).write_text("\n".join([*block.lines, ""]), encoding="utf-8")
    if os.environ.get("SQLSESS_GENERATED") == "write":
        path.write_text(renewed(text, found), encoding="utf-8")
    assert not told, "\n".join(told)
    assert sum(block.kind == "console" for block in found) >= PAGES[page]


def played(block: Block, shell: Program, path: str, told: list[str]) -> Iterator[str]:
    """The block as it should be; what differs is told."""
    for command, shown in commands(block):
        yield from f"$ {command}".replace("\n", "\n> ").split("\n")
        came = answer(command, shell, path)
        yield from came
        if came != shown:
            told.append(f"{block.first}: $ {command}\nshown: {shown}\ncame:  {came}")


def answer(command: str, shell: Program, path: str) -> list[str]:
    words = (*shell.words, command)
    environ = shell.environ({"PATH": path})
    with closing(PseudoTerminal(words, environ, shell.folder, SIZE)) as terminal:
        terminal.wait(30)
        return terminal.screen()


def renewed(text: str, found: list[Block]) -> str:
    lines = text.splitlines()
    for block in reversed(found):
        last = lines.index("```", block.first)
        lines[block.first : last] = block.lines
    return "\n".join([*lines, ""])


def test_the_two_commands_stand_on_top() -> None:
    first, second = [block for block in blocks(README.read_text()) if block.kind == "sh"]
    assert "pip install -q . && .venv/bin/sqlsess query students --db demo" in first.lines[0]
    assert "pip install -q -e '.[test]' && .venv/bin/python -m pytest -n 3" in second.lines[0]
