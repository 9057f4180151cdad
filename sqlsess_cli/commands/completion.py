"""Print the completion script of a shell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from click.shell_completion import ShellComplete, split_arg_string

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._shells import SCRIPTS
from sqlsess_cli.errors import SqlsessError

if TYPE_CHECKING:  # a Tab waits for it, and needs neither configuration nor formats for itself
    from sqlsess_cli.emit import Answers

_BREAKS = {"=", ":"}  # where bash takes words apart


@command()
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)))
def completion(app: App, shell: str) -> Answers:
    r"""Print the completion script for SHELL.

    \b
      bash:  sqlsess completion bash > ~/.local/share/bash-completion/completions/sqlsess
      zsh:   sqlsess completion zsh > "${fpath[1]}/_sqlsess"
      fish:  sqlsess completion fish > ~/.config/fish/completions/sqlsess.fish
    """
    with app.terminal.sink(app.options.output, styled=True, paged=False) as sink:
        sink.write(SCRIPTS[shell])
    yield from ()


def complete(app: App, shell: str, words: list[str]) -> None:
    """Answer a shell's question at a Tab, from files alone: nothing connects, no model is imported.

    Args:
        app: its context.
        shell: which script asks.
        words: what is typed after the program's name, up to the cursor.
    """
    if shell not in SCRIPTS:
        return
    words = words or [""]
    kept = 0  # characters of the last word that the shell leaves as they are
    if shell == "bash":
        last = "" if words[-1] in _BREAKS else words[-1]
        words = [_unquoted(word) for word in _joined(words)]
        kept = len(words[-1]) - len(_unquoted(last))
    with app.terminal.sink(None, styled=True, paged=False) as sink:
        found = _proposals(app, words[:-1], words[-1])
        sink.write("".join(f"{kind}\t{word[kept:]}\t{summary}\n" for kind, word, summary in found))


def _joined(words: list[str]) -> Iterator[str]:
    """The words as typed: bash takes `--db=school:replica` for five."""
    typed = ""
    for number, word in enumerate(words):
        glued = word in _BREAKS or words[number - 1] in _BREAKS
        if number and not glued:
            yield typed
        typed = typed + word if glued else word
    yield typed


def _unquoted(word: str) -> str:
    """The word that a shell would make of it; a quote may still be open."""
    return " ".join(split_arg_string(word))


def _proposals(app: App, words: list[str], last: str) -> Iterator[tuple[str, str, str]]:
    """What each is, the whole word, and its summary."""
    from sqlsess_cli.commands._group import root

    asked = ShellComplete(root(), {"obj": app}, "sqlsess", "")
    try:
        found = asked.get_completions(words, last)
    except SqlsessError:  # what is typed so far makes no sense: there is nothing to propose
        return
    option, equals, _ = last.partition("=")
    prefix = option + equals if equals and option.startswith("--") else ""
    for item in found:
        kind = "word" if item.type == "plain" else item.type
        yield kind, f"{prefix}{item.value}", " ".join((item.help or "").split())
