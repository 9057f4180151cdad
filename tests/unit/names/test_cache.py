"""The file of names: whole or absent, private, and nothing in it is believed."""

from __future__ import annotations

import json
import os
import stat
from multiprocessing import get_context
from pathlib import Path

import pytest

from sqlsess_cli.names.cache import Cache, Facts, folder, line
from sqlsess_cli.names.entries import Attribute, Model
from sqlsess_cli.names.known import Names
from sqlsess_cli.names.propose import conditions
from sqlsess_cli.names.sql import stored
from sqlsess_cli.names.sql.schema import Column, ForeignKey, Table

ORDER = Model("app:Order", "class", "orders", 2)
STATE = Attribute("state", "enum", "enum", ("new", "it's"))
ONE = Attribute("customer", "one", "app:Customer")
TABLE = Table("orders", (Column("id", "int"), Column("state", "enum", ("new", "it's"))),
              (ForeignKey(("a", "b"), "rooms", ("x", "y"), "other"),), "main", "view")  # fmt: skip
MADE = Cache(
    Facts([("/a.py", 5, 6)], whole=True), [ORDER], [line([STATE, ONE])],
    {"main.orders": stored.line(TABLE)},
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "cache" / "x.names")


def test_it_comes_back_as_it_was(path: str) -> None:
    MADE.write(path)
    assert Cache.read(path) == MADE
    assert Cache.read(path).attributes(ORDER) == [STATE, ONE]
    assert [*map(stored.parsed, Cache.read(path).tables.values())] == [TABLE]


def test_it_is_private(path: str) -> None:
    before = os.umask(0)
    try:
        MADE.write(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert os.listdir(os.path.dirname(path)) == ["x.names"]


def test_what_cannot_be_written_leaves_nothing(path: str) -> None:
    os.makedirs(path)
    with pytest.raises(OSError, match="directory"):
        MADE.write(path)
    assert os.listdir(os.path.dirname(path)) == ["x.names"]


HEAD, FACTS = b"sqlsess names 2", b'{"files": [], "whole": true}'
INDEX = json.dumps([ORDER.as_json()]).encode()
HOSTILE = {
    "empty": b"",
    "garbage": os.urandom(3000),
    "another version": b"\n".join([b"sqlsess names 1", FACTS, INDEX, b"[]", b"[]"]),
    "cut in the facts": b"\n".join([HEAD, FACTS[:9]]),
    "cut in the index": b"\n".join([HEAD, FACTS, INDEX[:-4]]),
    "without a line": b"\n".join([HEAD, FACTS, INDEX, b"[]"]),
    "a table without a line": b"\n".join([HEAD, FACTS, INDEX, b'["t"]', b"[]"]),
    "with a line too many": b"\n".join([HEAD, FACTS, INDEX, b"[]", b"[]", b"[]"]),
    "of numbers": b"\n".join([HEAD, FACTS, b'[[1, 2, "", 4]]', b"[]", b"[]"]),
    "of other types": b"\n".join([HEAD, b"[]", b'{"a": 1}', b"[]", b"[]"]),
    "of null": b"\n".join([HEAD, b"null", b"null", b"null"]),
    "nested": b"\n".join([HEAD, FACTS, b"[" * 200_000, b"[]", b"[]"]),
    "a number of many digits": b"\n".join([HEAD, FACTS, b"9" * 20_000, b"[]", b"[]"]),
    "halves of letters": b"\n".join(
        [HEAD, b'{"files": [["\xff", 1, 2]], "whole": 1}', INDEX, b"[]", b""]
    ),
}


@pytest.mark.parametrize("content", [pytest.param(item, id=name) for name, item in HOSTILE.items()])
def test_what_is_not_ours_is_nothing(path: str, content: bytes) -> None:
    MADE.write(path)
    Path(path).write_bytes(content)
    assert Cache.read(path) is None


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[1]", b'[["a"]]', b'[["a", "b", 3]]', b'[["a", "b", "c", "d"]]', b"null",
     b'[["a", "b", "c", [1]]]', b'{"a": 1}', b"[" * 100_000, b'[["a", "b", "c", ["d"], "e"]]'],
)  # fmt: skip
def test_a_line_that_is_not_ours_tells_nothing(path: str, text: bytes) -> None:
    Cache(Facts(), [ORDER], [text]).write(path)
    assert list(Cache.read(path).attributes(ORDER)) == []


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"null", b"[" * 100_000, b'["", "t", "table", [], [], 1]',
     b'["", 1, "table", [], []]', b'["", "t", "table", [["a", 1]], []]',
     b'["", "t", "table", [["a", "b", "c"]], []]', b'["", "t", "table", 3, []]',
     b'["", "t", "table", [], [[["a"], "", "u", []]]]', b'["", "t", "table", [], [["a"]]]'],
)  # fmt: skip
def test_a_table_that_is_not_ours_is_none(text: bytes) -> None:
    assert stored.parsed(text) is None
    assert [*stored.schema_of([text, stored.line(TABLE)]).tables] == [TABLE]


