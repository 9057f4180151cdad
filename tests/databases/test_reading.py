"""Attacks on the promise that a command without --write changes nothing, seen by another client."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from servers._process import Daemon
from servers._server import Database
from servers.inside import Told, run_inside

# Each is sent without --write; {f} is a path that the server, or SQLite, could write to.
EVERYWHERE = """
    insert into t values (5)
    update t set a = 5
    delete from t
    drop table t
    alter table t add b integer
    create table other (a integer)
    create table other as select 1 as a
    create view other as select 1 as a
    create index other on t (a)
    with x as (select 1 as a) select * from x; delete from t
    insert into t values (5) returning a
    /* a */ delete from t
    -- a{n}delete from t
    (select 1); delete from t
    select 1;; delete from t
    values (1); delete from t
    begin; delete from t
    commit; delete from t
    rollback; delete from t
    savepoint s; delete from t
    release savepoint sqlsess_guard; delete from t
"""
OWN = {
    "sqlite": """
        with x as (select 1) delete from t
        replace into t values (1)
        update or replace t set a = 9 returning a
        create temp table other (a); insert into other values (1); select * from other
        create trigger other after insert on t begin delete from t; end
        create virtual table other using fts5(a)
        insert into f (f) values ('optimize')
        delete from v
        attach '{f}' as other
        attach ':memory:' as other; create table other.x (a)
        vacuum
        vacuum into '{f}'
        reindex
        analyze
        pragma user_version = 5
        pragma main.user_version (5)
        pragma "user_version" = 5
        pragma application_id = 5
        pragma schema_version = 9
        pragma journal_mode = wal
        pragma journal_mode (wal)
        pragma wal_checkpoint
        pragma incremental_vacuum
        pragma optimize
        pragma writable_schema = on; delete from sqlite_master
        pragma query_only = off; delete from t
        select * from pragma_journal_mode('wal')
        select load_extension('{f}')
        select writefile('{f}', 'x')
        explain query plan delete from t; delete from t
    """,
    "mariadb": """
        replace into t values (5)
        truncate t
        rename table t to other
        create or replace table t (b integer)
        with x as (select 1) delete from t
        create temporary table other (a integer); delete from t
        set transaction read write; delete from t
        set session transaction read write; delete from t
        set @@session.tx_read_only = 0; delete from t
        set tx_read_only = off; delete from t
        set statement tx_read_only = 0 for delete from t
        set statement max_statement_time = 9 for delete from t
        set statement max_statement_time = 9 for call reopens()
        set statement max_statement_time = 9 for execute immediate 'drop table t'
        set autocommit = 0; delete from t
        set completion_type = 1; delete from t
        set sql_mode = no_backslash_escapes; select 'a\\'; delete from t; -- '
        set sql_mode = ansi_quotes; select "a"; delete from t
        start transaction read write; delete from t
        /*! delete from t */
        /*!50000 commit */; delete from t
        /*M! delete from t */
        /*! call reopens() */
        /*!50000 set session transaction read write */; delete from t
        select 1 /*!; delete from t */
        select 1 /*! into outfile '{f}' */
        select 1 into outfile '{f}'
        select 1 into dumpfile '{f}'
        execute immediate 'delete from t'
        execute immediate 'commit'; delete from t
        prepare p from 'drop table t'; execute p
        call reopens()
        call settings()
        call prepares()
        call commits()
        call defines()
        select w()
        do w()
        set @a = (select w())
        select benchmark(2, w())
        select nextval(counter)
        select next value for counter
        select setval(counter, 50)
        analyze delete from t
        analyze format=json delete from t
        analyze table t
        optimize table t
        check table t
        lock tables t write; delete from t
        unlock tables; delete from t
        flush tables
        load data infile '{f}' into table t
        load data local infile '/etc/hostname' into table t
        xa start 'x'; delete from t; xa end 'x'; xa prepare 'x'
        begin not atomic delete from t; end
        begin not atomic commit; set session transaction read write; delete from t; commit; end
        if 1 then delete from t; end if
        case when 1 then delete from t; end case
        for i in 1..2 do delete from t; end for
        loop delete from t; end loop
        binlog 'x'
        create event e on schedule every 1 day do delete from t
        grant select on t to app
        delimiter //{n}select 1; delete from t//
        # a{n}delete from t
    """,
    "postgresql": """
        with x as (delete from t returning a) select * from x
        with recursive x as (delete from t returning a) table x
        merge into t using (select 1) s on true when matched then delete
        select 1 as a into other
        select * from t for update
        create temp table other (a integer); delete from t
        truncate t
        set transaction read write; delete from t
        set local transaction_read_only = off; delete from t
        set "transaction_read_only" to off; delete from t
        set U&"transaction\\005fread_only" to off; delete from t
        reset transaction_read_only; delete from t
        set session characteristics as transaction read write; delete from t
        set default_transaction_read_only = off; delete from t
        select set_config('transaction_read_only', 'off', false); delete from t
        select set_config('transaction_read_only', 'off', true); delete from t
        select set_config('default_transaction_read_only', 'off', false); delete from t
        set standard_conforming_strings = off; select 'a\\''; commit; delete from t; select '\\''
        select E'\\''; delete from t; --'
        select nextval('counter')
        select setval('counter', 50)
        select w()
        select definer()
        explain analyze delete from t
        explain (analyze) select w()
        explain ("analyze") delete from t
        do $$ begin delete from t; end $$
        do $$ begin commit; delete from t; end $$
        do $$ begin perform set_config('transaction_read_only', 'off', false); delete from t; end $$
        call commits()
        call reopens()
        prepare p as delete from t; execute p
        copy t from '{f}'
        copy t to '{f}'
        copy (select 1) to '{f}'
        copy t from program 'echo 5'
        copy (select 1) to program 'cat > {f}'
        select query_to_xml('delete from t', true, true, '')
        declare c cursor with hold for select w(); commit
        end; delete from t
        abort; delete from t
        commit and chain; delete from t
        prepare transaction 'x'
        discard all; delete from t
        reset all; delete from t
        set role none; delete from t
        comment on table t is 'x'
        grant select on t to public
        vacuum t
        cluster t using t_pkey
        alter system set default_transaction_read_only = off
        select $a$b$a$; delete from t; select $c$d$c$
        select 1\\; delete from t
    """,
}
MADE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN DELETE FROM t; END",
    ],
    "mariadb": [
        "CREATE SEQUENCE counter",
        (
            "CREATE FUNCTION w() RETURNS INTEGER MODIFIES SQL DATA"
            " BEGIN INSERT INTO t VALUES (9); RETURN 1; END"
        ),
        "CREATE PROCEDURE commits() BEGIN START TRANSACTION; DELETE FROM t; COMMIT; END",
        "CREATE PROCEDURE defines() BEGIN DROP TABLE t; END",
        "CREATE PROCEDURE reopens() BEGIN START TRANSACTION READ WRITE; DELETE FROM t; COMMIT; END",
        (
            "CREATE PROCEDURE settings()"
            " BEGIN COMMIT; SET SESSION tx_read_only = 0; DELETE FROM t; COMMIT; END"
        ),
        (
            "CREATE PROCEDURE prepares() BEGIN PREPARE p FROM 'START TRANSACTION READ WRITE';"
            " EXECUTE p; DELETE FROM t; COMMIT; END"
        ),
    ],
    "postgresql": [
        "CREATE SEQUENCE counter",
        (
            "CREATE FUNCTION w() RETURNS INTEGER LANGUAGE SQL"
            " AS 'INSERT INTO t VALUES (9) RETURNING 1'"
        ),
        (
            "CREATE FUNCTION definer() RETURNS INTEGER LANGUAGE SQL SECURITY DEFINER"
            " AS 'INSERT INTO t VALUES (9) RETURNING 1'"
        ),
        "CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN DELETE FROM t; COMMIT; END'",
        (
            "CREATE PROCEDURE reopens() LANGUAGE plpgsql"
            " AS 'BEGIN COMMIT; SET TRANSACTION READ WRITE; DELETE FROM t; END'"
        ),
    ],
}
STATE = {
    "sqlite": [
        "SELECT * FROM t", "SELECT * FROM f", "SELECT * FROM sqlite_master", "PRAGMA user_version",
        "PRAGMA application_id", "PRAGMA journal_mode", "PRAGMA schema_version",
    ],
    "mariadb": [
        "SELECT * FROM t", "SELECT next_not_cached_value FROM counter",
        "SELECT table_name FROM information_schema.columns WHERE table_schema = DATABASE()",
    ],
    "postgresql": [
        "SELECT * FROM t", "SELECT last_value, is_called FROM counter",
        "SELECT relname, relacl::text, obj_description(oid) FROM pg_class ORDER BY 1",
    ],
}  # fmt: skip


@pytest.fixture
def attacked(database: Database) -> Database:
    """A database with what an attack may use."""
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    database.execute(*MADE[database.kind])
    return database


def state(database: Database) -> list[object]:
    """What another client sees."""
    return [database.rows(sql) for sql in STATE[database.kind]]


@pytest.fixture
def place(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment, and an empty current directory."""
    monkeypatch.chdir(folder)
    return {"HOME": str(home), "PATH": os.environ["PATH"]}


