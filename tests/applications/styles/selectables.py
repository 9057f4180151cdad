"""Classes mapped to no table: to a join, to a subquery; and of part of the columns only."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, func, join, select
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship


class Base(DeclarativeBase):
    pass


users = Table(
    "selectable_users", Base.metadata,
    Column("id", Integer, primary_key=True), Column("name", String(20)),
)  # fmt: skip
addresses = Table(
    "selectable_addresses", Base.metadata,
    Column("id", Integer, primary_key=True), Column("user_id", ForeignKey("selectable_users.id")),
    Column("email", String(40)),
)  # fmt: skip


class AddressUser(Base):
    """Of two tables at once."""

    __table__ = join(users, addresses)
    id = column_property(users.c.id, addresses.c.user_id)
    address_id = addresses.c.id


_counted = (
    select(users.c.id, func.count(addresses.c.id).label("many"))
    .join_from(users, addresses, isouter=True).group_by(users.c.id).subquery("counted")
)  # fmt: skip


class Counted(Base):
    """Of a query."""

    __table__ = _counted
    __mapper_args__ = {"primary_key": [_counted.c.id]}


class Somebody(Base):
    """Of a table that another class has as well, and of some of its columns."""

    __table__ = users
    __mapper_args__ = {"include_properties": ["id", "name"]}
    counted = relationship(
        Counted, primaryjoin=users.c.id == _counted.c.id, foreign_keys=_counted.c.id,
        uselist=False, viewonly=True,
    )  # fmt: skip


class Wide(Base):
    """Has a key that is mapped under a name of the class's own, and a prefix before all others."""

    __tablename__ = "selectable_wide"
    key: Mapped[int] = mapped_column("id", primary_key=True)
    _hidden: Mapped[str] = mapped_column("hidden", String(10), default="h")


METADATA = (Base.metadata,)


def objects() -> list[object]:
    ada, bob = Somebody(id=1, name="Ada"), Somebody(id=2, name="Bob")
    return [
        ada, bob, AddressUser(id=3, name="Cyd", address_id=1, email="cyd@example.org"), Wide(key=1)
    ]  # fmt: skip
