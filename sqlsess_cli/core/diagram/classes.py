"""What relates mapped classes: relationships, foreign keys that none follows, and inheritance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table, exc
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.orm.exc import UnmappedColumnError

from sqlsess_cli.core.diagram.boxes import is_unique
from sqlsess_cli.core.diagram.graph import End, Line

Relationship = RelationshipProperty[Any]
Pairs = Sequence[tuple[Any, Any]]  # columns of the end that refers, and of the other

_OUTWARD = "MANYTOONE"


@dataclass(frozen=True)
class Classes:
    """The classes and tables of a diagram.

    Attributes:
        ids: the classes that are drawn, and the ids of their boxes.
        tables: tables that associate classes and are drawn though no class is mapped to them.
    """

    ids: Mapping[Mapper[Any], str]
    tables: Mapping[Table, str]

    def lines(self) -> Iterator[Line]:
        """Each line once, whichever side tells of it, and however often."""
        found: dict[Any, Line] = {}
        for mapper, item in sorted(self._relationships(), key=lambda pair: _rank(pair[1])):
            if item.secondary is not None:
                self._associate(mapper, item, found)
            else:
                self._refer(mapper, item, found)
        covered = {(key[0].base_mapper, frozenset(left for left, _ in key[1]))
                   for key in found if isinstance(key[0], Mapper)}  # fmt: skip
        for mapper in self.ids:
            for pairs, target in self._uncovered(mapper, covered):
                found.setdefault((mapper, frozenset(pairs)), self._reference(mapper, target, pairs))
        yield from found.values()
        yield from filter(None, map(self._inheritance, self.ids))

    def _relationships(self) -> Iterator[tuple[Mapper[Any], Relationship]]:
        """Those between classes that are drawn; an inherited one where its own class is not."""
        for mapper in self.ids:
            for item in mapper.relationships:
                inherited = item.parent is not mapper and item.parent in self.ids
                if item.mapper in self.ids and not inherited:
                    yield mapper, item

    # One to many, and one to one

    def _refer(self, mapper: Mapper[Any], item: Relationship, found: dict[Any, Line]) -> None:
        pairs: Pairs = item.local_remote_pairs or ()
        child, parent = mapper, item.mapper
        if item.direction.name != _OUTWARD:
            child, parent = parent, child
            pairs = [(right, left) for left, right in pairs]
        pairs = _sorted(pairs)
        child = self._owner(child, [left for left, _ in pairs])
        key = (child, frozenset(pairs))
        if key not in found:
            single = item.direction.name != _OUTWARD and not item.uselist and not item.viewonly
            found[key] = self._reference(child, parent, pairs, item.key, single=single)

    def _owner(self, mapper: Mapper[Any], columns: Iterable[Any]) -> Mapper[Any]:
        """The class that the columns come from, if it is drawn: a subclass only has them too."""
        above = mapper.inherits
        if above is None or above not in self.ids:
            return mapper
        has_them = all(map(above.columns.contains_column, columns))
        return self._owner(above, columns) if has_them else mapper

    def _reference(
        self, child: Mapper[Any], parent: Mapper[Any], pairs: Pairs, label: str = "", *,
        single: bool = False,
    ) -> Line:  # fmt: skip
        near = [left for left, _ in pairs]
        many = not single and not is_unique(near)
        optional = any(getattr(column, "nullable", True) for column in near)
        names = tuple(_name(child, column) for column in near)
        there = tuple(_name(parent, right) for _, right in pairs)
        return Line(
            "reference",
            End(self.ids[child], names, many, optional=True),
            End(self.ids[parent], there, optional=optional),
            label or ", ".join(names),
        )

    def _uncovered(
        self, mapper: Mapper[Any], covered: set[Any]
    ) -> Iterator[tuple[Pairs, Mapper[Any]]]:
        """The foreign keys of a class's table that no relationship follows, and where they lead."""
        for key in _foreign_keys(mapper.local_table):
            pairs = [(item.parent, item.column) for item in key.elements]
            near = frozenset(left for left, _ in pairs)
            target = self._mapped_to(key.referred_table)
            inherits = mapper.inherits is not None and mapper.inherits.local_table
            own = self._owner(mapper, near) is mapper and all(
                map(mapper.columns.contains_column, near)
            )
            told = (mapper.base_mapper, near) in covered or key.referred_table is inherits
            if target is not None and own and not told:
                yield pairs, target

    def _mapped_to(self, table: Table) -> Mapper[Any] | None:
        """The class that is mapped to a table, of several that share it the parent."""
        return next((item for item in self.ids if item.local_table is table), None)

    # Many to many

    def _associate(self, mapper: Mapper[Any], item: Relationship, found: dict[Any, Line]) -> None:
        table = item.secondary
        if not isinstance(table, Table) or self._mapped_to(table) is not None:
            return  # what it leads across is drawn itself, or is several tables
        near = _sorted([(right, left) for left, right in item.synchronize_pairs])
        far = _sorted([(right, left) for left, right in item.secondary_synchronize_pairs or ()])
        ends = ((mapper, near), (item.mapper, far))
        if table in self.tables:
            for target, pairs in ends:
                found.setdefault((table, frozenset(pairs)), self._between(table, target, pairs))
            return
        one, other = (
            End(self.ids[target], tuple(_name(target, right) for _, right in pairs),
                many=True, optional=True)
            for target, pairs in ends
        )  # fmt: skip
        key = (table, frozenset((*near, *far)))
        found.setdefault(key, Line("association", one, other, table.name))

    def _between(self, table: Table, target: Mapper[Any], pairs: Pairs) -> Line:
        """A foreign key of an association table that is drawn."""
        columns = [left for left, _ in pairs]
        start = End(self.tables[table], tuple(column.name for column in columns),
                    not is_unique(columns), optional=True)  # fmt: skip
        optional = any(column.nullable for column in columns)
        end = End(self.ids[target], tuple(_name(target, right) for _, right in pairs),
                  optional=optional)  # fmt: skip
        return Line("reference", start, end, ", ".join(start.columns))

    def _inheritance(self, mapper: Mapper[Any]) -> Line | None:
        above = mapper.inherits
        while above is not None and above not in self.ids:
            above = above.inherits
        if above is None:
            return None
        pairs = () if mapper.concrete else [
            (item.parent, item.column) for key in _foreign_keys(mapper.local_table)
            for item in key.elements
            if key.referred_table is above.local_table and item.parent.primary_key
            and mapper.local_table is not above.local_table
        ]  # fmt: skip
        start = End(
            self.ids[mapper], tuple(_name(mapper, left) for left, _ in pairs), optional=True
        )
        end = End(self.ids[above], tuple(_name(above, right) for _, right in pairs))
        return Line("inheritance", start, end)


