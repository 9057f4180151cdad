"""The directory of one test run: on a tmpfs if there is one, and gone when the run is."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress

ROOM = 2 << 30  # three tables of a million rows, templates, and a few dozen small databases

# Waits until the owner's end of the pipe closes, however the owner ended. A pid counts only while
# its command line names our directory: by now the number may belong to somebody else.
GUARD = r"""
trap '' INT TERM HUP
read -r _
command_of() { tr '\0' ' ' <"/proc/$1/cmdline" || ps -o args= -p "$1"; }
send() {
    found=
    for pid in $pids; do
        command_of "$pid" 2>/dev/null | grep -qF "$directory" && kill -"$1" "$pid" && found=yes
    done
    [ -n "$found" ]
}
directory=$1
pids=$(cat "$directory"/*/pid 2>/dev/null)
send CONT
send QUIT
for _ in 1 2 3 4 5 6 7 8 9 10; do send 0 && sleep 0.2; done
send KILL
for _ in 1 2 3 4 5; do
    rm -rf -- "$directory"
    [ -e "$directory" ] || break
    sleep 0.3
done
"""


def base() -> str:
    """Where to make directories: shared memory with room in it, else the usual place."""
    shared = "/dev/shm"
    if os.access(shared, os.W_OK | os.X_OK) and shutil.disk_usage(shared).free > ROOM:
        return shared
    return tempfile.gettempdir()


class RunDirectory:
    """A fresh directory, removed by `close`, and by a guard process when its owner is killed."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="sqlsess-", dir=base())
        os.chmod(self.path, 0o711)  # an unprivileged server user has to walk through
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", self.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is not for the guard
        )

    def close(self) -> None:
        """Remove it, now."""
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError):
            self._guard.stdin.close()
        self._guard.wait()
