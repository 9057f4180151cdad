"""Words as bash has them at a Tab: quotes and escapes still in them, the last one not finished."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BREAKS = {"=", ":"}  # where bash takes words apart

# What a shell would take for more than itself: outside of quotes, and in double ones.
_SPECIAL = re.compile(r"""([\s\\'"`$&|;<>(){}\[\]*?!#~^])""")
_HISTORY = re.compile(r"![^\s=]")
_SPECIAL_QUOTED = re.compile(r'([\\"$`])')


@dataclass(frozen=True, slots=True)
class Typed:
    """A word that is typed up to the cursor.

    Attributes:
        text: the word that the shell would make of it.
        quote: the quote that is open; empty if none is.
        kept: how many characters of the text stay as they are: bash has us replace the rest.
    """

    text: str
    quote: str = ""
    kept: int = 0

    def can_hold(self, word: str) -> bool:
        """Whether a word can be written on: in double quotes bash looks for its history at a !."""
        return self.quote != '"' or _HISTORY.search(word) is None

    def written(self, word: str, *, ends: bool) -> str:
        """What bash is to put in the place of the rest, for a whole word.

        Args:
            word: it.
            ends: nothing more has to follow in it.
        """
        rest = self._quoted(word[self.kept :])
        # It closes the quote itself, unless the last letter looks as if it did so already.
        closed = ends and self.quote and rest.endswith(self.quote)
        return rest + self.quote if closed else rest

    def _quoted(self, rest: str) -> str:
        if self.quote == '"':
            return _SPECIAL_QUOTED.sub(r"\\\1", rest)
        return rest.replace("'", "'\\''") if self.quote else _SPECIAL.sub(r"\\\1", rest)


def typed(raw: str, kept: int = 0) -> Typed:
    """A word taken out of its quotes.

    Args:
        raw: the word.
        kept: where the part of it begins that bash replaces, unless a quote is open.
    """
    text, quote, at, begun, opened = "", "", 0, 0, 0
    while at < len(raw):
        letter = raw[at]
        begun = len(text) if at == kept else begun
        if letter == "\\" and quote != "'" and at + 1 < len(raw):
            at += 1
            text += raw[at] if not quote or raw[at] in '\\$"`' else f"\\{raw[at]}"
        elif letter == quote:
            quote = ""
        elif letter in "'\"" and not quote:
            quote, opened = letter, len(text)
        else:
            text += letter
        at += 1
    begun = len(text) if kept == len(raw) else begun
    return Typed(text, quote, opened if quote else begun)


def joined(words: Sequence[str], line: str) -> list[tuple[str, int]]:
    """The words as typed, and where the last part of each begins.

    Bash takes `--db=school:replica` for five, and does not tell them from five that stand apart.

    Args:
        words: as bash has them.
        line: what is typed up to the cursor, which may stand inside the last word; if that is not
            known, all words stand apart.
    """
    line = line or " ".join(words)
    last = next((words[-1][:end] for end in range(len(words[-1]), 0, -1)
                 if line.endswith(words[-1][:end])), "")  # fmt: skip
    parts, at = [], len(line)
    for word in (last, *reversed(words[:-1])):
        at = max(line.rfind(word, 0, at), 0)
        parts.append((word, line[:at] == line[:at].rstrip()))
    found: list[tuple[str, int]] = []
    for word, follows in reversed(parts):
        before = found.pop()[0] if follows and found else ""
        start = len(before) + (len(word) if word in _BREAKS else 0)
        found.append((before + word, start))
    return found
