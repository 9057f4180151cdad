"""The machine and the versions that figures belong to."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from typing import Any

from benchmarks.databases import Database
from benchmarks.environments import OURS, Environments, native

# Environment: the packages whose versions matter.
SHOWN = {
    OURS: ("sqlsess", "sqlalchemy", "click", "pymysql", "psycopg"),
    "harlequin": ("harlequin", "harlequin-postgres", "harlequin-mysql"),
    "litecli": ("litecli",),
    "pgcli": ("pgcli",),
    "mycli": ("mycli",),
    "sqlite-utils": ("sqlite-utils",),
    "csvkit": ("csvkit",),
}
VERSIONS = re.compile(r"\d+(?:\.\d+)+(?:-[A-Za-z]+)?")  # mariadb tells two, its own is the longer


def described(places: Environments, found: list[Database]) -> dict[str, Any]:
    """What has to be known to read the figures."""
    versions = [
        f"{package} {version}"
        for environment, packages in SHOWN.items()
        for package, version in zip(packages, places.versions(environment, *packages), strict=False)
    ]
    python = subprocess.run(
        [places.python, "-V"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "machine": f"{os.cpu_count()} x {_processor()}, {_memory()}, Linux {platform.release()}",
        "load": round(os.getloadavg()[0], 1),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": places.built_from(),
        "versions": [python, *versions],
        "servers": [
            database.version or f"{database.kind}: {database.missing}" for database in found
        ],
        "clients": [client(name) for name in ("sqlite3", "mariadb", "psql")],
    }


def _processor() -> str:
    with open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def client(name: str) -> str:
    """A native client, with its version."""
    path = native(name)
    if path is None:
        return f"{name}: not installed"
    words = [path, "-version" if name == "sqlite3" else "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return f"{name} {max(VERSIONS.findall(said), key=len, default='')}"
