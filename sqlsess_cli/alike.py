"""Whether a process that is forked from ours would be as one that somebody else starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from sqlsess_cli.warm import AT_START

_STATUS = (  # lines of /proc/PID/status
    "Uid", "Gid", "Groups", "Umask", "NoNewPrivs", "Seccomp", "CapEff", "CapBnd",
    "Cpus_allowed",
)  # fmt: skip
_SIGNALS = (1 << 31) - 1  # those that a program may know; of the others posix_spawn ignores some


def circumstances(pid: int) -> tuple[object, ...] | None:
    """How a process lives, as far as it is not told by words, environment, directory and files.

    Its user, limits, priority, what it ignores, what it may do, and which machine it sees; None
    when it has ended.
    """
    try:
        return _circumstances(pid)
    except OSError:
        return None


def _circumstances(pid: int) -> tuple[object, ...]:
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        limits = file.read()
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        lines = [line.partition(":") for line in file]
    status = [line for line in lines if line[0] in _STATUS]
    ignored = next(int(text, 16) & _SIGNALS for name, _, text in lines if name == "SigIgn")
    seen = [os.readlink(f"/proc/{pid}/{name}") for name in ("root", "ns/mnt", "ns/net", "ns/user")]
    return limits, status, ignored, seen, os.getpriority(os.PRIO_PROCESS, pid)


def at_start(environ: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """What of an environment is looked at when a process starts, and not again."""
    names = tuple(name.encode() for name in AT_START)
    return {name: text for name, text in environ.items() if name.startswith(names)}


def imported() -> dict[str, int]:
    """The files of what is imported, and when each was changed."""
    paths = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return {path: changed(path) for path in paths if path}


def changed(path: str) -> int:
    """When a file was changed, in nanoseconds; 0 where it is no more."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
