"""What MySQL and MariaDB do not forbid in a read-only transaction, and how text hides it."""

from __future__ import annotations

import re
from typing import Any

# Text that is only known when it is executed, procedures, and compound statements.
EVADING = frozenset(
    {"BINLOG", "CALL", "CASE", "DECLARE", "EXECUTE", "FOR", "IF", "KILL", "LOOP", "PREPARE"}
    | {"PURGE", "REPEAT", "WHILE"}
)
# Files that the server writes, settings of all sessions, and those of others.
OUTLASTING = frozenset(
    {"BINLOG", "DUMPFILE", "GLOBAL", "KILL", "OUTFILE", "PERSIST", "PERSIST_ONLY", "PURGE"}
)
OUTSIDE = re.compile("setval")
UNHELD = (
    "stored functions that write files, end sessions or set variables of the server",
    "a program's own connections",
)

_NO_ESCAPES = 0x200  # SERVER_STATUS_NO_BACKSLASH_ESCAPES, in the status of each answer
_WIDE = re.compile(r"[^\x00-\x7f]\\")
# Character sets in which a backslash can be the second byte of a character.
_SWALLOWING = frozenset({"big5", "cp932", "gb18030", "gbk", "sjis"})


def moving(dbapi: Any, statement: str) -> str:
    """The setting, if there is one, by which a backslash in a statement means another thing.

    Args:
        dbapi: PyMySQL's connection, with no rows waiting.
        statement: as it would be sent; the server is only asked where it could matter.
    """
    if dbapi.server_status & _NO_ESCAPES:
        return "NO_BACKSLASH_ESCAPES"
    if '\\"' not in statement and not _WIDE.search(statement):
        return ""
    with dbapi.cursor() as cursor:
        cursor.execute("SELECT @@sql_mode, @@character_set_client")
        modes, characters = cursor.fetchone()
    if "ANSI_QUOTES" in modes:
        return "ANSI_QUOTES"
    return str(characters) if characters in _SWALLOWING else ""
