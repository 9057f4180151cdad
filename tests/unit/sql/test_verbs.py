"""What statements do, by their words: tables of examples, dialect by dialect."""

from __future__ import annotations

import pytest
from hypothesis import given

from sqlsess_cli.sql.lexical import (
    MARIADB,
    MYSQL,
    PORTABLE,
    POSTGRESQL,
    SQLITE,
    Lexical,
)
from sqlsess_cli.sql.statement import Statement
from sqlsess_cli.sql.statements import split
from sqlsess_cli.sql.verbs import COMMITS, CONTROL_SETTINGS, CONTROLS, DEFINES, Verb, verb_of

from .cases import ATOMIC, LEXICALS, PROCEDURE, TRIGGER
from .strategies import hostile, lexicals, unhurried

ALL = tuple(LEXICALS.values())
MY = (MYSQL, MARIADB)


def verb(text: str, lexical: Lexical) -> Verb:
    return verb_of(Statement(text, lexical))


def each(lexicals: tuple[Lexical, ...], *texts: str) -> list[object]:
    return [
        pytest.param(text, lexical, id=f"{lexical.name}: {text}")
        for text in texts
        for lexical in lexicals
    ]


QUERIES = [
    *each(
        ALL,
        "select 1",
        "SELECT * FROM t FOR SHARE",
        "((select 1))",
        "(select 1) union (select 2)",
        "values (1), (2)",
        "table t",
        "with a as (select 1) select * from a",
        "with recursive a as (values (1) union all select 1 from a) (select * from a)",
        "/* delete */ select 'insert', \"update\" from t -- merge",
        "select replace(a, 'b', 'c'), insert('a', 1, 2, 'b'), x.delete, 1 as update from t",
        "select into_, updates from deleted",
    ),
    *each(
        (*MY, POSTGRESQL, SQLITE),
        "select * from t for update",
        "select * from t for no key update skip locked",
    ),
    *each((POSTGRESQL,), "select $$ into $$, E'\\' into '", 'select "into" from "delete"'),
    *each(MY, "select /*!40001 SQL_NO_CACHE */ * from t", "/*!50000 select 1 */"),
]
OTHER_READS = [
    *each(ALL, "show tables", "explain select 1", "explain delete from t", "explain insert into t"),
    *each(MY, "desc t", "describe `t` a", "explain format=json delete from t", "explain t"),
    *each(MY, "explain analyze select 1", "analyze select 1", "analyze format=json (select 1)"),
    *each(MY, "explain for connection 5", "desc `analyze`"),
    *each((POSTGRESQL,), "explain analyze select 1", "explain (analyze, buffers) table t"),
    *each((POSTGRESQL,), "explain (verbose) delete from t", "explain create table t as select 1"),
    *each((SQLITE,), "pragma table_info(t)", "pragma main.table_info('t')", "pragma journal_mode"),
    *each((SQLITE,), "explain query plan delete from t", "pragma main.user_version"),
    *each((SQLITE,), f"explain {TRIGGER}"),
]
NO_READS = [
    *each(
        ALL,
        "insert into t values (1)",
        "update t set a = 1",
        "delete from t",
        "merge into t using u on a = b when matched then delete",
        "replace into t values (1)",
        "with a as (select 1) delete from t",
        "with a as (delete from t returning *) select * from a",
        "with a as not materialized (insert into t values (1) returning 1) table a",
        "with a as (select 1) update t set b = 1",
        "with a as (select 1) update (t) set b = 1",
        "with a as (select 1) replace into t select 1",
        "with a as (select 1) insert into t select * from a",
        "(with a as (update t set b = 1 returning 1) select * from a)",
        "select 1 into t",
        "select * into outfile '/x' from t",
        "(select 1) into t",
        "table t into outfile '/x'",
        "create table t (a int)",
        "call p()",
        "do 1",
        "execute s",
        "set a = 1",
        "begin",
        "commit",
        "vacuum",
        "use x",
        "copy t to stdout",
        "attach 'x' as y",
        "load data infile 'x' into table t",
        "kill 1",
        "'select 1'",
        "@a select 1",
        "1",
        "\\source x",
        "select 'x",
        "select 1 /*",
        "select 1 -- \0\n",
        "explain analyze delete from t",
    ),
    *each((POSTGRESQL,), "explain (analyze) delete from t", "explain analyse update t set a = 1"),
    *each((POSTGRESQL,), 'explain ("analyze") delete from t', "explain analyze execute s"),
    *each((POSTGRESQL,), "explain (format text, analyze true) create table t as select 1"),
    *each((POSTGRESQL,), "fetch 1 from c", "declare c cursor for select 1", "listen x", "analyze"),
    *each((SQLITE,), "pragma journal_mode = wal", "pragma journal_mode(wal)", "pragma optimize"),
    *each(
        (SQLITE,), "pragma query_only(0)", "pragma wal_checkpoint", "pragma x.incremental_vacuum"
    ),
    *each((SQLITE,), 'pragma "wal_checkpoint"', "pragma", "analyze t", "reindex"),
    *each(
        (PORTABLE,),
        "select 1 drop table t",
        "select 1 exec p",
        "select a from t update t set a = 1",
    ),
    *each(
        MY, "analyze delete from t", "analyze table t", "analyze local table t", "handler t open"
    ),
    *each(MY, "begin not atomic select 1; end", "if 1 then select 1; end if"),
    *each(MY, "set statement a = 1 for select 1", "explain analyze update t set a = 1"),
    # an executable comment may be executed, and may be not
    *each(MY, "/*! select */ delete from t", "/*!99999 select 1 */ delete from t"),
    *each(MY, "select 1 /*! into outfile '/x' */", "/*! delete from t */"),
    *each(MY, "select 1 /*!99999 ' */ into outfile '/x' -- '", "select 1 /*! `*/ into @a -- ` */"),
    *each(MY, "select 1 /*!99999 /* */ into outfile 'x' -- */", "/*! select 1; delete from t */"),
    *each((MARIADB,), "select 1 /*M! into outfile '/x' */"),
]


