"""What is known of a database as SQL sees it: tables, their columns and keys, ready to search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlsess_cli.names.sql.index import Index


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, a view or a query.

    Attributes:
        name: as the database has it, without quotes.
        type: as SQL writes it; empty where that is not known.
        values: those that it can have, if they are few.
        origin: schema, table and column that it is taken from; empty where it is none's.
    """

    name: str
    type: str = ""
    values: tuple[str, ...] = ()
    origin: tuple[str, str, str] | tuple[()] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key: its columns, and in the same order those that they refer to.

    Attributes:
        columns: of the table that has it.
        table: the name of the table that it refers to.
        to: the columns there.
        schema: where that table is; empty for the schema that needs no name.
    """

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or a view.

    Attributes:
        name: as the database has it, without quotes.
        columns: in their order.
        keys: its foreign keys.
        schema: where it is; empty for the schema that needs no name.
        kind: what the database calls it.
    """

    name: str
    columns: tuple[Column, ...] = ()
    keys: tuple[ForeignKey, ...] = ()
    schema: str = ""
    kind: str = "table"

    @property
    def place(self) -> tuple[str, str]:
        """Schema and name: what no other table has."""
        return self.schema, self.name

    def column(self, name: str) -> Column | None:
        """The column of a name, in any case if none has it as written."""
        return named(self.columns, name)


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key as seen from one of its two tables.

    Attributes:
        key: it.
        there: the other table.
        outward: the key is of the table it is seen from.
    """

    key: ForeignKey
    there: Table
    outward: bool

    @property
    def here_columns(self) -> tuple[str, ...]:
        """The columns on this side."""
        return self.key.columns if self.outward else self.key.to

    @property
    def there_columns(self) -> tuple[str, ...]:
        """The columns on the other side, in the same order."""
        return self.key.to if self.outward else self.key.columns


def named(columns: Iterable[Column], name: str) -> Column | None:
    """The column of a name, in any case if none has it as written."""
    found = None
    for column in columns:
        if column.name == name:
            return column
        if found is None and column.name.casefold() == name.casefold():
            found = column
    return found


@dataclass(frozen=True)
class Schema:
    """All tables of a database, and what is worked out of them once.

    Make one in the background, and hand it over when it is ready: nothing here changes later,
    and `prepare` leaves nothing to be worked out under a cursor.

    Attributes:
        tables: in any order.
        default: the name of the schema that needs none: `public`, or the database.
        functions: those of the database that no dialect brings, by their names.
    """

    tables: Sequence[Table] = ()
    default: str = ""
    functions: Sequence[str] = field(default=())

    def prepare(self) -> Schema:
        """The same, with everything worked out."""
        _ = self.by_name, self.links, self.table_index, self.column_index, self.schemas
        return self

    @cached_property
    def by_name(self) -> Mapping[str, Sequence[Table]]:
        """The tables of a name, in any case: those that need no schema first."""
        found = defaultdict(list)
        for table in sorted(self.tables, key=lambda item: (item.schema != "", item.schema)):
            found[table.name.casefold()].append(table)
        return found

    @cached_property
    def schemas(self) -> Sequence[str]:
        """The names of schemas."""
        return sorted(
            {table.schema for table in self.tables if table.schema} | {self.default} - {""}
        )

    @cached_property
    def places(self) -> Mapping[tuple[str, str], Table]:
        """The tables by schema and name."""
        return {table.place: table for table in self.tables}

    @cached_property
    def links(self) -> Mapping[tuple[str, str], Sequence[Link]]:
        """By a table's place, where its foreign keys lead, and those of others that lead to it."""
        found = defaultdict(list)
        for owner in self.tables:
            for key in owner.keys:
                target = self.places.get((key.schema, key.table))
                if target is not None:
                    found[owner.place].append(Link(key, target, outward=True))
                    found[target.place].append(Link(key, owner, outward=False))
        return found

    @cached_property
    def table_index(self) -> Index[Table]:
        """Every table, by its name."""
        return Index([(table.name, table) for table in self.tables])

    @cached_property
    def column_index(self) -> Index[Sequence[Table]]:
        """Every name of a column, with the tables that have one."""
        owners: dict[str, list[Table]] = {}
        for table in self.tables:
            for column in table.columns:
                owners.setdefault(column.name, []).append(table)
        return Index(list(owners.items()))

    def table(self, path: Sequence[str]) -> Table | None:
        """The table that a written path of one or two names means, if there is one."""
        *above, name = path
        schema = above[-1].casefold() if above else None
        candidates = self.by_name.get(name.casefold(), ())
        exact = [table for table in candidates if table.name == name]
        for table in [*exact, *candidates]:
            if schema is None or schema == (table.schema or self.default).casefold():
                return table
        return None
