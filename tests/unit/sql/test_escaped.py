r"""`escaped_for_text`: through `sqlalchemy.text()` the database gets exactly what was written."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.engine.interfaces import Dialect

from sqlsess_cli.sql.lexical import Lexical, lexical_of
from sqlsess_cli.sql.scan import tokens
from sqlsess_cli.sql.statement import Statement, escaped_for_text

from .strategies import hostile, unhurried

DIALECTS = [
    sa.make_url(url).get_dialect()()
    for url in ("mysql+pymysql://", "postgresql+psycopg://", "sqlite://")
]
PLACEHOLDERS = {"qmark": "?", "format": "%s", "pyformat": "%({})s"}
dialects = st.sampled_from(DIALECTS)
names = st.sets(st.sampled_from("abe"))


def compiled(statement: Statement, given_names: set[str], dialect: Dialect) -> str:
    return str(sa.text(escaped_for_text(statement, given_names)).compile(dialect=dialect))


def expected(text: str, lexical: Lexical, given_names: set[str], dialect: Dialect) -> str:
    """The same text with the driver's placeholders, and its escape for per cent signs."""
    pieces = []
    for kind, start, end in tokens(text, lexical):
        piece = text[start:end]
        if kind == "parameter" and piece[1:] in given_names:
            pieces.append(PLACEHOLDERS[dialect.paramstyle].format(piece[1:]))
        else:
            double = dialect.paramstyle in {"format", "pyformat"}
            pieces.append(piece.replace("%", "%%") if double else piece)
    return "".join(pieces)


@unhurried
@given(hostile, dialects, names)
@example("select ':a', \":a\", a::b, :a::int, \\:a, \\\\:a, a[1:a] :a", DIALECTS[1], {"a"})
@example(":a:b :a:a: ::a :a$ $:a :aa", DIALECTS[1], {"a", "b"})
def test_text_makes_nothing_else_of_it(text: str, dialect: Dialect, given_names: set[str]) -> None:
    lexical = lexical_of(dialect.name)
    statement = Statement(text, lexical)
    assert compiled(statement, given_names, dialect) == expected(
        text, lexical, given_names, dialect
    )
    found = sa.text(escaped_for_text(statement, given_names))._bindparams
    assert set(found) == set(statement.parameters) & given_names


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.driver)
def test_a_text_without_parameters_is_left_alone(dialect: Dialect) -> None:
    statement = Statement("select 'a%s' || '\\x' /* {} */", lexical_of(dialect.name))
    assert escaped_for_text(statement, {"a"}) == statement.text


def test_only_given_names_bind() -> None:
    statement = Statement("select :a, :b, ':a', x::a", lexical_of("postgresql"))
    assert escaped_for_text(statement, {"a"}) == r"select :a, \:b, '\:a', x\:\:a"
