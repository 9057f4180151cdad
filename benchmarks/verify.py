"""What a tool exported, read back and compared with the rows it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

from benchmarks.data import Table

FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)')
BACKSLASHED = re.compile(r"\\(.)")
MEANT = {"n": "\n", "t": "\t", "0": "\0", "r": "\r"}
Fields = list[Any]

# Numbers of JSON keep their digits.
read_json = partial(json.loads, parse_float=str, parse_int=str, parse_constant=str)


def differences(path: str, shape: str, table: Table, count: int) -> list[str]:
    """How an export differs from the first rows of a table, in words; nothing when it does not.

    Args:
        path: of what the tool wrote.
        shape: csv, batch (what `mariadb --batch` writes) or jsonl.
        table: where the rows are from.
        count: of rows.
    """
    found: dict[str, str] = {}
    names = table.names
    readers = [READERS[kind] for _, kind in table.columns]
    documents = [index for index, (_, kind) in enumerate(table.columns) if kind == "json"]
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = _objects(file, names) if shape == "jsonl" else _records(file, names, shape)
        arrived = 0
        sources = table.rows(count)
        for row in rows:
            read = list(map(_read, readers, row))
            # By the key: a row that was torn apart, as by a line break in it, spoils no other.
            source = next((source for source in sources if source[0] == read[0]), None)
            if source is None:
                break
            arrived += 1
            expected = list(source)
            for index in documents:
                expected[index] = expected[index] and read_json(expected[index])
            if read != expected:
                _note(found, names, zip(row, read, expected, strict=True))
    if arrived != count:
        found["rows"] = f"{arrived:,} of {count:,} rows"
    return list(found.values())


def _note(found: dict[str, str], names: list[str], values: Any) -> None:
    """Keep one example for each column, and one for all that is wrong with NULL."""
    for name, (text, read, expected) in zip(names, values, strict=True):
        if read == expected:
            continue
        if read in (None, "") and expected in (None, ""):
            found["null"] = "NULL and the empty string alike"
        elif expected is None:
            found.setdefault("null", f"NULL as {text!r:.20}")
        elif isinstance(expected, bytes):
            found.setdefault(name, f"bytes as {text!r:.16}")
        else:
            found.setdefault(name, f"{name}: {expected!r:.40} as {text!r:.40}")


def _records(file: Any, names: list[str], shape: str) -> Iterator[Fields]:
    """The rows of CSV or of tabs; lines that are no rows, such as a status, are left out."""
    split = _tabbed if shape == "batch" else _split
    for line in file if shape == "batch" else _whole(file):
        fields = split(line.rstrip("\r\n"))
        if len(fields) == len(names) and str(fields[0]).strip().isdigit():
            yield fields


def _whole(file: Any) -> Iterator[str]:
    """Lines, with those joined that a line break in quotes has parted."""
    held = ""
    for line in file:
        held += line
        if not held.count('"') % 2:
            yield held
            held = ""


def _split(line: str) -> Fields:
    """Fields of CSV: None is one that is empty and not quoted."""
    if '"' not in line:
        return [field or None for field in line.split(",")]
    fields: Fields = []
    place = 0
    while place <= len(line):
        match = FIELD.match(line, place)
        if match is None:
            return []
        quoted = match[1]
        fields.append((match[2] or None) if quoted is None else quoted.replace('""', '"'))
        if match.end() == len(line) and not match[0].endswith(","):
            break
        place = match.end()
    return fields


def _tabbed(line: str) -> Fields:
    return [
        BACKSLASHED.sub(lambda match: MEANT.get(match[1], match[1]), field)
        for field in line.split("\t")
    ]


def _objects(file: Any, names: list[str]) -> Iterator[Fields]:
    """The rows of JSON lines; sqlite3 writes one array, an object on each line."""
    for line in file:
        text = line.strip().strip("[],") if line[:1] in "[{" else line.strip()
        if text.startswith("{"):
            found = read_json(text)
            yield [found.get(name) for name in names]


def _read(reader: Callable[[Any], Any], text: Any) -> Any:
    """A value as Python has it; the text itself where it cannot be read."""
    if text is None:
        return None
    try:
        return reader(text)
    except (ValueError, ArithmeticError, TypeError, KeyError):
        return text


def _time(text: str) -> time:
    hours, _, rest = text.partition(":")
    return time.fromisoformat(f"{int(hours):02}:{rest}")


def _bytes(value: Any) -> bytes:
    if isinstance(value, dict):
        from base64 import b64decode

        return b64decode(value["$base64"])
    if not value.startswith("\\x"):
        raise ValueError(value)
    return bytes.fromhex(value[2:])


def _boolean(value: Any) -> bool:
    return {"1": True, "true": True, "t": True, "0": False, "false": False, "f": False}[
        str(value).lower()
    ]


READERS: dict[str, Callable[[Any], Any]] = {
    "integer": int, "big": int, "money": Decimal, "exact": Decimal, "float": float,
    "date": date.fromisoformat, "time": _time, "datetime": datetime.fromisoformat,
    "boolean": _boolean, "text": str, "bytes": _bytes,
    "json": lambda value: read_json(value) if isinstance(value, str) else value,
}  # fmt: skip
