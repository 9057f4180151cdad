"""What the console answers, held against the objects that plain SQLAlchemy loads.

Each check asks questions in the console's words, works the answers out in Python from the objects,
and yields those where the two differ: nothing at all is agreement.
"""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from sqlalchemy import inspect as mapping_of
from sqlalchemy import select
from sqlalchemy.orm import Mapper, Session, sessionmaker

from sqlsess_cli.commands._arguments import names
from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import Target
from sqlsess_cli.core.engines import Secrets, make_engine
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.answer import answered
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.include import Wanted
from sqlsess_cli.core.queries.select import count_of
from sqlsess_cli.core.run import run
from sqlsess_cli.core.transaction.begin import begin
from sqlsess_cli.core.transaction.state import Transaction
from sqlsess_cli.dialects._base import find
from sqlsess_cli.errors import SqlsessError
from sqlsess_cli.interrupts import Interrupts
from sqlsess_cli.result import JsonText, Result

Rows = list[tuple[Any, ...]]
Record = dict[str, Any]

_LISTS = ("columns", "order", "group_by", "having")


@contextmanager
def console(url: str, **options: Any) -> Iterator[Console]:
    """The console on a database, in the one transaction of a command that reads."""
    engine = make_engine(Target("here", url, "--url"), Config([], {}), Secrets(), None)
    factory = sessionmaker(engine.execution_options(**options))
    transaction = Transaction("here", find(engine.dialect.name), write=False)
    with begin(factory, transaction, Interrupts(os._exit)) as session:
        yield Console(session, transaction)


@dataclass(frozen=True)
class Console:
    """Asks in the console's words.

    Attributes:
        session: in a transaction that reads.
        transaction: what became of it.
    """

    session: Session
    transaction: Transaction

    def rows(self, class_: type | Entity, *conditions: str, **asked: Any) -> Rows:
        """The answer to a `query`, with plain values; options are as on the command line."""
        return [tuple(map(plain, row)) for row in self._result(class_, conditions, asked).rows()]

    def _result(self, class_: Any, conditions: Sequence[str], asked: dict[str, Any]) -> Result:
        wanted = Wanted.of(names([asked.pop("include", "")]), names)
        lists = {name: names([asked.pop(name)]) for name in _LISTS if name in asked}
        query = Query(conditions, **lists, **asked)
        return answered(self.session, entity_of(class_), query, wanted).result

    def values(
        self, class_: type | Entity, *conditions: str, columns: str, **more: Any
    ) -> list[Any]:
        """The values of one column."""
        return [row[0] for row in self.rows(class_, *conditions, columns=columns, **more)]

    def objects(self, class_: type | Entity, *conditions: str, **asked: Any) -> list[Record]:
        """The answer as objects."""
        result = self._result(class_, conditions, asked)
        labels = [column.name for column in result.columns]
        return [dict(zip(labels, map(plain, row), strict=True)) for row in result.rows()]

    def count(self, class_: type | Entity, *conditions: str) -> int:
        """The answer to `query --count`."""
        statement, known = count_of(entity_of(class_), Query(conditions))
        result = run(self.session, statement, selected=known)
        assert result is not None
        return next(iter(result.rows()))[0]


def entity_of(class_: type | Entity) -> Entity:
    """The entity of a class."""
    return class_ if isinstance(class_, Entity) else Entity.of(mapping_of(class_))


def plain(value: Any) -> Any:
    """A value in the one form that both sides are compared in."""
    if isinstance(value, JsonText):
        return plain(json.loads(value))
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal | float) or (
        isinstance(value, int) and not isinstance(value, bool)
    ):
        return round(float(value), 6)
    if isinstance(value, date | time | timedelta):  # as text where the driver gives it so
        return str(value)
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


