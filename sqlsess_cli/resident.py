"""The warm process: has imported everything, and forks a process for each command line that asks.

Run as `python -P -m sqlsess_cli.resident PATH SECONDS [MODULE…]` (`sqlsess warm start` does): it
imports also the modules, listens at PATH, says so by closing its standard output, and ends when
nobody has asked for so long.

What it forks shall differ in nothing from a new process. Where it would, it answers that it is
cold, and the command line does its work itself: see `alike.py`. When a file that it has
imported has changed since, it starts anew.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import io
import os
import pkgutil
import selectors
import signal
import socket
import sys
import time
from array import array
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from sqlsess_cli.alike import at_start, changed, circumstances, imported
from sqlsess_cli.main import run_process
from sqlsess_cli.warm import BEGUN, COLD, MOST

_FILES = 253  # that can come along with one message
_LIBRARIES = (
    "sqlalchemy.dialects.mysql.pymysql", "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite", "sqlalchemy.ext.declarative", "sqlalchemy.orm",
    "rich.box", "rich.console", "rich.syntax", "rich.table", "rich.text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A command line, as `warm.message` writes it, and its open files.

    Attributes:
        installation: whose Python it is, and which.
        directory: the current one.
        numbers: those that `files` have there.
        argv: the program's name and its arguments.
        environ: all of the environment.
        files: descriptors, ours for now.
    """

    installation: tuple[bytes, bytes]
    directory: bytes
    numbers: list[int]
    argv: list[bytes]
    environ: dict[bytes, bytes]
    files: list[int]

    @classmethod
    def read(cls, data: bytes, files: list[int]) -> Asked:
        """Of a message and what came along."""
        prefix, version, directory, numbers, count, *rest = data.split(b"\0")
        argv, named = rest[: int(count)], rest[int(count) :]
        environ = {name: text for name, _, text in (pair.partition(b"=") for pair in named)}
        places = [int(number) for number in numbers.split()]
        return cls((prefix, version), directory, places, argv, environ, files)


def main() -> NoReturn:
    """Listen until it is time to go; in each process that is forked, be the program."""
    path, idle, *modules = sys.argv[1:]
    for signum in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)  # also where whoever started us ignored it
    _load(modules)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    _listen(listener, path)
    os.chdir("/")  # whose directory this was shall be free to go
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    Resident(listener, path, float(idle)).serve()


def _load(modules: list[str]) -> None:
    """Import what the program may come to import by itself."""
    import sqlsess_cli

    inside = pkgutil.walk_packages(sqlsess_cli.__path__, "sqlsess_cli.")
    ours = [found.name for found in inside if not found.name.endswith(("__main__", "resident"))]
    for name in (*_LIBRARIES, *ours, *modules):
        with suppress(ImportError):  # what is not installed is told by whoever needs it
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a look at all these objects would copy their pages into every child


