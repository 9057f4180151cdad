"""What a statement does, as far as its words tell: the read-only gate, streaming, the sandbox.

A guard rail, not a wall: what a function, a procedure, a prepared statement or a dynamic one does
is not in the text. In doubt a statement does not `read`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlsess_cli.sql.lexical import Lexical
from sqlsess_cli.sql.marks import Marks, marks_of, pieces_of
from sqlsess_cli.sql.statement import Statement
from sqlsess_cli.sql.statements import split


@dataclass(frozen=True, slots=True)
class Verb:
    """What a statement does.

    Attributes:
        reads: it only reads.
        cursor_ok: it is a query that PostgreSQL can DECLARE a CURSOR for.
        controls_transaction: it begins or ends a transaction or a part of one, or changes what
            the next one may do.
        ends_transaction_implicitly: MySQL and MariaDB commit when they see it. On a database that
            we do not know, every definition.
        defines: it changes definitions or rights: DDL.
    """

    reads: bool = False
    cursor_ok: bool = False
    controls_transaction: bool = False
    ends_transaction_implicitly: bool = False
    defines: bool = False


QUERIES = frozenset({"SELECT", "VALUES", "TABLE", "WITH"})
# Words that make a query more than one, wherever they stand in it.
WRITES = frozenset({"DELETE", "INSERT", "INTO", "MERGE", "REPLACE", "UPDATE"})
# In T-SQL a statement needs no semicolon before it, so on unknown databases these count as well.
_WRITES_PORTABLE = WRITES | {"ALTER", "CREATE", "DROP", "EXEC", "EXECUTE", "GRANT", "TRUNCATE"}
_FUNCTIONS = frozenset({"INSERT", "REPLACE"})  # before a parenthesis
EXPLAINS = frozenset({"EXPLAIN", "DESCRIBE", "DESC"})
_ANALYZES = frozenset({"ANALYZE", "ANALYSE"})
# What EXPLAIN can be followed by, after its options.
_EXPLAINED = QUERIES | WRITES | {"CALL", "CREATE", "DECLARE", "EXECUTE", "REFRESH"}

DEFINES = frozenset(
    {"ALTER", "COMMENT", "CREATE", "DROP", "GRANT", "IMPORT", "REASSIGN", "REINDEX"}
    | {"RENAME", "REVOKE", "SECURITY", "TRUNCATE"}
)

CONTROLS = (
    ("ABORT",), ("BEGIN",), ("COMMIT",), ("DISCARD", "ALL"), ("END",), ("PREPARE", "TRANSACTION"),
    ("RELEASE",), ("RESET", "ALL"), ("ROLLBACK",), ("SAVE",), ("SAVEPOINT",),
    ("START", "TRANSACTION"), ("XA",),
)  # fmt: skip
CONTROLS_MYSQL = (("LOCK", "TABLE"), ("LOCK", "TABLES"), ("UNLOCK",))
# In SET and RESET.
CONTROL_SETTINGS = frozenset(
    {"AUTOCOMMIT", "CHARACTERISTICS", "COMPLETION_TYPE", "TRANSACTION", "TX_ISOLATION"}
    | {"TRANSACTION_DEFERRABLE", "TRANSACTION_ISOLATION", "TRANSACTION_READ_ONLY", "TX_READ_ONLY"}
    | {"DEFAULT_TRANSACTION_DEFERRABLE", "DEFAULT_TRANSACTION_ISOLATION"}
    | {"DEFAULT_TRANSACTION_READ_ONLY"}
)

# Seen to commit on MariaDB 10.11, or listed in MySQL's manual as committing.
COMMITS = (
    ("ALTER",), ("BACKUP",), ("BEGIN",), ("CACHE", "INDEX"), ("CHANGE",), ("CHECK",), ("CLONE",),
    ("CREATE",), ("DROP",), ("FLUSH",), ("GRANT",), ("IMPORT",), ("INSTALL",), ("LOAD", "INDEX"),
    ("LOCK", "TABLE"), ("LOCK", "TABLES"), ("OPTIMIZE",), ("RENAME",), ("REPAIR",), ("RESET",),
    ("RESTART",), ("REVOKE",), ("SET", "DEFAULT"), ("SET", "PASSWORD"), ("SHUTDOWN",),
    ("START",), ("STOP",), ("TRUNCATE",), ("UNINSTALL",), ("UNLOCK",),
)  # fmt: skip

# SQLite: with an argument in parentheses these still only ask …
_PRAGMA_ASKS = frozenset(
    {"FOREIGN_KEY_CHECK", "FOREIGN_KEY_LIST", "INDEX_INFO", "INDEX_LIST", "INDEX_XINFO"}
    | {"INTEGRITY_CHECK", "QUICK_CHECK", "TABLE_INFO", "TABLE_LIST", "TABLE_XINFO"}
)
# … and without one these already act.
_PRAGMA_ACTS = frozenset({"INCREMENTAL_VACUUM", "OPTIMIZE", "SHRINK_MEMORY", "WAL_CHECKPOINT"})


def verb_of(statement: Statement) -> Verb:
    """What a statement does; several in one text (a DELIMITER can do that) never just read."""
    parts = list(split(statement.text, statement.lexical))
    verb = _any_of([_verb_of_one(part) for part in parts])
    return verb if len(parts) == 1 else replace(verb, reads=False, cursor_ok=False)


def _any_of(verbs: Sequence[Verb]) -> Verb:
    """It reads when all do; it does anything else when one does."""
    return Verb(
        reads=bool(verbs) and all(verb.reads for verb in verbs),
        cursor_ok=bool(verbs) and all(verb.cursor_ok for verb in verbs),
        controls_transaction=any(verb.controls_transaction for verb in verbs),
        ends_transaction_implicitly=any(verb.ends_transaction_implicitly for verb in verbs),
        defines=any(verb.defines for verb in verbs),
    )


def _verb_of_one(statement: Statement) -> Verb:
    """An executable comment may be skipped by the server: both readings count."""
    marks = marks_of(statement)
    readings = [[mark for mark, _ in marks]]
    if any(optional for _, optional in marks):
        readings.append([mark for mark, optional in marks if not optional])
    pieces = [list(pieces_of(reading, statement.lexical)) for reading in readings if reading]
    verb = _any_of([_verb(piece, statement.lexical) for some in pieces for piece in some])
    # A server that skips an executable comment does not know of strings in it; a NUL can end a
    # text; and of several statements none can be sent as a query.
    doubtful = any(optional and mark[0] in "'\"/" for mark, optional in marks)
    several = any(len(some) != 1 for some in pieces)
    if doubtful or several or "\0" in statement.text or not statement.complete:
        return replace(verb, reads=False, cursor_ok=False)
    return verb


def _verb(marks: Marks, lexical: Lexical) -> Verb:
    """Of one piece, seen through EXPLAIN, ANALYZE and SET STATEMENT."""
    marks = _unparenthesized(marks)
    first = marks[0] if marks else ""
    if first in EXPLAINS:
        return _explained(marks, lexical)
    if lexical.name == "mysql" and first in _ANALYZES:
        return _analyzed(marks, lexical)
    if tuple(marks[:2]) == ("SET", "STATEMENT") and "FOR" in marks:
        verb = _plain(marks[marks.index("FOR") + 1 :], lexical)
        return replace(_any_of([verb, _plain(marks, lexical)]), reads=False, cursor_ok=False)
    return _plain(marks, lexical)


def _unparenthesized(marks: Marks) -> Marks:
    depth = next((index for index, mark in enumerate(marks) if mark != "("), len(marks))
    return marks[depth:]


def _explained(marks: Marks, lexical: Lexical) -> Verb:
    """Without ANALYZE nothing is executed, with it the inner statement is."""
    at = next((i for i, mark in enumerate(marks) if i and mark in _EXPLAINED), 0)
    options = marks[1:at] if at else marks[1:]
    # PostgreSQL takes ("analyze") as well.
    executes = any(mark in _ANALYZES or (at and mark[0] == '"') for mark in options)
    if not executes:
        return Verb(reads=True)
    return replace(_plain(marks[at:], lexical), cursor_ok=False) if at else Verb()


def _analyzed(marks: Marks, lexical: Lexical) -> Verb:
    """MariaDB's ANALYZE of a statement executes it; of a table it commits."""
    at = next((i for i, mark in enumerate(marks) if mark in QUERIES | WRITES), 0)
    if not at or marks[at] == "TABLE":
        return Verb(ends_transaction_implicitly=True)
    return replace(_plain(marks[at:], lexical), cursor_ok=False)