@dataclass(frozen=True)
class Agreement:
    """One mapped class: its objects, and what the console says of it.

    Attributes:
        console: asks.
        mapper: of the class.
        objects: all of them, in the order of their keys.
        in_python: attributes that no SQL can compute.
    """

    console: Console
    mapper: Mapper[Any]
    objects: Sequence[Any]
    in_python: Sequence[str] = ()

    @classmethod
    def of(
        cls, console: Console, plain_session: Session, class_: Any, *conditions: Any, **about: Any
    ) -> Agreement:
        """Load the objects of a class, those that meet conditions of SQLAlchemy's."""
        found = plain_session.scalars(select(class_).where(*conditions)).unique().all()
        mapper = mapping_of(class_)
        return cls(console, mapper, sorted(found, key=lambda item: key_of(item, mapper)), **about)

    @cached_property
    def entity(self) -> Entity:
        return Entity.of(self.mapper)

    @property
    def _by_key(self) -> str:
        return ",".join(map(quoted, self.entity.key))

    def disagreements(self) -> list[str]:
        """All questions whose answers differ."""
        checks: Sequence[Callable[[], Iterable[str]]] = (
            self._all, self._attributes, self._gets, self._to_one, self._to_many, self._included
        )  # fmt: skip
        return [f"{self.entity.label}: {item}" for check in checks for item in check()]

    def _compared(self, question: str, ask: Callable[[], Any], expected: Any) -> Iterator[str]:
        try:
            found = ask()
        except SqlsessError as error:
            found = f"{type(error).__name__}: {error} [{error.hint}]"
        except Exception as error:  # noqa: BLE001  whatever it is, the other questions are asked too
            found = f"{type(error).__name__}: {error}"
        if found != expected:
            yield f"{question}\n  console: {found}\n  objects: {expected}"

    def values(self, column: str, expected: Sequence[Any]) -> Iterator[str]:
        """One column of all rows."""
        ask = partial(self.console.values, self.entity, columns=column, order=self._by_key)
        yield from self._compared(f"-c {column}", ask, expected)

    def which(self, condition: str, expected: Iterable[Any]) -> Iterator[str]:
        """The rows that meet a condition."""
        keys = self._by_key
        ask = partial(self.console.rows, self.entity, condition, columns=keys, order=keys)
        yield from self._compared(condition, ask, [self._key(item) for item in expected])

    def _all(self) -> Iterator[str]:
        expected = [self._record(item) for item in self.objects]
        ask = partial(self.console.rows, self.entity, order=self._by_key)
        yield from self._compared("query", ask, expected)
        count = partial(self.console.count, self.entity)
        yield from self._compared("--count", count, len(self.objects))

    def _attributes(self) -> Iterator[str]:
        for name in self.entity.names:
            if name not in self.in_python:
                expected = [value_of(item, name) for item in self.objects]
                yield from self.values(quoted(name), expected)

    def _gets(self) -> Iterator[str]:
        for item in self.objects:
            key = tuple(str(stored(getattr(item, name))) for name in self.entity.key)
            ask = partial(self.console.rows, self.entity, key=key)
            yield from self._compared(f"get {' '.join(key)}", ask, [self._record(item)])

    def _links(self, *, many: bool) -> Iterator[tuple[str, Entity, list[list[Any]]]]:
        """Its relationships, what each leads to, and to which objects."""
        for name, item in self.mapper.relationships.items():
            if bool(item.uselist) == many:
                yield name, Entity.of(item.mapper), [related(owner, name) for owner in self.objects]

    def _to_one(self) -> Iterator[str]:
        for link, target, there in self._links(many=False):
            for name in target.columns:
                expected = [value_of(others[0], name) if others else None for others in there]
                yield from self.values(f"{quoted(link)}.{quoted(name)}", expected)
            absent = [item for item, others in zip(self.objects, there, strict=True) if not others]
            yield from self.which(f"{quoted(link)} is null", absent)
            yield from self._grouped(link, target.key[0], there)

    def _grouped(self, link: str, name: str, there: Sequence[Sequence[Any]]) -> Iterator[str]:
        path = f"{quoted(link)}.{quoted(name)}"
        values = [value_of(others[0], name) if others else None for others in there]
        expected = sorted((str(value), values.count(value)) for value in set(values))

        def ask() -> list[tuple[str, int]]:
            rows = self.console.rows(self.entity, columns=f"{path},count()", group_by=path)
            return sorted((str(value), count) for value, count in rows)

        yield from self._compared(f"--group-by {path}", ask, expected)

    def _to_many(self) -> Iterator[str]:
        for link, target, there in self._links(many=True):
            pairs = list(zip(self.objects, there, strict=True))
            yield from self.which(
                f"has({quoted(link)})", [item for item, others in pairs if others]
            )
            yield from self.values(f"count({quoted(link)})", [len(others) for others in there])
            for name in target.columns:
                values = [value_of(item, name) for _, others in pairs for item in others]
                texts = (item for item in values if isinstance(item, str) and item.isprintable())
                wanted = next(texts, None)
                if wanted is None or not f"{link}{name}".isidentifier():
                    continue
                having = [item for item, others in pairs
                          if any(value_of(other, name) == wanted for other in others)]  # fmt: skip
                yield from self.which(f"{link}.{name}={wanted}", having)

    def _included(self) -> Iterator[str]:
        for many in (False, True):
            for link, target, there in self._links(many=many):
                labels = target.selected
                found: list[Any] = [
                    [{name: value_of(item, name) for name in labels} for item in others]
                    for others in there
                ]
                expected = found if many else [next(iter(others), None) for others in found]
                ask = partial(self._last, include=quoted(link), order=self._by_key)
                yield from self._compared(f"-i {link}", ask, expected)

    def _last(self, **asked: Any) -> list[Any]:
        return [row[-1] for row in self.console.rows(self.entity, **asked)]

    def _record(self, item: Any) -> tuple[Any, ...]:
        return tuple(value_of(item, name) for name in self.entity.selected)

    def _key(self, item: Any) -> tuple[Any, ...]:
        return tuple(value_of(item, name) for name in self.entity.key)


