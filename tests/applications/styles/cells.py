"""Cells that need reading: own types, pickles, enumerations, what the database computes."""

from __future__ import annotations

import enum
import pickle
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Computed,
    Enum,
    ForeignKey,
    Identity,
    Integer,
    Interval,
    LargeBinary,
    PickleType,
    String,
    TypeDecorator,
    Uuid,
    func,
    insert,
    literal,
)
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Cents(TypeDecorator[Decimal]):
    """Money as a number of cents; refuses what cannot be one."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> int | None:
        return None if value is None else int(Decimal(value) * 100)

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        if value is not None and value < 0:
            raise ValueError(f"{value} is below nothing")
        return None if value is None else Decimal(value) / 100


class Words(TypeDecorator[list[str]]):
    """A list as text with commas."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return ",".join(value) if isinstance(value, list) else value

    def process_result_value(self, value: Any, dialect: Any) -> list[str] | None:
        return None if value is None else value.split(",")


class Tags(TypeDecorator[list[str]]):
    """A list inside a document."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> dict[str, list[str]] | None:
        return None if value is None else {"tags": value}

    def process_result_value(self, value: Any, dialect: Any) -> list[str] | None:
        found: list[str] | None = None if value is None else value["tags"]
        return found


class Code(TypeDecorator[int]):
    """A key that is stored as text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else f"c{value}"

    def process_result_value(self, value: Any, dialect: Any) -> int | None:
        return None if value is None else int(value.removeprefix("c"))


class State(enum.Enum):
    """Its values are stored, not its names; one has two names."""

    NEW = "n"
    OPEN = "o"
    FRESH = "n"  # noqa: PIE796


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Cell(Base):
    __tablename__ = "cell_cells"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    price: Mapped[Decimal | None] = mapped_column(Cents)
    words: Mapped[list[str] | None] = mapped_column(Words(40))
    state: Mapped[State | None] = mapped_column(
        Enum(State, values_callable=lambda item: [member.value for member in item])
    )
    level: Mapped[Level | None] = mapped_column(Enum(Level, native_enum=False))
    size: Mapped[str | None] = mapped_column(Enum("small", "big", name="cell_size"))
    data: Mapped[dict[str, Any] | None] = mapped_column(MutableDict.as_mutable(JSON))
    tags: Mapped[list[str] | None] = mapped_column(Tags)
    key: Mapped[Any] = mapped_column(Uuid(as_uuid=False), nullable=True)
    lasted: Mapped[timedelta | None] = mapped_column(Interval)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary(20))
    pickled: Mapped[Any] = mapped_column(PickleType, nullable=True)
    many: Mapped[int] = mapped_column(default=2)
    total: Mapped[int | None] = mapped_column(Computed("many * 10", persisted=True))
    made: Mapped[str] = mapped_column(String(20), server_default=func.lower("HERE"))
    coded_key: Mapped[int | None] = mapped_column(Code(10), ForeignKey("cell_coded.key"))
    coded: Mapped[Coded | None] = relationship(back_populates="cells")


class Coded(Base):
    __tablename__ = "cell_coded"
    key: Mapped[int] = mapped_column(Code(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    cells: Mapped[list[Cell]] = relationship(back_populates="coded", order_by="Cell.id")


class Trap:
    """Unpickled, it would leave a file behind."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path(self.path),)


METADATA = (Base.metadata,)

BAD = 3  # the id of a cell whose price cannot be read


def objects() -> list[object]:
    one = Coded(key=1, name="one")
    return [
        one, Coded(key=2, name="two"),
        Cell(id=1, price=Decimal("10.50"), words=["a", "b"], state=State.NEW, level=Level.HIGH,
             size="big", data={"a": [1]}, tags=["x"], key="123e4567-e89b-12d3-a456-426614174000",
             lasted=timedelta(hours=26), raw=b"\x00\xff", many=4, coded=one),
        Cell(id=2, state=State.OPEN, coded=one),
    ]  # fmt: skip


def spoil(session: Session, trap: str) -> None:
    """Store what no program that uses these classes would: a bad price, a pickle as a trap.

    Args:
        session: where.
        trap: the file that whoever unpickles it will find.
    """
    session.execute(
        insert(Cell.__table__).values(
            id=BAD,
            many=1,
            price=literal(-5, Integer),
            pickled=literal(pickle.dumps(Trap(trap)), LargeBinary),
        )
    )
