"""The same filter over the same rows: by a small reference, and by each of the databases."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from language import reference
from language.filters import Filters, Tree
from language.world import CLASSES, KEYS, Base, rows
from servers._server import Database
from sqlalchemy import Connection, create_engine
from sqlalchemy import inspect as mapping_of
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.select import select_from
from sqlsess_cli.errors import SqlsessError

SEEDS = range(3)
FILTERS = 400  # for each seed, on each database

Known = dict[str, list[Any]]


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    """What decides the rows and the filters."""
    found: int = request.param
    return found


@pytest.fixture
def world(database: Database, seed: int) -> Iterator[tuple[Connection, Known]]:
    """A database with rows, and the same rows as objects."""
    engine = create_engine(database.url)
    Base.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        objects = rows(Random(seed))
        session.add_all(objects)
        session.commit()
        known = {name: [item for item in objects if type(item) is class_]
                 for name, class_ in CLASSES.items()}  # fmt: skip
        with engine.connect() as connection:
            yield connection, known
    engine.dispose()


def asked(connection: Connection, name: str, words: list[str], parameters: dict[str, str]) -> Any:
    """The keys of the rows that the database finds; or what it says."""
    entity = Entity.of(mapping_of(CLASSES[name]))
    try:
        query = Query(words, KEYS[name], parameters=parameters)
        statement, _ = select_from(entity, query)
        return sorted(tuple(row) for row in connection.execute(statement))
    except (SqlsessError, DBAPIError) as error:
        connection.rollback()
        return str(error)


def meant(tree: Tree, name: str, known: Known) -> list[tuple[Any, ...]]:
    """The keys of the rows that the filter is true of."""
    return sorted(
        tuple(getattr(row, key) for key in KEYS[name])
        for row in known[name]
        if reference.holds(tree, row) is True
    )


def test_the_same_rows_everywhere(world: tuple[Connection, Known], seed: int) -> None:
    connection, known = world
    found_some = 0
    wrong = []
    for number in range(FILTERS):
        filters = Filters(Random(f"{seed} {number}"))
        name = filters.pick(*CLASSES, "Person", "Person", "Order")
        tree = filters.condition(name, 2)
        words = filters.words(tree)
        expected = meant(tree, name, known)
        found = asked(connection, name, words, filters.parameters)
        found_some += 0 < len(expected) < len(known[name])
        if found != expected:
            wrong.append((f"seed {seed}, filter {number}", name, words, filters.parameters,
                          f"expected {expected}", f"found {found}"))  # fmt: skip
    assert not wrong, f"{len(wrong)} differ, such as\n" + "\n".join(
        "\n  ".join(map(str, item)) for item in wrong[:5]
    )
    # Most filters tell rows apart; else they would prove little.
    assert found_some > FILTERS * 0.4
