"""Shells with the committed completion scripts: one that answers, and one at a terminal."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from contracts._shells import LOAD, START
from servers.program import Program
from servers.pseudoterminal import PseudoTerminal


@pytest.fixture
def ask(
    shell: Program, shell_path: str, installed: Callable[[str], str], project: object
) -> Callable[..., list[str]]:
    """`ask("bash", text)`: what a shell prints, line by line, with the program on its PATH."""

    def run(name: str, *words: str) -> list[str]:
        done = subprocess.run(
            [installed(name), *words], cwd=shell.folder, capture_output=True, text=True,
            env=shell.environ({"PATH": shell_path}), check=False, timeout=30,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


@pytest.fixture
def typed(
    shell: Program, shell_path: str, installed: Callable[[str], str], project: object
) -> Iterator[Callable[[str], PseudoTerminal]]:
    """`typed("zsh")`: an interactive shell on a terminal, its script loaded."""
    terminals: list[PseudoTerminal] = []

    def start(name: str) -> PseudoTerminal:
        words = (installed(name), *START[name])
        environ = shell.environ({"PATH": shell_path, "PS1": "> "})
        terminal = PseudoTerminal(words, environ, shell.folder, (100, 30))
        terminals.append(terminal)
        terminal.send(f"{LOAD[name]}; echo load''ed\r")
        terminal.wait_for("loaded")
        return terminal

    yield start
    for terminal in terminals:
        with closing(terminal):
            pass
