"""A server that keeps to no rule: it says what a test has it say, and keeps all that it is told."""

from __future__ import annotations

import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack, suppress
from threading import Thread
from typing import Self

PATIENCE = 10.0  # seconds; a client that waits for more than we said is hung up on
Bend = Callable[[bytes], bytes]


class HungUp(Exception):
    """The client has left, or nothing more is to be said to it."""


class Wire:
    """One connection, seen from the server.

    Args:
        side: the client.
        heard: everything that clients send is added to it.
        limit: how many bytes are sent before the connection is cut; None for no limit.
        bend: changes what is sent, as a whole message.
    """

    def __init__(
        self, side: socket.socket, heard: bytearray, limit: int | None, bend: Bend | None
    ) -> None:
        self._side = side
        self._heard = heard
        self._left = limit
        self._bend = bend
        self.patience: float | None = PATIENCE
        self.sent = 0

    def send(self, data: bytes) -> None:
        """Send as much of it as the limit allows.

        Raises:
            HungUp: that was all.
        """
        data = self._bend(data) if self._bend else data
        allowed = data if self._left is None else data[: self._left]
        try:
            self._side.settimeout(PATIENCE)
            self._side.sendall(allowed)
        except OSError:
            raise HungUp from None
        self.sent += len(allowed)
        if self._left is not None:
            self._left -= len(allowed)
            if not self._left:
                raise HungUp

    def read(self, count: int) -> bytes:
        """So many bytes of the client's.

        Raises:
            HungUp: it sends no more.
        """
        data = bytearray()
        while len(data) < count:
            try:
                self._side.settimeout(self.patience)
                chunk = self._side.recv(count - len(data))
            except OSError:
                raise HungUp from None
            if not chunk:
                raise HungUp
            self._heard += chunk
            data += chunk
        return bytes(data)

    def encrypt(self, context: ssl.SSLContext) -> None:
        """From now on it is TLS.

        Raises:
            HungUp: the client does not like our certificate.
        """
        try:
            self._side = context.wrap_socket(self._side, server_side=True)
        except OSError:
            raise HungUp from None

    def close(self) -> None:
        """Hang up."""
        cut(self._side)
        self._side.close()

    def silence(self) -> None:
        """Say nothing until the client leaves; keep what it still sends."""
        self.patience = None
        with suppress(HungUp):
            while True:
                self.read(1)


class Rogue(ABC):
    """Listens on 127.0.0.1 and talks to each client in a thread of its own.

    Args:
        limit: bytes that each client gets; None for no limit.
        bend: changes what each client gets, message by message.

    Attributes:
        heard: all that clients have sent.
        sent: how many bytes the last client got.
        greeted: how many clients came.
    """

    def __init__(self, *, limit: int | None = None, bend: Bend | None = None) -> None:
        self._limit = limit
        self._bend = bend
        self._stack = ExitStack()
        self._threads: list[Thread] = []
        self.heard = bytearray()
        self.sent = 0
        self.greeted = 0

    patience = PATIENCE

    @abstractmethod
    def talk(self, wire: Wire) -> None:
        """Be the server, until HungUp."""

    @abstractmethod
    def url(self, query: str = "") -> str:
        """How our program finds it."""

    def __enter__(self) -> Self:
        self._listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        cut(self._listener)  # closing alone does not end accept()
        self._stack.close()
        for thread in self._threads:
            thread.join(10)

    @property
    def where(self) -> str:
        """How the program names it in messages."""
        return f"127.0.0.1:{self.port}/x"

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                side, _ = self._listener.accept()
                self._stack.callback(side.close)
                self._stack.callback(cut, side)
                self.greeted += 1
                self._start(self._serve, side)

    def _serve(self, side: socket.socket) -> None:
        side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = Wire(side, self.heard, self._limit, self._bend)
        wire.patience = self.patience
        with suppress(HungUp):
            self.talk(wire)
        self.sent = wire.sent
        wire.close()


def cut(side: socket.socket) -> None:
    """End both directions of a connection, whoever is waiting for it."""
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
