"""What `warm.py` starts: a process that has imported everything, and forks the program's.

Run as `python -P _warm.py PATH`; it listens on a Unix socket of that path until its standard input
ends. Who connects sends one message: a JSON object (words, env, cwd, and at which numbers the new
process shall have the file descriptors that come along, its three streams at least). Back come two
lines: the pid, by the new process, and how it ended, by this one.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import time
from array import array
from contextlib import suppress

MOST = 1 << 17  # bytes of a message
BEFORE = (
    "sqlalchemy.dialects.mysql.pymysql", "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite", "sqlalchemy.orm", "sqlalchemy.ext.declarative",
    "attrs", "fastapi", "flask_sqlalchemy", "pydantic_settings", "sqlmodel",  # of applications
    "rich.box", "rich.console", "rich.syntax", "rich.table", "rich.text",
)  # fmt: skip


def load() -> None:
    """Import what the program may come to import by itself."""
    import sqlsess_cli

    inside = pkgutil.walk_packages(sqlsess_cli.__path__, "sqlsess_cli.")
    ours = [found.name for found in inside if not found.name.endswith("__main__")]
    for name in (*BEFORE, *ours):
        with suppress(ImportError):  # what is not installed is told by whoever needs it
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a look at all these objects would copy their pages into every child


def serve(listener: socket.socket) -> None:
    """Fork until standard input ends; returns in each child, ready to be the program."""
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    if begin(listener, selector):
                        return
                elif key.fileobj == 0:
                    os._exit(0)
                else:
                    pid, client = key.data
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    _, status = os.waitpid(pid, 0)
                    with suppress(OSError):  # nobody may be left to hear it
                        client.send(b"%d\n" % os.waitstatus_to_exitcode(status))
                    client.close()


def begin(listener: socket.socket, selector: selectors.BaseSelector) -> bool:
    """Fork one process; whether this is it."""
    client, _ = listener.accept()
    message, given, _, _ = client.recvmsg(MOST, socket.CMSG_SPACE(64 * array("i").itemsize))
    if not message:  # it has thought better of it
        client.close()
        return False
    asked = json.loads(message)
    descriptors = array("i")
    for _, _, data in given:
        descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    pid = os.fork()
    if pid:
        for descriptor in descriptors:
            os.close(descriptor)
        selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, client))
        return False
    os.setsid()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python has it, whatever we were born with
    client.send(b"%d\n" % os.getpid())
    # Out of the way first: a number that is wanted may be another's.
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 2000) for descriptor in descriptors]
    os.closerange(0, 2000)
    for number, descriptor in zip(asked.pop("numbers"), high, strict=True):
        os.dup2(descriptor, number)
    os.closerange(2000, 3000)
    become(**asked)
    return True


def become(words: list[str], env: dict[str, str], cwd: str) -> None:
    """Be as a Python that was started just now with these words, environment and directory."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv[1:] = words
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        binary = io.open(number, "wb" if number else "rb", closefd=False)  # noqa: SIM115, UP020
        errors = "backslashreplace" if name == "stderr" else "surrogateescape"
        stream = io.TextIOWrapper(binary, "utf-8", errors, "\n", line_buffering=name == "stderr")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    load()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as place:
        place.bind(sys.argv[1])
        place.listen()
        serve(place)
        place.detach()  # what is open under its number is the program's now
    runpy.run_module("sqlsess_cli", run_name="__main__", alter_sys=True)
