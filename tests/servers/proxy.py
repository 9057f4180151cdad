"""A wire between a client and a server, cut at the moment a test chooses."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from threading import Thread
from typing import Self


class Proxy:
    """Passes everything on until the client sends a certain text; then both sides are cut off.

    Args:
        port: of the server, on 127.0.0.1.
        text: what the client must not send without losing its connection.
        delivered: the server still gets it, and does what it says: only its answer is lost.
    """

    def __init__(self, port: int, text: bytes, *, delivered: bool) -> None:
        self._server_port = port
        self._text = text
        self._delivered = delivered
        self._stack = ExitStack()
        self._threads: list[Thread] = []
        self.cuts = 0

    def __enter__(self) -> Self:
        self._listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not end accept()
        self._stack.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: object, *arguments: object) -> None:
        thread = Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._stack.enter_context(self._listener.accept()[0])
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._stack.enter_context(server)
                silent: list[bool] = []  # once it holds something, answers are lost
                self._start(self._requests, client, server, silent)
                self._start(self._answers, client, server, silent)

    def _requests(self, client: socket.socket, server: socket.socket, silent: list[bool]) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self._text in data:
                    self.cuts += 1
                    silent.append(True)
                    if not self._delivered:
                        break
                server.sendall(data)
        if not silent or not self._delivered:
            cut(client, server)

    def _answers(self, client: socket.socket, server: socket.socket, silent: list[bool]) -> None:
        with suppress(OSError):
            while (data := server.recv(1 << 16)) and not silent:
                client.sendall(data)
        cut(client, server)


def cut(*sides: socket.socket) -> None:
    """End both directions of connections, whoever is waiting for them."""
    for side in sides:
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
