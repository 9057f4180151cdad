"""What is drawn: the models that were named, as many of their neighbours as wanted, or all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy.orm import Mapper, Session

from sqlsess_cli.core.database import Database
from sqlsess_cli.core.diagram import boxes, classes, tables
from sqlsess_cli.core.diagram.graph import Box, Detail, Graph, Line
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.models.links import TableLinks

GroupBy = Literal["module", "schema"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a diagram is asked to show.

    Attributes:
        references: the models; all when empty.
        depth: how many lines away from them their neighbours may be.
        detail: which columns are listed.
        associations: draw the tables too that do nothing but associate two others.
        group_by: what frames are drawn around.
    """

    references: Sequence[str] = ()
    depth: int = 0
    detail: Detail = "all"
    associations: bool = False
    group_by: GroupBy | None = None


def diagram(database: Database, session: Session, wanted: Wanted) -> Graph:
    """The diagram of some models, or of all of a database.

    Raises:
        UsageError: a reference means nothing, or more than one thing.
    """
    if wanted.references:
        found = [database.entity(item, session) for item in wanted.references]
    else:
        listed = database.entities(session)
        found = [item for item in listed if isinstance(item, Entity) and item.kind != "partition"]
    entities = list({item.name: item for item in found}.values())
    reflected = [item for item in entities if isinstance(item.links, TableLinks)]
    mapped = [item.mapper for item in entities if not isinstance(item.links, TableLinks)]
    drawn = [
        *_classes(mapped, database.catalog.mappers, wanted),
        *_tables(reflected, wanted),
    ]
    made = [item for item in drawn if isinstance(item, Box)]
    lines = [item for item in drawn if isinstance(item, Line)]
    return Graph([*_grouped(_told_apart(made), wanted)], lines, wanted.detail)


def _classes(
    chosen: Sequence[Mapper[Any]], known: Sequence[Mapper[Any]], wanted: Wanted
) -> Iterator[Box | Line]:
    """Boxes of mapped classes and of what associates them, and the lines between these."""
    drawn = set(chosen)
    for _ in range(wanted.depth if chosen else 0):
        drawn |= classes.related(drawn, known)
    ids = _ids(sorted(drawn, key=_full_name))
    between = [item for item in classes.secondaries(drawn, known)
               if wanted.associations or classes.tells_more(item)]  # fmt: skip
    added = {item: f"table:{item.fullname}" for item in between}
    for mapper, id_ in ids.items():
        yield boxes.of_class(id_, mapper, drawn)
    for table, id_ in added.items():
        yield boxes.of_table(id_, table)
    yield from classes.Classes(ids, added).lines()


def _tables(chosen: Sequence[Entity], wanted: Wanted) -> Iterator[Box | Line]:
    """Boxes of reflected tables and views, and the lines between them."""
    drawn = tables.reflected(chosen)
    for _ in range(wanted.depth):
        for entity in [item for _, links in list(drawn.values()) for item in _beside(links)]:
            drawn |= tables.reflected([entity])
    if not (wanted.references or wanted.associations):
        for place in _between(drawn):
            del drawn[place]
    for entity, links in sorted(drawn.values(), key=lambda pair: pair[0].name):
        yield boxes.of_reflected(entity, links)
    yield from tables.lines(drawn)


def _beside(links: TableLinks) -> Iterable[Entity]:
    return filter(None, map(links.reflection.entity, tables.neighbours(links)))


def _between(drawn: tables.Links) -> set[Any]:
    """The tables that do nothing but associate others, and that nothing refers to."""
    found = {tables.folded(edge.key.table) for _, links in drawn.values()
             for edge, _ in tables.associations(links)}  # fmt: skip
    targets = {
        tables.folded(edge.target) for _, links in drawn.values() for edge in links.edges.outward
    }
    return (found & drawn.keys()) - targets


def _ids(mappers: Iterable[Mapper[Any]]) -> dict[Mapper[Any], str]:
    """A name for each class that no other has, though two of a module may be called the same."""
    seen: Counter[str] = Counter()
    ids = {}
    for mapper in mappers:
        name = _full_name(mapper)
        seen[name] += 1
        ids[mapper] = f"{name}:{seen[name]}" if seen[name] > 1 else name
    return ids


def _full_name(mapper: Mapper[Any]) -> str:
    return f"{mapper.class_.__module__}:{mapper.class_.__name__}"


def _told_apart(made: Sequence[Box]) -> Iterator[Box]:
    """The boxes, those of one title under their full names."""
    titles = Counter(box.title.casefold() for box in made)
    for box in made:
        yield replace(box, title=box.id) if titles[box.title.casefold()] > 1 else box


def _grouped(made: Iterable[Box], wanted: Wanted) -> Iterator[Box]:
    for box in made:
        if wanted.group_by == "module" and box.kind == "class":
            yield replace(box, group=box.id.partition(":")[0])
        elif wanted.group_by == "schema" and box.place is not None:
            yield replace(box, group=box.place[0] or "")
        else:
            yield box
