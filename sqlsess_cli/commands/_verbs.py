"""The command line, for the console: a line that is a verb runs the same command."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlsess_cli.app import App
from sqlsess_cli.commands._group import COMMANDS, invoke
from sqlsess_cli.commands._typed import typed

_WORDS = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?)+""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Something that can be typed for the last word of a line.

    Attributes:
        word: it; of a file what is typed of its name.
        text: how it is written there.
        back: how many characters before the cursor it replaces.
        shown: what of it is new to a reader.
        summary: what it is.
        file: it stands for all names of files.
    """

    word: str
    text: str
    back: int
    shown: str
    summary: str
    file: bool = False


class CommandLine:
    """What the console knows of commands."""

    @cached_property
    def names(self) -> list[str]:
        """Every verb."""
        return COMMANDS.names

    def summary(self, name: str) -> str:
        """What a verb does, in a line."""
        return COMMANDS.summary(name)

    def invoke(self, words: list[str], app: App) -> None:
        """Run one command line.

        Raises:
            click.ClickException: its words make no sense.
            SqlsessError: it failed.
        """
        invoke("", words, app)

    def proposals(self, app: App, line: str) -> list[Proposed]:
        """What can be typed at the end of a line.

        Raises:
            SqlsessError: what is typed so far makes no sense.
            ValueError: nor do its quotes.
        """
        return list(self._proposals(app, line))

    def _proposals(self, app: App, line: str) -> Iterator[Proposed]:
        from sqlsess_cli.commands.completion import proposed

        found = list(_WORDS.finditer(line))
        last = found[-1][0] if found and found[-1].end() == len(line) else ""
        before, half = shlex.split(line[: len(line) - len(last)]), typed(last)
        for item in proposed(app, before, half.text):
            if item.kind == "file":
                yield Proposed(half.text, "", 0, "", "", file=True)
            else:
                text = half.quote + half.written(item.word, ends=item.kind == "word")
                yield Proposed(item.word, text, len(last), item.shown, item.summary)