def accounts(database: Database) -> list[str]:
    """The URL of the ordinary account, and of one that may do anything."""
    powerful = database.server.url(database.name, "suite")
    return list(dict.fromkeys([database.url, powerful]))


def test_attacks_change_nothing(
    attacked: Database, place: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    file = tmp_path / "written"
    before = state(attacked)
    for line in f"{EVERYWHERE}{OWN[attacked.kind]}".splitlines():
        if text := line.strip().replace("{f}", str(file)).replace("{n}", "\n"):
            for url in accounts(attacked):
                done = run_inside("sql", text, "--url", url, "-f", "jsonl", environ=place)
                assert (state(attacked), file.exists()) == (before, False), (text, url, done)
                assert done.code in {0, 2, 5, 6}, (text, url, done)
    assert os.listdir(folder) == []


# What would change the server itself, or end somebody's session; {id} is that of another client.
SERVER = {
    "mariadb": """
        set global max_error_count = 65
        SET GLOBAL max_error_count = 65, @a = 1
        set @a = 1, @@global.max_error_count = 65
        set @@GLOBAL.max_error_count = 65
        set /* a */ global max_error_count = 65
        set persist max_error_count = 65
        set statement max_statement_time = 9 for set global max_error_count = 65
        /*! set global max_error_count = 65 */
        set /*!50000 global */ max_error_count = 65
        set password = password('x')
        set password for app = password('x')
        set default role none
        alter user app identified by 'x'
        create user other
        kill {id}
        kill connection {id}
        KILL HARD {id}
        kill query {id}
        kill user app
        /*! kill {id} */
        purge binary logs before now()
        reset master
        install soname 'x'
        shutdown
    """,
    "postgresql": """
        alter system set work_mem = '1MB'
        ALTER SYSTEM RESET ALL
        alter database {name} set work_mem = '1MB'
        alter role app set work_mem = '1MB'
        alter role app password 'x'
        create role other
        drop owned by app
        load 'x'
        do $$ begin execute 'alter role app password ''x'''; end $$
    """,
}
SERVER_STATE = {
    "mariadb": ["SELECT @@global.max_error_count", "SELECT * FROM mysql.global_priv"],
    "postgresql": ["SELECT name, setting FROM pg_file_settings", "SELECT * FROM pg_db_role_setting",
                   "SELECT rolname, rolpassword FROM pg_authid"],
}  # fmt: skip


@pytest.mark.needs("accounts")
def test_attacks_on_the_server_change_nothing(
    private: Callable[..., Daemon], kind: str, place: dict[str, str]
) -> None:
    server = private(kind).server  # nobody else's is at stake
    own = {"mariadb": "SELECT connection_id()", "postgresql": "SELECT pg_backend_pid()"}[kind]
    with server.fresh() as database, closing(server.connect(database.name)) as other:
        cursor = other.cursor()
        cursor.execute(own)
        [number] = cursor.fetchone()
        before = [server.execute(sql) for sql in SERVER_STATE[kind]]
        for line in SERVER[kind].strip().splitlines():
            for url in accounts(database):
                text = line.strip().replace("{id}", str(number)).replace("{name}", database.name)
                done = run_inside("sql", text, "--url", url, environ=place)
                assert done.code in {5, 6}, (text, url, done)
                assert [server.execute(sql) for sql in SERVER_STATE[kind]] == before, (text, url)
                cursor.execute(own)
                assert cursor.fetchone() == (number,), (text, url)


READS = {
    "sqlite": ["PRAGMA table_info(t)", "EXPLAIN QUERY PLAN SELECT * FROM t"],
    "mariadb": ["SHOW TABLES", "SET STATEMENT max_statement_time = 9 FOR SELECT * FROM t",
                "SELECT IF(1, 2, 3) INTO @x", "DESCRIBE t"],
    "postgresql": ["SHOW search_path", "EXPLAIN DELETE FROM t", "DECLARE c CURSOR FOR SELECT 1",
                   "SET LOCAL search_path = public", "SELECT E'\\''"],
}  # fmt: skip


def test_what_only_reads_is_let_through(attacked: Database, place: dict[str, str]) -> None:
    for text in ("SELECT * FROM t", "WITH x AS (SELECT a FROM t) SELECT * FROM x"):
        assert run_inside("sql", text, "--url", attacked.url, environ=place).out == "a\n1\n"
    for text in READS[attacked.kind]:
        done: Told = run_inside("sql", text, "--url", attacked.url, environ=place)
        assert done.code == 0, (text, done)
