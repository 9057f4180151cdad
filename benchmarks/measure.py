"""One process after another, measured; a command always right after the one it is compared to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from threading import Timer

STARTER = (sys.executable, "-I", "-S", os.path.join(os.path.dirname(__file__), "starter.py"))
TICK = os.sysconf("SC_CLK_TCK")
SHORTEST = 1e-4  # seconds; what divides by less says nothing


@dataclass(frozen=True, slots=True)
class Command:
    """What is run.

    Attributes:
        words: the program and its arguments.
        env: variables besides those that every command gets.
        says: what its output has to begin with, within the first bytes; otherwise it failed.
    """

    words: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    says: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took, in seconds, KiB and bytes.

    Attributes:
        code: exit code; negative when a signal ended it.
        wall: from its start to its end.
        cpu: of it and all its children.
        server: what the database servers used meanwhile.
        first: from its start to the first byte on its standard output.
        peak: memory of the largest process.
        size: bytes on standard output.
        why: what went wrong.
    """

    code: int
    wall: float = 0.0
    cpu: float = 0.0
    server: float = 0.0
    first: float = 0.0
    peak: int = 0
    size: int = 0
    why: str = ""


class Meter:
    """Runs commands in a clean environment, one at a time.

    Args:
        folder: where they are run; their HOME is inside.
        env: variables for all of them, PATH among them.
        cap: seconds after which a run is killed.
        servers: process numbers of the databases.
    """

    def __init__(
        self, folder: str, env: Mapping[str, str], cap: float, servers: Iterable[int] = ()
    ) -> None:
        self.folder = folder
        self.cap = cap
        self.servers = tuple(servers)
        home = os.path.join(folder, "home")
        os.makedirs(home, exist_ok=True)
        self.env = {"HOME": home, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **env}

    def pairs(self, reference: Command, command: Command, rounds: int) -> list[tuple[Run, Run]]:
        """The command after the reference, as often as wanted; stops at the first that fails."""
        found: list[tuple[Run, Run]] = []
        for _ in range(rounds):
            found.append((self.run(reference), self.run(command)))
            if found[-1][0].why or found[-1][1].why:
                break
        return found

    def run(self, command: Command, keep: str | None = None) -> Run:
        """Run it once, and read all that it writes; `keep` names a file to put that into."""
        used = self._server_cpu()
        reader, writer = os.pipe()
        with tempfile.TemporaryFile() as errors, os.fdopen(reader) as report:
            process = subprocess.Popen(
                [*STARTER, str(writer), *command.words],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                cwd=self.folder, env={**self.env, **command.env}, pass_fds=[writer],
                start_new_session=True,
            )  # fmt: skip
            os.close(writer)
            timer = Timer(self.cap, _end, [process])
            timer.start()
            head, size, first = _drained(process, keep)
            process.wait()
            timer.cancel()
            figures = report.read().split(maxsplit=5)
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
        if not figures:
            return Run(-int(signal.SIGKILL), why=f"not done in {self.cap:g} s")
        began, wall, cpu, peak, code = map(float, figures[:5])
        time.sleep(0.02)  # a server's process for the connection ends a moment later
        why = ""
        if code:
            why = (figures[5:] or said.splitlines()[-1:] or ["nothing said"])[0]
            why = f"exit {code:.0f}: {why}"
        elif command.says and command.says not in head.decode(errors="replace"):
            why = f"did not answer: {head[:40].decode(errors='replace')!r}"
        server = max(0.0, self._server_cpu() - used)
        return Run(int(code), wall, cpu, server, max(0.0, first - began), int(peak), size, why)

    def _server_cpu(self) -> float:
        return sum(map(_ticks, self.servers)) / TICK


def _drained(process: subprocess.Popen[bytes], keep: str | None) -> tuple[bytes, int, float]:
    """The first bytes of the output, how many there were, and when they began to come."""
    head, size, first = b"", 0, time.monotonic()
    descriptor = process.stdout.fileno()
    with open(keep or os.devnull, "wb") as kept, process.stdout:
        while chunk := os.read(descriptor, 1 << 18):
            if not size:
                head, first = chunk[:65536], time.monotonic()
            size += len(chunk)
            if keep:
                kept.write(chunk)
    return head, size, first


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _ticks(pid: int) -> int:
    """CPU of a server, of its children, and of those that have ended."""
    try:
        own = _stat(pid)
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(child) for child in file.read().split()]
    except OSError:
        return 0
    total = sum(own)
    for child in children:
        with suppress(OSError):
            total += sum(_stat(child)[:2])
    return total


def _stat(pid: int) -> list[int]:
    """Ticks in user and system mode, own and of children that have ended."""
    with open(f"/proc/{pid}/stat") as file:
        return [int(word) for word in file.read().rpartition(")")[2].split()[11:15]]


def summary(pairs: Sequence[tuple[Run, Run]]) -> dict[str, float]:
    """Medians over the pairs: ratios to the reference, and what needs no comparison."""

    def ratios(cost: str, and_server: str = "") -> list[float]:
        return sorted(
            (getattr(run, cost) + (getattr(run, and_server) if and_server else 0))
            / max(
                getattr(reference, cost) + (getattr(reference, and_server) if and_server else 0),
                SHORTEST,
            )
            for reference, run in pairs
        )

    cpu = ratios("cpu")
    return {
        "pairs": len(pairs),
        "cpu": median(cpu),
        "least": cpu[0],
        "most": cpu[-1],
        "wall": median(ratios("wall")),
        "total": median(ratios("cpu", "server")),
        "first": median(run.first / max(run.wall, SHORTEST) for _, run in pairs),
        "peak": max(run.peak for _, run in pairs) / 1024,
        "size": median(run.size for _, run in pairs),
    }
