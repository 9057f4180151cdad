"""The Base of the shop, what its models share, and how its constraints are named."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import MetaData, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Of everything in the shop."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: String(80), Decimal: Numeric(10, 2)}


class Dated:
    """When something came to be."""

    created: Mapped[datetime]


class Numbered:
    """A key that means nothing."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
