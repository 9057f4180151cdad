"""Before and after: what a flush did to each object, those that cascades reached included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import InstanceState, Mapper, Session, UOWTransaction

from sqlsess_cli.result import Column, Result

ADDED, CHANGED, REMOVED = "+", "~", "-"
_UNSEEN = object()  # a value that was not loaded, or that only the database knows


@dataclass(slots=True)
class Image:
    """What became of one object.

    Attributes:
        sign: added, changed or removed.
        mapper: of its class.
        key: the values of its primary key.
        before: by attribute; of a changed object those that changed.
        after: the same afterwards.
        asked: it is one of those that were named, and no cascade reached it.
    """

    sign: str
    mapper: Mapper[Any]
    key: tuple[object, ...]
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    asked: bool = True

    @property
    def label(self) -> str:
        """What it is, and its key."""
        return f"{self.mapper.class_.__name__} {' '.join(map(str, self.key))}".strip()


class Watch:
    """Sees every flush of a session.

    Args:
        session: from begin().
    """

    def __init__(self, session: Session) -> None:
        self.images: list[Image] = []
        self._named: set[int] = set()
        self._pending: list[tuple[Image, InstanceState[Any]]] = []
        self._before: dict[InstanceState[Any], dict[str, object]] = {}
        event.listen(session, "before_flush", self._begun)
        event.listen(session, "after_flush", self._flushed)
        event.listen(session, "after_flush_postexec", self._settled)

    def name(self, target: object) -> None:
        """An object that is meant by the command itself."""
        self._named.add(id(target))

    def _begun(self, session: Session, _context: UOWTransaction, _objects: object) -> None:
        """What a flush makes the database compute has no history afterwards."""
        self._before = {state: dict(_changes(state)) for state in map(inspected, session.dirty)}

    def _flushed(self, session: Session, _context: UOWTransaction) -> None:
        for target in session.new:
            state = inspected(target)
            self._see(Image(ADDED, state.mapper, state.mapper.primary_key_from_instance(target)),
                      state, target)  # fmt: skip
        for target in session.dirty:
            state = inspected(target)
            before = {**dict(_changes(state)), **self._before.get(state, {})}
            if before:
                self._see(Image(CHANGED, state.mapper, _key(state), before), state, target)
        for target in session.deleted:
            state = inspected(target)
            before = {item.key: state.dict[item.key] for item in state.mapper.column_attrs
                      if item.key in state.dict}  # fmt: skip
            self._see(Image(REMOVED, state.mapper, _key(state), before), None, target)

    def _see(self, image: Image, state: InstanceState[Any] | None, target: object) -> None:
        image.asked = id(target) in self._named
        image.key = tuple(image.key)
        self.images.append(image)
        if state is not None:
            self._pending.append((image, state))

    def _settled(self, _session: Session, _context: UOWTransaction) -> None:
        """Read the values that the database made, once it may be asked again."""
        pending, self._pending = self._pending, []
        for image, state in pending:
            target = state.obj()
            names = image.before or {item.key: None for item in state.mapper.column_attrs}
            image.after = {name: _shown(getattr(target, name)) for name in names}
            if image.sign == ADDED:
                image.key = tuple(state.mapper.primary_key_from_instance(target))

    def result(self) -> Result:
        """The images as an answer: a row for each attribute that differs."""
        columns = tuple(Column(name, "text") for name in ("change", "object", "attribute"))
        rows = [row for image in self.images for row in _rows(image)]
        values = (Column("before", "other"), Column("after", "other"))
        return Result((*columns, *values), iter([rows] if rows else []))

    def count(self, sign: str) -> int:
        """How many objects were added, changed or removed."""
        return sum(image.sign == sign for image in self.images)


def _key(state: InstanceState[Any]) -> tuple[object, ...]:
    return tuple(state.identity or ())


def _changes(state: InstanceState[Any]) -> Iterator[tuple[str, object]]:
    """The attributes that differ, and what each was."""
    for item in state.mapper.column_attrs:
        history = state.attrs[item.key].history
        if history.has_changes():
            yield item.key, history.deleted[0] if history.deleted else _UNSEEN
    for link in state.mapper.relationships:
        if link.secondary is None or link.viewonly or link.key not in state.dict:
            continue
        history = state.attrs[link.key].history
        if history.has_changes():
            yield link.key, [*map(_named, history.unchanged or ()), *map(_named, history.deleted)]


def _named(target: object) -> str:
    state = inspected(target)
    key = state.identity or state.mapper.primary_key_from_instance(target)
    return " ".join(map(str, key))


def _shown(value: object) -> object:
    """A related object by its key; any other value as it is."""
    return [_named(item) for item in value] if isinstance(value, list) and _mapped(value) else value


def _mapped(values: list[Any]) -> bool:
    return all(inspected(item, raiseerr=False) is not None for item in values)


def _rows(image: Image) -> Iterator[tuple[object, ...]]:
    for name in image.after or image.before:
        before, after = image.before.get(name), image.after.get(name)
        if image.sign == CHANGED and before == after:
            continue
        if image.sign == ADDED and after is None:
            continue
        known = None if before is _UNSEEN else before
        yield image.sign, image.label, name, known, after
