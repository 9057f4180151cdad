"""Private MariaDB and PostgreSQL with the measured rows, by the helpers of the tests.

Run by databases.py in the environment of sqlsess, which has the drivers: it prints one line of
JSON, waits until its standard input ends, and takes the servers down.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack, closing
from typing import Any

from benchmarks.data import TABLES, Table, counted, lines

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(__file__)), "tests"))

from servers._server import Missing, Server
from servers.fleet import LocalFleet

NAME = "t_bench"
# No TLS: some clients would use it on loopback and some not. Room for the rows in memory.
SETTINGS = {
    "mariadb": {"innodb-buffer-pool-size": "1G", "ssl": "0", "tmp-table-size": "64M"},
    "postgresql": {"shared_buffers": "1GB", "ssl": "off", "synchronize_seqscans": "off"},
}


def main() -> None:
    """Start, load, tell, and wait."""
    count, folder, kinds = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    fleet = LocalFleet()
    told: dict[str, Any] = {}
    with ExitStack() as stack:
        for kind in [kind for kind in SETTINGS if kind in kinds]:
            try:
                daemon = stack.enter_context(fleet.daemon(kind, **SETTINGS[kind]))
            except Missing as error:
                told[kind] = {"missing": str(error)}
                continue
            server = daemon.server
            server.create(NAME)
            load(server, count, folder)
            told[kind] = {
                "port": server.port, "name": NAME, "user": "suite", "password": server.secret,
                "pid": daemon.pid, "version": server.version,
            }  # fmt: skip
        print(json.dumps(told), flush=True)
        sys.stdin.read()
    fleet.close()


def load(server: Server, count: int, folder: str) -> None:
    """Make and fill the tables, from files that are kept for the next time."""
    for table in TABLES.values():
        rows = counted(table, count)
        path = os.path.join(folder, f"{table.name}-{rows}.tsv")
        if not os.path.exists(path):
            with open(f"{path}.part", "w", encoding="utf-8", newline="") as file:
                file.writelines(lines(table, rows))
            os.rename(f"{path}.part", path)
        server.execute(table.declared(server.kind), NAME)
        (load_mariadb if server.kind == "mariadb" else load_postgresql)(server, table, path)


def load_mariadb(server: Server, table: Table, path: str) -> None:
    """LOAD DATA: by the client, so that no directory of the server's is needed."""
    places, settings = [], []
    for name, kind in table.columns:
        places.append(f"@{name}" if kind == "bytes" else name)
        if kind == "bytes":
            settings.append(f"{name} = UNHEX(SUBSTR(@{name}, 3))")
    sql = (
        f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE {table.name} CHARACTER SET utf8mb4"
        f" ({', '.join(places)})" + (f" SET {', '.join(settings)}" if settings else "")
    )
    with closing(server.connect(NAME, local_infile=True)) as connection:
        cursor = connection.cursor()
        cursor.execute(sql)
        cursor.execute("SHOW WARNINGS")
        if warnings := cursor.fetchall():
            raise AssertionError(f"{table.name} was not loaded as it is: {warnings[:3]}")
        cursor.execute(f"ANALYZE TABLE {table.name}")


def load_postgresql(server: Server, table: Table, path: str) -> None:
    """COPY, and the one-time work that readers would do otherwise."""
    with closing(server.connect(NAME)) as connection:
        sql = f"COPY {table.name} FROM STDIN"
        with open(path, "rb") as file, connection.cursor().copy(sql) as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        connection.execute(f"VACUUM (ANALYZE) {table.name}")


if __name__ == "__main__":
    main()
