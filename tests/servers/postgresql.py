"""PostgreSQL as a private process: initdb once a run, then copies."""

from __future__ import annotations

import glob
import os
import pwd
import re
import shutil
import subprocess
from contextlib import closing, suppress
from signal import Signals
from typing import Any, ClassVar

import psycopg

from servers._process import Daemon, StartFailed, run_tool
from servers._server import ADMIN, APP, APP_PASSWORD, READER, Missing, Server, Session

INSTALL = "apt-get install postgresql"

SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",  # throw-away data
    "shared_buffers": "64MB", "max_wal_size": "256MB", "autovacuum": "off",
    "wal_level": "minimal", "max_wal_senders": "0",  # a load into a new table writes no log
    "dynamic_shared_memory_type": "mmap",  # nothing is left in /dev/shm after a kill
    "max_prepared_transactions": "10", "timezone": "UTC", "log_timezone": "UTC",
    "ssl": "on", "ssl_cert_file": "server.pem", "ssl_key_file": "server.key",
}  # fmt: skip


class PostgreSQL(Server):
    """A PostgreSQL server that answers."""

    kind = "postgresql"
    driver = "postgresql+psycopg"

    def connect(self, database: str = "", user: str = ADMIN, **options: Any) -> Any:
        wishes: dict[str, Any] = {
            "sslmode": "disable", "gssencmode": "disable", "connect_timeout": 5, "autocommit": True
        }  # fmt: skip
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=user, password=self.password(user),
            dbname=database or "postgres", **{**wishes, **options},
        )  # fmt: skip

    def script(self, text: str, database: str, user: str = ADMIN) -> None:
        with closing(self.connect(database, user)) as connection:
            connection.execute(text)

    def sessions(self, database: str = "") -> list[Session]:
        sql = (
            "SELECT pid, usename, coalesce(datname, ''), coalesce(state, ''), query"
            " FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        found = [Session(*row) for row in self.execute(sql)]
        return [item for item in found if database in ("", item.database)]

    def create(self, database: str) -> None:
        # Half the time of the way by the log, which is the default since 15 brought the choice.
        strategy = "STRATEGY file_copy" if version_in(self.version)[0] >= 15 else ""
        self.execute(f'CREATE DATABASE "{database}" OWNER {APP} {strategy}')

    def drop(self, database: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


class PostgreSQLDaemon(Daemon):
    """A private PostgreSQL process."""

    client = PostgreSQL
    stop_signal = Signals.SIGINT  # SIGTERM would wait for the clients
    death_signal = Signals.SIGQUIT  # its children end at once too
    careful: ClassVar = {"synchronous_commit": "on", "full_page_writes": "on"}

    @classmethod
    def prefix(cls) -> list[str]:
        user = server_user()
        if user is None:
            return super().prefix()
        if not shutil.which("setpriv"):
            raise Missing("setpriv not found: PostgreSQL refuses root (apt-get install util-linux)")
        name = user.pw_name
        words = [f"--reuid={name}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["setpriv", *words, "--pdeathsig=QUIT", "--"]

    @classmethod
    def make_directory(cls, path: str) -> None:
        super().make_directory(path)
        give(path)

    @classmethod
    def make_template(cls, directory: str, tls: str, secret: str) -> None:
        folder, data = binaries(), f"{directory}/data"
        with open(f"{directory}/password", "w") as file:
            file.write(secret)
        give(directory, f"{directory}/password")
        options = ["-U", ADMIN, "-A", "scram-sha-256", f"--pwfile={directory}/password"]
        words = [f"{folder}/initdb", "-D", data, *options, "--no-locale", "-E", "UTF8", "-N"]
        run_tool([*cls.prefix(), *words], cwd=directory)
        shutil.copy(f"{tls}/ca.pem", directory)
        for name in ("server.pem", "server.key"):
            give(shutil.copy(f"{tls}/{name}", data))
        alone = [f"{folder}/postgres", "--single", "-D", data, "postgres"]
        said = run_tool([*cls.prefix(), *alone], cwd=directory, text=accounts(secret))
        if "ERROR:" in said:  # single-user mode goes on, and ends well
            raise StartFailed(f"PostgreSQL's accounts: {said}")

    def command(self, port: int) -> list[str]:
        settings = {**SETTINGS, **self.settings}
        return [
            f"{binaries()}/postgres", "-D", f"{self.directory}/data", "-p", str(port),
            "-h", "127.0.0.1", "-k", self.directory,
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ]  # fmt: skip

    def version_of(self, candidate: Server) -> str:
        try:
            return "PostgreSQL " + str(
                candidate.execute("SHOW server_version", connect_timeout=2)[0][0]
            )
        except psycopg.OperationalError:
            return ""

    def remove(self) -> None:
        self.stop()
        with suppress(FileNotFoundError), open(f"{self.directory}/data/postmaster.pid") as file:
            # Killed, and not started again: its one small System V segment is still there. Line 7
            # is its key and its number.
            found = [line.split() for line in file][6:7]
            if found and len(found[0]) == 2:
                words = ["ipcrm", "-m", found[0][1]]
                subprocess.run(words, capture_output=True, check=False)
        super().remove()


def binaries() -> str:
    """The folder of `postgres` and `initdb`: what pg_config says, else the newest installed."""
    override = os.environ.get("SQLSESS_PG_BINDIR")
    if override is None and (tool := shutil.which("pg_config")):
        said = subprocess.run([tool, "--bindir"], capture_output=True, text=True, check=False)
        override = said.stdout.strip() if os.path.exists(said.stdout.strip() + "/initdb") else None
    newest = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=version_in, reverse=True)
    folders = [override] if override else [*newest, "/usr/local/pgsql/bin"]
    for folder in folders:
        if os.access(f"{folder}/postgres", os.X_OK) and os.access(f"{folder}/initdb", os.X_OK):
            return folder
    raise Missing(f"PostgreSQL server not found ({INSTALL})")


def version_in(text: str) -> list[int]:
    """The numbers in a text, to sort 9 before 15."""
    return [int(number) for number in re.findall(r"\d+", text)]


def server_user() -> pwd.struct_passwd | None:
    """As root, the account that PostgreSQL runs under; otherwise our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise Missing("no unprivileged account (postgres or nobody): PostgreSQL refuses root")


def give(*paths: str) -> None:
    """Hand files to the server's account, for its eyes only."""
    user = server_user()
    for path in paths:
        os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)


def accounts(secret: str) -> str:
    """Our accounts besides the first; one statement on a line, as single-user mode wants it."""
    return (
        f"CREATE ROLE {APP} LOGIN PASSWORD '{APP_PASSWORD}'\n"
        f"CREATE ROLE {READER} LOGIN PASSWORD '{secret}' IN ROLE pg_read_all_data\n"
    )
