"""What a MySQL server may not have of us, though PyMySQL would give it: it may be another's."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from traceback import walk_tb
from typing import Any

from pymysql.err import OperationalError

_REFUSED = 2059  # CR_AUTH_PLUGIN_CANNOT_LOAD

# PyMySQL's functions that read what the server sends, by how their names begin.
_READING = ("_read", "_get_", "_process_auth")
_READING_MODULES = ("pymysql.protocol", "pymysql._auth")


def _only_in_private(connection: Any) -> None:
    """Let PyMySQL send the password as it is, if nobody but the right server can hear it.

    Raises:
        OperationalError: anybody may be there: the connection is no socket of this machine's, nor
            encrypted for a server whose certificate was verified.
    """
    context = getattr(connection, "ctx", None)
    verified = context is not None and context.verify_mode == ssl.CERT_REQUIRED
    if not (connection._secure and (verified or connection.unix_socket)):  # noqa: SLF001
        raise OperationalError(
            _REFUSED,
            "the server asks for the password in clear, on a connection that is not verified;"
            " it was not sent",
        )


def _never(_connection: Any) -> None:
    """Refuse a method that no server needs any more.

    Raises:
        OperationalError: always.
    """
    raise OperationalError(
        _REFUSED,
        "the server asks for the password as before MySQL 4.1, which is next to clear;"
        " it was not sent",
    )


# PyMySQL calls these for something that logs in; None leaves it to PyMySQL.
METHODS: Mapping[str, Callable[[Any], None]] = {
    "mysql_clear_password": _only_in_private,
    "dialog": _only_in_private,
    "mysql_old_password": _never,
}


def misspoken(error: BaseException) -> str:
    """What is wrong with the server's words, if PyMySQL fell over them; nothing for other errors.

    PyMySQL takes them for granted: where they are not as they should be, whatever Python makes of
    that is raised, and the connection is out of step.
    """
    if "LOAD_LOCAL" in str(error):
        return "the server asks for a file of this machine, and was sent none"
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if any(frame.f_code.co_name == "raise_mysql_exception" for frame in frames):
        return ""  # an error of the server's own, told as it should be
    within = [
        frame for frame in frames
        if frame.f_globals.get("__name__", "").startswith("pymysql.")
        and (frame.f_code.co_name.startswith(_READING) or _reads(frame.f_globals["__name__"]))
    ]  # fmt: skip
    greeted = any(frame.f_code.co_name == "_request_authentication" for frame in frames)
    if not within and not (greeted and type(error) is ValueError):  # of a version such as "x.1"
        return ""
    return "the server does not keep to the protocol"


def _reads(module: str) -> bool:
    return module.startswith(_READING_MODULES)
