"""Names that mean something to a shell, or to a terminal: what a Tab inserts means the table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from contracts._shells import START
from servers.program import Finished
from servers.pseudoterminal import PseudoTerminal

ODD = [
    "$(touch pwned) `touch pwned` it's \\ ;touch pwned; *?[1] {a,b} #h &|<> :=~ $HOME ^g %k @z",
    "bang!bang", "it's", 'say "hi"', "one.two", "end ", "日本", "$HOME",
]  # fmt: skip
LEADING = ["~root", "#hash", "(x", "*"]
HIDDEN = ["tab\there", "line\nhere", "-dash", "esc\x1b[31m", "rtl\u202e", "nul\x7f"]
TABLES = [*(f"t{number}{name}" for number, name in enumerate(ODD)), *LEADING]

ASK = {"_SQLSESS_COMPLETE": "zsh"}


@pytest.fixture
def project(folder: Path, run: Callable[..., Finished]) -> Path:
    """A file with tables of such names; in each one row, which says which table it is of."""
    with closing(sqlite3.connect(folder / "odd.db")) as connection:
        for number, name in enumerate([*TABLES, *HIDDEN]):
            table = '"' + name.replace('"', '""') + '"'
            connection.execute(f'create table {table} (mark integer, "odd name" text)')
            connection.execute(f"insert into {table} values ({4000 + number}, 'x')")
        connection.commit()
    assert run("models", "--db", "odd.db").code == 0
    return folder


@pytest.mark.thorough
@pytest.mark.parametrize("name", START)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_what_is_inserted_means_the_table(
    project: Path, typed: Callable[[str], PseudoTerminal], name: str, quote: str
) -> None:
    terminal = typed(name)
    for number, table in enumerate(TABLES):
        begun = table[:2]
        if table in LEADING:
            begun = "" if table == "*" else f"\\{table[0]}"
            if quote or not begun:
                continue
        if "!" in table and quote == '"':  # bash proposes none that it would look up in its history
            continue
        terminal.send(f"sqlsess query --db odd.db -c mark -f jsonl {quote}{begun}\t\r")
        terminal.wait_for(f'{{"mark":{4000 + number}}}', seconds=20)
        terminal.send("clear\r")
    assert not (project / "pwned").exists()


def test_what_no_line_can_show_is_not_proposed(run: Callable[..., Finished], project: Path) -> None:
    told = run("query", "--db", "odd.db", "", env=ASK).out
    assert {line.split("\t")[1] for line in told.splitlines()} == set(TABLES)


def test_a_name_that_is_no_word_stands_in_quotes(
    run: Callable[..., Finished], project: Path
) -> None:
    for raw in ('\\"od', "'\"od", "o"):
        told = run("query", "--db", "odd.db", "t2it's", raw, env=ASK).out
        found = {line.split("\t")[1] for line in told.splitlines()}
        assert ('"odd name"=' in found) == ("od" in raw)
    done = run("query", "--db", "odd.db", "t2it's", "\"odd name\"='x'", "-c", "mark", "-f", "jsonl")
    assert done.out == '{"mark":4002}\n'
