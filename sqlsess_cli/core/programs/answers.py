"""What a program gives becomes an answer: objects, rows and lists of them as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, inspect
from sqlalchemy import Result as SQLAlchemyResult
from sqlalchemy.engine import FilterResult
from sqlalchemy.orm import InstanceState, Mapper, Query, Session

from sqlsess_cli.core.models.entity import Entity, kind_of
from sqlsess_cli.result import Block, Column, Kind, Result

_STEP = 250  # rows in a block
_MANY = (SQLAlchemyResult, FilterResult, Query, Iterator, list, tuple, set, frozenset)
_KINDS: Mapping[type, Kind] = {
    bool: "boolean", int: "integer", float: "float", Decimal: "decimal", str: "text",
    bytes: "bytes", date: "date", datetime: "datetime", time: "time", timedelta: "interval",
    UUID: "uuid",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer that is no table: one value, printed as it is."""

    value: object

    def result(self) -> Result:
        """The same for a format that was asked for."""
        kind = _KINDS.get(type(self.value))
        value = str(self.value) if kind is None else self.value
        return Result.of([Column("value", kind or "text")], [[value]])


@dataclass(frozen=True, slots=True)
class _Shape:
    """How items become rows.

    Attributes:
        columns: their columns, as far as they are known.
        row: the values of one.
    """

    columns: Sequence[Column]
    row: Callable[[Any], Sequence[object]]


def answer_of(session: Session, value: object) -> Result | Plain | None:
    """What a program gave, read completely: nothing of its own runs afterwards.

    Args:
        session: executes a SELECT that it gave.
        value: a SELECT, a result, an object, a row, a list of these, or any value; None is no
            answer.
    """
    if value is None:
        return None
    columns: Sequence[str] | None = None
    if isinstance(value, Executable) and value.is_select:
        value = session.execute(value)
    if isinstance(value, SQLAlchemyResult):
        if not getattr(value, "returns_rows", True):  # of an UPDATE, say
            return None
        columns = list(value.keys())
        if getattr(value, "_unique_filter_state", None) is not None:
            value = value.unique()  # collections that are joined need it, and say so nowhere else
    if isinstance(value, _MANY) and not isinstance(value, Row):
        many: Any = value
        return _table(list(many), columns)
    if _state(value) is not None or isinstance(value, (Row, Mapping)):
        shape = _shape([value], None)
        kinds = _kinds(shape.columns, rows := [shape.row(value)])
        return Result.object(dict(zip(kinds, rows[0], strict=True)))
    return Plain(value)


def _table(items: Sequence[object], names: Sequence[str] | None) -> Result:
    shape = _shape(items, names)
    rows = [shape.row(item) for item in items]
    blocks = (rows[start : start + _STEP] for start in range(0, len(rows), _STEP))
    return Result(_kinds(shape.columns, rows), _stream(blocks))


def _stream(blocks: Iterable[Block]) -> Iterator[Block]:
    yield from blocks


def _shape(items: Sequence[object], names: Sequence[str] | None) -> _Shape:
    """How items are shown, which are all of one kind; else each is one value."""
    first = items[0] if items else None
    if isinstance(first, Row) and len(first) == 1 and _state(first[0]) is not None:
        inner = _shape([item[0] for item in items if isinstance(item, Row)], None)
        return _Shape(inner.columns, lambda row: inner.row(row[0]))
    if isinstance(first, Row) and _are(items, Row):
        return _of_rows(items, names or first._fields)
    states = [_state(item) for item in items]
    if items and all(states):
        mappers = {state.mapper for state in states if state is not None}
        return _of_objects(_common(mappers))
    if _are(items, Mapping):
        keys = list(dict.fromkeys(key for item in items for key in item))  # type: ignore[attr-defined]
        columns = [Column(str(key)) for key in keys]
        return _Shape(columns, lambda item: [item.get(key) for key in keys])
    return _of_values(items, names)


def _of_values(items: Sequence[object], names: Sequence[str] | None) -> _Shape:
    """What is neither objects nor rows: tuples of one length are as good as rows."""
    widths = {len(item) for item in items if isinstance(item, tuple)}
    if _are(items, tuple) and len(widths) == 1:
        return _Shape([Column(f"column{n + 1}") for n in range(*widths)], list)
    if names is not None and not items:
        return _Shape([Column(name) for name in names], lambda _: ())
    return _Shape([Column("value")], lambda item: [_cell(item)])


def _are(items: Sequence[object], kind: type) -> bool:
    return bool(items) and all(isinstance(item, kind) for item in items)


def _of_rows(items: Sequence[Any], names: Sequence[str]) -> _Shape:
    """Rows of a result; an object in one is a record in its cell."""
    columns = []
    for index, name in enumerate(names):
        state = next(filter(None, (_state(row[index]) for row in items)), None)
        fields = () if state is None else tuple(_of_objects(state.mapper).columns)
        columns.append(Column(name, "record", fields) if fields else Column(name))
    return _Shape(columns, lambda row: [_cell(value) for value in row])


def _of_objects(mapper: Mapper[Any]) -> _Shape:
    """Objects by the columns that a query of their class prints; no relationship is loaded."""
    names = Entity.of(mapper).selected
    known = mapper.column_attrs
    columns = [Column(name, kind_of(known[name].columns[0].type)) for name in names]
    return _Shape(columns, lambda item: [getattr(item, name, None) for name in names])


def _common(mappers: set[Mapper[Any]]) -> Mapper[Any]:
    """The mapper of what objects have in common; that of any, where they have nothing."""
    first = next(iter(mappers))
    shared = (item for item in first.iterate_to_root() if all(one.isa(item) for one in mappers))
    return next(shared, first)


def _state(value: object) -> InstanceState[Any] | None:
    """What SQLAlchemy knows of an object, if it is of a mapped class."""
    found = inspect(value, raiseerr=False)
    return found if isinstance(found, InstanceState) else None


def _cell(value: object) -> object:
    """A value in a row; an object as what its columns hold."""
    state = _state(value)
    if state is None:
        return value
    shape = _of_objects(state.mapper)
    names = [column.name for column in shape.columns]
    return dict(zip(names, shape.row(value), strict=True))


def _kinds(columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> tuple[Column, ...]:
    """The columns, with what is in those of which that is not known."""
    found = []
    for index, column in enumerate(columns):
        types = {type(row[index]) for row in rows} - {type(None)}
        kind = _KINDS.get(types.pop(), "other") if len(types) == 1 else "other"
        found.append(Column(column.name, kind) if column.kind == "other" else column)
    return tuple(found)
