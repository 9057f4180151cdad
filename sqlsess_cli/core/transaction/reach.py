"""Where a statement leads: through views, triggers and routines to what no rollback undoes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._stored import SEQUENCE, Stored
from sqlsess_cli.errors import RefusedError
from sqlsess_cli.sql.lexical import Lexical, lexical_of
from sqlsess_cli.sql.scan import tokens
from sqlsess_cli.sql.statements import split
from sqlsess_cli.sql.verbs import verb_of

_HINT = "a dry run and a sandbox undo everything"
_ASKS_SEQUENCE = frozenset({"lastval", "next", "nextval", "previous"})

# What sets triggers off, by the words of a statement: none of them, and it may be any.
_EVENTS = {
    "delete": {"delete"}, "insert": {"insert"}, "load": {"insert"}, "update": {"update"},
    "replace": {"delete", "insert"},
}  # fmt: skip
_ANY = frozenset({"delete", "insert", "update"})

Place = tuple[str, str]  # schema and name, in lower case


@dataclass(frozen=True, slots=True)
class _Found:
    """Something on the way: how it may be written, and through what it was found first."""

    place: Place
    events: frozenset[str]
    way: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is stored on a server, as far as it bears on what can be undone.

    A name is taken to be in any schema that its text names, or in the one that counts there: in
    doubt a statement leads to what has that name.

    Attributes:
        hooks: how its database differs.
        lexical: how it reads text.
        stored: what a name sets off.
        schemas: where there is anything of that.
        homes: those that count where a statement names none; USE adds one.
    """

    hooks: Dialect
    lexical: Lexical
    stored: Mapping[Place, Sequence[Stored]] = field(default_factory=dict)
    schemas: frozenset[str] = frozenset()
    homes: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, connection: Connection, hooks: Dialect) -> Reach:
        """As the server tells it now."""
        stored: dict[Place, list[Stored]] = {}
        for item in hooks.stored(connection):
            stored.setdefault((item.schema.casefold(), item.name.casefold()), []).append(item)
        home = str(connection.dialect.default_schema_name or "").casefold()
        schemas = frozenset(schema for schema, _ in stored)
        return cls(hooks, lexical_of(connection.dialect.name), stored, schemas, {home})

    def require_undo(self, text: str) -> None:
        """See that all that a text leads to can be undone.

        What a view reads is only read, unless it is written through; a routine may write whatever
        it names, and a trigger is set off by whoever writes to its table.

        Raises:
            RefusedError: it leads to a table without transactions, or may.
        """
        if not self.stored:
            return
        for statement in split(text, self.lexical):
            names = self._names(statement.text)
            if statement.keyword == "USE":
                self.homes.update(names & self.schemas)
            events = frozenset[str]() if verb_of(statement).reads else _events(names)
            self._follow([_Found(place, events) for place in self._places(names, self.homes)])

    def _follow(self, waiting: list[_Found]) -> None:
        seen: set[tuple[Place, frozenset[str]]] = set()
        while waiting:
            found = waiting.pop()
            if (found.place, found.events) in seen:
                continue
            seen.add((found.place, found.events))
            for item in self.stored[found.place]:
                if item.kind == "table" and found.events:
                    raise _not_undoable(item, found.way)
                if item.kind in {"view", "routine"} or item.event in found.events:
                    waiting += self._inside(item, found)

    def _inside(self, item: Stored, found: _Found) -> list[_Found]:
        """What a definition names; through a view is written what is written to it.

        Raises:
            RefusedError: it is hidden, or does what no rollback undoes without any table.
        """
        if item.text is None:
            message = f"what the {item} does is hidden from this account: it may be lasting"
            raise RefusedError(message, _HINT)
        names = self._names(item.text)
        lasting = {name.upper() for name in names} & self.hooks.outlasts_inside
        if lasting and item.kind != "view":
            raise RefusedError(f"the {item} holds {min(lasting)}, which no rollback undoes", _HINT)
        events = found.events if item.kind == "view" else _events(names)
        places = self._places(names, {item.schema.casefold()})
        return [_Found(place, events, found.way or str(item)) for place in places]

    def _places(self, names: set[str], homes: set[str]) -> list[Place]:
        """What has one of these names; no sequence that is only asked for its numbers."""
        schemas = homes | (names & self.schemas)
        places = [(schema, name) for schema in schemas for name in names]
        found = [place for place in places if place in self.stored]
        if _ASKS_SEQUENCE.isdisjoint(names):
            return found
        return [place for place in found if self.stored[place][0].text != SEQUENCE]

    def _names(self, text: str) -> set[str]:
        """Every word and quoted name."""
        return {
            text[at:end].strip('"`[]').casefold()
            for kind, at, end in tokens(text, self.lexical)
            if kind in {"word", "name"}
        }


def _events(names: set[str]) -> frozenset[str]:
    """What a text that writes may set off."""
    return frozenset().union(*(_EVENTS.get(name, ()) for name in names)) or _ANY


def _not_undoable(table: Stored, way: str) -> RefusedError:
    through = f", where the {way} leads," if way else ""
    what = f"{table.name}{through} is a table without transactions ({table.text})"
    return RefusedError(f"{what}: nothing done to it can be undone", _HINT)
