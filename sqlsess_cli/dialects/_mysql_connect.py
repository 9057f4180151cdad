"""Connecting by PyMySQL: password, TLS, and a limit in time; its own begins with each byte."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from sqlalchemy.engine import URL

from sqlsess_cli.dialects._base import Settings, is_local
from sqlsess_cli.errors import ConfigError

_AGAIN = 0.05  # seconds; there may be no socket yet, or already the next address's


def within(made: Any, seconds: float) -> Any:
    """Connect a connection that was made with `defer_connect`; the same.

    Raises:
        OperationalError: PyMySQL's, after so many seconds at the latest.
    """
    from pymysql import err
    from pymysql.constants import CR

    began, done = time.monotonic(), Event()
    Thread(target=_hang_up, args=(made, done, seconds), daemon=True).start()
    try:
        made.connect()
    except err.OperationalError as error:
        if time.monotonic() - began < seconds:
            raise
        message = f"not connected in {seconds:g} s"
        raise err.OperationalError(CR.CR_CONN_HOST_ERROR, message) from error
    finally:
        done.set()
    return made


def _hang_up(made: Any, done: Event, seconds: float) -> None:
    """Once time is up, end whatever the driver is waiting for."""
    if done.wait(seconds):
        return
    while not done.wait(_AGAIN):
        with suppress(OSError, AttributeError):
            made._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001  there is no public way


def tls(url: URL, settings: Settings, asked: set[str]) -> dict[str, Any]:
    """PyMySQL's TLS arguments: one context for the engine; the driver makes one a connection."""
    mode = settings.get("tls") or ("off" if is_local(url) else "verify")
    if any(name.startswith("ssl") for name in asked):
        return {}  # the driver's own options say it
    if mode == "off" and "tls_ca" not in settings:
        return {"ssl_disabled": True}
    import ssl

    try:
        context = ssl.create_default_context(cafile=settings.get("tls_ca"))
    except OSError as error:
        reason = error.strerror or "it holds no certificate"
        raise ConfigError(f"cannot read tls_ca {settings.get('tls_ca')}: {reason}") from error
    # Certificates that MySQL makes for itself lack fields that Python 3.13 asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if mode == "insecure":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return {"ssl": context}


def password_in(path: str, url: URL) -> str | None:
    """The password in the [client] group of an option file whose host and user agree."""
    from pymysql.optionfile import Parser

    parser = Parser(strict=False)
    parser.read(path, encoding="utf-8")
    group = dict(parser.items("client")) if parser.has_section("client") else {}
    for key, ours in (("user", url.username), ("host", url.host)):
        if ours and group.get(key, f"'{ours}'").strip("'\"") != ours:
            return None
    secret = group.get("password")
    return None if secret is None else secret.strip("'\"")


def warnings(dbapi: Any) -> list[str]:
    """What the server warns of, if the answer to the latest statement says that it does."""
    answer = getattr(dbapi, "_result", None)
    if not getattr(answer, "warning_count", 0) or getattr(answer, "unbuffered_active", False):
        return []
    return [f"{str(level).lower()}: {message}" for level, _, message in dbapi.show_warnings()]
