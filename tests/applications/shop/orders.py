"""What was bought: orders, what is in them, how they were paid, sent and returned."""

from __future__ import annotations

import enum
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import CheckConstraint, Computed, Enum, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Dated, Numbered

if TYPE_CHECKING:
    from .catalogue import Product
    from .customers import Address, Coupon, Customer
    from .staff import Employee
    from .stock import Warehouse


class State(enum.Enum):
    """How far an order has come."""

    NEW = "new"
    PAID = "paid"
    SENT = "sent"
    DONE = "done"
    CANCELLED = "cancelled"


class Order(Numbered, Dated, Base):
    """One purchase."""

    __tablename__ = "orders"
    number: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[State] = mapped_column(
        Enum(State, values_callable=lambda item: [member.value for member in item])
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    ship_to_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    bill_to_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"))
    coupon_code: Mapped[str | None] = mapped_column(ForeignKey("coupons.code"))
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("employees.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")
    ship_to: Mapped[Address] = relationship(foreign_keys=ship_to_id)
    bill_to: Mapped[Address | None] = relationship(foreign_keys=bill_to_id)
    coupon: Mapped[Coupon | None] = relationship(back_populates="orders")
    clerk: Mapped[Employee | None] = relationship(back_populates="orders")
    items: Mapped[list[Item]] = relationship(
        back_populates="order", cascade="all, delete-orphan", order_by="Item.line"
    )
    payments: Mapped[list[Payment]] = relationship(back_populates="order", order_by="Payment.id")
    shipments: Mapped[list[Shipment]] = relationship(back_populates="order", order_by="Shipment.id")


class Item(Numbered, Base):
    """One line of an order."""

    __tablename__ = "order_items"
    __table_args__ = (
        UniqueConstraint("order_id", "line"),
        CheckConstraint("quantity > 0", name="some"),
    )
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    line: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[int]
    price: Mapped[Decimal]
    total: Mapped[Decimal | None] = mapped_column(Computed("quantity * price", persisted=True))
    order: Mapped[Order] = relationship(back_populates="items")
    product: Mapped[Product] = relationship(back_populates="items")
    returns: Mapped[list[Return]] = relationship(back_populates="item", order_by="Return.id")


class Payment(Numbered, Dated, Base):
    """Money that came for an order; how, the subclass knows."""

    __tablename__ = "payments"
    __mapper_args__: ClassVar[dict[str, Any]] = {"polymorphic_on": "method"}
    method: Mapped[str] = mapped_column(String(10))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    amount: Mapped[Decimal]
    order: Mapped[Order] = relationship(back_populates="payments")
    refunds: Mapped[list[Refund]] = relationship(back_populates="payment", order_by="Refund.id")


class CardPayment(Payment):
    """By card."""

    __mapper_args__: ClassVar[dict[str, Any]] = {"polymorphic_identity": "card"}
    last_digits: Mapped[str | None] = mapped_column(String(4))


class TransferPayment(Payment):
    """From a bank account."""

    __mapper_args__: ClassVar[dict[str, Any]] = {"polymorphic_identity": "transfer"}
    iban: Mapped[str | None] = mapped_column(String(34))


class Refund(Numbered, Dated, Base):
    """Money that went back."""

    __tablename__ = "refunds"
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("returns.id"), unique=True)
    amount: Mapped[Decimal]
    payment: Mapped[Payment] = relationship(back_populates="refunds")
    because_of: Mapped[Return | None] = relationship(back_populates="refund")


class Return(Numbered, Dated, Base):
    """So many of an item that came back."""

    __tablename__ = "returns"
    item_id: Mapped[int] = mapped_column(ForeignKey("order_items.id"))
    quantity: Mapped[int]
    reason: Mapped[str | None]
    item: Mapped[Item] = relationship(back_populates="returns")
    refund: Mapped[Refund | None] = relationship(back_populates="because_of")


class Shipment(Numbered, Base):
    """What left a warehouse for an order."""

    __tablename__ = "shipments"
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    warehouse_code: Mapped[str] = mapped_column(ForeignKey("warehouses.code"))
    sent: Mapped[date | None]
    tracking: Mapped[str | None] = mapped_column(String(40))
    order: Mapped[Order] = relationship(back_populates="shipments")
    warehouse: Mapped[Warehouse] = relationship(back_populates="shipments")
