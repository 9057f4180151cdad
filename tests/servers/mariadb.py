"""MariaDB as a private process: bootstrapped from the scripts that the package ships."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, suppress
from signal import Signals
from typing import Any, ClassVar

import pymysql
from pymysql.constants import CLIENT

from servers._process import Daemon, find_program, run_tool
from servers._server import ADMIN, APP, APP_PASSWORD, READER, Missing, Server, Session

INSTALL = "apt-get install mariadb-server-core"
SCRIPTS = [
    "mysql_system_tables", "mysql_performance_tables", "mysql_system_tables_data",
    "maria_add_gis_sp_bootstrap", "mysql_sys_schema",
]  # fmt: skip

BEFORE = """CREATE DATABASE IF NOT EXISTS mysql;
USE mysql;
SET @auth_root_socket=NULL;
SET @skip_auth_anonymous=1;
"""

# Throw-away data: nothing is forced to the disk. `loose`: other versions may not know an option.
FAST = [
    "--loose-innodb-log-file-size=32M", "--loose-innodb-flush-log-at-trx-commit=0",
    "--loose-innodb-flush-method=nosync", "--loose-skip-innodb-doublewrite",
    "--loose-innodb-buffer-pool-size=64M", "--loose-innodb-buffer-pool-dump-at-shutdown=OFF",
    "--loose-innodb-temp-data-file-path=ibtmp1:1M:autoextend",
]  # fmt: skip
SMALL = [
    "--performance-schema=OFF", "--key-buffer-size=1M", "--loose-aria-pagecache-buffer-size=8M",
    "--table-open-cache=400", "--max-connections=151",
]  # fmt: skip


class MariaDB(Server):
    """A MariaDB server that answers."""

    kind = "mariadb"
    driver = "mysql+pymysql"

    def connect(self, database: str = "", user: str = ADMIN, **options: Any) -> Any:
        wishes = {"charset": "utf8mb4", "autocommit": True, "ssl_disabled": True, **options}
        patience = wishes.pop("connect_timeout", 5)
        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user=user, password=self.password(user),
            database=database or None, connect_timeout=patience, read_timeout=patience, **wishes,
        )  # fmt: skip
        # PyMySQL's connect_timeout ends before the greeting, which a frozen server never sends.
        connection._read_timeout = 120
        return connection

    def script(self, text: str, database: str, user: str = ADMIN) -> None:
        flag = CLIENT.MULTI_STATEMENTS
        with closing(self.connect(database, user, client_flag=flag)) as connection:
            cursor = connection.cursor()
            cursor.execute(text)
            while cursor.nextset():  # an error of a later statement arrives with its result
                pass

    def sessions(self, database: str = "") -> list[Session]:
        sql = (
            "SELECT id, user, coalesce(db, ''), command, coalesce(info, '')"
            " FROM information_schema.processlist"
            " WHERE id <> connection_id() AND command <> 'Daemon' AND user <> 'system user'"
        )
        found = [Session(*row) for row in self.execute(sql)]
        return [item for item in found if database in ("", item.database)]

    def create(self, database: str) -> None:
        self.execute(f"CREATE DATABASE `{database}`")

    def drop(self, database: str) -> None:
        for session in self.sessions(database):  # an open transaction would make DROP wait
            with suppress(pymysql.MySQLError):  # it may have gone by itself
                self.execute(f"KILL {session.id}")
        self.execute(f"DROP DATABASE IF EXISTS `{database}`")


class MariaDBDaemon(Daemon):
    """A private MariaDB process."""

    client = MariaDB
    stop_signal = Signals.SIGTERM
    death_signal = Signals.SIGKILL
    careful: ClassVar = {"innodb-flush-log-at-trx-commit": "2", "innodb-doublewrite": "ON"}

    @classmethod
    def make_template(cls, directory: str, tls: str, secret: str) -> None:
        text = bootstrap_script(program()) + accounts(secret)
        os.mkdir(f"{directory}/data")
        for name in ("ca.pem", "server.pem", "server.key"):
            shutil.copy(f"{tls}/{name}", directory)
        words = [*base_command(f"{directory}/data"), "--bootstrap", "--skip-name-resolve"]
        run_tool([*cls.prefix(), *words], cwd=directory, text=text)

    def command(self, port: int) -> list[str]:
        here = self.directory
        return [
            *base_command(f"{here}/data"), *SMALL, f"--port={port}", "--bind-address=127.0.0.1",
            "--skip-name-resolve", f"--socket={here}/socket", f"--pid-file={here}/data/pid",
            f"--tmpdir={here}", "--skip-log-bin", "--local-infile=1",
            "--character-set-server=utf8mb4", f"--ssl-ca={here}/ca.pem",
            f"--ssl-cert={here}/server.pem", f"--ssl-key={here}/server.key",
            *(f"--{name}={value}" for name, value in self.settings.items()),
        ]  # fmt: skip

    def version_of(self, candidate: Server) -> str:
        try:
            return f"MariaDB {candidate.execute('SELECT version()', connect_timeout=2)[0][0]}"
        except pymysql.MySQLError:
            return ""


def program() -> str:
    """The server's executable."""
    for name in ("mariadbd", "mysqld"):
        if path := find_program("SQLSESS_MARIADBD", name, []):
            return path
    raise Missing(f"MariaDB server not found ({INSTALL})")


def base_command(data: str) -> list[str]:
    """What the bootstrap and the server have in common."""
    user = ["--user=root"] if os.geteuid() == 0 else []  # as root it insists on being told so
    return [program(), "--no-defaults", *user, f"--datadir={data}", *FAST]


def bootstrap_script(executable: str) -> str:
    """The system tables, as the package's own scripts make them."""
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(executable)))
    folders = [f"{prefix}/share/{name}" for name in ("mysql", "mariadb")]
    folders += ["/usr/share/mysql", "/usr/share/mariadb"]
    parts = [BEFORE]
    for stem in SCRIPTS:
        with open(find_script(stem, folders), encoding="utf-8") as file:
            parts.append(file.read())
    return "\n".join(parts)


def find_script(stem: str, folders: list[str]) -> str:
    """A script by its old or its new name."""
    for folder in folders:
        for name in (stem, stem.replace("mysql_", "mariadb_")):
            if os.path.isfile(path := f"{folder}/{name}.sql"):
                return path
    raise Missing(f"MariaDB's {stem}.sql not found in {', '.join(folders)} ({INSTALL})")


def accounts(secret: str) -> str:
    """Our accounts; root keeps none that a port could reach. One statement on a line: bootstrap."""
    return f"""
FLUSH PRIVILEGES;
DELETE FROM mysql.global_priv WHERE user = 'root';
FLUSH PRIVILEGES;
CREATE USER {ADMIN}@'%' IDENTIFIED BY '{secret}';
GRANT ALL ON *.* TO {ADMIN}@'%' WITH GRANT OPTION;
CREATE USER {APP}@'%' IDENTIFIED BY '{APP_PASSWORD}';
GRANT ALL ON `t\\_%`.* TO {APP}@'%';
CREATE USER {READER}@'%' IDENTIFIED BY '{secret}';
GRANT SELECT, SHOW VIEW ON `sample\\_%`.* TO {READER}@'%';
"""
