"""What a database's catalogue tells: its tables and views, and which refer to which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:  # a diagram's notations are named at a Tab, where nothing slow is loaded
    from sqlalchemy import Connection
    from sqlalchemy.engine import Inspector

Place = tuple[str | None, str]  # schema, None for the one that need not be said; and table
RelationKind = Literal["table", "partition", "foreign table", "view", "materialized view"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view.

    Attributes:
        place: where it is.
        kind: which of them it is.
        columns: how many it has; None where the database cannot tell, as of a broken view.
    """

    place: Place
    kind: RelationKind
    columns: int | None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key as the database has it.

    Attributes:
        table: whose it is.
        columns: its columns there.
        target: the table that it refers to.
        target_columns: the columns there, in the same order.
    """

    table: Place
    columns: tuple[str, ...]
    target: Place
    target_columns: tuple[str, ...]


def keys_of(
    table: Place, found: Iterable[Mapping[str, Any]], plain: Callable[[str], str]
) -> list[ForeignKey]:
    """Foreign keys as SQLAlchemy's inspector gives them; those that tell what they refer to.

    Args:
        table: whose they are.
        found: what it gives.
        plain: makes a name what it is in the database.
    """
    return [
        ForeignKey(
            table,
            tuple(map(plain, item["constrained_columns"])),
            (item["referred_schema"], item["referred_table"]),
            tuple(map(plain, item["referred_columns"])),
        )
        for item in found
        if len(item["constrained_columns"]) == len(item["referred_columns"])
    ]


KeyRow = tuple[object, Place, Place, str, str | None]


def grouped(rows: Iterable[KeyRow]) -> list[ForeignKey]:
    """Foreign keys from rows of one column each, those of one key together and in order.

    Args:
        rows: what tells one key of a table from another, the table, the target, the column, and
            the column there; None where the catalogue does not know it.
    """
    keys = []
    for (_, table, target), group in groupby(rows, itemgetter(0, 1, 2)):
        pairs = [(column, there) for *_, column, there in group if there is not None]
        if pairs:
            columns, target_columns = zip(*pairs, strict=True)
            keys.append(ForeignKey(table, columns, target, target_columns))
    return keys


class Relations:
    """How a database's catalogue is asked: through SQLAlchemy's inspector alone."""

    # Schema and name of every table that has triggers, where the catalogue can be asked.
    triggers: ClassVar[str] = ""

    def schemas(self, inspector: Inspector) -> list[str | None]:
        """The schemas whose tables are listed; None is the one that need not be said."""
        return [None]

    def table_named(self, inspector: Inspector, schema: str | None, name: str) -> str:
        """A table's name as it was declared, where the database takes it in any case."""
        return name

    def listed(
        self, inspector: Inspector, places: Collection[Place] | None = None
    ) -> list[Relation]:
        """Tables and views, asked for in one statement where possible.

        Args:
            inspector: whom to ask.
            places: these; else all that are listed.
        """
        from sqlalchemy.engine.reflection import ObjectKind

        found = []
        for schema in self.schemas(inspector):
            counts = inspector.get_multi_columns(schema, kind=ObjectKind.ANY)
            views: set[str] = set(inspector.get_view_names(schema))
            for (_, name), columns in sorted(counts.items(), key=lambda item: item[0][1]):
                if places is None or (schema, name) in places:
                    kind: RelationKind = "view" if name in views else "table"
                    found.append(Relation((schema, name), kind, len(columns)))
        return found

    def foreign_keys(self, inspector: Inspector, place: Place) -> list[ForeignKey]:
        """The foreign keys of a table."""
        found = inspector.get_foreign_keys(place[1], place[0])
        return keys_of(place, found, self.plain_name)

    def all_foreign_keys(self, inspector: Inspector) -> list[ForeignKey]:
        """The foreign keys of all tables that are listed."""
        found = [inspector.get_multi_foreign_keys(schema) for schema in self.schemas(inspector)]
        return [key for keys in found for place, items in keys.items()
                for key in keys_of(place, items, self.plain_name)]  # fmt: skip

    def referrers(self, inspector: Inspector, place: Place) -> list[ForeignKey]:
        """All foreign keys of the tables that refer to one, in one statement where possible."""
        found = self.all_foreign_keys(inspector)
        ours = {key.table for key in found if key.target == place}
        return [key for key in found if key.table in ours]

    def unseen_uniques(self, inspector: Inspector, place: Place) -> list[list[str]]:
        """The columns of unique constraints that SQLAlchemy may not find."""
        return []

    def declared_types(self, inspector: Inspector, place: Place) -> Mapping[str, str]:
        """What the database itself calls the types of a table's columns, where it can be asked."""
        return {}

    def counts(self, declared: str) -> bool:
        """Whether a key that SQLAlchemy takes for a counted one is, by its declared type."""
        return True

    def plain_name(self, name: str) -> str:
        """A name that SQLAlchemy reflected, as it is."""
        return name


def connection_of(inspector: Inspector) -> Connection:
    """The connection that an inspector of ours asks on."""
    bind: Any = inspector.bind
    connection: Connection = bind
    return connection
