"""Our command line as others see it, in `ps` and in /proc: without the passwords in its URLs."""

from __future__ import annotations

import os
import re
from contextlib import suppress

_PASSWORD = re.compile(
    r"\w://[^\s:/@]*:(?P<part>\S+)@|[?&;]\w*(?:password|passwd|pwd)=(?P<option>[^&;\s]+)",
    re.IGNORECASE,
)
_ARG_START, _ARG_END = 48, 49  # fields of /proc/PID/stat, counted from 1


def mask(arguments: list[str]) -> None:
    """Overwrite passwords where the kernel looks for the words that we were started with.

    Until then, for the time that an interpreter needs to start, they can be seen. Where the system
    has no /proc they stay; a variable or a file is the better place for them anyhow.
    """
    found = [match for word in arguments for match in _PASSWORD.finditer(word)]
    if not found:
        return
    from ctypes import memset, string_at

    with suppress(OSError), open("/proc/self/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()  # the second is a name, in parentheses
        start, end = (int(fields[number - 3]) for number in (_ARG_START, _ARG_END))
        words = string_at(start, end - start)
        for secret in {os.fsencode(match["part"] or match["option"]) for match in found}:
            for place in re.finditer(re.escape(secret), words):
                memset(start + place.start(), ord("*"), len(secret))
