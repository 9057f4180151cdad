"""Who works here, for whom, and what they have done."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Dated, Numbered

if TYPE_CHECKING:
    from .orders import Order
    from .stock import Warehouse


class Employee(Numbered, Base):
    """Somebody with a desk, and nearly always with a boss."""

    __tablename__ = "employees"
    name: Mapped[str]
    title: Mapped[str | None]
    hired: Mapped[date]
    salary: Mapped[Decimal | None]
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("employees.id"))
    boss: Mapped[Employee | None] = relationship(
        remote_side="Employee.id", back_populates="reports"
    )
    reports: Mapped[list[Employee]] = relationship(back_populates="boss", order_by="Employee.id")
    orders: Mapped[list[Order]] = relationship(back_populates="clerk", order_by="Order.id")
    keeps: Mapped[list[Warehouse]] = relationship(
        back_populates="keeper", order_by="Warehouse.code"
    )
    audits: Mapped[list[Audit]] = relationship(back_populates="employee", order_by="Audit.id")


class Audit(Numbered, Dated, Base):
    """Who did what to which row; not a foreign key, since rows go."""

    __tablename__ = "audit"
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("employees.id"))
    action: Mapped[str] = mapped_column(String(10))
    table: Mapped[str] = mapped_column("table_name", String(40))
    row: Mapped[str] = mapped_column("row_key", String(40))
    changes: Mapped[Any] = mapped_column(JSON, nullable=True)
    employee: Mapped[Employee | None] = relationship(back_populates="audits")
