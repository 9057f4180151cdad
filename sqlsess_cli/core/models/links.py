"""The relationships of tables that nobody mapped: foreign keys, as paths come to need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, FromClause, and_
from sqlalchemy.orm import Mapper, foreign, relationship

from sqlsess_cli.core.models.edges import Edges
from sqlsess_cli.core.models.entity import Entity, Links, Relationship
from sqlsess_cli.core.models.naming import Edge, shorter
from sqlsess_cli.core.models.tables import Details
from sqlsess_cli.dialects._relations import Place

if TYPE_CHECKING:
    from sqlsess_cli.core.models.reflection import Reflection


class TableLinks(Links):
    """The relationships of a reflected table.

    Args:
        mapper: of its class.
        reflection: where other tables are.
        place: the table.
        attributes: of its columns, in their order.
    """

    def __init__(
        self, mapper: Mapper[Any], reflection: Reflection, place: Place, attributes: Sequence[str]
    ) -> None:
        super().__init__(mapper)
        self.reflection = reflection
        self.place = place
        self.attributes = attributes
        columns = [column.name for column in mapper.columns]
        self.edges = Edges(reflection, place, columns, attributes)

    @cached_property
    def kind(self) -> str:  # type: ignore[override]  # asked when it is wanted, which is seldom
        """Table, view, or what else the database calls it."""
        return self.reflection.kind(self.place)

    def details(self) -> Details:
        """What a plain query does not need to know of the table."""
        return self.reflection.tables.details(self.place)

    def names(self) -> list[str]:
        """What they are called, in order."""
        return [edge.name for edge in (*self.edges.outward, *self.edges.inward)]

    def get(self, name: str) -> Relationship | None:
        """The relationship of this very name; a to-one also by the name of its table alone."""
        made = self.mapper.relationships.get(name)
        if made is not None:
            return made
        for edges in self._by_cost():
            for edge in edges:
                if edge.name == name:
                    return self._made(edge)
        return None

    def _by_cost(self) -> Iterator[Iterable[Edge]]:
        yield self.edges.outward
        yield self.edges.inward
        yield shorter(
            self.edges.outward, [*self.attributes, *(edge.name for edge in self.edges.inward)]
        )

    def beside(self, attribute: str) -> Iterable[Relationship]:
        """Those of the foreign keys that are this column alone."""
        column = self.mapper.column_attrs[attribute].columns[0].name
        found = [edge for edge in self.edges.outward if edge.key.columns == (column,)]
        return filter(None, (self.get(edge.name) for edge in found))

    def entity(self, relationship: Relationship) -> Entity:
        """What a relationship leads to."""
        return self.reflection.of(relationship.mapper)

    def _made(self, edge: Edge) -> Relationship | None:
        other, owner, target = map(
            self.reflection.entity, (edge.target, edge.key.table, edge.key.target)
        )
        if other is None or owner is None or target is None:
            return None  # not there, or not for us to see
        here = _columns(owner.table, edge.key.columns)
        there = _columns(target.table, edge.key.target_columns)
        if edge.beyond is not None:
            far = _columns(owner.table, edge.beyond.columns)
            beyond = _columns(other.table, edge.beyond.target_columns)
            made = relationship(
                other.origin,
                secondary=owner.table,
                primaryjoin=_equal(here, there),
                secondaryjoin=_equal(far, beyond),
                viewonly=True,
            )
        else:
            made = relationship(
                other.origin,
                primaryjoin=_equal(here, there),
                remote_side=here if edge.back else there,
                uselist=edge.back and not self.reflection.is_unique(owner, edge.key),
                # Each way is made alone, so that only one of the two may write the columns.
                viewonly=edge.back,
                overlaps=",".join(item.name for item in self.edges.outward),
            )
        self.mapper.add_property(edge.name, made)
        return self.mapper.relationships[edge.name]


def _columns(table: FromClause, names: Sequence[str]) -> list[Column[Any]]:
    """The columns of these names, in any case if there is no such."""
    columns: Any = table.columns
    folded = {column.name.casefold(): column for column in columns}
    return [columns[name] if name in columns else folded[name.casefold()] for name in names]


def _equal(here: Sequence[Column[Any]], there: Sequence[Column[Any]]) -> Any:
    pairs = zip(here, there, strict=True)
    return and_(*(foreign(left) == right for left, right in pairs))
