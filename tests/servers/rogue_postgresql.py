"""A PostgreSQL server that a test has misbehave: asks for passwords, lies, never ends."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from servers.rogue import Rogue, Wire

PASSWORD = "s3cret-that-nobody-gets"
SSL, GSS = 80877103, 80877104  # what is asked before the start
TEXT = 25  # type of a column
CLEARTEXT = struct.pack(">I", 3)
MD5 = struct.pack(">I", 5) + b"salt"
OK = struct.pack(">I", 0)
Messages = Iterable[bytes]


def message(kind: bytes, body: bytes = b"") -> bytes:
    """A message on the wire."""
    return kind + struct.pack(">I", len(body) + 4) + body


def strings(*words: bytes) -> bytes:
    """Words, each with its end."""
    return b"".join(word + b"\0" for word in words)


def described(*names: str) -> bytes:
    """What the columns are."""
    parts = [
        strings(name.encode()) + struct.pack(">IhIhih", 0, 0, TEXT, -1, -1, 0) for name in names
    ]
    return message(b"T", struct.pack(">h", len(names)) + b"".join(parts))


def row(*cells: str) -> bytes:
    """A row."""
    parts = [struct.pack(">i", len(cell.encode())) + cell.encode() for cell in cells]
    return message(b"D", struct.pack(">h", len(cells)) + b"".join(parts))


def problem(kind: bytes, severity: bytes, text: bytes, code: bytes = b"42601") -> bytes:
    """A refusal (E) or a notice (N)."""
    return message(kind, strings(b"S" + severity, b"V" + severity, b"C" + code, b"M" + text, b""))


def setting(name: bytes, value: bytes) -> bytes:
    """What a parameter of the session is."""
    return message(b"S", strings(name, value))


DONE = message(b"C", strings(b"SELECT 1"))
READY = message(b"Z", b"T")
SETTINGS = {
    b"server_version": b"15.18", b"client_encoding": b"UTF8", b"server_encoding": b"UTF8",
    b"standard_conforming_strings": b"on", b"TimeZone": b"UTC", b"integer_datetimes": b"on",
    b"DateStyle": b"ISO, MDY",
}  # fmt: skip


def usual(sql: str) -> Messages:
    """What an honest server would answer."""
    if "version()" in sql:
        return [row("PostgreSQL 15.18 on x86_64"), DONE]
    if "pg_" in sql:
        return [DONE]
    if sql.startswith("FETCH"):
        return [row("1"), row("2"), DONE]
    return [row("on"), DONE] if sql[:4].upper() in ("SELE", "SHOW") else [DONE]


@dataclass
class RoguePostgreSQL(Rogue):
    """What is not set is as an honest server does it.

    Attributes:
        answer: to a statement: rows and how it ended.
        login: how a client should log in; None lets everybody in.
        column: the name of the only column.
        settings: parameters of the session.
        before: what is sent before a client may ask.
        endless: each FETCH gives rows; else only the first does.
    """

    answer: Callable[[str], Messages] = usual
    login: bytes | None = None
    column: str = "a"
    settings: dict[bytes, bytes] = field(default_factory=lambda: dict(SETTINGS))
    before: Callable[[], Messages] = tuple
    endless: bool = False
    limit: int | None = None
    bend: Callable[[bytes], bytes] | None = None

    def __post_init__(self) -> None:
        super().__init__(limit=self.limit, bend=self.bend)

    def url(self, query: str = "") -> str:
        return f"postgresql+psycopg://me:{PASSWORD}@127.0.0.1:{self.port}/x{query}"

    def talk(self, wire: Wire) -> None:
        self._start_up(wire)
        self._fetched = False
        sql = ""
        while True:
            kind, body = heard(wire)
            if kind == b"P":
                sql = body.split(b"\0")[1].decode(errors="replace")
                wire.send(message(b"1"))
            elif kind == b"B":
                wire.send(message(b"2"))
            elif kind == b"D":
                cursor = body[:1] == b"P" and len(body) > 2
                wire.send(described(self.column) if cursor else self._columns(sql))
            elif kind == b"E":
                self._say(wire, self._answered(sql))
            elif kind == b"S":
                wire.send(READY)
            elif kind == b"Q":
                self._say(wire, self._simply(body[:-1].decode(errors="replace")))

    def _start_up(self, wire: Wire) -> None:
        while asked_first(wire) in (SSL, GSS):
            wire.send(b"N")
        if self.login is not None:
            wire.send(message(b"R", self.login))
            heard(wire)
        self._say(wire, self.before())
        wire.send(message(b"R", OK))
        for name, value in self.settings.items():
            wire.send(setting(name, value))
        wire.send(message(b"K", struct.pack(">II", 7, 7)))
        wire.send(message(b"Z", b"I"))

    def _columns(self, sql: str) -> bytes:
        """The columns of a statement; one that only does something has none."""
        gives = sql[:4].upper() in ("SELE", "SHOW", "FETC")
        return described(self.column) if gives else message(b"n")

    def _simply(self, sql: str) -> Iterator[bytes]:
        columns = self._columns(sql)
        if columns[:1] == b"T":
            yield columns
        yield from self._answered(sql)
        yield READY

    def _answered(self, sql: str) -> Messages:
        if not sql.startswith("FETCH"):
            return self.answer(sql)
        done, self._fetched = self._fetched and not self.endless, True
        return [DONE] if done else self.answer(sql)

    def _say(self, wire: Wire, messages: Messages) -> None:
        for said in messages:
            wire.send(said)


def asked_first(wire: Wire) -> int:
    """What comes before there are messages: a version of the protocol, or a wish for TLS."""
    size = int.from_bytes(wire.read(4), "big")
    return int.from_bytes(wire.read(size - 4)[:4], "big")


def heard(wire: Wire) -> tuple[bytes, bytes]:
    """A message of the client's: its kind, and what is in it."""
    kind = wire.read(1)
    return kind, wire.read(int.from_bytes(wire.read(4), "big") - 4)
