"""What a client sends, message by message, in the protocols of MariaDB and PostgreSQL."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
COMMANDS = {1: "Quit", 2: "InitDB", 3: "Query", 14: "Ping", 22: "Prepare", 23: "Execute"}
TYPES = {
    b"B": "Bind", b"C": "Close", b"D": "Describe", b"E": "Execute", b"P": "Parse", b"Q": "Query",
    b"S": "Sync", b"X": "Terminate", b"d": "CopyData", b"p": "password",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a client's.

    Attributes:
        data: all its bytes.
        name: what the protocol calls it.
    """

    data: bytes
    name: str

    def __str__(self) -> str:
        said = bytes(byte if 32 <= byte < 127 else 46 for byte in self.data[4:60]).decode()
        return f"{self.name} {said}" if self.name != "password" else self.name


class MariaDBMessages:
    """Cuts the stream of one client into packets: three bytes of length, one that counts them."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now; what is begun waits for more."""
        self._rest += data
        while len(self._rest) >= 4:
            end = 4 + int.from_bytes(self._rest[:3], "little")
            if len(self._rest) < end:
                return
            packet, self._rest = self._rest[:end], self._rest[end:]
            # A command is the first packet of an exchange; all others are answers in a handshake.
            named = COMMANDS.get(packet[4], "command") if not packet[3] and end > 4 else "password"
            yield Message(packet, named)


class PostgreSQLMessages:
    """Cuts the stream of one client into messages: a type and a length, but at first no type."""

    def __init__(self) -> None:
        self._rest = b""
        self._started = False

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole now; what is begun waits for more."""
        self._rest += data
        while len(self._rest) >= (before := 1 if self._started else 0) + 4:
            (length,) = struct.unpack_from("!I", self._rest, before)
            if len(self._rest) < before + length:
                return
            packet, self._rest = self._rest[: before + length], self._rest[before + length :]
            if self._started:
                yield Message(packet, TYPES.get(packet[:1], "message"))
                continue
            (asked,) = struct.unpack_from("!I", packet, 4)
            self._started = asked not in (SSL_REQUEST, GSS_REQUEST)
            yield Message(packet, "startup")


MESSAGES = {"mariadb": MariaDBMessages, "postgresql": PostgreSQLMessages}
