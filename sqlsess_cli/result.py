"""Result and Column: the one shape of every answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Self, overload

Kind = Literal[
    "integer", "decimal", "float", "boolean", "text", "bytes", "date", "time", "datetime",
    "interval", "json", "uuid", "enum", "array", "record", "records", "other",
]  # fmt: skip

NUMERIC: frozenset[Kind] = frozenset({"integer", "decimal", "float"})

# How people see a column: as it is, one of the signs + ~ -, or long values cut.
Look = Literal["", "sign", "brief"]

Row = Sequence[object]
Block = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer.

    `kind` is what is known about every value in it; "other" where nothing is. A "json" column may
    hold JSON text as the database gave it (see JsonText); a "record" column holds a mapping or
    None, and a "records" column lists of mappings: documents nest them; elsewhere a record is as
    many columns, and people read records as tables of their own.

    Attributes:
        name: what it is called.
        kind: what its values are.
        fields: the columns of a record, where they are known.
        look: how people see its values; documents and files have them whole.
    """

    name: str
    kind: Kind = "other"
    fields: tuple[Column, ...] = ()
    look: Look = ""


class JsonText(str):
    """JSON exactly as the database stores it, so that no digit is lost by parsing it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell whose stored value its mapped type cannot read: the raw value, and why."""

    raw: object
    reason: str

    def __str__(self) -> str:
        return f"!{self.raw}"


@dataclass(frozen=True, slots=True)
class InsertTarget:
    """How the `sql` format spells this answer as INSERTs: in the words of its own database.

    Attributes:
        table: the table's name, quoted, with its schema.
        quote: quotes the name of a column.
        literal: spells a value of a kind.
        columns: what the table itself calls each column of the answer, None where it has none to
            insert into; empty when they are called the same.
        clause: what stands before VALUES.
    """

    table: str
    quote: Callable[[str], str]
    literal: Callable[[object, Kind], str]
    columns: Sequence[str | None] = ()
    clause: str = ""


class Digits(list[str | None]):
    """A column of exact decimals, each as the digits that it is written with."""

    def read(self) -> list[Decimal | None]:
        """The decimals themselves."""
        return [None if text is None else Decimal(text) for text in self]


class ReadBlock(Sequence[Row]):
    """Rows as their mapped types read them, kept by columns: most formats take them so.

    Args:
        columns: of equal length, one at least.
        stored: gives the same rows as the database has them, to insert them again.
    """

    def __init__(self, columns: Sequence[Sequence[object]], stored: Callable[[], Block]) -> None:
        self.columns = columns
        self.stored = stored

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Row]:
        return zip(*self.read(), strict=True)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Block: ...
    def __getitem__(self, at: int | slice) -> Row | Block:
        if isinstance(at, slice):
            return list(self)[at]
        return tuple(
            Digits([item[at]]).read()[0] if isinstance(item, Digits) else item[at]
            for item in self.columns
        )

    def read(self) -> list[Sequence[object]]:
        """The columns, decimals among them."""
        return [item.read() if isinstance(item, Digits) else item for item in self.columns]

    def part(self, rows: int | None, width: int | None) -> ReadBlock:
        """The first rows and columns; what is stored for them goes along."""
        columns = [
            Digits(item[:rows]) if isinstance(item, Digits) else item[:rows]
            for item in self.columns[:width]
        ]
        return ReadBlock(columns, lambda: [row[:width] for row in self.stored()[:rows]])


# Of an answer that names its database itself: of several databases, nothing need be added.
DATABASE = Column("database", "text")


@dataclass(frozen=True, slots=True)
class Result:
    """One answer: named columns and a stream of rows.

    Attributes:
        columns: the columns, in order; names may repeat.
        blocks: the rows, in blocks of some hundreds; each row as long as `columns`. Reading it may
            raise SqlsessError.
        title: what it is, for a person who gets several.
        single: the answer is one object, not a list that happens to hold one.
        insert: how to spell it as INSERTs, when the rows are of one table of one database.
    """

    columns: tuple[Column, ...]
    blocks: Iterator[Block]
    title: str = ""
    single: bool = False
    insert: InsertTarget | None = field(default=None, compare=False)

    @classmethod
    def of(cls, columns: Sequence[Column | str], rows: Sequence[Row], title: str = "") -> Self:
        """A Result of rows that are already here."""
        named = tuple(Column(item) if isinstance(item, str) else item for item in columns)
        return cls(named, iter([rows] if rows else []), title)

    @classmethod
    def object(cls, values: Mapping[Any, object], title: str = "") -> Self:
        """A Result that is one object: values by Column, or by name."""
        named = tuple(Column(item) if isinstance(item, str) else item for item in values)
        return cls(named, iter([[tuple(values.values())]]), title, single=True)

    def first(self) -> Row | None:
        """The first row; the others are given up."""
        block = next(filter(None, self.blocks), None)
        if isinstance(self.blocks, Generator):  # it may hold a cursor open
            self.blocks.close()
        return block[0] if block else None

    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        for block in self.blocks:
            yield from block
