"""What an error of PostgreSQL's means: by SQLSTATE, or by what libpq says before there is one."""

from __future__ import annotations

import re

from sqlsess_cli.dialects._faults import Fault, Meaning, first_line

_MEANINGS: dict[str, Meaning] = {
    "25006": "read only",
    "28000": "denied",
    "28P01": "denied",
    "40001": "locked",  # could not serialize
    "40P01": "locked",  # a deadlock
    "42501": "denied",
    "3D000": "unreachable",
    "3F000": "missing",
    "42703": "missing",
    "42883": "missing",
    "42P01": "missing",
    "53300": "unreachable",
    "55P03": "locked",
    "57P01": "lost",
    "57P02": "lost",
    "57P03": "unreachable",
}

# What libpq says of an option in the URL, before or while it connects.
_OPTION = re.compile(r"invalid \w+ value:|for connection option|definition of service")


def fault_of(error: BaseException) -> Fault:
    """By SQLSTATE; errors of connecting have none and are known by their words."""
    diag = getattr(error, "diag", None)
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if state is None:
        return _connecting(error)
    message = getattr(diag, "message_primary", None) or first_line(error)
    if detail := getattr(diag, "message_detail", None):
        message = f"{message}: {detail}"
    lost = state.startswith("08")
    position = getattr(diag, "statement_position", None)
    return Fault(
        "lost" if lost else _MEANINGS.get(state, "other"),
        " ".join(message.split()),
        getattr(diag, "message_hint", None) or "",
        state,
        int(position) if position else None,
    )


def _connecting(error: BaseException) -> Fault:
    """What psycopg says of an attempt to connect: the last line names the cause."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    message = re.sub(r"^connection (?:failed|is bad): |^FATAL:\s+", "", lines[0] if lines else "")
    message = message.replace("FATAL:  ", "")
    if type(error).__name__ == "ProgrammingError" or _OPTION.search(message):
        return Fault("option", message)
    if "method requirement" in message:
        hint = "let tls verify the server, or say ?require_auth=password in the URL"
        return Fault("other", message, hint)
    denied = "authentication failed" in message or "no password supplied" in message
    lost = (
        "closed" in message or "terminat" in message or "lost" in message or "consuming" in message
    )
    return Fault("denied" if denied else "lost" if lost else "other", message)
