"""What relates tables that were reflected: their foreign keys."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlsess_cli.core.diagram.graph import End, Line
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.models.links import TableLinks
from sqlsess_cli.core.models.naming import Edge
from sqlsess_cli.dialects._relations import ForeignKey, Place

Links = Mapping[Place, tuple[Entity, TableLinks]]


def reflected(entities: Sequence[Entity]) -> dict[Place, tuple[Entity, TableLinks]]:
    """Those of the entities that are reflected tables, by the place that foreign keys name."""
    links = [(entity, entity.links) for entity in entities]
    return {folded(item.place): (entity, item) for entity, item in links
            if isinstance(item, TableLinks)}  # fmt: skip


def folded(place: Place) -> Place:
    """A place that is the same however a foreign key spells the table."""
    return place[0], place[1].casefold()


def associations(links: TableLinks) -> Iterator[tuple[Edge, ForeignKey]]:
    """The ways from a table across one that does nothing but associate it, and how they go on."""
    return ((edge, edge.beyond) for edge in links.edges.inward if edge.beyond is not None)


def neighbours(links: TableLinks) -> Iterator[Place]:
    """The tables that a table is related to; beyond one that only associates, not that one."""
    between = {edge.key.table for edge, _ in associations(links)}
    for edge in (*links.edges.outward, *links.edges.inward):
        if edge.beyond is not None or edge.target not in between:
            yield edge.target


def lines(drawn: Links) -> Iterator[Line]:
    """Each foreign key once, and each association whose table is not drawn."""
    seen: set[Place] = set()
    for entity, links in drawn.values():
        for edge in links.edges.outward:
            if folded(edge.key.target) in drawn:
                yield _reference(entity, links, edge, drawn)
        for edge, beyond in associations(links):
            ends = (edge.key.target, edge.target)
            if edge.key.table not in seen and _between(edge.key.table, ends, drawn):
                seen.add(edge.key.table)
                yield _association(edge, beyond, drawn)


def _between(table: Place, ends: Collection[Place], drawn: Links) -> bool:
    return folded(table) not in drawn and all(folded(end) in drawn for end in ends)


def _reference(entity: Entity, links: TableLinks, edge: Edge, drawn: Links) -> Line:
    key = edge.key
    own = {column.name.casefold(): column for column in entity.mapper.columns}
    many = not links.reflection.is_unique(entity, key)
    start = End(entity.name, _names(entity, key.columns), many, optional=True)
    target, _ = drawn[folded(key.target)]
    optional = any(bool(own[name.casefold()].nullable) for name in key.columns)
    end = End(target.name, _names(target, key.target_columns), optional=optional)
    return Line("reference", start, end, edge.name)


def _association(edge: Edge, beyond: ForeignKey, drawn: Links) -> Line:
    ends = (_beside(edge.key, drawn), _beside(beyond, drawn))
    return Line("association", *ends, label=edge.key.table[1])


def _beside(key: ForeignKey, drawn: Links) -> End:
    entity, _ = drawn[folded(key.target)]
    return End(entity.name, _names(entity, key.target_columns), many=True, optional=True)


def _names(entity: Entity, columns: Sequence[str]) -> tuple[str, ...]:
    """The attributes of columns, whose case a foreign key may spell otherwise."""
    known = {item.columns[0].name.casefold(): item.key for item in entity.mapper.column_attrs}
    return tuple(known.get(name.casefold(), name) for name in columns)
