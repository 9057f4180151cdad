"""What is sold: products, how they are sorted, who makes them, what they cost, what is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from .base import Base, Dated, Numbered

if TYPE_CHECKING:
    from .customers import Customer
    from .orders import Item
    from .stock import Stock, Warehouse

product_tags = Table(
    "product_tags",
    Base.metadata,
    Column("product_id", ForeignKey("products.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Category(Numbered, Base):
    """A place in the tree of all that is sold."""

    __tablename__ = "categories"
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    parent: Mapped[Category | None] = relationship(
        remote_side="Category.id", back_populates="children"
    )
    children: Mapped[list[Category]] = relationship(
        back_populates="parent", order_by="Category.name"
    )
    products: Mapped[list[Product]] = relationship(back_populates="category", order_by="Product.id")


class Supplier(Numbered, Base):
    """Who makes products, or sends them to us."""

    __tablename__ = "suppliers"
    name: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str] = mapped_column(String(2))
    days: Mapped[int | None] = mapped_column("delivery_days")
    products: Mapped[list[Product]] = relationship(back_populates="supplier", order_by="Product.id")


class Product(Numbered, Dated, Base):
    """Something to buy."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        Index("ix_products_category_price", "category_id", "price"),
    )
    sku: Mapped[str] = mapped_column(String(20), unique=True, comment="what the scanner reads")
    name: Mapped[str]
    text: Mapped[str | None] = mapped_column(Text, deferred=True)
    price: Mapped[Decimal]
    cost: Mapped[Decimal | None]
    grams: Mapped[int | None]
    details: Mapped[Any] = mapped_column(JSON, nullable=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))

    category: Mapped[Category] = relationship(back_populates="products")
    supplier: Mapped[Supplier | None] = relationship(back_populates="products")
    tags: Mapped[list[Tag]] = relationship(
        secondary=product_tags, back_populates="products", order_by="Tag.name"
    )
    tag_names: AssociationProxy[list[str]] = association_proxy("tags", "name")
    reviews: Mapped[list[Review]] = relationship(back_populates="product", order_by="Review.id")
    prices: Mapped[list[PriceChange]] = relationship(
        back_populates="product", order_by="PriceChange.since.desc()"
    )
    items: Mapped[list[Item]] = relationship(back_populates="product", order_by="Item.id")
    stock: Mapped[list[Stock]] = relationship(
        back_populates="product", order_by="Stock.warehouse_code"
    )
    warehouses: AssociationProxy[list[Warehouse]] = association_proxy("stock", "warehouse")

    @hybrid_property
    def margin(self) -> Decimal | None:
        """What is left of the price."""
        return None if self.cost is None else self.price - self.cost

    @margin.inplace.expression
    @classmethod
    def _margin(cls) -> ColumnElement[Decimal | None]:
        return cls.price - cls.cost


class Tag(Numbered, Base):
    """A word for products."""

    __tablename__ = "tags"
    name: Mapped[str] = mapped_column(unique=True)
    products: Mapped[list[Product]] = relationship(
        secondary=product_tags, back_populates="tags", order_by="Product.id"
    )


class PriceChange(Base):
    """What a product cost before."""

    __tablename__ = "price_changes"
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    price: Mapped[Decimal]
    product: Mapped[Product] = relationship(back_populates="prices")


class Review(Numbered, Dated, Base):
    """What a customer says of a product."""

    __tablename__ = "reviews"
    __table_args__ = (CheckConstraint("stars between 1 and 5", name="stars"),)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    stars: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)
    product: Mapped[Product] = relationship(back_populates="reviews")
    customer: Mapped[Customer] = relationship(back_populates="reviews")


Product.rating = column_property(
    select(func.avg(Review.stars))
    .where(Review.product_id == Product.id)
    .correlate_except(Review)
    .scalar_subquery(),
    deferred=True,
)