@pytest.mark.parametrize(("text", "lexical"), QUERIES)
def test_queries_read_and_can_have_a_cursor(text: str, lexical: Lexical) -> None:
    assert verb(text, lexical) == Verb(reads=True, cursor_ok=True)


@pytest.mark.parametrize(("text", "lexical"), OTHER_READS)
def test_others_read_but_have_no_cursor(text: str, lexical: Lexical) -> None:
    assert verb(text, lexical) == Verb(reads=True)


@pytest.mark.parametrize(("text", "lexical"), NO_READS)
def test_these_do_not_just_read(text: str, lexical: Lexical) -> None:
    found = verb(text, lexical)
    assert not found.reads
    assert not found.cursor_ok


CONTROL = [
    *each(
        ALL,
        *(" ".join(words) for words in CONTROLS),
        "begin work",
        "begin transaction read write",
        "start transaction",
        "commit and chain",
        "rollback to savepoint a",
        "savepoint a",
        "release savepoint a",
        "prepare transaction 'x'",
        "commit prepared 'x'",
        "rollback prepared 'x'",
        "end",
        "abort",
        "xa start 'x'",
        "/* */ commit",
        "set transaction isolation level serializable",
        "set session characteristics as transaction read write",
        "set local transaction_read_only = off",
        "set default_transaction_isolation to 'serializable'",
        *(f"set session {name} = 1" for name in sorted(CONTROL_SETTINGS)),
    ),
    *each(
        (POSTGRESQL,), 'set "transaction_read_only" = off', "reset default_transaction_read_only"
    ),
    *each((POSTGRESQL,), 'set U&"transaction\\005fread_only" = off', "reset all", "discard all"),
    *each(MY, "set autocommit = 0", "set @@autocommit = 1", "set @@session.tx_read_only = 0"),
    *each(MY, "set a = 1, `autocommit` = 1", "set global transaction read only"),
    *each(MY, "lock tables t read", "lock table t write", "unlock tables"),
    *each(MY, "/*! commit */", "/*!50000 begin */", "select 1 /*!; commit */"),
    *each(MY, "/*! explain select 1; commit */"),
    *each(MY, "set statement max_statement_time = 1 for commit", "set statement a = 1 for begin"),
    *each(MY, "begin not atomic commit; end", "if 1 then rollback; end if"),
    *each(MY, "begin not atomic declare exit handler for sqlexception rollback; a; end"),
    *each(MY, "while 1 do start transaction; end while", "begin not atomic xa end 'x'; end"),
]
NO_CONTROL = [
    *each(
        ALL,
        "select 'commit'",
        "select 1 as begin",
        "select commit from t -- commit",
        "prepare s from 'commit'",
        "prepare s as select 1",
        "set search_path = x",
        "set names utf8",
        "start slave",
        "set constraints all deferred",
        "update t set autocommit = 1",
        "create table t (commit int)",
    ),
    *each((POSTGRESQL, SQLITE, PORTABLE), "lock table t", "lock tables"),
    *each(MY, "begin not atomic select 1; end", "if 1 then select 1; end if", "reset master"),
]


@pytest.mark.parametrize(("text", "lexical"), CONTROL)
def test_these_control_the_transaction(text: str, lexical: Lexical) -> None:
    assert verb(text, lexical).controls_transaction


