"""What the database tells of its tables: asked for one by one, or of all of them together."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Computed, Connection, Identity, MetaData, Table, inspect
from sqlalchemy import exc as sa_exc
from sqlalchemy import text as sql_text
from sqlalchemy.engine import Inspector
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.types import TypeEngine

from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._relations import ForeignKey, Place, Relation
from sqlsess_cli.errors import RejectedError

# Of a table: what SQLAlchemy's inspector calls it, and what stands for its absence.
_ASPECTS: Mapping[str, Any] = {
    "columns": [], "pk_constraint": {}, "foreign_keys": [], "indexes": [],
    "unique_constraints": [], "check_constraints": [], "table_comment": {},
}  # fmt: skip
_ONE_BY_ONE = DefaultDialect.get_multi_columns
_COLUMN = ("nullable", "autoincrement", "comment", "quote")


@dataclass(frozen=True, slots=True)
class Details:
    """What rows are not read with: as SQLAlchemy's inspector gives it.

    Attributes:
        key: the primary key.
        foreign_keys: of it.
        indexes: of it.
        uniques: unique constraints.
        checks: check constraints.
        comment: what was noted of the table.
    """

    key: Mapping[str, Any]
    foreign_keys: Sequence[Mapping[str, Any]]
    indexes: Sequence[Mapping[str, Any]]
    uniques: Sequence[Mapping[str, Any]]
    checks: Sequence[Mapping[str, Any]]
    comment: str | None


class Tables:
    """The tables of a database, asked on one connection.

    Args:
        connection: to ask on.
        hooks: how its database differs.
    """

    def __init__(self, connection: Connection, hooks: Dialect) -> None:
        self.hooks = hooks
        self.inspector: Inspector = inspect(connection)
        # What was asked of all tables: by aspect and schema; keys by table; who refers to a table.
        self._all: dict[tuple[str, str | None], Mapping[Any, Any]] = {}
        self._keys: dict[Place, list[ForeignKey]] | None = None
        self._referring: dict[Place, list[Place]] = {}

    def named(self, place: Place) -> Place:
        """The same place as the database has it declared, its schema where that must be said."""
        schema, name = place
        schema = None if schema == self.inspector.default_schema_name else schema
        return schema, self.hooks.relations.table_named(self.inspector, schema, name)

    def read(self, place: Place, metadata: MetaData) -> Table | None:
        """A table or view with its columns and its key, which is all that reading rows needs.

        Raises:
            RejectedError: it is there, but the database cannot tell what it is made of.
        """
        schema, name = place
        plain = self.hooks.relations.plain_name
        try:
            with _quiet():
                columns = self._aspect("columns", place)
                keys = self.key(place) if columns else frozenset()
        except sa_exc.NoSuchTableError:
            return None
        except sa_exc.UnreflectableTableError as error:
            raise self._broken(place, error.__cause__) from error
        except sa_exc.DBAPIError as error:
            if self.hooks.diagnose(error.orig or error).meaning != "missing":
                raise
            raise self._broken(place, error) from error
        made = [self._column(item, plain(item["name"]), keys) for item in columns]
        return Table(name, metadata, *made, schema=schema)

    def key(self, place: Place) -> frozenset[str]:
        """The columns of the primary key; none if there is no such table."""
        try:
            found = self._aspect("pk_constraint", place)
        except sa_exc.NoSuchTableError:
            return frozenset()
        return frozenset(
            map(self.hooks.relations.plain_name, found.get("constrained_columns") or ())
        )

    def columns(self, place: Place) -> list[tuple[str, TypeEngine[Any]]]:
        """The columns of a table or view, with their types; none if they cannot be told."""
        with suppress(sa_exc.SQLAlchemyError), _quiet():
            plain, reflected = self.hooks.relations.plain_name, self.hooks.values.reflected
            return [(plain(item["name"]), reflected(item["type"]))
                    for item in self._aspect("columns", place)]  # fmt: skip
        return []

    def _broken(self, place: Place, error: BaseException | None) -> RejectedError:
        """Why a view cannot be read: what it was made of is no longer there."""
        cause = getattr(error, "orig", None) or error or Exception()
        return RejectedError(f"{place[1]}: {self.hooks.diagnose(cause).message}")

    def _column(self, facts: Mapping[str, Any], name: str, keys: Collection[str]) -> Column[Any]:
        made: list[Any] = []
        if "computed" in facts:
            computed = facts["computed"]
            made.append(Computed(**{**computed, "sqltext": _closed(computed["sqltext"])}))
        if "identity" in facts:
            made.append(Identity(**facts["identity"]))
        default = None if made else facts.get("default")
        return Column(
            name, self.hooks.values.reflected(facts["type"]), *made, primary_key=name in keys,
            server_default=sql_text(default) if isinstance(default, str) else default,
            **{option: facts[option] for option in _COLUMN if option in facts},
        )  # fmt: skip

    def foreign_keys(self, place: Place) -> list[ForeignKey]:
        """The foreign keys of a table whose targets are known."""
        if self._keys is None:
            found = self.hooks.relations.foreign_keys(self.inspector, place)
            return list(dict.fromkeys(found))  # one that was declared twice
        return self._keys.get(place, [])

    def referrers(self, place: Place) -> list[ForeignKey]:
        """All foreign keys of the tables that have one to this one."""
        if self._keys is None:
            return self.hooks.relations.referrers(self.inspector, place)
        return [key for table in self._referring.get(place, ()) for key in self._keys[table]]

    def details(self, place: Place) -> Details:
        """What a plain query does not need."""
        with _quiet():
            key, foreign_keys, indexes, uniques, checks, comment = (
                self._aspect(name, place) for name in _ASPECTS if name != "columns"
            )
        # Not those that PostgreSQL makes for the partitions of what is referred to.
        known = {(key.columns, key.target[1].casefold()) for key in self.foreign_keys(place)}
        told = [
            item
            for item in foreign_keys
            if not item["referred_columns"]
            or (tuple(item["constrained_columns"]), item["referred_table"].casefold()) in known
        ]
        found = [item["column_names"] for item in uniques]
        unseen = self.hooks.relations.unseen_uniques(self.inspector, place)
        missed = [{"name": None, "column_names": names} for names in unseen if names not in found]
        return Details(key, told, indexes, [*uniques, *missed], checks, comment.get("text"))

    def declared_types(self, place: Place) -> Mapping[str, str]:
        """What the database itself calls the types of the columns."""
        return self.hooks.relations.declared_types(self.inspector, place)

    def is_unique(self, place: Place, columns: Sequence[str]) -> bool:
        """Whether an index or constraint keeps any two rows from having these values alike."""
        wanted = set(columns)
        groups = [item["column_names"] for item in self._aspect("unique_constraints", place)]
        groups += [item["column_names"] for item in self._aspect("indexes", place)
                   if item["unique"] and not _is_partial(item)]  # fmt: skip
        groups += self.hooks.relations.unseen_uniques(self.inspector, place)
        return any(group and set(group) <= wanted for group in groups)

    @property
    def answers_at_once(self) -> bool:
        """Whether the database tells the columns of all tables in one answer."""
        return type(self.inspector.dialect).get_multi_columns is not _ONE_BY_ONE

    def ask_all(self, relations: Sequence[Relation], aspects: Iterable[str] = _ASPECTS) -> None:
        """Ask everything of all tables and views, in as few statements as there are ways."""
        for schema in dict.fromkeys(item.place[0] for item in relations):
            for name in aspects:
                if (name, schema) in self._all:
                    continue
                # What fails for one is asked of each alone.
                with suppress(NotImplementedError, sa_exc.OperationalError), _quiet():
                    ask = getattr(self.inspector, f"get_multi_{name}")
                    self._all[name, schema] = ask(schema, kind=ObjectKind.ANY)
        self._keys = {}
        for key in dict.fromkeys(self.hooks.relations.all_foreign_keys(self.inspector)):
            self._keys.setdefault(key.table, []).append(key)
        inherited = {item.place for item in relations if item.kind == "partition"}
        for table, keys in self._keys.items():
            for target in dict.fromkeys(key.target for key in keys):
                if table not in inherited:
                    self._referring.setdefault(target, []).append(table)

    def _aspect(self, name: str, place: Place) -> Any:
        schema, table = place
        known = self._all.get((name, schema), {})
        if place in known:
            return known[place] or _ASPECTS[name]
        try:
            return getattr(self.inspector, f"get_{name}")(table, schema)
        except NotImplementedError:  # the database has no such thing
            return _ASPECTS[name]


def _closed(text: str) -> str:
    """An expression up to the bracket that ends it: SQLAlchemy reads on to SQLite's last one."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return text[:at]
    return text


def _is_partial(index: Mapping[str, Any]) -> bool:
    """Whether an index says something of some rows only."""
    options = index.get("dialect_options", {})
    return any(name.endswith("_where") for name in options)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings of unknown types; but a column that it cannot read is left out, and told."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa_exc.SAWarning)
        warnings.filterwarnings("always", "Unknown schema content", sa_exc.SAWarning)
        yield
