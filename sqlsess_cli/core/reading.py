"""How a driver's rows become an answer's: through readers of ours, and through mapped types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import types as sqltypes
from sqlalchemy.engine import Dialect as SQLAlchemyDialect

from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._columns import ColumnReader, documents, read_column
from sqlsess_cli.dialects._faults import text_of
from sqlsess_cli.dialects._values import Reader, as_json
from sqlsess_cli.foreign import Foreign
from sqlsess_cli.result import Block, ReadBlock, Unreadable

Step = Callable[[Any], object]
Report = Callable[[Unreadable], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the driver's rows become an answer's.

    Attributes:
        steps: for each column that needs it, how a value becomes the mapped type's.
        plain: the same where no mapped type is asked.
        mapped: some mapped type is.
        reports: for each column, whom to tell of a value that its type cannot read.
    """

    steps: Sequence[tuple[int, Step]]
    plain: Sequence[tuple[int, Step]]
    mapped: bool
    reports: Sequence[Report]

    @classmethod
    def of(
        cls, description: Sequence[Any], types: Sequence[sqltypes.TypeEngine[Any]],
        dialect: SQLAlchemyDialect, hooks: Dialect, reports: Sequence[Report],
    ) -> Reading:  # fmt: skip
        """For the columns of a cursor."""
        processors = [
            _processor(type_, dialect, column[1], hooks)
            for type_, column in zip(types, description, strict=False)
        ] or [None] * len(description)
        mapped = [processor is not None for processor in processors]
        readers = hooks.values.readers(description, mapped)
        plain = (
            readers if not any(mapped) else hooks.values.readers(description, [False] * len(mapped))
        )
        unread = [None] * len(mapped)
        return cls(_steps(readers, processors), _steps(plain, unread), any(mapped), reports)

    def read(self, rows: Block) -> Block:
        """A block as it is shown."""
        if not self.mapped:
            return self.stored(rows)
        return ReadBlock(_converted(rows, self.steps, self.reports), partial(self.stored, rows))

    def stored(self, rows: Block) -> Block:
        """A block as the database has it."""
        if not self.plain:
            return rows
        return list(zip(*_converted(rows, self.plain, self.reports), strict=True))


def _steps(
    readers: Sequence[Reader | None], processors: Sequence[Step | None]
) -> list[tuple[int, Step]]:
    chained = (_chain(*pair) for pair in zip(readers, processors, strict=True))
    return [(index, step) for index, step in enumerate(chained) if step is not None]


def _chain(reader: Reader | None, processor: Step | None) -> Step | None:
    if reader is None or processor is None:
        return processor or (reader and (lambda value: value if value is None else reader(value)))
    return lambda value: processor(value if value is None else reader(value))


def _processor(
    type_: sqltypes.TypeEngine[Any], dialect: SQLAlchemyDialect, coltype: object, hooks: Dialect
) -> Step | None:
    """What a mapped type does to a value of the driver's."""
    if isinstance(type_, sqltypes.PickleType) or hooks.values.as_written(type_):
        return None  # unpickling runs code: a cell stays bytes
    type_ = _spelling_members(type_)
    processor: Step | None = type_.dialect_impl(dialect).result_processor(dialect, coltype)
    if processor is None:
        return None
    shown = hooks.values.shown(type_, processor)
    return ColumnReader(shown, documents(as_json)) if _is_plain_json(type_, dialect) else shown


def _is_plain_json(type_: sqltypes.TypeEngine[Any], dialect: SQLAlchemyDialect) -> bool:
    """Whether a type reads JSON as the standard library does, and not in an application's way."""
    own = type(type_).__module__.startswith(("sqlalchemy.", "sqlsess_cli."))
    custom = getattr(dialect, "_json_deserializer", None)
    return isinstance(type_, sqltypes.JSON) and own and custom is None


def _spelling_members(type_: sqltypes.TypeEngine[Any]) -> sqltypes.TypeEngine[Any]:
    """An array of Enum members as one of what the database stores for them."""
    if not isinstance(type_, sqltypes.ARRAY) or not isinstance(type_.item_type, sqltypes.Enum):
        return type_
    item = sqltypes.Enum(*type_.item_type.enums, name=type_.item_type.name)
    return type(type_)(item, dimensions=type_.dimensions)


def _converted(
    rows: Block,
    steps: Sequence[tuple[int, Step]],
    reports: Sequence[Report],
) -> list[Sequence[object]]:
    """The columns of a block, those converted that need it."""
    columns: list[Sequence[object]] = list(zip(*rows, strict=True))
    for index, step in steps:
        with Foreign() as mapped:
            columns[index] = read_column(step, columns[index])
        if mapped.error is not None:  # one by one, so that those which can be read are
            columns[index] = tuple(_cell(step, value, reports[index]) for value in columns[index])
    return columns


def _cell(step: Step, value: object, report: Report) -> object:
    with Foreign() as mapped:
        return step(value)
    assert mapped.error is not None  # noqa: S101  else there is a value
    reason = f"{type(mapped.error).__name__}: {text_of(mapped.error)}"
    cell = Unreadable(value, " ".join(reason.split()))
    report(cell)
    return cell