@pytest.mark.parametrize(("text", "lexical"), NO_CONTROL)
def test_these_leave_the_transaction_alone(text: str, lexical: Lexical) -> None:
    assert not verb(text, lexical).controls_transaction


COMMITTING = each(
    MY,
    *(" ".join(words) for words in COMMITS),
    "create or replace table t (a int)",
    "create temporary sequence s",
    "create definer = a@b view v as select 1",
    "drop view v",
    "rename table a to b",
    "analyze table t",
    "analyze local tables t",
    "check view v",
    "start transaction",
    "set autocommit = on",
    "set default role none",
    "set statement a = 1 for drop table t",
    "begin not atomic drop table t; end",
    "if 1 then if 2 then create table t (a int); end if; end if",
    "case 1 when 1 then truncate t; end case",
    "/*!50003 drop table t */",
    "select 1 /*!; create table t (a int) */",
)
NOT_COMMITTING = [
    *each(MY, "create temporary table t (a int)", "create or replace temporary table t (a int)"),
    *each(MY, "drop temporary table if exists t", "drop temporary tables t", "truncate_"),
    *each(MY, "analyze select 1", "insert into t values (1)", "load data infile 'x' into table t"),
    *each(
        MY, "set role none", "set names utf8", "xa start 'x'", "commit", "rollback", "show tables"
    ),
    *each(MY, "checksum table t", "call p()", "use x", "lock instance for backup", "select 'drop'"),
    *each(MY, "begin not atomic select 1; end", "prepare s from 'drop table t'", "lock_tables"),
    *each((POSTGRESQL, SQLITE), "create table t (a int)", "drop table t", "begin", "truncate t"),
    *each((PORTABLE,), "select 1", "begin", "insert into t values (1)"),
]


@pytest.mark.parametrize(("text", "lexical"), COMMITTING)
def test_these_commit(text: str, lexical: Lexical) -> None:
    assert verb(text, lexical).ends_transaction_implicitly


@pytest.mark.parametrize(("text", "lexical"), NOT_COMMITTING)
def test_these_do_not_commit(text: str, lexical: Lexical) -> None:
    assert not verb(text, lexical).ends_transaction_implicitly


DEFINING = [
    *each(ALL, *(f"{word} x" for word in sorted(DEFINES)), "create table t as select 1"),
    *each((POSTGRESQL,), "select 1 into t", "explain analyze create table t as select 1", ATOMIC),
    *each((SQLITE,), TRIGGER),
    *each((*MY, PORTABLE), PROCEDURE),
    *each(MY, "/*!50001 create table t (a int) */", "begin not atomic drop table t; end"),
]


@pytest.mark.parametrize(("text", "lexical"), DEFINING)
def test_these_define(text: str, lexical: Lexical) -> None:
    assert verb(text, lexical).defines


@pytest.mark.parametrize(
    ("text", "lexical"),
    [
        *each(ALL, "select 1", "insert into t values ('create')", "explain create table t as a"),
        *each(MY, "select 1 into @a", "analyze table t"),
    ],
)
def test_these_do_not_define(text: str, lexical: Lexical) -> None:
    assert not verb(text, lexical).defines


def test_a_body_is_kept_for_later() -> None:
    text = "create procedure p() begin start transaction; commit; end"
    assert not verb(text, MARIADB).controls_transaction


def test_several_statements_in_one_do_not_read() -> None:
    (statement,) = split("delimiter //\nselect 1; commit; drop table t//", MARIADB)
    assert verb_of(statement) == Verb(
        controls_transaction=True, ends_transaction_implicitly=True, defines=True
    )
    (statement,) = split("delimiter //\nselect 1; select 2//", MARIADB)
    assert verb_of(statement) == Verb()


def test_a_trailing_terminator_changes_nothing() -> None:
    assert verb("select ';'", SQLITE).reads
    assert verb("select 1;", SQLITE).reads


def test_the_end_of_a_long_statement_counts_where_it_can() -> None:
    values = "(1), " * 5000
    assert not verb(f"with a as (values {values} (1)) delete from t", POSTGRESQL).reads
    assert verb(f"insert into t values {values} (1) /*!; commit */", MARIADB).controls_transaction
    (statement,) = split(f"delimiter //\ninsert into t values {values} (1); commit//", MARIADB)
    assert verb_of(statement).controls_transaction


@unhurried
@given(hostile, lexicals)
def test_any_statement_has_a_verb(script: str, lexical: Lexical) -> None:
    for statement in split(script, lexical):
        found = verb_of(statement)
        assert found.reads or not found.cursor_ok
        assert statement.complete or not found.reads