def related(mappers: Iterable[Mapper[Any]], everything: Sequence[Mapper[Any]]) -> set[Mapper[Any]]:
    """The classes that some classes are related to, directly."""
    ids = {item: str(number) for number, item in enumerate(everything)}
    drawn = {ids[item] for item in mappers}
    ends = [(line.start.box, line.end.box) for line in Classes(ids, {}).lines()]
    near = {box for pair in ends if drawn & {*pair} for box in pair} | drawn
    return {item for item, id_ in ids.items() if id_ in near}


def secondaries(drawn: Iterable[Mapper[Any]], mapped: Iterable[Mapper[Any]]) -> list[Table]:
    """The tables that associate classes that are drawn, and that no class is mapped to."""
    known = {item.local_table for item in mapped}
    drawn = set(drawn)
    found = {
        item.secondary: None
        for mapper in drawn
        for item in mapper.relationships
        if item.mapper in drawn and isinstance(item.secondary, Table)
    }
    return sorted((table for table in found if table not in known), key=lambda item: item.fullname)


def tells_more(table: Table) -> bool:
    """Whether an association table has columns that associate nothing, besides a number."""
    others = [column for column in table.columns if not column.foreign_keys]
    numbered = len(others) == 1 and [*table.primary_key.columns] == others
    return bool(others) and not numbered


def _foreign_keys(table: Any) -> Iterator[ForeignKeyConstraint]:
    """The foreign keys of a table whose targets are known, in the order of its columns."""
    keys = table.foreign_key_constraints if isinstance(table, Table) else ()
    order = {column: at for at, column in enumerate(table.columns)}
    for key in sorted(keys, key=lambda item: [order[column] for column in item.columns]):
        with suppress(exc.NoReferenceError):
            yield (key.referred_table, key)[1]


def _rank(item: Relationship) -> tuple[bool, bool]:
    """Those that tell most come first: what is only looked at is made for the sake of a query."""
    return bool(item.viewonly), item.direction.name != _OUTWARD


def _sorted(pairs: Iterable[tuple[Any, Any]]) -> Pairs:
    """Pairs of columns in the order of the table that the first are of."""

    def place(pair: tuple[Any, Any]) -> int:
        columns = [*getattr(pair[0].table, "columns", ())]
        return next((at for at, column in enumerate(columns) if column is pair[0]), 0)

    return sorted(pairs, key=place)


def _name(mapper: Mapper[Any], column: Column[Any]) -> str:
    """The attribute of a column."""
    try:
        return mapper.get_property_by_column(column).key
    except UnmappedColumnError:
        return str(column.name)