def quoted(name: str) -> str:
    """A name as a path spells it."""
    return name if name.isidentifier() and name not in ("and", "or") else f'"{name}"'


def key_of(item: Any, mapper: Mapper[Any]) -> tuple[Any, ...]:
    """The key of an object, for sorting."""
    return tuple(stored(value) for value in mapper.primary_key_from_instance(item))


def stored(value: Any) -> Any:
    """What a database has for a member of an enumeration: see the styles' types for its name."""
    return value.value if isinstance(value, enum.Enum) else value


def value_of(item: Any, name: str) -> Any:
    """The value of an attribute of an object, in the form that is compared."""
    try:
        value = getattr(item, name)
    except (
        AttributeError
    ):  # concrete classes have no discriminator: their table tells what they are
        return mapping_of(type(item)).polymorphic_identity
    attribute = mapping_of(type(item)).column_attrs.get(name)
    type_ = attribute.columns[0].type if attribute is not None else None
    if isinstance(value, enum.Enum):
        return dict(zip(type_.enum_class.__members__, type_.enums, strict=False)).get(value.name)
    return plain(value)


def related(item: Any, link: str) -> list[Any]:
    """The objects that a relationship leads to, whatever it is loaded into."""
    found = getattr(item, link)
    if found is None:
        return []
    if not mapping_of(type(item)).relationships[link].uselist:
        return [found]
    if hasattr(found, "select"):  # write-only
        return list(Session.object_session(item).scalars(found.select()))
    if isinstance(found, Mapping):
        return list(found.values())
    return list(found)


def as_record(item: Any, entity: Entity, tree: Mapping[str, Any]) -> dict[str, Any]:
    """An object with what it includes, as the console has to print it."""
    record = {name: value_of(item, name) for name in entity.selected}
    for link, inside in tree.items():
        relationship = entity.mapper.relationships[link]
        target = Entity.of(relationship.mapper)
        others = [as_record(other, target, inside) for other in related(item, link)]
        record[link] = others if relationship.uselist else next(iter(others), None)
    return record
