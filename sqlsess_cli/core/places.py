"""Where in the user's own code something happens: the file and line that messages name."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from types import FrameType

COMMAND_LINE = "<command line>"  # what Python calls the file of code that has none
STANDARD_INPUT = "<standard input>"

_SHOWN = {COMMAND_LINE: "-c", STANDARD_INPUT: "standard input"}
_OURS = os.path.dirname(os.path.dirname(__file__))


def is_theirs(filename: str) -> bool:
    """Whether code is the user's own: not installed, not Python's, not ours."""
    if filename in _SHOWN:
        return True
    installed = "site-packages" in filename or filename.startswith(sys.base_prefix)
    return not installed and not filename.startswith((_OURS, "<"))


def place(filename: str, line: int | None) -> str:
    """`FILE:LINE`, as messages say it."""
    return f"{_SHOWN.get(filename) or os.path.relpath(filename)}:{line or 1}"


def place_of(error: BaseException) -> str:
    """`FILE:LINE` of the user's code that failed: the last frame that is not an installed one."""
    if isinstance(error, SyntaxError) and error.filename:
        return place(error.filename, error.lineno)
    found = [item for item in traceback.extract_tb(error.__traceback__) if is_theirs(item.filename)]
    return place(found[-1].filename, found[-1].lineno) if found else ""


def callers() -> Iterator[FrameType]:
    """The frames that are under way, the innermost first."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  documented, and free of reading files
    while frame is not None:
        yield frame
        frame = frame.f_back
