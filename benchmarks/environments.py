"""The virtual environments: ours, installed as a user does it, and those of the peers."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.databases import ROOT

# Environment: what is installed from the package registry.
PEERS = {
    "harlequin": ("harlequin", "harlequin-postgres", "harlequin-mysql"),
    "litecli": ("litecli",),
    "pgcli": ("pgcli", "psycopg[binary]"),
    "mycli": ("mycli",),
    "sqlite-utils": ("sqlite-utils",),
    "csvkit": ("csvkit", "pymysql", "psycopg[binary]"),
}
OURS = "sqlsess"
VERSION = "from importlib.metadata import version; import sys; print(*map(version, sys.argv[1:]))"


@dataclass(frozen=True, slots=True)
class Environments:
    """Where programs are found.

    Attributes:
        folder: holds an environment for each name.
        borrowed: another such folder, whose peers are used instead.
    """

    folder: str
    borrowed: str | None = None

    def program(self, environment: str, name: str) -> str | None:
        """The path of a program in an environment, if it was installed."""
        peers = environment != OURS and self.borrowed
        path = os.path.join(peers or self.folder, environment, "bin", name)
        return path if os.access(path, os.X_OK) else None

    @property
    def python(self) -> str:
        """Our interpreter.

        Raises:
            SystemExit: our environment was not made yet.
        """
        path = self.program(OURS, "python")
        if path is None or self.program(OURS, "sqlsess") is None:
            raise SystemExit("sqlsess is not installed there yet: python -m benchmarks setup")
        return path

    def build(self, names: list[str]) -> None:
        """Make environments anew; ours from this checkout, but not editable."""
        for name in names:
            wanted = (f"{ROOT}[postgresql]",) if name == OURS else PEERS[name]
            place = os.path.join(self.folder, name)
            print(f"{name}: installing", flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
            pip = [os.path.join(place, "bin", "pip"), "install", "--disable-pip-version-check"]
            done = subprocess.run([*pip, "-q", *wanted], check=False)
            if done.returncode and name == OURS:
                raise SystemExit("sqlsess could not be installed")
        if OURS in names:
            with open(os.path.join(self.folder, OURS, "commit"), "w") as file:
                file.write(commit())

    def built_from(self) -> str:
        """The commit that our environment has."""
        with open(os.path.join(self.folder, OURS, "commit")) as file:
            return file.read()

    def versions(self, environment: str, *packages: str) -> list[str]:
        """Versions of packages; nothing where the environment is not."""
        python = self.program(environment, "python")
        if python is None:
            return []
        done = subprocess.run(
            [python, "-c", VERSION, *packages], capture_output=True, text=True, check=False
        )
        return done.stdout.split()


def commit() -> str:
    """The commit of the checkout, with a + when something of the program is changed."""
    git = ["git", "-C", ROOT]
    head = subprocess.run(
        [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    changed = subprocess.run(
        [*git, "status", "--porcelain", "--", "sqlsess_cli"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def native_path() -> str:
    """PATH with PostgreSQL's own programs first: Debian's psql is a wrapper in Perl."""
    newest = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: (len(path), path))
    return os.pathsep.join([*newest[-1:], os.environ.get("PATH", os.defpath), "/usr/sbin"])


def native(name: str) -> str | None:
    """The path of a native client."""
    return shutil.which(name, path=native_path())
