"""Rows of tables exactly as they are stored: read under lock, compared, and written as JSON."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from math import isfinite
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, column, or_, select
from sqlalchemy import inspect as inspected
from sqlalchemy import table as named_table
from sqlalchemy import types as sqltypes
from sqlalchemy.engine import Inspector

from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._relations import Place
from sqlsess_cli.errors import RefusedError

Value = bool | int | float | str | bytes | None
Row = dict[str, Value]
Key = tuple[Value, ...]

_AT_ONCE = 200  # rows that one statement asks for
RAW = sqltypes.NullType()  # the driver's own value, and none of SQLAlchemy's casts


@dataclass(frozen=True, slots=True)
class Stored:
    """A table as the database has it.

    Attributes:
        place: where it is.
        types: of its columns, by name.
        key: the columns that tell its rows apart; all, where it has no primary key.
        keyed: it has one.
        computed: the columns that the database computes, and nobody sets.
        clause: what stands before VALUES to insert into all others.
    """

    place: Place
    types: Mapping[str, sqltypes.TypeEngine[Any]]
    key: tuple[str, ...]
    keyed: bool
    computed: frozenset[str]
    clause: str

    def key_of(self, row: Row) -> Key:
        """What tells a row of it apart."""
        return tuple(row[name] for name in self.key)

    def read(
        self, connection: Connection, of: FromClause, condition: ColumnElement[bool] | None,
        parameters: Sequence[Mapping[str, Any]] = ({},),
    ) -> list[Row]:  # fmt: skip
        """The rows that meet a condition, locked until the transaction ends.

        Args:
            connection: to read on.
            of: the table, as the condition has it.
            condition: which; None for all.
            parameters: values that the condition needs; for several, it is asked several times.

        Raises:
            RefusedError: a value has no form that is exact.
        """
        exact = dialects.find(connection.dialect.name).exact
        columns = [
            exact.read(column(name, RAW, _selectable=of), type_).label(f"c{number}")
            for number, (name, type_) in enumerate(self.types.items())
        ]
        statement = select(*columns).select_from(of).with_for_update()
        if condition is not None:
            statement = statement.where(condition)
        return [
            {name: _value(item, name) for name, item in zip(self.types, row, strict=True)}
            for one in parameters for row in connection.execute(statement, dict(one))
        ]  # fmt: skip

    def by_key(self, connection: Connection, keys: Iterable[Key]) -> dict[Key, Row]:
        """The rows with these keys, locked; those that are there."""
        of, asked = named_table(self.place[1], schema=self.place[0]), [*keys]
        found: dict[Key, Row] = {}
        for start in range(0, len(asked), _AT_ONCE):
            condition = self._among(of, asked[start : start + _AT_ONCE])
            for row in self.read(connection, of, condition):
                found[self.key_of(row)] = row
        return found

    def _among(self, of: FromClause, keys: Sequence[Key]) -> ColumnElement[bool]:
        if len(self.key) == 1:
            name, values = self.key[0], [key[0] for key in keys]
            found: ColumnElement[bool] = _named(of, name).in_(
                bindparam(None, values, type_=RAW, expanding=True)
            )
            return or_(found, _named(of, name).is_(None)) if None in values else found
        return or_(*(and_(*self.same(of, key)) for key in keys))

    def same(self, of: FromClause, key: Key) -> Iterator[ColumnElement[bool]]:
        """The conditions that only the row with this key meets."""
        for name, value in zip(self.key, key, strict=True):
            here = _named(of, name)
            yield here.is_(None) if value is None else here == bound(value)


class Tables:
    """The tables of one connection, each looked at once."""

    def __init__(self, connection: Connection) -> None:
        self._inspector: Inspector = inspected(connection)
        self._connection = connection
        self._known: dict[Place, Stored] = {}

    def at(self, place: Place) -> Stored:
        """The table at a place."""
        if place not in self._known:
            self._known[place] = self._looked_at(place)
        return self._known[place]

    def _looked_at(self, place: Place) -> Stored:
        schema, name = place
        columns = self._inspector.get_columns(name, schema)
        key = self._inspector.get_pk_constraint(name, schema)["constrained_columns"]
        counted = [item["identity"] for item in columns if item.get("identity")]
        exact = dialects.find(self._connection.dialect.name).exact
        return Stored(
            place,
            {str(item["name"]): item["type"] for item in columns},
            tuple(map(str, key)) or tuple(str(item["name"]) for item in columns),
            bool(key),
            frozenset(str(item["name"]) for item in columns if item.get("computed")),
            exact.overriding if any(item["always"] for item in counted) else "",
        )


def bound(value: Value) -> Any:
    """A stored value in a statement, as the driver takes it and with no type said."""
    return bindparam(None, value, type_=RAW)


def alike(one: Row | None, other: Row | None) -> bool:
    """Whether two rows are the same to the last digit."""
    return one is other or (one is not None and other is not None and not differing(one, other))


def differing(one: Row, other: Row) -> list[str]:
    """The columns whose values differ, or that only one of them has."""
    names = dict.fromkeys([*one, *other])
    return [name for name in names
            if name not in one or name not in other
            or spelled(one[name]) != spelled(other[name])]  # fmt: skip


def spelled(value: Value) -> str:
    """A value as JSON: no two that differ are spelled alike."""
    return dumps(as_json(value))


def as_json(value: Value) -> object:
    """A value as a piece of JSON, from which `from_json` makes it again."""
    if isinstance(value, bytes):
        return {"$base64": b64encode(value).decode("ascii")}
    if isinstance(value, float) and not isfinite(value):
        return {"$float": repr(value)}
    return value


def from_json(value: object) -> Value:
    """What `as_json` made a piece of JSON of.

    Raises:
        ValueError: it did not.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping) and len(value) == 1:
        form, text = next(iter(value.items()))
        if form == "$base64":
            return b64decode(str(text), validate=True)
        if form == "$float":
            return float(str(text))
    message = f"{dumps(value)} is no value of a journal"
    raise ValueError(message)


def _value(value: Any, name: str) -> Value:
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    kind = type(value).__name__
    raise RefusedError(f"{name}: the driver gives a {kind}, which a journal cannot hold exactly")


def _named(of: FromClause, name: str) -> Any:
    return column(name, RAW, _selectable=of)
