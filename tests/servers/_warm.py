"""What `warm.py` starts: a process that has imported everything, and forks the program's.

Run as `python -P _warm.py FD`, where FD is a Unix socket. Each message is a JSON object (words,
env, cwd) with four file descriptors: the program's three streams, and a pipe for news of it. The
new process writes its pid there, and this one how it ended.
"""

from __future__ import annotations

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


def serve(control: socket.socket) -> None:
    """Fork until the other end is closed; returns in each child, ready to be the program."""
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is control:
                    if begin(control, selector):
                        return
                else:
                    pid, news = key.data
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    _, status = os.waitpid(pid, 0)
                    with suppress(BrokenPipeError):
                        os.write(news, b"%d\n" % os.waitstatus_to_exitcode(status))
                    os.close(news)


def begin(control: socket.socket, selector: selectors.BaseSelector) -> bool:
    """Fork one process; whether this is it."""
    size = array("i").itemsize
    message, given, _, _ = control.recvmsg(MOST, socket.CMSG_SPACE(4 * size))
    if not message:
        os._exit(0)
    descriptors = array("i")
    for _, _, data in given:
        descriptors.frombytes(data[: len(data) - len(data) % size])
    *streams, news = descriptors
    pid = os.fork()
    if pid:
        for descriptor in streams:
            os.close(descriptor)
        selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, news))
        return False
    os.setsid()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python has it, whatever we were born with
    os.write(news, b"%d\n" % os.getpid())
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    os.closerange(3, 1024)
    become(**json.loads(message))
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
    serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("sqlsess_cli", run_name="__main__", alter_sys=True)