def _plain(marks: Marks, lexical: Lexical) -> Verb:
    first = marks[0] if marks else ""
    query = first in QUERIES
    reads = query and not _writes(marks, lexical)
    makes_table = query and lexical.name != "mysql" and "INTO" in marks
    defines = first in DEFINES or makes_table
    asks = first == "SHOW" or (first == "PRAGMA" and lexical.name == "sqlite" and _asks(marks))
    return Verb(
        reads=reads or asks,
        cursor_ok=reads,
        controls_transaction=_controls(marks, lexical),
        ends_transaction_implicitly=_commits(marks, lexical, defines=defines),
        defines=defines,
    )


def _writes(marks: Marks, lexical: Lexical) -> bool:
    """Whether a query holds a word that makes it more: INTO, or a statement in WITH."""
    portable = lexical.name == "portable"
    words = _WRITES_PORTABLE if portable else WRITES
    for index, mark in enumerate(marks):
        if mark not in words:
            continue
        before = marks[index - 1] if index else ""
        after = marks[index + 1] if index + 1 < len(marks) else ""
        function = mark in _FUNCTIONS and after == "("
        lock = mark == "UPDATE" and before in {"FOR", "KEY"} and not portable
        if not (function or lock or before in {".", "@", "AS"}):
            return True
    return False


def _controls(marks: Marks, lexical: Lexical) -> bool:
    if marks[:1] in (["SET"], ["RESET"]):
        names = {mark.removeprefix('"') for mark in marks}
        escaped = any(mark.startswith('"U&') for mark in marks)  # spelled by code points
        if escaped or not CONTROL_SETTINGS.isdisjoint(names):
            return True
    return _begins(marks, CONTROLS) or (lexical.name == "mysql" and _begins(marks, CONTROLS_MYSQL))


def _commits(marks: Marks, lexical: Lexical, *, defines: bool) -> bool:
    if lexical.name != "mysql":
        return defines and lexical.name == "portable"
    if marks[:1] in (["CREATE"], ["DROP"]) and "TEMPORARY" in marks[:4]:
        return "TABLE" not in marks[:5] and "TABLES" not in marks[:5]
    return _begins(marks, COMMITS) or (marks[:1] == ["SET"] and "AUTOCOMMIT" in marks)


def _begins(marks: Marks, table: Sequence[tuple[str, ...]]) -> bool:
    return any(tuple(marks[: len(words)]) == words for words in table)


def _asks(marks: Marks) -> bool:
    """Whether a PRAGMA only asks."""
    name = marks[3] if marks[2:3] == ["."] and len(marks) > 3 else "".join(marks[1:2])
    name = name.removeprefix('"')
    if not name or "=" in marks:
        return False
    return name in _PRAGMA_ASKS if "(" in marks else name not in _PRAGMA_ACTS
