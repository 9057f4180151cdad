"""A wire between a client and a server, cut or gone silent at the message that a test chooses."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress
from threading import Event, Lock, Thread
from typing import Self
from urllib.parse import urlsplit

from servers._server import Database
from servers.wire import MESSAGES, Message


class Proxy:
    """Passes everything on until the client sends a certain message; then both sides are cut off.

    The client learns of it when the server has: whoever then asks the server finds what stays.
    Connections made after the cut are passed on whole, or refused.

    Args:
        database: on the server's side.
        at: which message: the how manieth of all connections together, from 1, or a text in it.
        delivered: the server still gets it, and does what it says: only its answer is lost.
        hold: nothing is cut; the client hears nothing any more, until it goes.
        alone: what connects later is refused.
        pause: seconds before each byte of an answer; 0 passes them on as they come.
    """

    def __init__(
        self, database: Database, at: int | bytes | None = None, *, delivered: bool = False,
        hold: bool = False, alone: bool = False, pause: float = 0,
    ) -> None:  # fmt: skip
        self._database = database
        self._at = at
        self._delivered, self._hold, self._alone, self._pause = delivered, hold, alone, pause
        self._stack = ExitStack()
        self._threads: list[Thread] = []
        self._ends: list[socket.socket] = []
        self._lock = Lock()
        self.seen: list[Message] = []
        self.cut: Message | None = None  # where it was cut; None as long as it was not
        self.reached = Event()

    def __enter__(self) -> Self:
        self._listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for item in (self._listener, *self._ends):
            with suppress(OSError):
                item.shutdown(socket.SHUT_RDWR)  # closing alone ends no accept() and no recv()
        for thread in self._threads:
            thread.join(10)
        self._stack.close()

    @property
    def url(self) -> str:
        """Of the database behind it; TLS would hide what passes."""
        server = self._database.server
        url = self._database.url.replace(f":{server.port}/", f":{self.port}/")
        more = "&" if urlsplit(url).query else "?"
        return f"{url}{more}sslmode=disable" if server.kind == "postgresql" else url

    @property
    def where(self) -> str:
        """How the program names it in messages."""
        return self._database.where.replace(str(self._database.server.port), str(self.port))

    def _start(self, target: object, *arguments: object) -> None:
        thread = Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._stack.enter_context(self._listener.accept()[0])
                server = None if self._alone and self.cut else self._connected()
                if server is None:
                    client.close()
                    continue
                self._ends += [client, server]
                silent = Event()  # from then on answers are lost
                self._start(self._requests, client, server, silent)
                self._start(self._answers, client, server, silent)

    def _connected(self) -> socket.socket | None:
        """A connection to the server; None while it is down."""
        with suppress(ConnectionRefusedError):
            server = socket.create_connection(("127.0.0.1", self._database.server.port))
            return self._stack.enter_context(server)
        return None

    def _requests(self, client: socket.socket, server: socket.socket, silent: Event) -> None:
        messages = MESSAGES[self._database.kind]()
        with suppress(OSError):
            while not silent.is_set() and (data := client.recv(1 << 16)):
                for message in messages.feed(data):
                    if self._is_the_one(message):
                        self._fall_silent(client, server, silent, message)
                        break
                    server.sendall(message.data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)  # it does what it got, and then it notices

    def _is_the_one(self, message: Message) -> bool:
        with self._lock:
            if self.cut:
                return False
            self.seen.append(message)
            at = self._at
            found = at in message.data if isinstance(at, bytes) else at == len(self.seen)
            self.cut = message if found else None
            return found

    def _fall_silent(
        self, client: socket.socket, server: socket.socket, silent: Event, message: Message
    ) -> None:
        silent.set()
        if self._delivered:
            server.sendall(message.data)
        self.reached.set()
        while self._hold and client.recv(1 << 16):
            pass

    def _answers(self, client: socket.socket, server: socket.socket, silent: Event) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if not silent.is_set():
                    self._pass_on(client, data)
        for side in (client, server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, client: socket.socket, data: bytes) -> None:
        if not self._pause:
            client.sendall(data)
            return
        for byte in data:
            time.sleep(self._pause)
            client.sendall(bytes([byte]))
