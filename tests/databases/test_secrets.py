"""A password reaches the server from wherever it is kept, and is seen nowhere on the way."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from servers._process import children
from servers._server import APP_PASSWORD, Database
from servers._wait import eventually
from servers.program import Finished, Spawned
from servers.pseudoterminal import PseudoTerminal

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import targets
from sqlsess_cli.options import Options

Run = Callable[..., Finished]

SECRET = APP_PASSWORD  # p@ss:w/rd%
CANARIES = [SECRET, quote(SECRET, safe=""), json.dumps(SECRET)[1:-1]]
on_servers = pytest.mark.needs("accounts")
LOUD = ("--show-sql", "--debug", "-v")
SLEEP = {"mariadb": "SELECT sleep(60)", "postgresql": "SELECT pg_sleep(60)"}


def seen(*texts: str) -> list[str]:
    """The spellings of the password that stand in what was written."""
    return [canary for canary in CANARIES for text in texts if canary in text]


@pytest.fixture
def hidden(run: Run) -> Callable[..., Finished]:
    """Run the program; the password must not be in what it writes."""

    def start(*words: str, **options: Any) -> Finished:
        done = run(*words, **options)
        assert seen(done.out, done.err) == []
        return done

    return start


@pytest.fixture
def bare(database: Database) -> str:
    """The URL without a password."""
    return database.url.replace(f":{quote(SECRET, safe='')}@", "@")


@pytest.fixture
def project(folder: Path, home: Path, database: Database, bare: str) -> Path:
    """A project that names the password in every way that a file can."""
    secret = folder / "secret"
    secret.write_text(f"{SECRET}\nthe second line\n")
    secret.chmod(0o600)
    (home / "secret").write_text(SECRET)
    (home / "secret").chmod(0o600)
    with_variable = bare.replace("app@", "app:${SECRET}@")
    ways = {
        "url": (database.url, None),
        "variable": (with_variable, None),
        "whole": ("${WHOLE_URL}", None),
        "default": (bare.replace("app@", f"app:${{NOWHERE:-{SECRET}}}@"), None),
        "text": (bare, json.dumps(SECRET)),
        "text_variable": (bare, '"${SECRET}"'),
        "environment": (bare, '{ env = "SECRET" }'),
        "file": (bare, f"{{ file = {json.dumps(str(secret))} }}"),
        "home": (bare, '{ file = "~/secret" }'),
        "command": (bare, f'{{ command = ["cat", {json.dumps(str(secret))}] }}'),
        "connect": (bare, None),
        "query": (f"{bare}?password={quote(SECRET, safe='')}", None),
    }
    lines = ['default = "url"']
    for name, (url, password) in ways.items():
        lines += [f"[db.{name}]", f"url = {json.dumps(url)}"]
        lines += [f"password = {password}"] if password else []
    lines += ["[db.connect.connect]", f"password = {json.dumps(SECRET)}"]
    (folder / "sqlsess.toml").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def environ(database: Database) -> dict[str, str]:
    """What the project refers to."""
    return {"SECRET": SECRET, "WHOLE_URL": database.url}


@on_servers
def test_every_way_to_give_a_password(
    hidden: Run, project: Path, environ: dict[str, str], database: Database
) -> None:
    done = hidden("-C", "sqlsess.toml", "db", "ping", "--db", "*", "-f", "raw", env=environ)
    assert (done.code, done.err) == (0, "")
    assert [line.split("\t")[0] for line in done.out.splitlines()] == [
        "url", "variable", "whole", "default", "text", "text_variable", "environment", "file",
        "home", "command", "connect", "query",
    ]  # fmt: skip


@on_servers
def test_a_password_is_shown_nowhere(
    hidden: Run, project: Path, environ: dict[str, str], database: Database
) -> None:
    told = ("-C", "sqlsess.toml")
    for words in (
        ("config", "show"),
        ("config", "show", "--url", database.url, "-f", "json"),
        ("config", "check", *LOUD),
        ("config", "path"),
        ("db", "list"),
        ("db", "show", "--db", "*", *LOUD),
        ("sql", "SELECT 1", *LOUD),
        ("db", "ping", "--url", database.url, *LOUD),
        ("models", "--url", database.url, "-f", "json"),
    ):
        assert hidden(*told, *words, env=environ).code == 0
    shown = hidden(*told, "config", "show", env=environ).out
    assert shown.count("***") >= 6
    assert "${SECRET}" in shown  # the name of a variable is no secret


@on_servers
def test_a_password_is_in_no_error(hidden: Run, database: Database) -> None:
    url = database.url
    refused = url.replace(str(database.server.port), "1")
    for code, other in (
        (4, url.replace("app:", "nobody:")),
        (4, url.replace("127.0.0.1", "no-such-host.invalid")),
        (4, url.replace(database.name, "t_nowhere")),
        (5, url),
    ):
        done = hidden("sql", "SELECT nonsense", "--url", other, *LOUD, traceback=True)
        assert done.code == code, done
    variables = {"DATABASE_URL": refused, "SQLSESS_DEBUG": "1", "SQLSESS_ERRORS": "json"}
    assert hidden("sql", "SELECT 1", env=variables, traceback=True).code == 4


def test_a_password_is_in_no_error_about_a_url(hidden: Run) -> None:
    escaped = quote(SECRET, safe="")
    for code, flag, url in (
        (2, "--url", f"mysql://app:{SECRET}@host/school"),
        (2, "--url", f"mysql://app:{SECRET}"),
        (2, "--url", f"mysql://app:{SECRET}/school"),
        (2, "--url", f"app:{escaped}@host/school"),
        (2, "--db", f"app:{SECRET}@host/school"),
        (3, "--url", f"myqsl://app:{escaped}@host/school"),
        (3, "--db", f"mysql+driver://app:{escaped}@host/school"),
    ):
        done = hidden("sql", "SELECT 1", flag, url, *LOUD, traceback=True)
        assert done.code == code, done


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)  # nobody connects
def test_a_password_is_in_no_error_of_the_users_own_code(
    hidden: Run, folder: Path, database: Database
) -> None:
    for raising in (
        'raise RuntimeError(f"cannot use {URL}")',
        'raise RuntimeError("tried", [URL, None])',
        'raise RuntimeError(f"the first line\\nand {URL}, in the second")',
        "raise KeyError(URL)",
        "raise SystemExit(URL)",
        "from sqlalchemy import create_engine; create_engine(URL, no_such_option=URL)",
    ):
        (folder / "models.py").write_text(f"URL = {database.url!r}\n{raising}\n")
        done = hidden("query", "t", "-m", "models.py", "--url", database.url)
        assert done.code == 3, done
        assert "error: --models: cannot import" in done.err, done
        assert "models.py:2: " in done.err, done
        assert "app:***@" in done.err or "create_engine" in raising, done
        for loud in LOUD:
            hidden("query", "t", "-m", "models.py", "--url", database.url, loud, traceback=True)


@on_servers
def test_a_password_from_elsewhere_is_in_no_list_of_processes(
    spawn: Callable[..., Spawned], project: Path, environ: dict[str, str], database: Database
) -> None:
    words = ("-C", "sqlsess.toml", "sql", SLEEP[database.kind], "--db")
    for name in ("environment", "command", "text"):
        process = spawn(*words, name, env=environ)
        eventually(database.processes, what="the sleeping query")
        family = [process.pid, *children(process.pid)]
        lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in family]
        assert lines
        assert seen(*lines) == []
        process.signal(signal.SIGTERM)
        assert process.wait().code == 143


@on_servers
def test_the_files_and_variables_of_the_databases_own_clients(
    hidden: Run, home: Path, bare: str, database: Database
) -> None:
    ping = ("db", "ping", "--url", bare)
    variable = {"mariadb": "MYSQL_PWD", "postgresql": "PGPASSWORD"}[database.kind]
    assert hidden(*ping, env={variable: SECRET}).code == 0
    assert hidden(*ping, env={variable: "wrong"}).code == 4
    assert hidden(*ping).code == 4
    port = database.server.port
    if database.kind == "mariadb":
        (home / ".my.cnf").write_text(f"[client]\nuser = app\npassword = '{SECRET}'\n")
    else:
        escaped = SECRET.replace(":", "\\:")
        (home / ".pgpass").write_text(f"127.0.0.1:{port}:*:app:{escaped}\n")
        (home / ".pgpass").chmod(0o600)
    assert hidden(*ping).code == 0
    other = bare.replace("app@", "reader@")  # what is kept for one account is not tried for another
    assert hidden("db", "ping", "--url", other).code == 4


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)  # nobody connects
def test_a_file_that_others_can_read_is_refused(
    hidden: Run, project: Path, database: Database, environ: dict[str, str]
) -> None:
    (project / "secret").chmod(0o640)
    done = hidden("-C", "sqlsess.toml", "db", "ping", "file", env=environ)
    assert done.code == 3
    assert "can be read by others\nhint: chmod 600 " in done.err


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)  # nobody connects
def test_a_source_that_gives_nothing_is_named(
    hidden: Run, folder: Path, bare: str, database: Database
) -> None:
    for password, said in {
        '{ env = "NOWHERE" }': "the environment variable NOWHERE is not set",
        '{ file = "nowhere" }': "cannot read nowhere: No such file or directory",
        '{ command = ["false"] }': "false ended with status 1",
        '{ command = ["no-such-program"] }': "cannot run no-such-program",
        "{ prompt = true }": "nobody to ask: password for main",
        "{ envv = 'X' }": "unknown key 'envv' in [db.main.password]",
    }.items():
        text = f"[db.main]\nurl = {json.dumps(bare)}\npassword = {password}\n"
        (folder / "sqlsess.toml").write_text(text)
        done = hidden("-C", "sqlsess.toml", "sql", "SELECT 1")
        assert done.code == (6 if "prompt" in password else 3)
        assert said in done.err


# --- a person is asked


Pty = Callable[..., PseudoTerminal]


@pytest.fixture
def asked(pty: Pty, folder: Path) -> Iterator[Callable[..., PseudoTerminal]]:
    """Start the program on a terminal; the password must never be on it."""
    started: list[PseudoTerminal] = []

    def start(*words: str, **options: Any) -> PseudoTerminal:
        started.append(pty(*words, **options))
        return started[-1]

    yield start
    for terminal in started:
        assert seen(terminal.raw.decode()) == []


@on_servers
@pytest.mark.parametrize("configured", [False, True], ids=["refused", "configured"])
def test_a_person_is_asked_for_a_password(
    asked: Pty, folder: Path, bare: str, database: Database, *, configured: bool
) -> None:
    words = ["sql", "SELECT 6 * 7 AS answer", "--url", bare]
    name = database.where
    if configured:
        text = f"[db.main]\nurl = {json.dumps(bare)}\npassword = {{ prompt = true }}\n"
        (folder / "sqlsess.toml").write_text(text)
        words, name = words[:2], "main"
    terminal = asked(*words)
    terminal.wait_for(f"password for {name}:")
    terminal.send(f"{SECRET}\r")
    terminal.wait_for("42")
    assert terminal.code == 0


@on_servers
def test_a_wrong_answer_none_and_a_refusal_to_answer(
    asked: Pty, bare: str, database: Database
) -> None:
    for keys, code, said in (
        ("wrong\r", 4, "cannot connect"),
        ("\r", 4, "cannot connect"),
        ("\x03", 130, "stopped: SIGINT"),
        ("\x04", 6, "no answer: password for"),
    ):
        with closing(asked("sql", "SELECT 1", "--url", bare)) as terminal:
            terminal.wait_for("password for ")
            terminal.send(keys)
            assert terminal.wait() == code
            assert said in terminal.text


@on_servers
def test_nobody_is_asked_who_does_not_want_to_be(asked: Pty, bare: str, database: Database) -> None:
    for words, environ in ((("--no-input",), {}), ((), {"SQLSESS_NO_INPUT": "1"})):
        terminal = asked("sql", "SELECT 1", "--url", bare, *words, env=environ)
        assert terminal.code == 4
        assert "password for" not in terminal.text


# --- and inside the program


def test_no_repr_holds_a_password(tmp_path: Path) -> None:
    url = f"mysql://app:{quote(SECRET, safe='')}@host/school"
    file = tmp_path / "sqlsess.toml"
    file.write_text(f"[db.main]\nurl = {json.dumps(url)}\npassword = {json.dumps(SECRET)}\n")
    config = Config.find({"SECRET": SECRET, **os.environ}, str(file), None)
    for thing in (
        config,
        config.sources,
        targets(config, ["main", url], "--db", write=False),
        Options(db=(url,), url=url),
    ):
        assert seen(repr(thing), str(thing)) == []


def test_a_url_that_is_not_whole_is_shown_without_its_password(hidden: Run, folder: Path) -> None:
    escaped = quote(SECRET, safe="")
    for url in (
        f"mysql//app:{escaped}@host/school",
        f"mysql:/app:{escaped}@host/school",
        f"mysql://app:{escaped}",
        f"mysql://app:{escaped}/school",
        f"mysql://app:{SECRET}",
        f"sqlite://:{escaped}@/x.db",
        f"mssql+pyodbc:///?odbc_connect=PWD%3D{escaped}",
        f"mysql+nodriver://app:{escaped}@host/school",
        f"mysql://app@host/school?PassWord={escaped}&password={escaped}",
        f"postgresql://app:{escaped}@host/school?sslpassword={escaped}",
        f"mysql://app:{escaped}@[::1/school",
    ):
        (folder / "c.toml").write_text(f"[db.main]\nurl = {json.dumps(url)}\n")
        for words in (("config", "show"), ("db", "list"), ("config", "check", *LOUD)):
            hidden("-C", "c.toml", *words, traceback=True)
        for flag in ("--db", "--url"):
            done = hidden("sql", "SELECT 1", flag, url, *LOUD, "--timeout", "5s", traceback=True)
            assert done.code in {2, 3, 4, 124}, done
