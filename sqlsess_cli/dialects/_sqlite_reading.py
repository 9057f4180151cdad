"""What SQLite is allowed to do for a command that only reads, and for one that is undone."""

from __future__ import annotations

import sqlite3

# What a statement that only reads may do. ATTACH is absent: it can write another file.
_READING = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
# Pragmas that tell of the schema or the file, and change nothing.
_TELLING = frozenset(
    "application_id collation_list compile_options data_version database_list encoding "
    "foreign_key_check foreign_key_list foreign_keys freelist_count function_list index_info "
    "index_list index_xinfo integrity_check journal_mode module_list page_count page_size "
    "pragma_list query_only quick_check read_uncommitted schema_version table_info table_list "
    "table_xinfo user_version".split()
)
# Of these, only the form without a value is a question. With one, read_uncommitted is how
# SQLAlchemy sets and resets an isolation level; it is about this connection alone.
_QUESTIONS = frozenset(
    "application_id encoding foreign_keys journal_mode page_size query_only schema_version "
    "user_version".split()
)


def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow only what reads; the database asks before it prepares each part of a statement."""
    if action in _READING:
        return sqlite3.SQLITE_OK
    # json_each() and its like declare themselves so; the schema itself is not writable here.
    if action == sqlite3.SQLITE_UPDATE and first in ("sqlite_master", "sqlite_temp_master"):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if second == "load_extension" else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _TELLING:
        asks = second is None or (first or "").lower() not in _QUESTIONS
        return sqlite3.SQLITE_OK if asks else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


def authorize_unending(action: int, first: str | None, *_: str | None) -> int:
    """Allow all but the end of the transaction."""
    ends = action == sqlite3.SQLITE_TRANSACTION and first != "BEGIN"
    return sqlite3.SQLITE_DENY if ends else sqlite3.SQLITE_OK


def authorize_undoable(action: int, first: str | None, *rest: str | None) -> int:
    """Allow all that the rollback of one transaction, in one file, undoes."""
    if action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}:
        return sqlite3.SQLITE_DENY
    return authorize_unending(action, first, *rest)
