"""A shop as somebody might have it: who buys, what is sold, what was paid, sent and returned.

`create` makes the tables, `seed` the rows: always the same ones for the same number of customers.
"""

from __future__ import annotations

from sqlalchemy import Connection

from .base import Base
from .catalogue import Category, PriceChange, Product, Review, Supplier, Tag
from .customers import Address, Cart, CartItem, Coupon, Customer
from .orders import Item, Order, Payment, Refund, Return, Shipment
from .seeding import seed
from .staff import Audit, Employee
from .stock import Stock, Warehouse

MODELS = (
    Address, Audit, Cart, CartItem, Category, Coupon, Customer, Employee, Item, Order, Payment,
    PriceChange, Product, Refund, Return, Review, Shipment, Stock, Supplier, Tag, Warehouse,
)  # fmt: skip

__all__ = [
    "MODELS", "Address", "Audit", "Base", "Cart", "CartItem", "Category", "Coupon", "Customer",
    "Employee", "Item", "Order", "Payment", "PriceChange", "Product", "Refund", "Return", "Review",
    "Shipment", "Stock", "Supplier", "Tag", "Warehouse", "create", "seed",
]  # fmt: skip


def create(connection: Connection) -> None:
    """Make all tables."""
    Base.metadata.create_all(connection)
