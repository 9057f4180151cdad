"""Connecting by PyMySQL in a limited time: its own limits begin anew with each byte that comes."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Event, Thread
from typing import Any

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
