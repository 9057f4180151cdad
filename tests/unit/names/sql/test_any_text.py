"""Whatever is typed, nothing is raised, and what is proposed is SQL again when it is taken."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.completion.corpus import DIALECTS, cases
from benchmarks.completion.ours import known
from sqlsess_cli.names.sql.propose import proposals
from sqlsess_cli.names.sql.schema import Column, ForeignKey, Schema, Table
from sqlsess_cli.sql.lexical import lexical_of
from sqlsess_cli.sql.scan import Scanner, tokens

SCHEMA = known()
TEXTS = sorted({case.text for case in cases()})
ANY_DIALECT = (*DIALECTS, "oracle")  # one that nobody prepared for
PIECES = (
    "select from where join on ( ) , . ; ' \" ` [ ] -- /* */ $$ :a :: = students s e as with x "
    "union group by order insert into values update set delete returning 1 1.5 \\g * \n"
).split(" ")


def taken(text: str, cursor: int, dialect: str) -> None:
    """Every candidate is taken once: the text up to its end is whole tokens again."""
    lexical = lexical_of(dialect)
    for item in proposals(text, cursor, SCHEMA, dialect):
        assert 0 <= item.start <= cursor
        before = [*tokens(text[: item.start], lexical)]
        made = text[: item.start] + item.text
        scanner, at, starts = Scanner(lexical), 0, set()
        while at < len(made):
            starts.add(at)
            _, at = scanner.next(made, at)
        assert item.start in starts, item
        assert {token.start for token in before} <= starts, item
        closed = re.match(r"[\w$]*['\"`\]]", text[cursor:]) is not None
        assert scanner.open is None or closed, item


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_prefix_of_the_corpus(dialect: str) -> None:
    for text in TEXTS[:: 1 + DIALECTS.index(dialect) * 2]:
        for cursor in range(len(text) + 1):
            proposals(text[:cursor], cursor, SCHEMA, dialect)


@given(
    st.lists(st.sampled_from(PIECES), max_size=14), st.floats(0, 1), st.sampled_from(ANY_DIALECT)
)
@settings(deadline=None, max_examples=300)
def test_any_pieces(pieces: list[str], part: float, dialect: str) -> None:
    text = " ".join(pieces)
    taken(text, int(part * len(text)), dialect)


@given(st.text(max_size=40), st.sampled_from(TEXTS), st.data(), st.sampled_from(ANY_DIALECT))
@settings(deadline=None, max_examples=300)
def test_any_text_in_a_query(odd: str, text: str, data: st.DataObject, dialect: str) -> None:
    at = data.draw(st.integers(0, len(text)))
    whole = text[:at] + odd + text[at:]
    taken(whole, data.draw(st.integers(0, len(whole))), dialect)


NAMES = st.text(
    st.sampled_from("aAbz_ 0$-.\"'`[]\\é日\n:;(%*"), min_size=1, max_size=6
) | st.sampled_from(["select", "Order", "user", "key", "end"])


@given(st.lists(NAMES, min_size=2, max_size=5, unique=True), st.sampled_from(DIALECTS))
@settings(deadline=None, max_examples=300)
def test_any_name_is_written_so_that_it_is_read_again(names: list[str], dialect: str) -> None:
    table, *columns = names
    key = ForeignKey((columns[0],), table, (columns[0],))
    schema = Schema([Table(table, tuple(map(Column, columns)), (key,))])
    lexical = lexical_of(dialect)
    found = proposals("select * from ", 14, schema, dialect)
    [written] = [item.text for item in found if item.kind == "table"]
    assert _read(written, dialect) == table
    text = f"select  from {written}"
    columns_found = [item for item in proposals(text, 7, schema, dialect) if item.kind == "column"]
    assert {_read(item.text, dialect) for item in columns_found} == set(columns)
    joined = f"select * from {written} s join "
    for item in proposals(joined, len(joined), schema, dialect):
        kinds = [kind for kind, _, _ in tokens(joined + item.text, lexical)]
        assert "terminator" not in kinds


def _read(written: str, dialect: str) -> str:
    """The name that the database reads there, as far as case matters to it."""
    [token] = tokens(written, lexical_of(dialect))
    if token.kind == "word":
        assert dialect != "postgresql" or written == written.lower()
        return written
    assert token.kind == "name"
    return written[1:-1].replace(written[-1] * 2, written[-1])
