"""Pages by key over values that sort in one way and compare, or are read, in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from servers.program import Finished
from sqlalchemy import create_engine

MODELS = """
from enum import Enum as Values
from sqlalchemy import REAL, Boolean, Column, Double, Enum, Float, ForeignKey, Integer, Interval
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()
Size = Values("Size", ["small", "medium", "large"])  # in no order of letters

class Item(Base):
    __tablename__ = "item"
    id = Column(Integer, primary_key=True)
    box_id = Column(ForeignKey("item.id"))
    weight = Column(Float)
    width = Column(REAL)
    depth = Column(Double)
    age = Column(Interval)
    sold = Column(Boolean)
    size = Column(Enum(Size))
    box = relationship("Item", remote_side=[id], back_populates="items")
    items = relationship("Item", back_populates="box")
"""


@pytest.fixture(scope="module")
def stores(
    server_of: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], tuple[str, str]]]:
    """`stores("mariadb")`: URL and models of a database of items, made once."""
    path = tmp_path_factory.mktemp("store") / "store.py"
    path.write_text(MODELS)
    with ExitStack() as stack:
        yield cache(lambda kind: (filled(stack.enter_context(server_of(kind).fresh()).url), path))


def filled(url: str) -> str:
    namespace: dict[str, Any] = {"__name__": "store"}
    exec(MODELS, namespace)
    sizes: list[Enum | None] = [*namespace["Size"], None]
    numbers = [7.1, None, 1 / 3, 0.1, -2.5]
    rows = [
        {
            "id": n, "box_id": 1 + n // 5 if n > 1 else None,
            "weight": numbers[n % 5], "width": numbers[n % 4], "depth": numbers[n % 3],
            "age": timedelta(hours=20 * (n % 4)), "sold": [True, False, None][n % 3],
            "size": sizes[n % 4],
        }
        for n in range(1, 15)
    ]  # fmt: skip
    engine = create_engine(url)
    namespace["Base"].metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(namespace["Item"].__table__.insert(), rows)
    engine.dispose()
    return url


@pytest.mark.parametrize(
    "order",
    [
        "weight", "width:desc", "depth", "age", "sold:desc", "size",
        "count(items):desc", "id % 3", "weight / 3",
    ],
)  # fmt: skip
def test_every_row_is_on_one_page(
    run: Callable[..., Finished],
    stores: Callable[[str], tuple[str, Path]],
    kind: str,
    order: str,
) -> None:
    url, models = stores(kind)
    words = ["query", "Item", "-c", "id", f"--order={order}", "-f", "raw"]
    words += ["--url", url, "-m", str(models)]
    whole = run(*words, "--order=id").out.split()
    found: list[str] = []
    token: str | None = "start"
    while token and len(found) < 20:
        page = run(*words, "-n", "5", "--after", token)
        assert page.code == 0, page.err
        found += page.out.split()
        token = page.err.split()[-1] if "there are more" in page.err else None
    assert found == whole
