"""Print the completion script of a shell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click
from click.shell_completion import ShellComplete

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._shells import SCRIPTS
from sqlsess_cli.commands._typed import Typed, joined, typed
from sqlsess_cli.errors import SqlsessError

if TYPE_CHECKING:  # a Tab waits for it, and needs neither configuration nor formats for itself
    from sqlsess_cli.emit import Answers

_LINE = "_SQLSESS_LINE"  # set by the script for bash, to the line up to the cursor


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
        words: what is typed after the program's name, up to the cursor; the last word as it is
            typed, with its quotes.
    """
    if shell not in SCRIPTS:
        return
    words = words or [""]
    if shell == "bash":  # whose words are all as they are typed, and taken apart
        parts = [typed(*part) for part in joined(words, app.environ.get(_LINE, ""))]
        before, last = [part.text for part in parts[:-1]], parts[-1]
    else:
        before, last = words[:-1], Typed(words[-1]) if shell == "fish" else typed(words[-1])
    found = list(proposed(app, before, last.text))
    if shell == "bash":
        found = [item.written(last) for item in found if last.can_hold(item.word)]
    inside = bool(last.quote) if shell == "bash" else shell == "fish" and " " in last.text
    if inside and len(found) == 1 and found[0].kind == "part":
        # Of one alone these would close the quote, and what has to follow stands inside.
        found.append(replace(found[0], word=f"{found[0].word} "))
    with app.terminal.sink(None, styled=True, paged=False) as sink:
        sink.write("".join(item.line() for item in found))


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line for the shell: kind, word, the part of it that is shown, and its summary."""

    kind: str
    word: str
    shown: str
    summary: str

    def written(self, last: Typed) -> Proposed:
        """The same as bash is to insert it."""
        if self.kind == "file":
            return self
        return replace(self, word=last.written(self.word, ends=self.kind == "word"))

    def line(self) -> str:
        """As the scripts read it, where tabs next to each other are one."""
        return f"{self.kind}\t{self.word or ' '}\t{self.shown or ' '}\t{self.summary}\n"


def proposed(app: App, words: list[str], last: str) -> Iterator[Proposed]:
    """What can be typed after some words; only what a line of text and a terminal can show."""
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
        word, summary = f"{prefix}{item.value}", " ".join((item.help or "").split())
        if word.isprintable():
            shown = "".join(char if char.isprintable() else "?" for char in summary)
            yield Proposed(kind, word, item.shown or item.value, shown)
