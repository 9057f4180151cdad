"""TLS costs one context an engine: the driver by itself would make one for each connection."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace

from servers._server import Server

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import by_url
from sqlsess_cli.core.engines import Secrets, make_engine


def test_all_connections_of_an_engine_share_a_context(mariadb: Server) -> None:
    authority = os.path.join(mariadb.directory, "ca.pem")
    target = replace(by_url(mariadb.url(), "--url"), settings={"tls_ca": authority})
    engine = make_engine(target, Config([], {}), Secrets(), None)
    with ExitStack() as stack:
        opened = [stack.enter_context(engine.connect()) for _ in range(3)]
        ciphers = {one.exec_driver_sql("SHOW STATUS LIKE 'Ssl_cipher'").one()[1] for one in opened}
        contexts = {id(one.connection.dbapi_connection.ctx) for one in opened}
    assert "" not in ciphers
    assert len(contexts) == 1
