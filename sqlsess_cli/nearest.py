"""What the user may have meant: the known names nearest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like `name`, best first, ignoring case; at most `count`."""
    from difflib import get_close_matches  # 1 P of import time, paid only on a mistake

    by_fold = {item.casefold(): item for item in known}
    return [by_fold[item] for item in get_close_matches(name.casefold(), by_fold, count, 0.5)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint such as "did you mean 'score' or 'course'?", or nothing when none is near."""
    found = [repr(item) for item in nearest(name, known)]
    return f"did you mean {' or '.join(found)}?" if found else ""
