"""Each notation over mapped classes and over tables with every oddity, byte for byte.

`SQLSESS_GOLDEN=write pytest tests/unit/core/diagram/test_notations.py` writes the files anew, for a
change that is meant; read the diff, and show the files to the notations' own parsers.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from pygraphviz import AGraph
from servers.program import Finished

from sqlsess_cli.core.diagram.notations._base import NOTATIONS

TESTS = Path(__file__).parents[3]
GOLDEN = TESTS / "golden" / "diagrams"
MODELS = TESTS / "applications" / "diagrams.py"
TEXTS = [name for name in NOTATIONS.names if name != "svg"]

TABLES = '''
create table "two words" ("the key" integer primary key, "a ""quote""" text not null unique);
create table flights (airline varchar(2), number integer, primary key (airline, number));
create table seats (
    id integer primary key, airline varchar(2), number integer,
    foreign key (airline, number) references flights (airline, number)
);
create table "größen" ("名前" text primary key, parent text references "größen" ("名前"));
create table clubs (id integer primary key);
create table players (id integer primary key, home integer not null unique references clubs (id));
create table matches (
    id integer primary key, home_id integer references clubs (id),
    guest_id integer not null references clubs (id), score text
);
create table members (
    club_id integer references clubs (id), player_id integer references players (id),
    primary key (club_id, player_id)
);
create table rivals (one integer references clubs (id), other integer references clubs (id));
create table fans (
    club_id integer references clubs (id), player_id integer references players (id), since date
);
create table keyless ("select" integer, "line
break" integer, "<b>" integer, "dangling" integer references nowhere (id));
create view winners as select id, home_id + 1 as "next one" from matches;
'''

Read = Callable[..., str]


@pytest.fixture
def classes(run: Callable[..., Finished]) -> Read:
    """`classes("--to", "dot")`: the diagram of the mapped classes."""

    def read(*words: str) -> str:
        done = run("erd", "-m", str(MODELS), "--url", "sqlite://", *words)
        assert (done.code, done.err) == (0, ""), done
        return done.out

    return read


@pytest.fixture
def tables(run: Callable[..., Finished], folder: Path) -> Read:
    """`tables("--to", "dot")`: the diagram of the tables."""
    with sqlite3.connect(folder / "odd.db") as connection:
        connection.executescript(TABLES)

    def read(*words: str) -> str:
        done = run("erd", "--url", "sqlite:///odd.db", *words)
        assert (done.code, done.err) == (0, ""), done
        return done.out

    return read


def golden(name: str, text: str) -> str:
    path = GOLDEN / name
    if os.environ.get("SQLSESS_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"there is no golden file {path.name}"
    return path.read_text()


@pytest.mark.parametrize("name", TEXTS)
def test_classes_are_written_as_their_golden_file(name: str, classes: Read):
    text = classes("--to", name)
    assert text == golden(f"classes.{name}", text)


@pytest.mark.parametrize("name", TEXTS)
def test_tables_are_written_as_their_golden_file(name: str, tables: Read):
    text = tables("--to", name)
    assert text == golden(f"tables.{name}", text)


def test_no_golden_file_is_left_of_a_notation_that_is_gone():
    wanted = {f"{stem}.{name}" for stem in ("classes", "tables") for name in TEXTS}
    assert {path.name for path in GOLDEN.iterdir()} == wanted


def test_graphviz_reads_all_boxes_and_lines_of_dot(classes: Read, tables: Read):
    for read, boxes, lines, name in ((classes, 13, 13, "<b>&amp;</b>"), (tables, 10, 9, "<b>")):
        graph = AGraph(string=read("--to", "dot"))
        assert (graph.number_of_nodes(), graph.number_of_edges()) == (boxes, lines)
        assert name in unescape(graph.draw(format="svg", prog="dot").decode())


def test_what_only_associates_is_one_line_until_it_is_asked_for(classes: Read, tables: Read):
    for read, hidden in ((classes, ("wears", "friends")), (tables, ("members", "rivals"))):
        plain, full = read().splitlines(), read("--associations").splitlines()
        for name in hidden:
            assert [line for line in plain if f'"{name}"' in line] != []
            assert f"    {name} {{" not in plain
            assert f"    {name} {{" in full
            assert sum(line.startswith(f"    {name} }}o--") for line in full) == 2


def test_columns_can_be_left_out(classes: Read):
    assert "host_id FK" in classes("--columns", "keys")
    assert "email" not in classes("--columns", "keys")
    assert "{" not in classes("--columns", "none").replace("o{", "").replace("}o", "")
    assert '"id" "INTEGER" [pk]' in classes("--columns", "none", "--to", "dbml")


def test_neighbours_are_drawn_as_far_as_wanted(classes: Read, tables: Read):
    def boxes(read: Read, *words: str) -> set[str]:
        lines = read(*words, "--columns", "none").splitlines()[1:]
        return {line.split('["')[0].strip() for line in lines if "--" not in line}

    assert boxes(classes, "Hat") == {"Hat"}
    assert boxes(classes, "Hat", "--depth", "1") == {"Hat", "Person", "owns"}
    assert boxes(classes, "Passport", "Hat") == {"Passport", "Hat"}
    assert boxes(classes, "Passport", "--depth", "2") == {
        "Passport", "Person", "Guest", "Worker", "Hat", "owns"
    }  # fmt: skip
    assert boxes(tables, "seats") == {"seats"}
    assert boxes(tables, "seats", "--depth", "1") == {"seats", "flights"}
    assert boxes(tables, "players", "--depth", "1") == {"players", "clubs", "fans"}
    assert boxes(tables, "members", "clubs") == {"members", "clubs"}


def test_two_that_are_named_are_linked_across_a_table_that_is_not(tables: Read):
    assert 'o--o{ players : "members"' in tables("clubs", "players", "--columns", "none")


def test_a_subclass_alone_shows_what_it_inherits(classes: Read):
    alone, both = classes("Guest"), classes("Guest", "Person")
    assert "VARCHAR(200) email UK" in alone
    assert "is a" not in alone
    assert both.count("email UK") == 1
    assert 'Person ||--o| Guest : "is a"' in both


def test_frames_are_drawn_around_modules_and_schemas(classes: Read):
    assert 'package "air lines" {' in classes("--to", "plantuml", "--group-by", "schema")
    assert 'label="diagrams"' in classes("--to", "dot", "--group-by", "module")
    assert 'TableGroup "air lines" {' in classes("--to", "dbml", "--group-by", "schema")
    assert "air lines" in classes("--to", "svg", "--group-by", "schema")
