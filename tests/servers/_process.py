"""One server process in a directory of its own: started, watched, signalled, never left behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from signal import Signals
from typing import ClassVar, Self

from servers._server import Missing, Server
from servers._wait import eventually

START_SECONDS = 60  # a loaded two-core machine needs five


class StartFailed(Exception):
    """A server that is installed did not come up; the text ends with its own log."""


def free_port() -> int:
    """A loopback port that nobody has, below those that the kernel gives to outgoing connections.

    So a server that is down for a while finds its port free when it starts again.
    """
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    return found


def find_program(override: str, name: str, folders: list[str]) -> str | None:
    """An executable: the environment's word, then these folders, then the PATH."""
    if path := os.environ.get(override):
        return shutil.which(path)
    places = [*folders, *os.get_exec_path(), "/usr/sbin", "/usr/libexec", "/usr/local/sbin"]
    return shutil.which(name, path=os.pathsep.join(places))


class Daemon(ABC):
    """A private server: its process here, and its client's side as `server`.

    Args:
        template: a prepared data directory, copied, never used itself.
        directory: does not exist yet; everything of this server is inside.
        secret: password of the suite's accounts, set in the template.
        settings: further settings, by the server's own names.
    """

    client: ClassVar[type[Server]]
    stop_signal: ClassVar[Signals]
    death_signal: ClassVar[Signals]
    careful: ClassVar[Mapping[str, str]]  # with these, what is committed survives a kill -9

    def __init__(
        self, template: str, directory: str, secret: str, settings: Mapping[str, str]
    ) -> None:
        self.directory = directory
        self.settings = dict(settings)
        self.server = self.client(0, directory, secret)
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(["cp", "-a", template, directory], check=True, timeout=60)

    @classmethod
    def make_directory(cls, path: str) -> None:
        """A directory that the server's account may write to."""
        os.mkdir(path, 0o700)

    @classmethod
    @abstractmethod
    def make_template(cls, directory: str, tls: str, secret: str) -> None:
        """Prepare a data directory with our accounts in it.

        Raises:
            Missing: the server is not installed.
        """

    @classmethod
    def prefix(cls) -> list[str]:
        """Words before a server's command: who runs it, and that it dies with us.

        The kernel sends the signal when the thread that started the server ends, so that has to be
        one that lives as long as the server is wanted.
        """
        mortal = f"--pdeathsig={cls.death_signal.name.removeprefix('SIG')}"
        return ["setpriv", mortal, "--"] if shutil.which("setpriv") else []

    @abstractmethod
    def command(self, port: int) -> list[str]:
        """The command line of the server itself."""

    @property
    def pid(self) -> int:
        """Of the running process."""
        if self._process is None:
            raise AssertionError(f"{self.directory}: not started")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there (perhaps frozen)."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What the server wrote."""
        with open(f"{self.directory}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def start(self) -> Self:
        """Start, and wait until it answers; again on the same port when it had one."""
        began = time.monotonic()
        for _ in range(5):  # somebody may take the port between the choice and the start
            port = self.server.port or free_port()
            if version := self._launch(port):
                spent = time.monotonic() - began
                self.server = replace(self.server, port=port, version=version, seconds=spent)
                return self
        raise StartFailed(f"{self.directory}: no port was free\n{self.log}")

    def _launch(self, port: int) -> str:
        """Start once; the server's version, or nothing when the port was taken."""
        with open(f"{self.directory}/log", "ab") as log:
            self._process = subprocess.Popen(
                [*self.prefix(), *self.command(port)],
                cwd=self.directory,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for pytest, which stops us
            )
        with open(f"{self.directory}/pid", "w") as file:
            file.write(f"{self.pid}\n")
        return self._wait_ready(replace(self.server, port=port))

    def _wait_ready(self, candidate: Server) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            # Our password is new for this run: a stranger on the port would not let us in.
            if version := self.version_of(candidate):
                return version
            if not self.running:
                if "in use" in self.log:
                    return ""
                raise StartFailed(f"{self.directory}: ended during its start\n{self.log}")
            time.sleep(0.02)
        self.kill9()
        raise StartFailed(f"{self.directory}: no answer in {START_SECONDS} s\n{self.log}")

    @abstractmethod
    def version_of(self, candidate: Server) -> str:
        """The version that a server reports, or nothing while it does not answer."""

    def _tree(self) -> list[int]:
        return [self.pid, *children(self.pid)]

    def _send(self, signum: int) -> None:
        """Signal the server and then its children, those included that were born meanwhile."""
        os.kill(self.pid, signal.SIGSTOP)
        tree = self._tree()
        for pid in tree:
            with suppress(ProcessLookupError):
                os.kill(pid, signum)

    def freeze(self) -> None:
        """Stop every process of the server in its tracks (SIGSTOP): it answers nobody."""
        self._send(signal.SIGSTOP)

    def cont(self) -> None:
        """Let a frozen server go on (SIGCONT)."""
        self._send(signal.SIGCONT)

    def kill9(self) -> None:
        """Kill every process of the server at once."""
        if not self.running:
            return
        tree = self._tree()
        self._send(signal.SIGKILL)
        self._reap()
        eventually(lambda: not any(map(alive, tree)), what=f"the end of {tree}")

    def stop(self, seconds: float = 10) -> None:
        """Shut down in order; by force when that takes too long."""
        if not self.running:
            return
        self.cont()
        os.kill(self.pid, self.stop_signal)
        try:
            self._reap(seconds)
        except subprocess.TimeoutExpired:
            self.kill9()

    def _reap(self, seconds: float = 10) -> None:
        self._process.wait(seconds)
        with suppress(FileNotFoundError):
            os.remove(f"{self.directory}/pid")

    def restart(self) -> Self:
        """Shut down if it runs, and start again with the same data on the same port."""
        self.stop()
        return self.start()

    def remove(self) -> None:
        """Stop, and delete everything."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def alive(pid: int) -> bool:
    """Whether a process runs: a zombie that nobody has fetched yet does not."""
    with suppress(OSError), open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def clean_environment() -> dict[str, str]:
    """No PG* or MYSQL* variable of the user reaches a server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def run_tool(words: list[str], *, cwd: str, text: str = "") -> str:
    """Run a preparing program to its end; what it said.

    Raises:
        Missing: it is not installed.
        StartFailed: it failed; its output is in the text.
    """
    try:
        done = subprocess.run(
            words, cwd=cwd, env=clean_environment(), input=text.encode(),
            capture_output=True, timeout=START_SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise Missing(f"{words[0]} not found") from error
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode:
        raise StartFailed(f"{' '.join(words)}: exit {done.returncode}\n{said}")
    return said
