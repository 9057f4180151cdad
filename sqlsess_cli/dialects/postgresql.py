"""PostgreSQL: psycopg first, a read-only transaction that cannot be reopened, values as written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Engine, text, types
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.dialects.postgresql.ranges import AbstractRange
from sqlalchemy.engine import URL

from sqlsess_cli.dialects._base import (
    FUNCTIONS,
    Dialect,
    Driver,
    Fault,
    Meaning,
    Reader,
    Settings,
    finite,
    first_line,
    is_local,
)
from sqlsess_cli.dialects._plan import NodePlans
from sqlsess_cli.dialects._postgresql_relations import PostgreSQLRelations
from sqlsess_cli.errors import RefusedError
from sqlsess_cli.result import JsonText, Kind

_CONNECT_TIMEOUT = 10  # seconds

# Object identifiers of pg_type, which never change.
_BOOL, _BYTEA, _INT8, _INT2, _INT4, _TEXT, _JSON = 16, 17, 20, 21, 23, 25, 114
_FLOAT4, _FLOAT8, _VARCHAR, _DATE, _TIME, _TIMESTAMP, _TIMESTAMPTZ = (
    700,
    701,
    1043,
    1082,
    1083,
    1114,
    1184,
)
_INTERVAL, _TIMETZ, _NUMERIC, _UUID, _JSONB = 1186, 1266, 1700, 2950, 3802
# Arrays of some of these; ranges of all kinds, several ranges, and arrays of ranges.
_ARRAYS = {1182: _DATE, 1183: _TIME, 1270: _TIMETZ, 1115: _TIMESTAMP, 1185: _TIMESTAMPTZ,
           199: _JSON, 3807: _JSONB}  # fmt: skip
_RANGES = (3904, 3905, 3906, 3907, 3908, 3909, 3910, 3911, 3912, 3913, 3926, 3927,
           4451, 4532, 4533, 4534, 4535, 4536, 6150, 6151, 6152, 6153, 6155, 6157)  # fmt: skip

_KINDS: dict[int, Kind] = {
    _BOOL: "boolean",
    _BYTEA: "bytes",
    _INT2: "integer",
    _INT4: "integer",
    _INT8: "integer",
    _TEXT: "text",
    _VARCHAR: "text",
    _FLOAT4: "float",
    _FLOAT8: "float",
    _NUMERIC: "decimal",
    _DATE: "date",
    _TIME: "time",
    _TIMETZ: "time",
    _TIMESTAMP: "datetime",
    _TIMESTAMPTZ: "datetime",
    _INTERVAL: "interval",
    _UUID: "uuid",
    _JSON: "json",
    _JSONB: "json",
}


def _or_text(read: Callable[[str], object]) -> Reader:
    """Read a value; keep PostgreSQL's own text where Python has no such value (infinity, BC)."""

    def reader(value: Any) -> object:
        try:
            return read(value) if isinstance(value, str) else value
        except ValueError:
            return value

    return reader


_READERS: dict[int, Reader] = {
    _DATE: _or_text(date.fromisoformat),
    _TIME: _or_text(time.fromisoformat),
    _TIMETZ: _or_text(time.fromisoformat),
    _TIMESTAMP: _or_text(datetime.fromisoformat),
    _TIMESTAMPTZ: _or_text(datetime.fromisoformat),
    _JSON: JsonText,
    _JSONB: JsonText,
}


def _each(read: Reader) -> Reader:
    """The same for every element of an array."""

    def reader(value: Any) -> object:
        if isinstance(value, list):
            return [reader(item) for item in value]
        return value if value is None else read(value)

    return reader


def _range(value: Any) -> object:
    """A range as PostgreSQL writes it, of the driver's own object; also of several."""
    if not hasattr(value, "isempty"):
        several = not isinstance(value, str) and isinstance(value, Sequence)
        return f"{{{','.join(str(_range(item)) for item in value)}}}" if several else value
    if value.isempty:
        return "empty"
    lower, upper = _bound(value.lower), _bound(value.upper)
    return f"{'[' if value.lower_inc else '('}{lower},{upper}{']' if value.upper_inc else ')'}"


