"""URLs as text: checked before anything is sent, and never shown with a password."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlsess_cli.errors import ConfigError, UsageError

HIDDEN = "***"

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<text>[^}]*))?\})")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*)://")
_NO_PORT = re.compile(r"^([^/?#:\[]+):(?!\d*(?:[/?#]|$)).*", re.DOTALL)
_HUSHED = (
    r"(?:[\w-]*(?:password|passwd|passphrase|pwd|secret|token|odbc_connect)[\w-]*|(?:hex|text)?key)"
)
_SECRET_QUERY = re.compile(rf"([?&;]{_HUSHED}=)[^&;]*", re.IGNORECASE)


def is_url(text: str) -> bool:
    """Whether a word is meant as a database URL."""
    return _SCHEME.match(text) is not None


def is_secret(name: str) -> bool:
    """Whether an option of this name holds something that is not to be shown."""
    return re.fullmatch(_HUSHED, name, re.IGNORECASE) is not None


def redacted(url: str) -> str:
    """The URL with every password in it hidden; also one that is not well formed."""
    match = _SCHEME.match(url)
    start = match.end() if match else 0
    user_info, at, rest = url[start:].rpartition("@")
    if at:
        user, colon, _ = user_info.partition(":")
        user_info = f"{user}:{HIDDEN}" if colon else user
    else:  # without a host, a password stands where a port would
        rest = _NO_PORT.sub(rf"\1:{HIDDEN}", rest)
    return _SECRET_QUERY.sub(rf"\1{HIDDEN}", f"{url[:start]}{user_info}{at}{rest}")


def hushed(text: str) -> str:
    """A text of others with the password in every URL in it hidden."""
    return re.sub(r"(\w://[^\s:/@'\"]*:)[^\s@'\"]*@", rf"\1{HIDDEN}@", text)


def checked(url: str, where: str) -> str:
    """The URL, if its parts can be told apart.

    Args:
        url: `dialect+driver://user:password@host:port/database?option=value`.
        where: the flag, variable or line it came from, for the message.

    Raises:
        UsageError: there is no scheme, the port is not a number, or a password holds a bare `@`,
            `/`, `?` or `#`, which would send a part of it to the name server.
    """
    if "\0" in url or "%00" in url:  # libpq would end the text there, and connect elsewhere
        raise UsageError(f"{where}: the URL holds a NUL character", "nothing in a URL may")
    match = _SCHEME.match(url)
    if match is None:
        raise UsageError(
            f"{where}: not a database URL", "such as mysql+pymysql://user@host/database"
        )
    if match["scheme"].partition("+")[0] == "sqlite" and "cipher" not in match["scheme"]:
        if url[match.end() : match.end() + 1] not in ("", "/", "?"):
            raise UsageError(
                f"{where}: a SQLite URL has three slashes, and four before an absolute path",
                f"such as {match[0]}/{redacted(url)[match.end() :]}",
            )
        return url
    before_at, at, _ = url[match.end() :].rpartition("@")
    if at and re.search(r"[@/?#]", before_at):
        raise UsageError(
            f"{where}: the user or password in the URL holds an unescaped '@', '/', '?' or '#'",
            "write it percent-encoded: @ is %40, / is %2F, ? is %3F, # is %23",
        )
    host = re.split(r"[/?#]", url[match.end() :].rpartition("@")[2] if at else url[match.end() :])[
        0
    ]
    port = re.search(r":([^\]:]*)$", host)
    if port and not port[1].isdecimal():
        # What stands there may be a password, if the host was forgotten: it is not shown.
        raise UsageError(
            f"{where}: the port in the URL is not a number",
            "such as mysql+pymysql://user@host:3306/database",
        )
    return url


def expand(text: str, environ: Mapping[str, str], where: str) -> str:
    """The text with `${VAR}`, `${VAR:-default}`, `${VAR:?message}` and `$$` replaced.

    In the user-and-password part of a URL the values are percent-encoded, so that a password may
    hold any character; a URL that is one variable as a whole is taken as it is.

    Raises:
        ConfigError: a variable is not set; names the line.
    """

    def value(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        found = environ.get(match["name"], "")
        if found or (match["how"] is None and match["name"] in environ):
            return found
        if match["how"] == ":-":
            return match["text"]
        raise ConfigError(
            f"{where}: the environment variable {match['name']} is not set", match["text"] or ""
        )

    scheme = _SCHEME.match(text)
    user_info, at, rest = text.rpartition("@")
    if scheme is None or not at:
        return _VARIABLE.sub(value, text)
    from urllib.parse import quote  # most texts are no URLs with a variable in them

    head, body = user_info[: scheme.end()], user_info[scheme.end() :]
    encoded = _VARIABLE.sub(lambda match: quote(value(match), safe=""), body)
    return f"{head}{encoded}@{_VARIABLE.sub(value, rest)}"
