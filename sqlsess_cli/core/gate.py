"""Whether a statement may be sent, as far as its text tells: for what the database lets through.

The second layer: the first is the database's own state, which `begin` set. What a function, a view
or a trigger does is in no text; docs/read-only.md lists what neither layer stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.errors import RefusedError
from sqlsess_cli.sql.calls import called
from sqlsess_cli.sql.scan import tokens
from sqlsess_cli.sql.statement import Statement
from sqlsess_cli.sql.verbs import Verb

# First words of statements that change rows and do nothing else.
_PLAIN = frozenset(
    {"DELETE", "DO", "INSERT", "KILL", "LOAD", "REPLACE", "SELECT", "SET", "UPDATE", "USE", "WITH"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a script, with what it does and the values it is given."""

    statement: Statement
    verb: Verb
    values: Mapping[str, object]
    where: str

    @property
    def place(self) -> str:
        """Where it stands, as `FILE:LINE:COLUMN`; nothing for one line of the command line."""
        return self.where.removesuffix(": ")


def may_be_sent(step: Step, hooks: Dialect, *, write: bool, forbidden: str) -> None:
    """See that a statement leaves the transaction alone and, where it must, only reads.

    Raises:
        RefusedError: it would begin or end a transaction, or may do what the database cannot be
            told to refuse.
    """
    if step.verb.controls_transaction:
        raise RefusedError(
            f"{step.where}{step.statement.keyword} would change the transaction itself",
            "a command is one transaction: committed if all of it succeeds, else rolled back",
        )
    if write:
        return
    hint = f"{forbidden} forbids changes" if forbidden else "add --write"
    if name := _outside(step.statement, hooks):
        message = f"{step.where}{name} acts outside of any transaction, and this command only reads"
        raise RefusedError(message, hint)
    if step.verb.reads:
        return
    commits = step.verb.ends_transaction_implicitly and hooks.definitions_commit
    why = ""
    if commits or _evades_reading(step.statement, hooks):
        why = "this command only reads"
    elif not hooks.reads_only:
        why = f"{hooks.label} cannot be told to refuse that"
    if why:
        raise RefusedError(f"{step.where}{step.statement.keyword} may write, and {why}", hint)


def can_be_undone(step: Step, hooks: Dialect) -> None:
    """See that a rollback reaches what a statement does; of its tables, begin() does.

    Raises:
        RefusedError: the server commits it, or may commit inside of it, or it reaches further.
    """
    statement, changes = step.statement, not step.verb.reads
    what, does = statement.keyword, ""
    if name := _outside(statement, hooks):
        what, does = name, "acts outside of any transaction"
    elif hooks.definitions_commit and step.verb.ends_transaction_implicitly:
        does = "commits"
    elif hooks.definitions_commit and changes and opaque(step):
        does = "may commit"
    elif changes and _outlasts(statement, hooks):
        does = "acts outside of any transaction"
    if does:
        message = f"{step.where}{what} {does}, and a sandbox could not undo that"
        raise RefusedError(message, f"{hooks.label} cannot roll it back")


def opaque(step: Step) -> bool:
    """Whether a statement may end the transaction though its words do not say so: CALL, EXECUTE."""
    statement = step.statement
    inner = statement.keyword == "SET" and "STATEMENT" in statement.text.upper()
    return statement.keyword not in _PLAIN or inner or _optional(statement)


def words(statement: Statement) -> Iterator[str]:
    """Its words, outside of strings, quoted names and comments."""
    for kind, at, end in tokens(statement.text, statement.lexical):
        if kind == "word":
            yield statement.text[at:end].upper()


def _outside(statement: Statement, hooks: Dialect) -> str:
    """The first function that it calls whose effect no transaction holds; nothing if none."""
    if hooks.outside is None or "(" not in statement.text:
        return ""
    return next((f"{name}()" for name in called(statement) if hooks.outside.fullmatch(name)), "")


def _evades_reading(statement: Statement, hooks: Dialect) -> bool:
    """Whether it may do what read-only transactions do not forbid; some servers skip comments."""
    if statement.keyword in hooks.evades_reading:
        return True
    inside = hooks.evades_inside
    return bool(inside) and (_optional(statement) or not inside.isdisjoint(words(statement)))


def _outlasts(statement: Statement, hooks: Dialect) -> bool:
    """Whether it may do what no rollback undoes, in a file, to a session or to the server."""
    inside = hooks.outlasts_inside
    return statement.keyword in hooks.outlasts or not inside.isdisjoint(words(statement))


def _optional(statement: Statement) -> bool:
    """Whether it holds a comment that some servers execute."""
    return re.search(r"/\*M?!", statement.text) is not None
