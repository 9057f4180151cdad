"""The functions of the filter language: a fixed list, and none of them has an effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import types as sqltypes


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how many arguments it takes, and the type of its value.

    Without a type of its own the value has that of the first argument that is a column; and
    literals beside that one have it too, if the arguments are all alike.
    """

    fewest: int
    most: int
    type: type[sqltypes.TypeEngine[Any]] | None = None
    alike: bool = False


# Those there are. None reads or writes anything but its arguments.
FUNCTIONS = {
    "abs": Function(1, 1),
    "coalesce": Function(2, 9, alike=True),
    "current_date": Function(0, 0, sqltypes.Date),
    "length": Function(1, 1, sqltypes.Integer),
    "lower": Function(1, 1, sqltypes.String),
    "now": Function(0, 0, sqltypes.DateTime),
    "round": Function(1, 2),
    "trim": Function(1, 1, sqltypes.String),
    "upper": Function(1, 1, sqltypes.String),
}

# Over a list, or in a column, --having and --order over all rows or a group of them.
AGGREGATES = {
    "count": Function(0, 1, sqltypes.Integer),
    "sum": Function(1, 1),
    "avg": Function(1, 1),
    "min": Function(1, 1),
    "max": Function(1, 1),
}
