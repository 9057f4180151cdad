"""Before and after, where one statement changes many rows and no object tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from sqlsess_cli.core.changes.references import among
from sqlsess_cli.core.models.entity import Entity

ADDED, CHANGED, REMOVED = "+", "~", "-"

Key = tuple[object, ...]
Values = Mapping[str, object]  # by attribute
Shown = tuple[object, ...]  # sign, object, attribute, before, after


def read(session: Session, entity: Entity, keys: Sequence[Key]) -> dict[Key, Values]:
    """The values of the rows with these keys, as they are now; in the order of the keys.

    Raises:
        SQLAlchemyError: the database refuses to tell them.
    """
    names = [name for name in entity.selected if name in entity.mapper.column_attrs]
    columns = [entity.attribute(entity.origin, name) for name in (*entity.key, *names)]
    rows = session.execute(select(*columns).where(among(columns[: len(entity.key)], keys)))
    width = len(entity.key)
    found = {tuple(row[:width]): dict(zip(names, row[width:], strict=True)) for row in rows}
    return {key: found[key] for key in keys if key in found}


def added(entity: Entity, rows: Sequence[Values]) -> Iterator[Shown]:
    """Rows that were made, as far as they were given."""
    for row in rows:
        label = _label(entity, [row[name] for name in entity.key if name in row])
        yield from ((ADDED, label, name, None, value) for name, value in row.items())


def removed(entity: Entity, key: Key, before: Values) -> Iterator[Shown]:
    """One row that is gone."""
    label = _label(entity, key)
    yield from ((REMOVED, label, name, value, None) for name, value in before.items())


def changed(entity: Entity, key: Key, before: Values, after: Values | None) -> Iterator[Shown]:
    """One row, by the attributes that differ; None where its new key is not known."""
    label, now = _label(entity, key), after or dict.fromkeys(entity.key)
    for name, value in before.items():
        if name in now and now[name] != value:
            yield CHANGED, label, name, value, now[name]


def _label(entity: Entity, key: Sequence[object]) -> str:
    return f"{entity.label} {' '.join(map(str, key))}".strip()
