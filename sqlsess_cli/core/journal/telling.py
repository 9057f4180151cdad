"""What a journal tells of a recording: its first line, and one for each change of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Mapper

from sqlsess_cli.core.changes.references import name_of, place_of
from sqlsess_cli.core.journal.document import VERSION, Change
from sqlsess_cli.core.journal.recording import Recording
from sqlsess_cli.core.journal.touches import Touch
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._relations import Place


def told(
    recording: Recording, about: Mapping[str, Any], mappers: Iterable[Mapper[Any]]
) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """What is to be written, now that the work is done.

    Args:
        recording: of the session.
        about: what is known of the command.
        mappers: of the classes whose names are told.

    Raises:
        RefusedError: something was changed that is not known row by row.
    """
    changes = recording.finish()
    header: dict[str, Any] = {"sqlsess_journal": VERSION, **about}
    if recording.connection is not None:
        header |= _database(recording.connection, {item.table.place for item in changes})
    classes = {place_of(item.local_table): item.class_.__name__
               for item in mappers if not _shares_table(item)}  # fmt: skip
    return header, (_line(item, classes.get(item.table.place, "")) for item in changes)


def _database(connection: Connection, places: set[Place]) -> dict[str, Any]:
    hooks = dialects.find(connection.dialect.name)
    words = hooks.relations.triggers
    rows = connection.execute(text(words)).all() if words and places else []
    return {
        "identity": hooks.exact.identity(connection),
        "transaction": hooks.exact.transaction(connection),
        "settings": hooks.exact.settings(connection),
        "triggers": sorted(name_of(place) for place in places & {(one, two) for one, two in rows}),
    }


def _line(touch: Touch, name: str) -> dict[str, Any]:
    row = touch.before if touch.before is not None else touch.after or {}
    names = touch.table.key if touch.table.keyed else ()
    change = Change(touch.table.place, touch.before, touch.after, name)
    return change.line_of({name: row[name] for name in names})


def _shares_table(mapper: Mapper[Any]) -> bool:
    """Whether its rows are in the table of the class that it inherits from."""
    return mapper.inherits is not None and mapper.inherits.local_table is mapper.local_table
