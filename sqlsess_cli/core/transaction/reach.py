"""Where a statement leads: through views, triggers and routines to what no rollback undoes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from sqlsess_cli.core.sql.lexical import Lexical, lexical_of
from sqlsess_cli.core.sql.scan import tokens
from sqlsess_cli.core.sql.statements import split
from sqlsess_cli.core.sql.verbs import verb_of
from sqlsess_cli.dialects._base import Dialect, Stored
from sqlsess_cli.errors import RefusedError

_HINT = "a dry run and a sandbox undo everything"
_ASKS_SEQUENCE = frozenset({"lastval", "next", "nextval", "previous"})


@dataclass(frozen=True, slots=True)
class Reach:
    """What is stored on a server, as far as it bears on what can be undone.

    Names count without their schema, in lower case: in doubt a statement leads there.

    Attributes:
        hooks: how its database differs.
        lexical: how it reads text.
        kept: what tables are that no rollback reaches.
        stored: what else a name sets off.
    """

    hooks: Dialect
    lexical: Lexical
    kept: Mapping[str, str]
    stored: Mapping[str, list[Stored]]

    @classmethod
    def of(cls, connection: Connection, hooks: Dialect) -> Reach:
        """As the server tells it now."""
        stored: dict[str, list[Stored]] = {}
        for item in hooks.stored(connection):
            stored.setdefault(item.name, []).append(item)
        kept = hooks.without_transactions(connection)
        return cls(hooks, lexical_of(connection.dialect.name), kept, stored)

    def require_undo(self, text: str) -> None:
        """See that all that a text leads to can be undone.

        What a view reads is only read, unless it is written through; a routine may write whatever
        it names, and a trigger is set off by whoever writes to its table.

        Raises:
            RefusedError: it leads to a table without transactions, or may.
        """
        if not self.kept and not self.stored:
            return
        for statement in split(text, self.lexical):
            writes = not verb_of(statement).reads
            self._follow([_Found(name, writes) for name in self._names(statement.text)])

    def _follow(self, waiting: list[_Found]) -> None:
        seen: set[tuple[str, bool]] = set()
        while waiting:
            found = waiting.pop()
            if (found.name, found.written) in seen:
                continue
            seen.add((found.name, found.written))
            if found.written and found.name in self.kept:
                raise _not_undoable(found, self.kept[found.name])
            for item in self.stored.get(found.name, ()):
                if item.kind != "trigger" or found.written:
                    written = found.written or item.kind == "routine"
                    way = found.way or _said(item)
                    waiting += [_Found(name, written, way) for name in self._inside(item)]

    def _inside(self, item: Stored) -> list[str]:
        """The names in a definition.

        Raises:
            RefusedError: it is hidden, or does what no rollback undoes without any table.
        """
        if item.text is None:
            message = f"what the {_said(item)} does is hidden from this account: it may be lasting"
            raise RefusedError(message, _HINT)
        names = self._names(item.text)
        lasting = {name.upper() for name in names} & self.hooks.outlasts_inside
        if lasting and item.kind != "view":
            raise RefusedError(
                f"the {_said(item)} holds {min(lasting)}, which no rollback undoes", _HINT
            )
        return names

    def _names(self, text: str) -> list[str]:
        """Every word and quoted name; a sequence that is only asked for its numbers is none."""
        marks = [
            text[at:end].strip('"`[]').casefold()
            for kind, at, end in tokens(text, self.lexical)
            if kind in {"word", "name"}
        ]
        if _ASKS_SEQUENCE.isdisjoint(marks):
            return marks
        return [name for name in marks if self.kept.get(name) != "SEQUENCE"]


@dataclass(frozen=True, slots=True)
class _Found:
    """A name on the way: whether what it names is written, and through what it was found first."""

    name: str
    written: bool
    way: str = ""


def _said(item: Stored) -> str:
    return f"trigger of {item.name}" if item.kind == "trigger" else f"{item.kind} {item.name}"


def _not_undoable(found: _Found, engine: str) -> RefusedError:
    through = f", where the {found.way} leads," if found.way else ""
    what = f"{found.name}{through} is a table without transactions ({engine})"
    return RefusedError(f"{what}: nothing done to it can be undone", _HINT)
