"""From what a project says to a URL that may stand in a configuration file."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from sqlsess_cli.config.discovery.values import HERE, Value
from sqlsess_cli.config.urls import HIDDEN, is_url, redacted

PASSWORD = "DB_PASSWORD"  # noqa: S105 - the name of a variable

# SQLAlchemy's drivers for an event loop, and what we have without one.
_IN_LOOP = {
    "sqlite+aiosqlite": "sqlite",
    "postgresql+asyncpg": "postgresql+psycopg",
    "postgresql+psycopg_async": "postgresql+psycopg",
    "postgresql+aiopg": "postgresql+psycopg",
    "mysql+aiomysql": "mysql+pymysql",
    "mysql+asyncmy": "mysql+pymysql",
    "mariadb+aiomysql": "mariadb+pymysql",
    "mariadb+asyncmy": "mariadb+pymysql",
}
_OTHERS = ("driver", "http", "redis", "valkey", "amqp", "mongodb", "kafka", "nats", "memcache",
           "ftp", "s3", "gs", "file", "ws", "smtp", "ldap", "neo4j", "bolt", "unix")  # fmt: skip
_PLACEHOLDER = re.compile(r"[<>]|^[\w+]+://(?:user|username):pass(?:word)?@(?:localhost|"
                          r"host|hostname)(?::\w+)?/(?:dbname|database|db)$")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as it is written.

    Attributes:
        url: for a configuration file: with variables, without a password.
        at: where it was found.
        notes: what was changed, or left out, in words for the user.
        dotenv: the application reads its variable from a file, too.
        relative: it is a SQLite file that a program in another directory would not find.
    """

    url: str
    at: str
    notes: tuple[str, ...] = ()
    dotenv: bool = False
    relative: bool = False


def address(value: Value | None, folder: str = "") -> Address | None:
    """The URL that a value comes to; None when it is none, or one of a database in memory.

    Args:
        value: what the project says.
        folder: what a relative SQLite path is relative to, in the project.
    """
    if value is None or not re.fullmatch(r"\w*", value.variable):
        return None
    if not value.variable:
        return _literal(value, folder)
    usual = _literal(Value(value.text, at=value.at), folder) if value.text else None
    notes: tuple[str, ...] = ()
    default = ""
    if usual is not None and (PASSWORD in usual.url or re.search(r"[}$]", usual.url)):
        notes = (f"the default of {value.variable} is not written: it has a password",)
    elif usual is not None:
        default, notes = f":-{usual.url}", usual.notes
    relative = bool(default) and usual is not None and usual.relative
    return Address(f"${{{value.variable}{default}}}", value.at, notes, value.dotenv, relative)


def _literal(value: Value, folder: str) -> Address | None:
    url, notes = value.text or "", []
    if not is_database(url):
        return None
    scheme, slashes, rest = url.partition("://")
    if (ours := _IN_LOOP.get(scheme.lower())) is not None:
        notes.append(f"{scheme} needs an event loop: {ours} is written instead")
        scheme = ours
    file = scheme.partition("+")[0] == "sqlite"
    relative = file and re.match(r"/(?!/|\0)", rest) is not None
    if file:
        rest = _file(rest, folder)
        if rest in {"", "/", "/:memory:"} or rest.startswith("/file:"):
            return None  # each process would have one of its own
    url = f"{scheme}{slashes}{rest}".replace("$", "$$")
    if HERE in url:
        return None  # a certificate's path, say
    shown = redacted(url)
    if shown != url:
        notes.append(f"the password is not written: set the environment variable {PASSWORD}")
        url = shown.replace(HIDDEN, f"${{{PASSWORD}}}")
    return Address(url, value.at, tuple(notes), relative=relative)


def _file(rest: str, folder: str) -> str:
    """The path of a SQLite URL, relative to the project where it lies in it."""
    path, mark, options = rest.partition("?")
    inside = path.lstrip("/")
    if inside == HERE or inside.startswith(f"{HERE}/"):
        inside = posixpath.normpath(inside.replace(HERE, ".", 1))
        return f"/{inside}{mark}{options}"
    if path.startswith("/") and not path.startswith("//") and path[1:] and path[1] != ":":
        joined = posixpath.join(folder, path[1:]) if folder else path[1:]
        return f"/{joined}{mark}{options}"
    return rest


def is_database(url: str) -> bool:
    """Whether a text is the URL of a database, and not the example that a template comes with."""
    if (
        not is_url(url)
        or _PLACEHOLDER.search(url)
        or " " in url
        or not url.replace(HERE, "").isprintable()
    ):
        return False
    return not url.lower().startswith(_OTHERS)
