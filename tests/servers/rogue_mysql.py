"""A MySQL server that a test has misbehave: asks for files and passwords, lies, never ends."""

from __future__ import annotations

import ssl
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from servers.rogue import Rogue, Wire

PASSWORD = "s3cret-that-nobody-gets"
SALT = b"12345678" + b"abcdefghijkl"
UTF8, BINARY = 45, 63  # character sets
TEXT, LONG = 253, 3  # types of columns

# CLIENT_PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH, CONNECT_WITH_DB, LOCAL_FILES, TRANSACTIONS
CAPABILITIES = 0x0200 | 0x8000 | 0x80000 | 0x08 | 0x80 | 0x2000

OK = b"\0\0\0\0\0\0\0"  # and we do not commit by ourselves
EOF = b"\xfe\0\0\0\0"
Answer = Iterator[bytes]


def text(value: bytes) -> bytes:
    """A string with its length before it."""
    size = len(value)
    return (bytes([size]) if size < 251 else b"\xfc" + struct.pack("<H", size)) + value


def column(name: str, table: str = "t") -> bytes:
    """What a column is."""
    words = ("def", "x", table, table, name, name)
    kind = struct.pack("<HIBHB", UTF8, 1020, TEXT, 0, 0)
    return b"".join(text(word.encode()) for word in words) + b"\x0c" + kind + b"\0\0"


def row(*cells: str) -> bytes:
    """A row."""
    return b"".join(text(cell.encode()) for cell in cells)


def error(message: bytes, code: int = 1064) -> bytes:
    """A refusal."""
    return b"\xff" + struct.pack("<H", code) + b"#42000" + message


def rows(names: list[str], *values: tuple[str, ...]) -> Answer:
    """An answer as it should be."""
    yield bytes([len(names)])
    yield from map(column, names)
    yield EOF
    yield from (row(*cells) for cells in values)
    yield EOF


def usual(sql: str) -> Answer:
    """What an honest server would answer."""
    if "information_schema" in sql:
        return rows(["a"])
    if sql.startswith("SHOW"):
        return rows(["Variable_name", "Value"], ("lower_case_table_names", "0"))
    if "VERSION()" in sql:
        return rows(["VERSION()"], ("10.11.19-MariaDB",))
    if sql.startswith(("SELECT", "select")):
        return rows(["a"], ("1",), ("2",))
    return iter([OK])


def file_request(path: str) -> Callable[[str], Answer]:
    """Whatever is asked: a request for a file of the client's."""
    return lambda _: iter([b"\xfb" + path.encode()])


def switch_to(plugin: bytes, data: bytes = b"") -> bytes:
    """Log in by another method, please."""
    return b"\xfe" + plugin + b"\0" + data


@dataclass
class RogueMySQL(Rogue):
    """What is not set is as an honest server does it.

    Attributes:
        answer: to a statement.
        version: in the greeting.
        plugin: how a client should log in.
        login: what a client's login is answered with, one after another.
        greeting: instead of all of the greeting.
        tls: what it encrypts with; None if it does not.
    """

    answer: Callable[[str], Answer] = usual
    version: bytes = b"10.11.19-MariaDB"
    plugin: bytes = b"mysql_native_password"
    login: list[bytes] = field(default_factory=lambda: [OK])
    greeting: bytes | None = None
    tls: ssl.SSLContext | None = None
    limit: int | None = None
    bend: Callable[[bytes], bytes] | None = None

    def __post_init__(self) -> None:
        super().__init__(limit=self.limit, bend=self.bend)

    def url(self, query: str = "") -> str:
        return f"mysql+pymysql://me:{PASSWORD}@127.0.0.1:{self.port}/x{query}"

    def talk(self, wire: Wire) -> None:
        wire.send(packet(0, self._greeting() if self.greeting is None else self.greeting))
        number, _ = heard(wire)
        if self.tls is not None:
            wire.encrypt(self.tls)
            number, _ = heard(wire)
        for said in self.login:
            wire.send(packet(number + 1, said))
            if said[:1] == b"\xfe":
                number, _ = heard(wire)
        while True:
            number, asked = heard(wire)
            sql = asked[1:].decode(errors="replace")
            for said in self.answer(sql):
                number = (number + 1) % 256
                wire.send(packet(number, said))

    def _greeting(self) -> bytes:
        able = CAPABILITIES | (0x800 if self.tls else 0)
        low, high = able & 0xFFFF, able >> 16
        return (
            b"\x0a" + self.version + b"\0" + struct.pack("<I", 7) + SALT[:8] + b"\0"
            + struct.pack("<HBHHB", low, UTF8, 2, high, len(SALT) + 1)
            + bytes(10) + SALT[8:] + b"\0" + self.plugin + b"\0"
        )  # fmt: skip


def packet(number: int, payload: bytes) -> bytes:
    """A packet on the wire."""
    return struct.pack("<I", len(payload))[:3] + bytes([number % 256]) + payload


def heard(wire: Wire) -> tuple[int, bytes]:
    """A packet of the client's: its number, and what is in it."""
    head = wire.read(4)
    return head[3], wire.read(int.from_bytes(head[:3], "little"))
