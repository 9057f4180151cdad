"""Every way to map a class, asked on every database, and held against plain SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from applications import styles
from applications.agreement import Agreement, console
from applications.styles import cells, names
from servers._server import Server
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Mapper, Session

Made = Callable[[str], Engine]


@pytest.fixture(scope="module")
def made(
    server_of: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """`made("mariadb")`: a database with all styles, made when it is first asked for."""
    engines: dict[str, Engine] = {}
    with ExitStack() as stack:

        def get(kind: str) -> Engine:
            if kind not in engines:
                database = stack.enter_context(server_of(kind).fresh())
                engines[kind] = engine = create_engine(database.url)
                stack.callback(engine.dispose)
                with Session(engine) as session, session.begin():
                    styles.create(session.connection())
                    styles.fill(session, str(trap(tmp_path_factory)))
            return engines[kind]

        yield get


def trap(factory: pytest.TempPathFactory) -> Path:
    return factory.getbasetemp() / "trap"


@pytest.fixture
def engine(made: Made, kind: str) -> Engine:
    return made(kind)


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def mapped() -> list[Mapper[Any]]:
    return sorted(styles.mappers(), key=lambda item: item.class_.__name__)


IN_PYTHON = ("initial", "maker", "anywhere")  # attributes of Book that no SQL can compute
IN_SCHEMA = (names.Paper, names.Crate)


def test_every_class_agrees_with_its_objects(engine: Engine) -> None:
    wrong: list[str] = []
    for mapper in mapped():
        if mapper.class_ in (*IN_SCHEMA, cells.Cell, cells.Coded):
            continue
        with Session(engine) as session, console(url_of(engine)) as asked:
            wrong += Agreement.of(
                asked, session, mapper.class_, in_python=IN_PYTHON
            ).disagreements()
    assert not wrong, "\n".join([f"{len(wrong)}:", *wrong])
