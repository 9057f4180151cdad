"""What the database tells of its tables: asked for one by one, or of all of them together."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Computed, Connection, Identity, MetaData, Table, inspect
from sqlalchemy import exc as sa_exc
from sqlalchemy import text as sql_text
from sqlalchemy.engine import Inspector
from sqlalchemy.engine.reflection import ObjectKind

from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._relations import ForeignKey, Place
from sqlsess_cli.errors import RejectedError

# Of a table: what SQLAlchemy's inspector calls it, and what stands for its absence.
_ASPECTS: Mapping[str, Any] = {
    "columns": [], "pk_constraint": {}, "foreign_keys": [], "indexes": [],
    "unique_constraints": [], "check_constraints": [], "table_comment": {},
}  # fmt: skip
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
        self.connection = connection
        self.hooks = hooks
        self.inspector: Inspector = inspect(connection)
        self._all: dict[tuple[str, str | None], Mapping[Any, Any]] = {}

    def named(self, place: Place) -> Place:
        """The same place as the database has it declared, its schema where that must be said."""
        schema, name = place
        schema = None if schema == self.inspector.default_schema_name else schema
        return schema, self.hooks.table_named(self.connection, schema, name)

    def read(self, place: Place, metadata: MetaData) -> Table | None:
        """A table or view with its columns and its key, which is all that reading rows needs.

        Raises:
            RejectedError: it is there, but the database cannot tell what it is made of.
        """
        schema, name = place
        try:
            with _quiet():
                columns = self._aspect("columns", place)
                key = self._aspect("pk_constraint", place) if columns else {}
        except sa_exc.NoSuchTableError:
            return None
        except sa_exc.UnreflectableTableError as error:
            raise RejectedError(" ".join(str(error).split())) from error
        keys = set(key.get("constrained_columns") or ())
        made = [self._column(item, is_key=item["name"] in keys) for item in columns]
        return Table(name, metadata, *made, schema=schema)

    def _column(self, facts: Mapping[str, Any], *, is_key: bool) -> Column[Any]:
        made: list[Any] = []
        if "computed" in facts:
            made.append(Computed(**facts["computed"]))
        if "identity" in facts:
            made.append(Identity(**facts["identity"]))
        default = None if made else facts.get("default")
        return Column(
            facts["name"], self.hooks.reflected(facts["type"]), *made, primary_key=is_key,
            server_default=sql_text(default) if isinstance(default, str) else default,
            **{name: facts[name] for name in _COLUMN if name in facts},
        )  # fmt: skip

    def foreign_keys(self, place: Place) -> list[ForeignKey]:
        """The foreign keys of a table whose targets are known, in the order of its columns."""
        found = [
            ForeignKey(
                place,
                tuple(item["constrained_columns"]),
                self.named((item["referred_schema"], item["referred_table"])),
                tuple(item["referred_columns"]),
            )
            for item in self._aspect("foreign_keys", place)
            if len(item["constrained_columns"]) == len(item["referred_columns"])
        ]
        return list(dict.fromkeys(found))  # one that was declared twice

    def details(self, place: Place) -> Details:
        """What a plain query does not need."""
        with _quiet():
            key, foreign_keys, indexes, uniques, checks, comment = (
                self._aspect(name, place) for name in _ASPECTS if name != "columns"
            )
        return Details(key, foreign_keys, indexes, uniques, checks, comment.get("text"))

    def is_unique(self, place: Place, columns: Sequence[str]) -> bool:
        """Whether an index or constraint keeps any two rows from having these values alike."""
        wanted = set(columns)
        groups = [item["column_names"] for item in self._aspect("unique_constraints", place)]
        groups += [item["column_names"] for item in self._aspect("indexes", place)
                   if item["unique"] and not _is_partial(item)]  # fmt: skip
        return any(group and set(group) <= wanted for group in groups)

    def ask_all(self, schemas: Sequence[str | None]) -> None:
        """Ask everything of all tables of some schemas, in as few statements as there are ways."""
        for schema in schemas:
            for name in _ASPECTS:
                with suppress(NotImplementedError), _quiet():
                    ask = getattr(self.inspector, f"get_multi_{name}")
                    self._all[name, schema] = ask(schema, kind=ObjectKind.ANY)

    def _aspect(self, name: str, place: Place) -> Any:
        schema, table = place
        known = self._all.get((name, schema), {})
        if place in known:
            return known[place] or _ASPECTS[name]
        try:
            return getattr(self.inspector, f"get_{name}")(table, schema)
        except NotImplementedError:  # the database has no such thing
            return _ASPECTS[name]


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
