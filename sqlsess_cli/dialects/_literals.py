"""Values as SQL text: what each database reads back as the very same value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from math import isfinite, isnan
from typing import Any

from sqlalchemy import Column

from sqlsess_cli.result import JsonText, Kind

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class Literals:
    """How values are written in standard SQL."""

    def insert_clause(self, columns: Sequence[Column[Any] | None]) -> str:
        """What stands before VALUES, to insert into these columns."""
        return ""

    def of(self, value: object, kind: Kind) -> str:
        """A value as this database reads it in SQL text."""
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int | float | Decimal):
            return self.number(value)
        if isinstance(value, bytes | bytearray | memoryview):
            return self.binary(bytes(value))
        return self.text(self.spelled(value, kind))

    def number(self, value: float | Decimal) -> str:
        """A number; those that are none are texts, as most databases take them."""
        # An exponent would make a Decimal a float in some databases, with fewer digits.
        spelled = f"{value:f}" if isinstance(value, Decimal) else repr(value)
        return spelled if finite(value) else self.text(spelled)

    def binary(self, value: bytes) -> str:
        """A binary string."""
        return f"X'{value.hex()}'"

    def text(self, value: str) -> str:
        """A character string."""
        return "'" + value.replace("'", "''") + "'"

    def spelled(self, value: object, kind: Kind) -> str:
        """Any other value as the text that a column of its type takes."""
        if isinstance(value, str):
            return value
        if kind == "json" or isinstance(value, dict | list):
            from json import dumps

            return value if isinstance(value, JsonText) else dumps(value, default=str)
        return str(value)


class SQLiteLiterals(Literals):
    """SQLite's: text is UTF-8 without a NUL, and numbers that are none have no name."""

    def text(self, value: str) -> str:
        """What is not UTF-8, or holds a NUL, cannot stand in a statement; its bytes can."""
        if value.isprintable() or not _UNWRITABLE.search(value):
            return super().text(value)
        return f"CAST({self.binary(value.encode('utf-8', 'surrogateescape'))} AS TEXT)"

    def number(self, value: Any) -> str:
        """Infinity is spelled by overflow, and there is no NaN."""
        if finite(value):
            return super().number(value)
        return "NULL" if isnan(value) else ("9e999" if value > 0 else "-9e999")


class PostgreSQLLiterals(Literals):
    """PostgreSQL's: a type is said where a number needs it, and lists are arrays."""

    def insert_clause(self, columns: Sequence[Column[Any] | None]) -> str:
        """Insert what is there, also where the database would always count by itself."""
        counted = (item.identity for item in columns if item is not None and item.identity)
        return "OVERRIDING SYSTEM VALUE " if any(item.always for item in counted) else ""

    def number(self, value: float | Decimal) -> str:
        """What is not a number needs its type said; a number without it has no negative zero."""
        type_ = "float8" if isinstance(value, float) else "numeric"
        written = finite(value) and str(value) != "-0.0"
        return super().number(value) if written else f"'{value}'::{type_}"

    def binary(self, value: bytes) -> str:
        """The hexadecimal form."""
        return rf"'\x{value.hex()}'"

    def spelled(self, value: object, kind: Kind) -> str:
        """Lists are arrays here, unless the column is JSON."""
        if isinstance(value, list) and kind != "json":
            return _array(value)
        return super().spelled(value, kind)


def _array(items: list[Any]) -> str:
    """An array as PostgreSQL writes one."""
    spelled = []
    for item in items:
        if isinstance(item, list):
            spelled.append(_array(item))
        elif item is None:
            spelled.append("NULL")
        else:
            raw = rf"\x{item.hex()}" if isinstance(item, bytes) else str(item)
            spelled.append('"' + raw.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return "{" + ",".join(spelled) + "}"


class MySQLLiterals(Literals):
    """MySQL's and MariaDB's: backslashes escape."""

    def binary(self, value: bytes) -> str:
        """Hexadecimal; an empty one has no digits to write."""
        return f"X'{value.hex()}'"

    def text(self, value: str) -> str:
        """Backslashes are escapes here, unless the server's mode says otherwise.

        Some clients end a statement at a NUL.
        """
        escaped = value.replace("\\", "\\\\").replace("\0", "\\0").replace("'", "''")
        return f"'{escaped}'"

    def spelled(self, value: object, kind: Kind) -> str:
        """A TIME has all its hours, and no days."""
        if not isinstance(value, timedelta):
            return super().spelled(value, kind)
        hours, rest = divmod(abs(value), timedelta(hours=1))
        return f"{'-' if value.days < 0 else ''}{hours}:{str(rest)[2:]}"


def finite(value: float | Decimal) -> bool:
    """Whether a number is one; also of those that a float cannot hold."""
    return (
        value.is_finite()
        if isinstance(value, Decimal)
        else isinstance(value, int) or isfinite(value)
    )
