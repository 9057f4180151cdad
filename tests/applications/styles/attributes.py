"""Attributes that are no plain column: hybrids, synonyms, expressions, proxies, deferred ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, Text, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.hybrid import Comparator, hybrid_method, hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    attribute_keyed_dict,
    column_property,
    deferred,
    mapped_column,
    query_expression,
    relationship,
    synonym,
)


class Base(DeclarativeBase):
    pass


class AnyCase(Comparator[str]):
    """Compares texts whatever their case."""

    def __eq__(self, other: object) -> ColumnElement[bool]:  # type: ignore[override]
        return func.lower(self.__clause_element__()) == func.lower(other)

    __hash__ = None  # type: ignore[assignment]


class Shelf(Base):
    __tablename__ = "attribute_shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column("shelf_label", String(20))
    books: Mapped[list[Book]] = relationship(back_populates="shelf", order_by="Book.id")
    volumes = synonym("books")
    titles: AssociationProxy[list[str]] = association_proxy("books", "title")
    remarks: AssociationProxy[list[str]] = association_proxy("books", "remarks")

    @hybrid_property
    def held(self) -> int:
        """Objects count in Python, queries in SQL."""
        return len(self.books)

    @held.inplace.expression
    @classmethod
    def _held(cls) -> Any:
        return (
            select(func.count(Book.id)).where(Book.shelf_id == cls.id).correlate_except(Book)
            .scalar_subquery()
        )  # fmt: skip


class Book(Base):
    __tablename__ = "attribute_books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(40))
    pages: Mapped[int | None] = mapped_column()
    price: Mapped[int] = mapped_column("price_in_cents")
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("attribute_shelves.id"))
    text: Mapped[str | None] = mapped_column(Text, deferred=True)
    blurb: Mapped[str | None] = mapped_column(Text, deferred=True, deferred_group="prose")
    shelf: Mapped[Shelf | None] = relationship(back_populates="books")
    notes: Mapped[dict[str, Note]] = relationship(
        collection_class=attribute_keyed_dict("topic"), back_populates="book"
    )
    twice = column_property(pages * 2)
    loud = deferred(func.upper(title))
    asked = query_expression()

    name = synonym("title")
    heading = synonym("name")
    place = synonym("shelf")
    shelf_label: AssociationProxy[str | None] = association_proxy("shelf", "label")
    remarks: AssociationProxy[dict[str, str]] = association_proxy("notes", "remark")
    authors: AssociationProxy[list[Writer]] = association_proxy("notes", "writer")
    author_names: AssociationProxy[list[str]] = association_proxy("notes", "writer_name")

    @hybrid_property
    def dear(self) -> bool:
        return self.price > 1000

    @hybrid_property
    def euros(self) -> float:
        return self.price / 100.0

    @hybrid_property
    def any_case(self) -> str:
        return self.title

    @any_case.inplace.comparator
    @classmethod
    def _any_case(cls) -> AnyCase:
        return AnyCase(cls.title)

    @hybrid_property
    def initial(self) -> str:
        """Only Python knows how: SQL columns have no characters."""
        return next(iter(self.title))

    @hybrid_property
    def maker(self) -> str:
        """The same for all; no SQL."""
        return "press"

    @hybrid_property
    def anywhere(self) -> Shelf | None:
        """A hybrid that is a relationship."""
        return self.shelf

    @hybrid_method
    def longer(self, pages: int) -> bool:
        return self.pages > pages

    @property
    def shown(self) -> str:
        return f"{self.title}!"


class Writer(Base):
    __tablename__ = "attribute_writers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))


class Note(Base):
    __tablename__ = "attribute_notes"
    book_id: Mapped[int] = mapped_column(ForeignKey("attribute_books.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    remark: Mapped[str] = mapped_column(String(40))
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("attribute_writers.id"))
    book: Mapped[Book] = relationship(back_populates="notes")
    writer: Mapped[Writer | None] = relationship()
    writer_name: AssociationProxy[str | None] = association_proxy("writer", "name")


METADATA = (Base.metadata,)


def objects() -> list[object]:
    high, low = Shelf(id=1, label="high"), Shelf(id=2, label="low")
    ada, bob = Writer(id=1, name="Ada"), Writer(id=2, name="Bob")
    notes = {
        "plot": Note(topic="plot", remark="thin", writer=ada),
        "style": Note(topic="style", remark="clear", writer=bob),
    }
    return [
        high, low, Shelf(id=3, label="empty"), ada, bob,
        Book(id=1, title="Dune", pages=612, price=1250, shelf=high, text="spice", notes=notes),
        Book(id=2, title="Emma", pages=120, price=700, shelf=high, blurb="wit",
             notes={"plot": Note(topic="plot", remark="neat")}),
        Book(id=3, title="Faust", price=0, shelf=low),
        Book(id=4, title="Leaves", pages=300, price=99),
    ]  # fmt: skip
