"""What the servers say they were sent: the statements of a script, one by one, and no others."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import scripts
from servers._process import Daemon
from servers._server import Database
from servers._wait import eventually
from servers.program import Finished
from servers.pseudoterminal import PseudoTerminal
from sqlalchemy import event

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import by_url
from sqlsess_cli.core.database import Asked
from sqlsess_cli.core.database import Database as Ours
from sqlsess_cli.core.script import Source, execute, steps
from sqlsess_cli.interrupts import Interrupts

GENERATED = 200  # scripts
SETTINGS: dict[str, dict[str, str]] = {
    "mariadb": {"general-log": "1", "log-output": "TABLE"},
    "postgresql": {"log_statement": "all", "log_destination": "jsonlog", "logging_collector": "on"},
}
# What we say of our own, and what a driver and SQLAlchemy say when they connect.
OWN = re.compile(
    r"(?:SAVEPOINT|RELEASE SAVEPOINT) sqlsess_guard$|(?:BEGIN|COMMIT|ROLLBACK)$|SHOW WARNINGS$"
    r"|SET AUTOCOMMIT = 0$|SET NAMES |SELECT @@|SELECT DATABASE|SELECT VERSION|show "
    r"|select current_schema|select pg_catalog.version|(?:SAVEPOINT|RELEASE) \"_pg3_1\"$"
    r"|\s*SELECT\s+typname AS name|SELECT CAST\(pg_postmaster_start_time\(\)"
)
SAID = re.compile(r"(?:statement|execute [^:]*): (.*)\Z", re.DOTALL)
MARK = "end of the test"
Heard = Callable[[], list[str]]


@pytest.fixture(params=["mariadb", "postgresql"])
def logging(request: pytest.FixtureRequest, private: Callable[..., Daemon]) -> Daemon:
    """A server that writes down every statement that it is sent."""
    return private(request.param, **SETTINGS[request.param])


@pytest.fixture
def logged(logging: Daemon) -> Iterator[tuple[Database, Heard]]:
    """A database there, and what its server has heard of us since it was made."""
    with logging.server.fresh() as database:
        database.execute(*scripts.TABLES)
        heard = {"mariadb": _of_mariadb, "postgresql": _of_postgresql}[database.kind]
        before = len(heard(database))
        yield database, lambda: heard(database)[before:]


def _of_mariadb(database: Database) -> list[str]:
    rows = database.server.execute(
        "SELECT CAST(argument AS CHAR CHARACTER SET utf8mb4) FROM mysql.general_log"
        " WHERE command_type = 'Query' AND user_host LIKE 'app%'"
    )
    return [str(row[0]) for row in rows]


def _of_postgresql(database: Database) -> list[str]:
    """The log of a process of its own: it is there when a statement after all others is."""
    number = f"{MARK} {len(list(Path(database.server.directory, 'data', 'log').glob('*')))}"
    mark = f"SELECT '{number} {id(object())}'"
    database.execute(mark)
    said: list[str] = []

    def read() -> bool:
        said[:] = list(_statements(database))
        return mark in said

    eventually(read, what="the server to write its log")
    return [text for text in said if MARK not in text]


def _statements(database: Database) -> Iterator[str]:
    for path in sorted(Path(database.server.directory, "data", "log").glob("*.json")):
        for line in path.read_text().splitlines(keepends=True):
            entry = json.loads(line) if line.endswith("\n") else {}
            said = SAID.match(entry.get("message", ""))
            if said and entry.get("dbname") == database.name and entry.get("user") == "app":
                yield said[1]


def pieces_of(kind: str, random: Random) -> list[str]:
    return random.choices(scripts.PIECES[kind], k=random.randint(1, 8))


def sent(heard: list[str]) -> list[str]:
    return [text for text in heard if not OWN.match(text)]


def test_the_server_hears_each_statement(
    logged: tuple[Database, Heard], run: Callable[..., Finished], folder: Path
) -> None:
    """The whole of it, through the program, in one transaction and each by itself."""
    database, heard = logged
    pieces = scripts.PIECES[database.kind]
    for seed, words in enumerate([(), ("--autocommit",)]):
        text = scripts.script(database.kind, pieces, Random(seed))
        (folder / "all.sql").write_bytes(text.encode())
        before = len(sent(heard()))
        done = run("sql", "@all.sql", "--write", *words, "--url", database.url, "-f", "jsonl")
        assert done.code == 0, done
        assert sent(heard())[before:] == pieces


def executed(ours: Ours, kind: str, text: str) -> None:
    found = steps(Source(text), ours.dialect, ours.hooks, {}, write=True)
    _, block = ours.begin(Interrupts(lambda _: None), write=True)
    with block as session:
        for step in found:
            for result in execute(session, step):
                for _ in result.blocks:
                    pass


def test_the_server_hears_generated_scripts(logged: tuple[Database, Heard]) -> None:
    database, heard = logged
    ours = Ours(by_url(database.url, "--url"), Config([], {}), Asked())
    random, expected = Random(7), []
    for _ in range(GENERATED):
        pieces = pieces_of(database.kind, random)
        executed(ours, database.kind, scripts.script(database.kind, pieces, random))
        expected += pieces
    assert sent(heard()) == expected


def test_sqlite_hears_generated_scripts(fresh: Callable[[str], Database]) -> None:
    database = fresh("sqlite")
    database.execute(*scripts.TABLES)
    ours = Ours(by_url(database.url, "--url"), Config([], {}), Asked())
    heard: list[str] = []

    @event.listens_for(ours.engine, "connect")
    def trace(dbapi: Any, _record: object) -> None:
        dbapi.set_trace_callback(heard.append)

    random, expected = Random(7), []
    for _ in range(GENERATED):
        pieces = pieces_of("sqlite", random)
        executed(ours, "sqlite", scripts.script("sqlite", pieces, random))
        expected += pieces
    # What a trigger does is told as a comment.
    told = [text for text in heard if not text.startswith("-- ") or text in scripts.SQLITE]
    own = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA")
    assert [text for text in told if not own.match(text)] == expected


def test_sqlite_takes_each_piece_for_one_statement() -> None:
    for piece in scripts.SQLITE:
        assert sqlite3.complete_statement(f"{piece}\n;"), piece


def test_a_backslash_that_does_not_escape_is_not_sent(
    fresh: Callable[[str], Database], run: Callable[..., Finished]
) -> None:
    database = fresh("mariadb")
    url = f"{database.url}?init_command=SET+sql_mode%3D'NO_BACKSLASH_ESCAPES'"
    done = run("sql", r"select 'a\ b'", "--url", url)
    assert (done.code, done.out) == (6, "")
    assert "NO_BACKSLASH_ESCAPES" in done.err
    assert run("sql", "select 'a'", "--url", url).code == 0


NOT_SQL = {
    "postgresql": {
        "select 1;\n\\connect other\nselect 2": (2, "f.sql:2:1: \\connect is a command of another"),
        "select 1;\ncopy t from stdin;\n1\tx\n\\.\n": (2, "f.sql:2:1: COPY of standard input"),
        "select 'a": (2, "f.sql:1:1: the text ends inside a string"),
    },
    "mariadb": {
        "select 1;\ncreate procedure p() begin select 1;": (
            2,
            "f.sql:2:1: the text ends inside a body",
        ),
    },
    "sqlite": {"-- nothing\n;;": (2, "there is no statement to execute")},
}


def test_what_is_no_sql_is_told_with_its_place(
    database: Database, run: Callable[..., Finished], folder: Path
) -> None:
    for text, (code, said) in NOT_SQL[database.kind].items():
        (folder / "f.sql").write_text(text)
        done = run("sql", "@f.sql", "--write", "--url", database.url)
        assert done.code == code, done
        assert f"error: {said}" in done.err


# --- each by itself

SCRIPT = """\
insert into t values (1, 'a');
insert into t values (2, 'b'), (3, 'c');

  insert into nowhere values (1);
