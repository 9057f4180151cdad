"""What a whole test run shares: each server is started once, each sample loaded once, when wanted.

The first process of the run (with pytest-xdist: the controller) makes and owns everything; workers
ask it through a socket. So nothing depends on which worker came first, or whether it still lives.
"""

from __future__ import annotations

import atexit
import json
import os
import secrets
import socket
import socketserver
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Lock, Thread
from typing import Any

from servers._directory import RunDirectory
from servers._process import Daemon
from servers._server import ADMIN, READER, Database, Missing, Server
from servers.mariadb import MariaDB, MariaDBDaemon
from servers.postgresql import PostgreSQL, PostgreSQLDaemon
from servers.samples import load
from servers.sqlite import SQLite
from servers.tls import make_certificates

SERVERS: dict[str, type[Server]] = {
    "sqlite": SQLite, "mariadb": MariaDB, "postgresql": PostgreSQL
}  # fmt: skip
DAEMONS: dict[str, type[Daemon]] = {"mariadb": MariaDBDaemon, "postgresql": PostgreSQLDaemon}

ANSWER_SECONDS = 180  # a start and a load on a busy machine, and then some


class Fleet(ABC):
    """The servers of this run, as any of its processes sees them.

    A wish is two words, what and of which kind: "server mariadb", "chinook sqlite". Each is granted
    once; threads, because the two servers start side by side. They live as long as the run: the
    kernel ends a server when the thread that started it ends.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._granted: dict[str, Future[Any]] = {}
        self._threads = ThreadPoolExecutor(32, thread_name_prefix="fleet")  # more than wishes exist

    def wish(self, what: str, kind: str) -> Future[Any]:
        """Begin to make something, unless that has begun; the answer comes later."""
        with self._lock:
            key = f"{what} {kind}"
            if key not in self._granted:
                self._granted[key] = self._threads.submit(self._grant, what, kind)
            return self._granted[key]

    @abstractmethod
    def _grant(self, what: str, kind: str) -> Any:
        """Make it, or have it made; the answer fits into JSON."""

    @property
    @abstractmethod
    def directory(self) -> str:
        """Of this run."""

    @abstractmethod
    def close(self) -> None:
        """Give up what this process holds."""

    def server(self, kind: str) -> Server:
        """The shared server of a kind, started when it is not."""
        return SERVERS[kind](**self.wish("server", kind).result())

    def sample(self, name: str, kind: str) -> Database:
        """A sample, loaded when it is not; the servers let nobody write to it."""
        database = self.wish(name, kind).result()
        return Database(self.server(kind), database, READER)

    @contextmanager
    def daemon(self, kind: str, **settings: str) -> Iterator[Daemon]:
        """A server of one's own, to be tortured; stopped and removed at the end."""
        template = self.wish("template", kind).result()
        place = f"{self.directory}/{kind}-{secrets.token_hex(3)}"
        settings = {**DAEMONS[kind].careful, **settings}
        daemon = DAEMONS[kind](template["directory"], place, template["secret"], settings)
        try:
            yield daemon.start()
        finally:
            daemon.remove()


class LocalFleet(Fleet):
    """The fleet in the process that owns it."""

    def __init__(self) -> None:
        super().__init__()
        self._run: RunDirectory | None = None
        self._daemons: list[Daemon] = []
        self._listener: socketserver.BaseServer | None = None
        atexit.register(self.close)

    @property
    def directory(self) -> str:
        with self._lock:
            if self._run is None:
                self._run = RunDirectory()
            return self._run.path

    @property
    def started(self) -> list[Server]:
        """The shared servers that were started."""
        return [daemon.server for daemon in self._daemons]

    def _grant(self, what: str, kind: str) -> Any:
        if what == "tls":
            return self._make_tls()
        if what == "template":
            return self._make_template(kind)
        if what == "server":
            return self._start(kind).as_json()
        return self._load(what, kind)

    def _make_tls(self) -> str:
        os.mkdir(place := f"{self.directory}/tls")
        make_certificates(place)
        return place

    def _make_template(self, kind: str) -> dict[str, str]:
        tls = self.wish("tls", "openssl").result()
        secret = secrets.token_hex(12)
        place = f"{self.directory}/template-{kind}"
        DAEMONS[kind].make_directory(place)
        DAEMONS[kind].make_template(place, tls, secret)
        return {"directory": place, "secret": secret}

    def _start(self, kind: str) -> Server:
        if kind == "sqlite":
            os.mkdir(place := f"{self.directory}/sqlite")
            return SQLite(0, place, "")
        began = time.monotonic()
        template = self.wish("template", kind).result()
        place = f"{self.directory}/{kind}"
        daemon = DAEMONS[kind](template["directory"], place, template["secret"], {})
        with self._lock:
            self._daemons.append(daemon)
        daemon.start()
        daemon.server = replace(daemon.server, seconds=time.monotonic() - began)
        return daemon.server

    def _load(self, sample: str, kind: str) -> str:
        server = self.server(kind)
        database = f"sample_{sample}"
        server.create(database)
        load(sample, Database(server, database, ADMIN))
        return database

    def address(self) -> str:
        """Where workers can ask; from now on somebody listens."""
        if self._listener is None:
            path = f"{self.directory}/fleet"
            self._listener = listener = Listener(path, Handler)
            listener.fleet = self
            Thread(target=listener.serve_forever, daemon=True).start()
        return f"{self.directory}/fleet"

    def close(self) -> None:
        """Stop everything that was started, and remove every trace of it."""
        if self._listener is not None:
            self._listener.shutdown()
            self._listener.server_close()
            self._listener = None
        self._threads.shutdown(cancel_futures=True)  # first: nothing may start behind our back
        for daemon in self._daemons:
            daemon.remove()
        if self._run is not None:
            self._run.close()
            self._run = None
        atexit.unregister(self.close)


class Listener(socketserver.ThreadingUnixStreamServer):
    """The owner's ear; each question has a thread, since an answer can take seconds."""

    daemon_threads = True
    fleet: Fleet


class Handler(socketserver.StreamRequestHandler):
    """One question: two words on a line, answered by one line of JSON."""

    def handle(self) -> None:
        what, kind = self.rfile.readline().decode().split()
        try:
            answer = {"granted": self.server.fleet.wish(what, kind).result()}
        except Missing as error:
            answer = {"missing": str(error)}
        except Exception as error:  # noqa: BLE001 - told to the worker, which fails with it
            answer = {"failed": f"{type(error).__name__}: {error}"}
        with suppress(OSError):  # the worker is gone
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class RemoteFleet(Fleet):
    """The fleet as a worker sees it."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    @property
    def directory(self) -> str:
        return os.path.dirname(self._address)

    def _grant(self, what: str, kind: str) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(self._address)
            connection.sendall(f"{what} {kind}\n".encode())
            with connection.makefile("rb") as stream:
                answer = json.loads(stream.readline())
        if "missing" in answer:
            raise Missing(answer["missing"])
        if "failed" in answer:
            raise AssertionError(answer["failed"])
        return answer["granted"]

    def close(self) -> None:
        """Ask nothing more."""
        self._threads.shutdown(cancel_futures=True)
