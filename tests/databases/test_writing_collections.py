"""What leads to many is written through whatever a class keeps it in: sets, dicts, queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers.program import Finished

MODELS = """
from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import (DeclarativeBase, DynamicMapped, Mapped, WriteOnlyMapped,
                            attribute_keyed_dict, mapped_column, relationship)


class Base(DeclarativeBase):
    type_annotation_map = {str: String(20)}


class Shelf(Base):
    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bag: Mapped[set[Bag]] = relationship()
    index: Mapped[dict[str, Entry]] = relationship(
        collection_class=attribute_keyed_dict("name"))
    large: WriteOnlyMapped[Large] = relationship(passive_deletes=True)
    queried: DynamicMapped[Queried] = relationship()


def below(name, table):
    return type(name, (Base,), {
        "__tablename__": table, "__module__": __name__,
        "__annotations__": {"id": Mapped[int], "name": Mapped[str], "shelf_id": Mapped[int | None]},
        "id": mapped_column(primary_key=True, autoincrement=False),
        "shelf_id": mapped_column(ForeignKey("shelves.id")),
    })


Bag, Entry = below("Bag", "bag"), below("Entry", "entry")
Large, Queried = below("Large", "large"), below("Queried", "queried")
"""
KINDS = {"bag": "bag", "index": "entry", "large": "large", "queried": "queried"}


@pytest.mark.parametrize("name", list(KINDS))
def test_any_collection_is_written(
    database: Database, run: Callable[..., Finished], tmp_path: Path, name: str
) -> None:
    table = KINDS[name]
    (tmp_path / "models.py").write_text(MODELS)
    database.execute("CREATE TABLE shelves (id INTEGER PRIMARY KEY)")
    for item in KINDS.values():
        database.execute(
            f"CREATE TABLE {item} (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL,"
            " shelf_id INTEGER REFERENCES shelves (id))"
        )

    def write(*words: str, code: int = 0, text: str = "") -> Finished:
        flags = ("-m", str(tmp_path / "models.py"), "--url", database.url, "--yes")
        done = run(*words, *flags, input=text)
        assert done.code == code, done
        return done

    members = [{"id": number, "name": f"n{number}"} for number in (1, 2)]
    write("insert", "Shelf", "-", "--nested", text=json.dumps({"id": 1, name: members}))
    where = f"SELECT shelf_id FROM {table} ORDER BY id"
    assert database.rows(where) == [(1,), (1,)]
    done = write("update", "Shelf", "1", "--unlink", f"{name}.name=n1", "--dry-run", "-f", "json")
    shown = {row["object"]: (row["before"], row["after"]) for row in json.loads(done.out)}
    assert list(map(sorted, shown["Shelf 1"])) == [["1", "2"], ["2"]]
    write("update", "Shelf", "1", "--unlink", f"{name}.name=n1")
    assert database.rows(where) == [(None,), (1,)]
    write("update", "Shelf", "1", "--unlink", f"{name}.name=n1", code=5)
    write("update", "Shelf", "1", "--link", f"{name}.name=n1")
    write("update", "Shelf", "1", "--link", f"{name}.name=n1")  # it is there: nothing is done
    assert database.rows(where) == [(1,), (1,)]
