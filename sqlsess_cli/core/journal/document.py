"""The file of a journal: written whole before COMMIT, its outcome after; read with every check."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import FileIO
from json import JSONDecodeError, dumps, loads
from typing import Any, NoReturn

from sqlsess_cli.core.journal.stored import Row, as_json, from_json
from sqlsess_cli.dialects._relations import Place
from sqlsess_cli.errors import OutputError, UsageError

VERSION = 1
_CHANGES = {"insert": (False, True), "update": (True, True), "delete": (True, False)}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row, as a journal tells it.

    Attributes:
        place: its table.
        before: the row as it was; None where there was none.
        after: as it became; None where it is gone.
        name: what its rows are called: a mapped class, or the table.
        line: where the journal says so; 0 before it is written.
    """

    place: Place
    before: Row | None
    after: Row | None
    name: str
    line: int = 0

    def line_of(self, key: Mapping[str, Any]) -> dict[str, Any]:
        """As one line of the file."""
        here = self.before is not None, self.after is not None
        schema, table = self.place
        about: dict[str, Any] = {"change": next(k for k, v in _CHANGES.items() if v == here)}
        about |= {"schema": schema} if schema else {}
        about |= {"table": table}
        about |= {"class": self.name} if self.name else {}
        return {**about, "key": _row(key), "before": _row(self.before), "after": _row(self.after)}


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that was read.

    Attributes:
        path: the file.
        header: what it says of itself: the database, the command, the time.
        changes: of rows, in order.
        outcome: what became of the transaction; nothing where nobody could write it.
    """

    path: str
    header: Mapping[str, Any]
    changes: list[Change] = field(default_factory=list)
    outcome: str = ""


class JournalFile:
    """The file while it is written: reserved first, whole before COMMIT, then its outcome.

    Args:
        path: a file that is not there.

    Raises:
        UsageError: it is there.
        OutputError: it cannot be written.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._whole = False
        try:
            made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            hint = "a journal is of one command; choose another name, or remove that file"
            raise UsageError(f"the journal {path} is there already", hint) from None
        except OSError as error:
            raise self._failed(error) from error
        self._file = FileIO(made, "w")

    def write(self, header: Mapping[str, Any], lines: Iterator[Mapping[str, Any]]) -> None:
        """Write all but the outcome, and see it on the disk.

        Raises:
            OutputError: that cannot be.
        """
        digest, count = sha256(), 0
        try:
            for line in [header, *lines]:
                text = _line(line)
                digest.update(text)
                self._write(text)
                count += 1
            self._write(_line({"rows": count - 1, "sha256": digest.hexdigest()}))
            os.fsync(self._file.fileno())
            folder = os.open(os.path.dirname(os.path.abspath(self.path)), os.O_RDONLY)
            try:
                os.fsync(folder)  # the name has to last as well
            finally:
                os.close(folder)
        except OSError as error:
            raise self._failed(error) from error
        self._whole = True

    def conclude(self, outcome: str, at: str) -> None:
        """Write what became of the transaction; of one that was undone nothing stays.

        Raises:
            OutputError: it cannot be written; the journal stays one whose outcome is not known.
        """
        try:
            if self._whole and outcome not in ("open", "read", "rolled back"):
                self._write(_line({"outcome": outcome, "at": at}))
                os.fsync(self._file.fileno())
            else:
                os.unlink(self.path)
        except OSError as error:
            raise self._failed(error) from error
        finally:
            self._file.close()

    def _write(self, text: bytes) -> None:
        data = memoryview(text)
        while data:
            data = data[self._file.write(data) or 0 :]

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(f"cannot write the journal {self.path}: {error.strerror}")


def read(path: str) -> Journal:
    """A journal from its file.

    Raises:
        UsageError: it cannot be read, is none, is damaged, or lacks its end; names the line.
    """
    try:
        with open(path, "rb") as file:
            lines = file.read().splitlines(keepends=True)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    reader = _Reader(path)
    for number, line in enumerate(lines, 1):
        reader.take(number, line)
    return reader.journal(len(lines))


class _Reader:
    """Takes the lines of a journal one by one."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._header: Mapping[str, Any] | None = None
        self._changes: list[Change] = []
        self._digest = sha256()
        self._whole = False
        self._outcome = ""

    def journal(self, lines: int) -> Journal:
        """What was taken, if it is a whole journal."""
        if self._header is None:
            self._wrong(1, "the file is empty: its command ended before it came to COMMIT")
        if not self._whole:
            reason = "the end of the journal is missing: its command ended before it came to COMMIT"
            self._wrong(lines, f"{reason}, or the file was cut")
        return Journal(self.path, self._header, self._changes, self._outcome)

    def take(self, number: int, line: bytes) -> None:
        """One line.

        Raises:
            UsageError: it is not what stands there in a journal.
        """
        document = self._parsed(number, line)
        if self._header is None:
            self._take_header(number, document)
        elif self._whole:
            if self._outcome or not isinstance(document.get("outcome"), str):
                self._wrong(number, "there is more than a journal has")
            self._outcome = document["outcome"]
        elif "sha256" in document:
            same = document["sha256"] == self._digest.hexdigest()
            if not same or document.get("rows") != len(self._changes):
                self._wrong(number, "the lines above are not those that were written")
            self._whole = True
        else:
            self._changes.append(self._change(number, document))
        self._digest.update(line)

    def _parsed(self, number: int, line: bytes) -> dict[str, Any]:
        if not line.endswith(b"\n"):
            self._wrong(number, "the line is cut")
        try:
            document = loads(line)
        except (JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            self._wrong(number, f"not JSON: {error}")
        if not isinstance(document, dict):
            self._wrong(number, "not an object")
        return document

    def _take_header(self, number: int, document: dict[str, Any]) -> None:
        if "sqlsess_journal" not in document:
            self._wrong(number, "not a journal of sqlsess")
        if document["sqlsess_journal"] != VERSION:
            self._wrong(number, f"a journal of form {document['sqlsess_journal']}, not {VERSION}")
        self._header = document

    def _change(self, number: int, document: dict[str, Any]) -> Change:
        try:
            before, after = _stored(document["before"]), _stored(document["after"])
            kind = _CHANGES[document["change"]]
            place = document.get("schema"), str(document["table"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._wrong(number, f"not a change of a row: {error}")
        if kind != (before is not None, after is not None):
            self._wrong(number, f"{document['change']} does not fit before and after")
        return Change(place, before, after, str(document.get("class") or ""), number)

    def _wrong(self, number: int, why: str) -> NoReturn:
        raise UsageError(f"{self.path}:{number}: {why}")


def _line(document: Mapping[str, Any]) -> bytes:
    """One line; what is no character stays an escape."""
    return (dumps(document) + "\n").encode("ascii")


def _row(row: Mapping[str, Any] | None) -> dict[str, object] | None:
    return None if row is None else {name: as_json(value) for name, value in row.items()}


def _stored(document: Any) -> Row | None:
    return None if document is None else {name: from_json(item) for name, item in document.items()}