def _listen(listener: socket.socket, path: str) -> None:
    """At PATH, in the place of one that has ended; whoever else may not even look into it."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if os.stat(folder).st_uid != os.geteuid():
        sys.exit(f"{folder} belongs to another user")
    os.chdir(folder)  # the path of a socket must not be long
    mine = f"{os.getpid()}"
    mask = os.umask(0o177)
    listener.bind(mine)
    os.umask(mask)
    listener.listen()
    os.rename(mine, path)


class Resident:
    """Forks for whoever asks.

    Args:
        listener: where they ask.
        path: its path.
        idle: seconds after which it ends, when nobody has asked.
    """

    def __init__(self, listener: socket.socket, path: str, idle: float) -> None:
        self.listener, self.path, self.idle = listener, path, idle
        self.imported = imported()
        self.own = circumstances(os.getpid())
        self.children: dict[int, tuple[int, socket.socket]] = {}  # by pid: pidfd, who waits for it
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ)

    def serve(self) -> NoReturn:
        """Until it is time to go, or there are newer files than those that are loaded."""
        inode = os.stat(self.path).st_ino
        while True:
            events = self.selector.select(self.idle)
            if not events and not self.children:
                break
            for key, _ in events:
                if key.fileobj is self.listener:
                    self._accept()
                elif key.data not in self.children:  # its end came with this one's
                    continue
                elif isinstance(key.fileobj, socket.socket):
                    self._hung_up(key.data)
                else:
                    self._ended(key.data)
            if not self.children and not self._is_current():
                os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
        with suppress(OSError):
            if os.stat(self.path).st_ino == inode:
                os.unlink(self.path)
        sys.exit()

    def _accept(self) -> None:
        """Fork one process, and be it: or tell that we are cold."""
        client, _ = self.listener.accept()
        data, given, _, _ = client.recvmsg(MOST, socket.CMSG_SPACE(_FILES * 4))
        files = array("i")
        for _, _, part in given:
            files.frombytes(part)
        asked = Asked.read(data, list(files)) if data else None
        if asked is None or not self._matches(asked, client):  # or somebody only asked who we are
            with suppress(OSError):
                client.send(COLD)
            client.close()
        elif (pid := os.fork()) == 0:
            self._be(asked, client)
        else:
            pidfd = os.pidfd_open(pid)
            self.children[pid] = pidfd, client
            self.selector.register(pidfd, selectors.EVENT_READ, pid)
            self.selector.register(client, selectors.EVENT_READ, pid)
        for number in files:
            os.close(number)

    def _matches(self, asked: Asked, client: socket.socket) -> bool:
        """Whether a new process of theirs would be as one that we fork."""
        data = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        pid, uid = array("i", data)[:2]
        installation = os.fsencode(sys.prefix), os.fsencode(sys.version)
        return (
            uid == os.geteuid()
            and asked.installation == installation
            and at_start(asked.environ) == at_start(os.environb)
            and self._is_current()
            and circumstances(pid) == self.own
        )

    def _is_current(self) -> bool:
        """Whether what we have imported is what a new process would import."""
        return all(changed(path) == time for path, time in self.imported.items())

    def _hung_up(self, pid: int) -> None:
        """Who waited for it is gone, killed: then so is what it asked for."""
        pidfd, client = self.children[pid]
        self.selector.unregister(client)
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _ended(self, pid: int) -> None:
        """Tell how, if it could not do so itself."""
        pidfd, client = self.children.pop(pid)
        with suppress(KeyError):
            self.selector.unregister(client)
        self.selector.unregister(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        with suppress(OSError):
            client.send(b"%d" % os.waitstatus_to_exitcode(status))
        client.close()

    def _be(self, asked: Asked, client: socket.socket) -> NoReturn:
        """Be the process that was asked for."""
        os.setsid()
        news = _take_over(asked, client.fileno())

        def leave(code: int) -> NoReturn:
            with suppress(OSError):  # who waited may be gone
                os.write(news, b"%d" % code)
            os._exit(code)

        try:
            _become(asked)
            os.write(news, BEGUN + b"%d" % os.getpid())
            leave(run_process(leave))
        finally:  # nothing may ever go on to serve
            os._exit(70)


def _take_over(asked: Asked, client: int) -> int:
    """Have open what they have open, under their numbers, and nothing else; gives our `client`."""
    # Out of the way first: a number that is wanted may be another's.
    above = max([2, *asked.numbers]) + 1
    high = [fcntl.fcntl(item, fcntl.F_DUPFD_CLOEXEC, above) for item in (client, *asked.files)]
    before = 0
    for number in sorted(high):
        os.closerange(before, number)
        before = number + 1
    os.closerange(before, before + _FILES)
    for number, file in zip(asked.numbers, high[1:], strict=True):
        os.dup2(file, number)
        os.close(file)
    return high[0]


def _become(asked: Asked) -> None:
    """Be as a Python that was started just now."""
    os.chdir(asked.directory)
    os.environb.clear()
    os.environb.update(asked.environ)
    time.tzset()
    sys.argv = [os.fsdecode(word) for word in asked.argv]
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = _stream(number) if number in asked.numbers else None
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _stream(number: int) -> io.TextIOWrapper:
    binary = open(number, "wb" if number else "rb", closefd=False)  # noqa: SIM115
    errors = "backslashreplace" if number == 2 else "surrogateescape"
    return io.TextIOWrapper(binary, "utf-8", errors, "\n", line_buffering=number == 2)


if __name__ == "__main__":
    main()
