"""Before and after: what flushes did to each object, those that cascades reached included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import InstanceState, Mapper, Session, UOWTransaction

from sqlsess_cli.core.changes.cascades import DELETED, Cascade, Cascades
from sqlsess_cli.core.changes.collections import NEVER_LOADED, members
from sqlsess_cli.core.changes.rows import ADDED, CHANGED, REMOVED, Shown
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.inside import require_undo
from sqlsess_cli.core.transaction.state import INFO, Transaction
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.result import Column, Result

_UNSEEN = object()  # a value that was not loaded, or that only the database knows
_COLUMNS = (
    Column("change", "text", look="sign"),
    Column("object", "text"),
    Column("attribute", "text"),
    Column("before", "other", look="brief"),
    Column("after", "other", look="brief"),
)


@dataclass(slots=True)
class Image:
    """What became of one object.

    Attributes:
        sign: added, changed or removed.
        target: the object.
        key: the values of its primary key; those of an added one are not known before a flush.
        before: by attribute; of a changed object those that changed.
        asked: it is one of those that were named, and no cascade reached it.
    """

    sign: str
    target: object
    key: tuple[object, ...]
    before: dict[str, object] = field(default_factory=dict)
    asked: bool = True

    @property
    def mapper(self) -> Mapper[Any]:
        """Of its class."""
        return _state(self.target).mapper

    @property
    def label(self) -> str:
        """What it is, and its key."""
        key = self.mapper.primary_key_from_instance(self.target) if self.sign == ADDED else self.key
        return f"{self.mapper.class_.__name__} {' '.join(map(str, key))}".strip()

    def after(self) -> Mapping[str, object]:
        """The same attributes as they are now; of an added object all."""
        if self.sign == REMOVED:
            return {}
        names = self.before or [item.key for item in self.mapper.column_attrs]
        links = self.mapper.relationships
        return {name: _members(self.target, name) if name in links else getattr(self.target, name)
                for name in names}  # fmt: skip

    def merge(self, later: Image) -> None:
        """Take what a later flush did to the same object; what was before stays the first."""
        if self.sign == CHANGED:
            self.sign = later.sign
            self.before = {**later.before, **self.before}
        elif self.sign == ADDED and later.sign == REMOVED:
            self.sign = ""  # as if it had never been


class Watch:
    """Sees every flush of a session.

    Args:
        session: from begin().
        shown: somebody wants to see each value, also of rows that have no objects.
    """

    def __init__(self, session: Session, *, shown: bool = False) -> None:
        self.session, self.shown = session, shown
        self.rows: list[Shown] = []  # that have no objects
        self.cascades = Cascades(session)
        self._images: dict[int, Image] = {}  # an Image keeps its object, and so its id
        self._named: dict[int, object] = {}
        self._before: dict[int, dict[str, object]] = {}
        self._loaded: dict[int, dict[str, object]] = {}
        event.listen(session, "before_flush", self._begun)
        event.listen(session, "after_flush", self._flushed)

    def close(self) -> None:
        """Look no more."""
        self.cascades.close()

    @property
    def images(self) -> list[Image]:
        """What became of each object, in the order of the first flush that had it."""
        return [image for image in self._images.values() if image.sign]

    def name(self, target: object) -> None:
        """An object that is meant by the command itself."""
        self._named[id(target)] = target

    def known(self) -> int:
        """How many objects were seen so far."""
        return len(self._images)

    def forget(self, known: int) -> None:
        """Forget the objects that were seen since: a savepoint undid what was done to them."""
        for key in [*self._images][known:]:
            del self._images[key]

    def _begun(self, session: Session, _context: UOWTransaction, _objects: object) -> None:
        """What a flush makes the database compute has no history afterwards."""
        self._require_undo(session)
        self._before = {id(target): dict(self._changes(target)) for target in session.dirty}
        self._loaded = {id(target): _loaded(target) for target in session.dirty}

    def _require_undo(self, session: Session) -> None:
        """Of a dry run no part is sent if one of its tables has no transactions."""
        transaction: Transaction = session.info[INFO]
        if not transaction.dry:
            return
        statements = (
            ("INSERT INTO {} VALUES (1)", session.new),
            ("UPDATE {} SET a = 1", filter(session.is_modified, session.dirty)),
            ("DELETE FROM {}", session.deleted),
        )
        for words, targets in statements:
            for mapper in dict.fromkeys(_state(target).mapper for target in targets):
                connection = session.connection(bind_arguments={"mapper": mapper})
                hooks, dialect = dialects.find(connection.dialect.name), connection.dialect
                for table in mapper.tables:
                    name = dialect.identifier_preparer.format_table(table)
                    require_undo(transaction, hooks, connection, words.format(name))

    def _flushed(self, session: Session, _context: UOWTransaction) -> None:
        for target in session.new:
            self._see(Image(ADDED, target, ()))
        order = {
            key: at for at, key in enumerate(self._named)
        }  # that of session.dirty is by chance
        for target in sorted(session.dirty, key=lambda item: _place(item, order)):
            before = {**dict(self._changes(target)), **self._before.get(id(target), {})}
            if before:
                # What the flush itself set, such as a version; and what is to be read anew.
                now = _state(target).dict
                for name, value in self._loaded.get(id(target), {}).items():
                    if name not in before and (name not in now or now[name] is not value):
                        before[name] = value
                self._see(Image(CHANGED, target, _key(target), before))
        for target in session.deleted:
            self._see(Image(REMOVED, target, _key(target), _loaded(target)))

    def _see(self, image: Image) -> None:
        image.asked = id(image.target) in self._named
        known = self._images.setdefault(id(image.target), image)
        if known is not image:
            known.merge(image)

    def _changes(self, target: object) -> Iterator[tuple[str, object]]:
        """The attributes that differ, and what each was."""
        state = _state(target)
        for item in state.mapper.column_attrs:
            history = state.attrs[item.key].history
            if history.has_changes():
                yield item.key, history.deleted[0] if history.deleted else _UNSEEN
        for link in state.mapper.relationships:
            if not link.uselist or link.viewonly or link.key not in state.dict:
                continue
            if link.secondary is None and id(target) not in self._named:
                continue  # it shows at the other object
            history = state.attrs[link.key].history
            if not history.has_changes():
                continue
            if link.lazy in NEVER_LOADED:
                yield link.key, _members(target, link.key)
            else:
                before = [*(history.unchanged or ()), *(history.deleted or ())]
                yield link.key, [*map(_named, before)]

    def result(self) -> Result:
        """The images as an answer: a row for each attribute that differs, then the cascades."""
        with translated(self.session.info[INFO]):
            rows = [row for image in self.images for row in _rows(image)]
        rows += self.rows
        rows += [_row(cascade) for cascade in self.cascades.found()]
        return Result(_COLUMNS, iter([rows] if rows else []))

    def count(self) -> int:
        """How many objects and rows were added, changed or removed."""
        return len(self.images) + sum(item.count for item in self.cascades.found())

    def others(self) -> int:
        """How many of the objects were not named by the command."""
        return sum(not image.asked for image in self.images)

    def triggered(self) -> list[str]:
        """The tables reached that have triggers, whose effects nobody counts."""
        mappers = dict.fromkeys(image.mapper for image in self.images)
        if not mappers and self.session.bind is None:
            return []  # which of its databases it was is not known
        bind = {"mapper": next(iter(mappers))} if mappers else {}
        with translated(self.session.info[INFO]):
            connection = self.session.connection(bind_arguments=bind)
            tables = (table for mapper in mappers for table in mapper.tables)
            return self.cascades.triggered(connection, tables)

    def changed(self) -> int:
        """How many of those that were named are not as they were."""
        return sum(image.asked for image in self.images)


def _state(target: object) -> InstanceState[Any]:
    found: InstanceState[Any] = inspected(target)
    return found


def _place(target: object, order: Mapping[int, int]) -> tuple[int, str]:
    """First what was named, as it was; then by class and key."""
    return order.get(id(target), len(order)), f"{type(target).__name__} {_key(target)}"


def _loaded(target: object) -> dict[str, object]:
    """The attributes that were read, in the mapper's order."""
    state = _state(target)
    return {item.key: state.dict[item.key] for item in state.mapper.column_attrs
            if item.key in state.dict}  # fmt: skip


def _key(target: object) -> tuple[object, ...]:
    return tuple(_state(target).identity or ())


def _named(target: object) -> str:
    key = _key(target) or _state(target).mapper.primary_key_from_instance(target)
    return " ".join(map(str, key))


def _members(target: object, name: str) -> list[str]:
    """Related objects by their keys."""
    return [*map(_named, members(target, name))]


def _rows(image: Image) -> Iterator[tuple[object, ...]]:
    now = image.after()
    for name in now or image.before:
        before, after = image.before.get(name), now.get(name)
        if image.sign == CHANGED and before == after:
            continue
        if image.sign == ADDED and after is None:
            continue
        known = None if before is _UNSEEN else before
        yield image.sign, image.label, name, known, after


def _row(cascade: Cascade) -> tuple[object, ...]:
    sign = REMOVED if cascade.rule == DELETED else CHANGED
    rows = f"{cascade.count} row{'' if cascade.count == 1 else 's'}"
    return sign, cascade.table, cascade.rule, rows, None