delete from t;
"""


@pytest.fixture
def t(database: Database) -> Database:
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR(200))")
    return database


@pytest.fixture
def sql(t: Database, run: Callable[..., Finished], folder: Path) -> Callable[..., Finished]:
    """`sql("script", …)`: it is executed from a file."""

    def execute_file(text: str, *words: str) -> Finished:
        (folder / "f.sql").write_text(text)
        return run("sql", "@f.sql", *words, "--url", t.url)

    return execute_file


def test_what_came_before_an_error_stays(sql: Callable[..., Finished], t: Database) -> None:
    done = sql(SCRIPT, "--write", "--autocommit")
    assert done.code == 7, done
    first, *_, last = done.err.splitlines()
    assert first.startswith("error: f.sql:4:")
    where = f"on {t.where}, stopped at f.sql:4:3"
    assert last == f"committed: 2 of 4 statements, 3 rows changed {where}"
    assert t.rows("SELECT a FROM t ORDER BY a") == [(1,), (2,), (3,)]


def test_nothing_came_before_the_first(sql: Callable[..., Finished], t: Database) -> None:
    done = sql("insert into nowhere values (1); select 1", "--write", "--autocommit")
    assert (done.code, done.err.splitlines()[-1].partition(":")[0]) == (5, "rolled back")
    done = sql(SCRIPT, "--write")
    assert (done.code, t.rows("SELECT a FROM t")) == (5, [])


def test_all_are_committed_on_one_connection(sql: Callable[..., Finished], t: Database) -> None:
    script = "create temporary table w (a int); insert into w values (5);"
    done = sql(f"{script} insert into t select a, 'w' from w; select a from t", "--write",
               "--autocommit", "-f", "csv")  # fmt: skip
    assert (done.code, done.out.split()) == (0, ["a", "5"]), done
    assert done.err == f"committed: 4 of 4 statements, 2 rows changed on {t.where}\n"


def test_it_is_for_what_stays(sql: Callable[..., Finished]) -> None:
    for words in [(), ("--write", "--sandbox"), ("--write", "--explain")]:
        done = sql("select 1", "--autocommit", *words)
        assert (done.code, "--autocommit is for what stays" in done.err) == (2, True), done


def test_progress_is_a_line_a_statement_where_nobody_sees_it_move(
    sql: Callable[..., Finished],
) -> None:
    script = "insert into t values (1, 'a');\nselect 1 as one"
    quiet = sql(script, "--sandbox", "-f", "csv")
    assert "INSERT" not in quiet.err
    for word in ("--progress", "-v"):
        done = sql(script, "--sandbox", word, "-f", "csv")
        told = [line.rpartition(",")[0] or line for line in done.err.splitlines()]
        assert told[0] == "f.sql:1:1: INSERT: 1 row", done
        assert told[1].startswith("f.sql:2:1: SELECT: ")
        assert done.out == quiet.out


def test_progress_moves_on_a_terminal(t: Database, pty: Callable[..., PseudoTerminal]) -> None:
    terminal = pty("sql", "select 1 as one; select 2 as two", "--progress", "--url", t.url)
    assert terminal.wait() == 0
    assert b" 50% 1/2 SELECT" in terminal.raw
    assert "%" not in terminal.text  # it goes when there is an answer
