"""What each command sends to its server, by the server's own log: no stray round trip.

The statements of our transaction are compared one by one. What SQLAlchemy and the driver ask when
they connect differs from version to version: that is only counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from servers._process import Daemon
from servers._server import APP
from servers.program import Finished

MODELS = """
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base


class Thing(declarative_base()):
    __tablename__ = "things"
    id = Column(Integer, primary_key=True)
    name = Column(String(20))
"""

TABLE = "create table things (id integer primary key, name varchar(20))"
ROWS = "insert into things values (1, 'a'), (2, 'b')"

ALL, COUNT = "SELECT things.id, things.name FROM things", "SELECT count(*) AS count_1 FROM things"
INSERT = "insert into things values (3, 'c')"
MAPPED = ("-m", "models.py")

# The command, and the statements in its transaction; None: whatever it takes to reflect a table.
READS: list[tuple[tuple[str, ...], list[str | None]]] = [
    (("query", "thing", *MAPPED), [ALL]),
    (("query", "thing", "--count", *MAPPED), [COUNT]),
    (("query", "things", "--count"), [None, COUNT]),
    (("sql", "select 1 as a"), ["select 1 as a"]),
    (("sql", "select 1 as a; select 2 as a", "-f", "jsonl"), ["select 1 as a", "select 2 as a"]),
    (("models",), [None]),
    (("models", "things"), [None]),
    (("db", "ping"), [None]),
]
SILENT = [("models", *MAPPED), ("models", "thing", *MAPPED), ("db", "list"), ("config", "check")]

STARTED = {"mariadb": "START TRANSACTION READ ONLY",
           "postgresql": "SELECT set_config('transaction_read_only', 'on', true)"}  # fmt: skip
TO_CONNECT = {"mariadb": 10, "postgresql": 10}
TO_REFLECT = {"mariadb": 4, "postgresql": 16}
TO_FETCH = 3  # two rows by a cursor

SETTINGS = {
    "mariadb": {"general-log": "1", "log-output": "TABLE"},
    "postgresql": {"log_statement": "all", "log_connections": "on", "log_line_prefix": "@@%u@@"},
}


@dataclass(frozen=True)
class Heard:
    """What a server noted of our account: how often it connected, and each statement."""

    connections: int
    statements: list[str]


def of_mariadb(daemon: Daemon) -> Heard:
    rows = daemon.server.execute(
        "SELECT command_type, argument FROM mysql.general_log"
        f" WHERE user_host LIKE '%{APP}[%' OR argument LIKE '{APP}@%' ORDER BY event_time"
    )
    statements = [text for kind, text in rows if kind not in {"Connect", "Quit"}]
    return Heard(sum(kind == "Connect" for kind, _ in rows), statements)


def of_postgresql(daemon: Daemon) -> Heard:
    entries = [text.partition("@@")[0] for text in daemon.log.split(f"@@{APP}@@LOG:  ")[1:]]
    found = (re.match(r"(?:statement|execute [^:]*): (.*)", text, re.DOTALL) for text in entries)
    connections = sum(text.startswith("connection authorized") for text in entries)
    return Heard(connections, [item[1] for item in found if item])


HEARD = {"mariadb": of_mariadb, "postgresql": of_postgresql}
Send = Callable[..., Heard]


@pytest.fixture
def sent(
    kind: str, private: Callable[..., Daemon], run: Callable[..., Finished], folder: Path
) -> Send:
    """`sent("query", …)`: what the server hears while a command runs."""
    (folder / "models.py").write_text(MODELS)
    daemon = private(kind, **SETTINGS[kind])
    daemon.server.create("t_things")
    for sql in (TABLE, ROWS):
        daemon.server.execute(sql, "t_things", APP)

    def send(*words: str) -> Heard:
        before = HEARD[kind](daemon)
        done = run(*words, "--url", daemon.server.url("t_things"))
        assert done.code == 0, done
        after = HEARD[kind](daemon)
        new = after.statements[len(before.statements) :]
        return Heard(after.connections - before.connections, [" ".join(s.split()) for s in new])

    return send


def body(statements: list[str], started: str, limit: int) -> list[str]:
    """The statements of the transaction but its first and last, cursors as what they are for."""
    at = statements.index(started)
    assert statements[-1] == "ROLLBACK"
    assert len(statements[:at]) <= limit, statements[:at]
    inside = [re.sub(r'DECLARE ".*?" CURSOR FOR ', "", text) for text in statements[at + 1 : -1]]
    fetched = [text for text in inside if text.startswith("FETCH")]
    assert len(fetched) <= TO_FETCH * sum("CLOSE" in text for text in inside), fetched
    return [text for text in inside if not text.startswith(("FETCH", "CLOSE"))]


@pytest.mark.needs("accounts")  # both servers; a file has no round trips
def test_a_command_that_reads_sends_what_it_has_to(kind: str, sent: Send) -> None:
    for words, wanted in READS:
        heard = sent(*words)
        assert heard.connections == 1, words
        said = body(heard.statements, STARTED[kind], TO_CONNECT[kind])
        if wanted[0] is None:
            after = wanted[1:]
            assert len(said) - len(after) <= TO_REFLECT[kind], (words, said)
            assert said[len(said) - len(after) :] == after, (words, said)
        else:
            assert said == wanted, words


@pytest.mark.needs("accounts")
def test_a_command_that_writes_sends_what_it_has_to(kind: str, sent: Send) -> None:
    heard = sent("sql", INSERT, "--write")
    assert heard.connections == 1
    # What to ask after, should the answer to COMMIT be lost: PostgreSQL has a number for it.
    numbered = [text for text in heard.statements if "pg_current_xact_id" in text]
    assert len(numbered) == (kind == "postgresql")
    others = [text for text in heard.statements if text not in numbered]
    assert others[-4:] == [
        "SAVEPOINT sqlsess_guard", INSERT, "RELEASE SAVEPOINT sqlsess_guard", "COMMIT",
    ]  # fmt: skip
    assert len(others) <= TO_CONNECT[kind] + 4, others


@pytest.mark.needs("accounts")
def test_a_command_that_needs_no_database_does_not_connect(kind: str, sent: Send) -> None:
    for words in SILENT:
        assert sent(*words) == Heard(0, []), words
