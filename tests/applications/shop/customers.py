"""Who buys: customers, where they live, what they have put into a cart, what they pay less."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Dated, Numbered

if TYPE_CHECKING:
    from .catalogue import Product, Review
    from .orders import Order


class Customer(Numbered, Dated, Base):
    """Somebody with an account."""

    __tablename__ = "customers"
    email: Mapped[str] = mapped_column(unique=True)
    first: Mapped[str] = mapped_column("first_name")
    last: Mapped[str] = mapped_column("last_name", index=True)
    phone: Mapped[str | None]
    born: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    referred_by_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))

    addresses: Mapped[list[Address]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", order_by="Address.id"
    )
    orders: Mapped[list[Order]] = relationship(back_populates="customer", order_by="Order.id")
    reviews: Mapped[list[Review]] = relationship(back_populates="customer", order_by="Review.id")
    cart: Mapped[Cart | None] = relationship(back_populates="customer")
    referred_by: Mapped[Customer | None] = relationship(
        remote_side="Customer.id", back_populates="referred"
    )
    referred: Mapped[list[Customer]] = relationship(
        back_populates="referred_by", order_by="Customer.id"
    )

    @hybrid_property
    def name(self) -> str:
        """First and last."""
        return self.first + " " + self.last


class Address(Numbered, Base):
    """Where something is sent, or a bill."""

    __tablename__ = "addresses"
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    street: Mapped[str]
    city: Mapped[str] = mapped_column(index=True)
    postcode: Mapped[str] = mapped_column(String(12))
    country: Mapped[str] = mapped_column(String(2), default="DE")
    customer: Mapped[Customer] = relationship(back_populates="addresses")


class Cart(Numbered, Dated, Base):
    """What a customer may buy."""

    __tablename__ = "carts"
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), unique=True)
    coupon_code: Mapped[str | None] = mapped_column(ForeignKey("coupons.code"))
    customer: Mapped[Customer] = relationship(back_populates="cart")
    coupon: Mapped[Coupon | None] = relationship(back_populates="carts")
    items: Mapped[list[CartItem]] = relationship(
        back_populates="cart", cascade="all, delete-orphan", order_by="CartItem.product_id"
    )


class CartItem(Base):
    """So many of a product in a cart."""

    __tablename__ = "cart_items"
    __table_args__ = (CheckConstraint("quantity > 0", name="some"),)
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(default=1)
    cart: Mapped[Cart] = relationship(back_populates="items")
    product: Mapped[Product] = relationship()


class Coupon(Base):
    """Who has the code pays less."""

    __tablename__ = "coupons"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    percent: Mapped[Decimal | None]
    amount: Mapped[Decimal | None]
    expires: Mapped[date | None]
    carts: Mapped[list[Cart]] = relationship(back_populates="coupon", order_by="Cart.id")
    orders: Mapped[list[Order]] = relationship(back_populates="coupon", order_by="Order.id")
