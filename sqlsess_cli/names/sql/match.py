"""Whether what is typed can mean a name, and how well."""

from __future__ import annotations

import re
from functools import lru_cache

EXACT, PREFIX, WORDS, WITHIN = range(4)  # from the best
_WORD = re.compile(r"[a-z]+|[0-9]+|[^\Wa-z0-9_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def quality(typed: str, name: str) -> int | None:
    """How a name matches: EXACT, by PREFIX, at the starts of its WORDS, WITHIN it; or not.

    Args:
        typed: in lower case.
        name: in any.
    """
    folded = name.casefold()
    if folded.startswith(typed):
        return EXACT if folded == typed else PREFIX
    if not _within(typed).search(folded):
        return None
    return WORDS if starts(typed, name) else WITHIN


def starts(typed: str, name: str) -> bool:
    """Whether a text is made of beginnings of a name's words, none of them out of order."""
    words = parts(name)
    return any(_consumed(typed, words[at:]) for at in range(len(words)))


def parts(name: str) -> list[str]:
    """The words of a name in lower case: of `max_Heat`, `max` and `heat`."""
    return _WORD.findall(_HUMPS.sub("_", name).casefold())


def _consumed(typed: str, words: list[str]) -> bool:
    """Whether a text can be taken apart into beginnings of these words, from the first one on."""
    typed = typed.replace("_", "")
    reached = {0}
    for word in words:
        more = set()
        for at in reached:
            length = 0
            while at + length < len(typed) and typed[at + length] == word[length : length + 1]:
                length += 1
                more.add(at + length)
        if len(typed) in more:
            return True
        if not more:
            return False
        reached = more
    return not typed


@lru_cache(maxsize=64)
def _within(typed: str) -> re.Pattern[str]:
    return re.compile(".*?".join(map(re.escape, typed)), re.DOTALL)
