"""What is there: warehouses, and how much of each product is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base

if TYPE_CHECKING:
    from .catalogue import Product
    from .orders import Shipment
    from .staff import Employee


class Warehouse(Base):
    """A house full of products."""

    __tablename__ = "warehouses"
    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    city: Mapped[str]
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("employees.id"))
    keeper: Mapped[Employee | None] = relationship(back_populates="keeps")
    stock: Mapped[list[Stock]] = relationship(
        back_populates="warehouse", order_by="Stock.product_id"
    )
    shipments: Mapped[list[Shipment]] = relationship(
        back_populates="warehouse", order_by="Shipment.id"
    )


class Stock(Base):
    """How much of a product is in a warehouse."""

    __tablename__ = "stock"
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    warehouse_code: Mapped[str] = mapped_column(ForeignKey("warehouses.code"), primary_key=True)
    quantity: Mapped[int]
    shelf: Mapped[str | None] = mapped_column(String(10))
    product: Mapped[Product] = relationship(back_populates="stock")
    warehouse: Mapped[Warehouse] = relationship(back_populates="stock")
