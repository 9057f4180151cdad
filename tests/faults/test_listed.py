"""What others on this machine see of our command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers._wait import eventually
from servers.program import Spawned

SLEEP = {"mariadb": "SELECT sleep(60)", "postgresql": "SELECT pg_sleep(60)"}


@pytest.mark.needs("accounts")
@pytest.mark.parametrize("option", ["", "?password=canary"])
def test_no_password_is_listed(
    spawn: Callable[..., Spawned], database: Database, option: str
) -> None:
    account = database.url.partition("://")[2].partition("@")[0]
    url = database.url + option
    process = spawn("sql", SLEEP[database.kind], "--url", url)
    if not option:  # the driver would take that one
        eventually(database.processes, what="the statement")
    eventually(lambda: b"***" in words(process), what="the password to be hidden")
    assert account.partition(":")[2].encode() not in words(process)
    assert b"canary" not in words(process)
    assert account.partition(":")[0].encode() in words(process)


def words(process: Spawned) -> bytes:
    return Path(f"/proc/{process.pid}/cmdline").read_bytes()