def test_neither_a_directory_nor_a_pipe_nor_a_link_is_read(path: str, tmp_path: Path) -> None:
    MADE.write(path)
    assert Cache.read(str(tmp_path)) is None
    os.mkfifo(tmp_path / "pipe")
    assert Cache.read(str(tmp_path / "pipe")) is None  # and does not wait for a writer
    os.symlink(path, tmp_path / "link")
    assert Cache.read(str(tmp_path / "link")) is None
    assert Cache.read(str(tmp_path / "nowhere")) is None


def test_what_is_too_large_is_not_read(path: str) -> None:
    MADE.write(path)
    os.truncate(path, 1 << 32)  # a hole: it takes no place on the disk
    assert Cache.read(path) is None


def test_the_file_written_longest_ago_makes_room(tmp_path: Path) -> None:
    for number in range(60):
        MADE.write(str(tmp_path / f"{number}.names"))
        os.utime(tmp_path / f"{number}.names", (number, number))
    left = {name.removesuffix(".names") for name in os.listdir(tmp_path)}
    assert left == {str(number) for number in range(10, 60)}


def _write_often(path: str, size: int) -> None:
    models = [Model(f"t{number}", "table") for number in range(size)]
    for _ in range(60):
        Cache(Facts(), models, [b"[]"] * size).write(path)


def test_writers_at_one_time_leave_it_whole(path: str) -> None:
    MADE.write(path)
    spawning = get_context("spawn")
    writers = [spawning.Process(target=_write_often, args=(path, size)) for size in (5, 3000)]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        found = Cache.read(path)
        assert found is not None
        seen.add(len(found.models))
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert seen <= {1, 5, 3000}
    assert len(seen) > 1
    assert os.listdir(os.path.dirname(path)) == ["x.names"]


def test_only_the_lines_of_the_path_are_parsed(path: str) -> None:
    """Of 1,000 models of 50 attributes three are needed; the lines of the others are damaged."""
    models = [Model(f"t{number}", "table", "", 50) for number in range(1000)]
    lines = [b"{"] * 1000
    for here, there in ((1, 500), (500, 999), (999, 1)):
        values = [Attribute(f"c{number}", "text", "TEXT") for number in range(49)]
        lines[here] = line([*values, Attribute("next", "one", f"t{there}")])
    Cache(Facts(), models, lines).write(path)
    names = Names.read(path, {})
    found = [item.word for item in conditions(names, names.model("t1"), "next.next.c4")]
    assert found == ["next.next.c4=", *(f"next.next.c{number}=" for number in range(40, 49))]


def test_names_of_files_that_are_gone_are_gone(path: str, tmp_path: Path) -> None:
    file = tmp_path / "models.py"
    file.touch()
    Cache(Facts([(str(file), 1, 1)]), [ORDER], [b"[]"]).write(path)
    assert Names.read(path, {}).model("Order") == ORDER  # another time than then, and still there
    file.unlink()
    assert Names.read(path, {}).model("Order") is None


def test_it_lies_where_the_user_has_caches() -> None:
    assert folder({"HOME": "/h"}) == "/h/.cache/sqlsess/names"
    assert folder({"HOME": "/h", "XDG_CACHE_HOME": "/c"}) == "/c/sqlsess/names"
    assert folder({"HOME": "/h", "SQLSESS_NO_CACHE": "1"}) is None
    assert folder({"HOME": "/h", "SQLSESS_NO_CACHE": "0"}) == "/h/.cache/sqlsess/names"
