"""What real servers make of the same text: they are the ones who are right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers._server import Database

from sqlsess_cli.sql.lexical import MARIADB, POSTGRESQL, Lexical, lexical_of
from sqlsess_cli.sql.scan import tokens
from sqlsess_cli.sql.statement import Statement, escaped_for_text
from sqlsess_cli.sql.statements import split
from sqlsess_cli.sql.verbs import verb_of

from .strategies import contents, queries

generated = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
MULTI_STATEMENTS = 1 << 16  # PyMySQL's CLIENT.MULTI_STATEMENTS

servers = pytest.mark.parametrize("kind", ["mariadb", "postgresql"], indirect=True)


@contextmanager
def bare(database: Database, **options: Any) -> Iterator[Any]:
    """A cursor of the driver, without SQLAlchemy and without us."""
    with closing(database.server.connect(database.name, **options)) as connection:
        yield connection.cursor()


def without_comments(text: str, lexical: Lexical) -> str:
    return "".join(
        " " if kind == "comment" else text[start:end] for kind, start, end in tokens(text, lexical)
    )


def row(cursor: Any, text: str) -> tuple[Any, ...]:
    cursor.execute(text)
    return tuple(cursor.fetchone())


def test_text_gives_what_the_bare_driver_gives(database: Database) -> None:
    lexical = lexical_of(database.kind)
    engine = sa.create_engine(database.url, poolclass=sa.NullPool)

    with engine.connect() as connection, bare(database) as cursor:

        @generated
        @given(queries(lexical), contents)
        def check(query: str, value: str) -> None:
            statement = Statement(f"{query}, :given", lexical)
            sent = sa.text(escaped_for_text(statement, {"given"}))
            answer = tuple(connection.execute(sent, {"given": value}).one())
            assert answer == (*row(cursor, query), value)

        check()


def test_comments_are_where_we_see_them(database: Database) -> None:
    lexical = lexical_of(database.kind)
    with bare(database) as cursor:

        @generated
        @given(queries(lexical))
        def check(query: str) -> None:
            assert row(cursor, query) == row(cursor, without_comments(query, lexical))

        check()


@servers
def test_the_server_splits_as_we_do(database: Database) -> None:
    lexical = lexical_of(database.kind)
    options = {"client_flag": MULTI_STATEMENTS} if database.kind == "mariadb" else {}
    with bare(database, **options) as cursor, bare(database) as single:

        @generated
        @given(st.lists(queries(lexical), min_size=1, max_size=5))
        def check(parts: list[str]) -> None:
            script = "\n;".join(parts)
            cursor.execute(script)
            theirs = [tuple(cursor.fetchone())]
            while cursor.nextset():
                theirs.append(tuple(cursor.fetchone()))
            assert theirs == [row(single, each.text) for each in split(script, lexical)]

        check()


EXPRESSIONS = {
    "mariadb": [
        "select 5--1", "select 5--\t1\n+1", "select 5--\x01 1\n+1", "select 5 --1", "select 5--",
        "select 1 # it's\n+1", "select 1 -- x\r+1", "select /*/ 1 /*/ 2", "select 1 /*!50000 +1 */",
        "select 1 /*M! +1 */", "select 1 /*! /* x */ +1 */", "select 1 /*! '*/' */",
        "select 'a\\'--b', \"c\\\"#d\", `e--` from (select 1 as `e--`) as f", "select _utf8'\\'--'",
        "select 1 as a$$b, @x:=1", "select 4 */**/ 2", "select 4 / 2 * 1",
    ],
    "postgresql": [
        "select 1 -- x\r+1", "select E'a\\'b' -- ';\n'c\\'--d'", "select 1 /* /* */ +1 */ +1",
        "select $é$--$a$--$é$", "select 1 as a$b$c, 2 as d$$", "select '\\' --'\n",
        "select U&'\\0041--'", "select 4 */**/ 2", "select @--1\n-2", "select n'\\', x'1f'",
        "select 1 # 2", "select (array[1,2,3])[1:2], 1::int", "select date'2020-01-01'",
    ],
    "sqlite": [
        "select 5--1", "select 1 -- x\r+1\n", "select [--] from (select 1 as [--])",
        "select `--` from (select 1 as `--`)", "select /* /* */ 1", "select 1 /*/ +2 */",
        "select x'41', 4 */**/ 2",
    ],
}  # fmt: skip


def test_hard_comments_are_where_we_see_them(database: Database) -> None:
    lexical = lexical_of(database.kind)
    with bare(database) as cursor:
        for text in EXPRESSIONS[database.kind]:
            (statement,) = split(text, lexical)
            assert statement.complete
            assert row(cursor, without_comments(text, lexical)) == row(cursor, text), text


COMMITTING = """
select 1; create table v (a int); drop table if exists v; create temporary table w (a int)
create or replace temporary table w (a int); drop temporary table if exists w
create index i on u (a); alter table u comment 'x'; truncate table u; truncate u
rename table u to x, x to u; analyze table u; analyze local table u; analyze select 1
optimize table u; repair table u; check table u; checksum table u
create view v as select 1; drop view v; create sequence s; drop sequence s
create procedure p() select 1; drop procedure p; set autocommit = 1
set names utf8mb4; set @a = 1; begin; start transaction; lock tables u read; savepoint a
insert into u values (1); update u set a = 1; delete from u; replace into u values (1); do 1
prepare z from 'create table y (a int)'; execute immediate 'select 1'; show tables
explain delete from u; set statement max_statement_time = 1 for create or replace table v (a int)
begin not atomic select 1; end; begin not atomic create or replace table v (a int); end
if 1 then create or replace table v (a int); end if; /*!50003 create or replace table v (a int) */
/*M! drop table v */; flush local tables; reset query cache; set role none
"""


def test_mariadb_commits_when_we_think_so(fresh: Any) -> None:
    database = fresh("mariadb")
    database.execute("create table t (a int) engine = innodb", "create table u (a int)")
    for statement in split(COMMITTING.replace("\n", ";"), MARIADB):
        with closing(database.server.connect(database.name, autocommit=False)) as connection:
            cursor = connection.cursor()
            cursor.execute("insert into t values (1)")
            cursor.execute(statement.text)
            cursor.close()
        committed = database.value("select count(*) from t") > 0
        assert verb_of(statement).ends_transaction_implicitly == committed, statement.text
        database.execute("delete from t")


EXPLAINED = """
explain $; explain verbose $; explain analyze $; explain analyse verbose $; explain (costs off) $
explain (analyze) $; explain (verbose, analyze true) $; explain ("analyze") $; explain ("verbose") $
with a as ($ returning a) select * from a; with a as (select 1) $
with a as not materialized ($ returning a) table a; (with a as ($ returning a) select * from a)
explain analyze with a as ($ returning a) select * from a
explain with a as ($ returning a) select * from a
"""


def test_postgresql_writes_only_when_we_think_so(fresh: Any) -> None:
    database = fresh("postgresql")
    database.execute("create table t (a int)")
    harmless = 0
    for script in EXPLAINED.replace("\n", ";").split(";"):
        for statement in split(script.replace("$", "insert into t values (1)"), POSTGRESQL):
            database.execute(statement.text, "create table if not exists u (a int)")
            wrote = database.value("select count(*) from t") > 0
            assert not (wrote and verb_of(statement).reads), statement.text
            harmless += verb_of(statement).reads
            database.execute("truncate t")
    assert harmless == 4