def _bound(value: object) -> str:
    text = "" if value is None else str(value)
    return f'"{text}"' if " " in text else text


_READERS |= {oid: _each(_READERS[item]) for oid, item in _ARRAYS.items()}
_AS_WRITTEN: dict[int, Reader] = {
    **{oid: _READERS[oid] for oid in (_JSON, _JSONB, *_ARRAYS)},
    **{oid: _each(_range) for oid in _RANGES},
}
# Loaded as text: an interval has months, which Python's timedelta turns into 30 days; a date may
# be infinite or before Christ, which raises; JSON may have more digits than a float.
_AS_TEXT = (_DATE, _TIME, _TIMETZ, _TIMESTAMP, _TIMESTAMPTZ, _INTERVAL, _JSON, _JSONB)

_MEANINGS: dict[str, Meaning] = {
    "25006": "read only",
    "28000": "denied",
    "28P01": "denied",
    "42501": "denied",
    "3D000": "unreachable",
    "3F000": "missing",
    "42703": "missing",
    "42883": "missing",
    "42P01": "missing",
    "53300": "unreachable",
    "55P03": "locked",
    "57P01": "lost",
    "57P02": "lost",
    "57P03": "unreachable",
}


class PostgreSQL(Dialect):
    """PostgreSQL through psycopg, and through other drivers without its refinements."""

    plans: ClassVar[NodePlans] = NodePlans()
    relations: ClassVar[PostgreSQLRelations] = PostgreSQLRelations()
    label: ClassVar[str] = "PostgreSQL"
    drivers: ClassVar[tuple[Driver, ...]] = (
        Driver("psycopg", "psycopg", "postgresql"),
        Driver("psycopg2", "psycopg2"),
        Driver("pg8000", "pg8000"),
    )
    reads_only: ClassVar[bool] = True
    interleaves: ClassVar[bool] = True
    nulls_are_largest: ClassVar[bool] = True
    functions: ClassVar[Mapping[str, str]] = {
        **FUNCTIONS,
        "whole": "CAST({0} AS BIGINT)",
        "moved": "({0} + {1} * INTERVAL '1 microsecond')",
    }
    evades_reading: ClassVar[frozenset[str]] = frozenset({"COPY"})  # to a file, or to a program
    fetch_size: ClassVar[int] = 500  # each is a round trip; a thousand wide rows take 2 MiB more

    def connect_args(self, url: URL, settings: Settings) -> dict[str, Any]:
        """TLS as the settings ask, by libpq's own modes; `.pgpass` is libpq's own too."""
        if url.get_driver_name() not in ("psycopg", "psycopg2"):
            return {}
        arguments: dict[str, Any] = {"connect_timeout": _CONNECT_TIMEOUT}
        if "sslmode" not in {*url.query, *settings.get("connect", {})}:
            default = "prefer" if is_local(url) else "verify"
            mode = "verify" if "tls_ca" in settings else default
            mode = {"off": "disable", "insecure": "require"}.get(settings.get("tls", mode), mode)
            if mode == "verify":
                arguments["sslrootcert"] = settings.get("tls_ca", "system")
            arguments["sslmode"] = "verify-full" if mode == "verify" else mode
        return arguments

    def begin(self, connection: Connection, *, write: bool) -> None:
        """Read-only by a query: after one, the transaction cannot be made to write again."""
        if not write:
            connection.execute(text("SELECT set_config('transaction_read_only', 'on', true)"))

    def canceller(self, engine: Engine, dbapi: Any) -> Callable[[], None]:
        """A cancel request, on a connection that the driver makes for it."""

        def cancel() -> None:
            with suppress(engine.dialect.loaded_dbapi.Error):
                if hasattr(dbapi, "cancel_safe"):
                    dbapi.cancel_safe(timeout=3)
                elif hasattr(dbapi, "cancel"):
                    dbapi.cancel()

        return cancel

    def streaming(self, *, cursor_ok: bool) -> dict[str, Any]:
        """A server-side cursor, for what DECLARE takes."""
        return super().streaming(cursor_ok=cursor_ok) if cursor_ok else {}

    def prepare_cursor(self, cursor: Any, statement: str) -> None:
        """Load some types as PostgreSQL writes them (psycopg's cursors have their own loaders).

        Where backslashes escape in strings, one can hide the end of a string from us: what looks
        like text to us, such as a COMMIT, is then executed.
        """
        said = getattr(getattr(cursor.connection, "info", None), "parameter_status", None)
        if "\\" in statement and said is not None and said("standard_conforming_strings") == "off":
            raise RefusedError(
                "a backslash is not sent while standard_conforming_strings is off",
                "write E'…' around strings that hold one",
            )
        if hasattr(cursor, "adapters"):
            from psycopg.types.string import TextLoader

            for oid in _AS_TEXT:
                cursor.adapters.register_loader(oid, TextLoader)

    def readers(self, description: Sequence[Any], mapped: Sequence[bool]) -> list[Reader | None]:
        """What turns that text into the values a mapped type expects."""
        return [
            _READERS.get(column[1]) if goes_on else _AS_WRITTEN.get(column[1])
            for column, goes_on in zip(description, mapped, strict=True)
        ]

    def kinds(self, description: Sequence[Any]) -> list[Kind]:
        """By type identifier."""
        return [_KINDS.get(column[1], "other") for column in description]

    def as_written(self, type_: types.TypeEngine[Any]) -> bool:
        """Ranges as they are written; JSON in arrays with all its digits; numbers with theirs."""
        item = type_.item_type if isinstance(type_, types.ARRAY) else type_
        kept = (types.Numeric, BIT, AbstractRange)
        return isinstance(item, (*kept, types.JSON) if item is not type_ else kept)

    def insert_clause(self, columns: Sequence[Column[Any] | None]) -> str:
        """Insert what is there, also where the database would always count by itself."""
        counted = (item.identity for item in columns if item is not None and item.identity)
        return "OVERRIDING SYSTEM VALUE " if any(item.always for item in counted) else ""

    def diagnose(self, error: BaseException) -> Fault:
        """By SQLSTATE; errors of connecting have none and are known by their words."""
        diag = getattr(error, "diag", None)
        state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        if state is None:
            return _connecting(error)
        message = getattr(diag, "message_primary", None) or first_line(error)
        if detail := getattr(diag, "message_detail", None):
            message = f"{message}: {detail}"
        lost = state.startswith("08")
        position = getattr(diag, "statement_position", None)
        return Fault(
            "lost" if lost else _MEANINGS.get(state, "other"),
            " ".join(message.split()),
            getattr(diag, "message_hint", None) or "",
            state,
            int(position) if position else None,
        )

    def server(self, connection: Connection) -> str:
        """PostgreSQL's own version."""
        return f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"

    def tls(self, connection: Connection) -> str:
        """Protocol and cipher of this session, and whether libpq checked the certificate."""
        query = "SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
        row = connection.execute(text(query)).one_or_none()
        if row is None:
            return "none"
        parameters = getattr(connection.connection.dbapi_connection, "info", None)
        mode = parameters.get_parameters().get("sslmode", "") if parameters else ""
        return f"{row[0]} {row[1]} ({'verified' if mode.startswith('verify') else 'not verified'})"

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


def _connecting(error: BaseException) -> Fault:
    """What psycopg says of an attempt to connect: the last line names the cause."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    message = re.sub(r"^connection failed: |^FATAL:\s+", "", lines[0] if lines else "")
    message = message.replace("FATAL:  ", "")
    denied = "authentication failed" in message or "no password supplied" in message
    lost = (
        "closed" in message or "terminat" in message or "lost" in message or "consuming" in message
    )
    return Fault("denied" if denied else "lost" if lost else "other", message)


DIALECT = PostgreSQL()
