"""Lines that were typed: kept in a file of the user's own, one for each database."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from urllib.parse import quote

from prompt_toolkit.history import History

from sqlsess_cli.config.sources import xdg
from sqlsess_cli.config.urls import hushed

_MOST = 10_000  # entries that are read
_LARGEST = 4 << 20  # bytes, above which the older half is given up
_LONGEST = 1 << 16  # characters of an entry
_SECRET = re.compile(
    r"passw|passphrase|identified\s+(?:by|via|with)|secret|token|api_?key|credential", re.IGNORECASE
)
_NEW = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW


def place(name: str, environ: Mapping[str, str]) -> str:
    """The file for a database of this name."""
    own = environ.get("SQLSESS_HISTFILE")
    if own:
        return own
    file = quote(name, safe=" @+-_,:")
    return os.path.join(xdg("STATE", environ), "history", file if file.strip(".") else f"_{file}")


def is_kept(text: str) -> bool:
    """Whether a line may be written down: not after a blank, and not with what may be a secret."""
    if not text.strip() or text[0].isspace() or len(text) > _LONGEST:
        return False
    return not _SECRET.search(text) and hushed(text) == text


class FileOfLines(History):
    """A history that a file keeps: a line of JSON for each entry, so that none is cut in two.

    An entry is written at once and by one call: what was typed is there after a kill -9, and two
    consoles can share the file. It is readable by its owner alone.

    Args:
        path: the file, which need not be there.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def load_history_strings(self) -> Iterable[str]:
        """What the file holds, the newest first; lines that are none of ours are left out."""
        lines: list[bytes] = []
        with suppress(OSError), open(self.path, "rb") as file:
            lines = file.read().splitlines()
        self._make_room(lines)
        for line in lines[: -_MOST - 1 : -1]:
            with suppress(ValueError):
                text = json.loads(line)
                if isinstance(text, str):
                    yield text

    def append_string(self, string: str) -> None:
        """Keep a line, if it may be kept."""
        if is_kept(string) and self.get_strings()[-1:] != [string]:
            super().append_string(string)

    def store_string(self, string: str) -> None:
        """Write a line down; a file that cannot be written only forgets."""
        with suppress(OSError):
            os.makedirs(os.path.dirname(self.path) or ".", mode=0o700, exist_ok=True)
            descriptor = os.open(self.path, _NEW, 0o600)
            try:
                os.fchmod(descriptor, 0o600)
                size = os.fstat(descriptor).st_size
                torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
                before = "\n" if torn else ""
                os.write(descriptor, f"{before}{json.dumps(string)}\n".encode())
            finally:
                os.close(descriptor)

    def _make_room(self, lines: list[bytes]) -> None:
        """Give up the older half of a file that has grown large."""
        if sum(map(len, lines)) <= _LARGEST:
            return
        temporary = f"{self.path}.{os.getpid()}"
        with suppress(OSError):
            descriptor = os.open(temporary, _NEW | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(b"".join(line + b"\n" for line in lines[len(lines) // 2 :]))
            os.replace(temporary, self.path)
