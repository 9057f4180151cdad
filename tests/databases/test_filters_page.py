"""Every example of docs/filters.md, on each database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers._server import Database
from sqlalchemy import Connection, create_engine, select
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import Session, declarative_base

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.select import select_from
from sqlsess_cli.errors import UsageError

PAGE = (Path(__file__).parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")
IMPORTS = """
import enum
from datetime import date, datetime
from decimal import Decimal
from sqlalchemy import *
from sqlalchemy.orm import relationship
"""


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


EXAMPLES = [
    tuple(re.split(r"\s+→\s*", line)) for block in blocks("filter") for line in block.splitlines()
]
MISTAKES = [block.rstrip("\n").split("\n", 1) for block in blocks("mistake")]
World = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> World:
    names: World = {"Base": declarative_base()}
    (source,) = blocks("python")
    exec(IMPORTS + source, names)
    return names


@pytest.fixture
def connection(world: World, database: Database) -> Iterator[Connection]:
    engine = create_engine(database.url)
    world["Base"].metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(world["rows"]())
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_there_are_examples_of_everything() -> None:
    assert len(EXAMPLES) > 70
    assert len(MISTAKES) == 2


def test_each_example_finds_whom_it_says(world: World, connection: Connection) -> None:
    entity = Entity.of(mapping_of(world["Student"]))
    found = {}
    for text, _ in EXAMPLES:
        statement, _ = select_from(entity, Query([text], ["first_name"], ["id"]))
        found[text] = ", ".join(connection.execute(statement).scalars())
    expected = dict(EXAMPLES)
    assert {text: names for text, names in found.items() if names != expected[text]} == {}


def test_the_rows_are_five_students(world: World, connection: Connection) -> None:
    students = select(world["Student"].first_name).order_by(world["Student"].id)
    assert list(connection.scalars(students)) == ["Ada", "Ben", "Cleo", "Dora", "Emmy"]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_each_mistake_is_told_so(world: World, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        select_from(Entity.of(mapping_of(world["Student"])), Query([text]))
    hint, _, rest = said.rpartition("\n")[2].partition("…")
    assert caught.value.message == said.rpartition("\n")[0]
    assert caught.value.hint.startswith(hint)
    assert rest == ""
