"""Every way to map a class, with a few rows of each: whatever people write, the console can ask.

`create` makes the tables, `fill` the rows. Importing this package maps all of it, as a project's
`app.models` would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.orm import Mapper, Session, configure_mappers

from . import (
    attributes,
    cells,
    classes,
    composites,
    concrete,
    declarative,
    inheritance,
    keys,
    names,
    relations,
    selectables,
    sqlmodels,
    twins,
    twins_reports,
)

# Those of `names` that lie in a schema are made apart: not every database has schemas.
_MODULES: tuple[ModuleType, ...] = (
    declarative, attributes, classes, sqlmodels, composites, inheritance, concrete, relations,
    keys, names, selectables, cells, twins,
)  # fmt: skip


def metadata() -> Iterator[MetaData]:
    """Of every Base and registry."""
    for module in _MODULES:
        yield from getattr(module, "METADATA", ())


def mappers() -> set[Mapper[Any]]:
    """Of every class."""
    configure_mappers()  # some are mapped only then
    found = [item for module in (*_MODULES, twins_reports) for item in vars(module).values()]
    mapped = (inspect(item, raiseerr=False) for item in found if isinstance(item, type))
    return {item for item in mapped if isinstance(item, Mapper)}


def create(connection: Connection) -> None:
    """Make all tables."""
    for item in metadata():
        item.create_all(connection)


def fill(session: Session, trap: str) -> None:
    """Make a few rows of everything; who unpickles a certain one makes the file `trap`."""
    for module in _MODULES:
        objects: Callable[[], list[object]] | None = getattr(module, "objects", None)
        session.add_all(objects() if objects else ())
        session.flush()
    cells.spoil(session, trap)
