"""Keys, constraints and indexes of a table, in one shape: declared in Python, or reflected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from sqlsess_cli.core.models.tables import Details

Facts = dict[str, Any]

_KINDS: Mapping[type[Constraint], str] = {
    PrimaryKeyConstraint: "primary key", ForeignKeyConstraint: "foreign key",
    UniqueConstraint: "unique", CheckConstraint: "check",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a table is held to, and how rows are found in it.

    Attributes:
        constraints: each with its name, type, columns and what it refers to.
        indexes: each with its name and columns; not those that only serve a constraint.
        comment: what was noted of the table.
    """

    constraints: Sequence[Facts] = ()
    indexes: Sequence[Facts] = ()
    comment: str | None = None

    @classmethod
    def declared(cls, table: Table) -> Self:
        """Of a table that was declared in Python."""
        # SQLAlchemy gives every table a primary key, be it an empty one.
        told = (item for item in table.constraints
                if item is not table.primary_key or table.primary_key)  # fmt: skip
        return cls(
            _sorted(map(_constraint, told)), _sorted(map(_index, table.indexes)), table.comment
        )

    @classmethod
    def reflected(cls, details: Details) -> Self:
        """Of a table as the database has it."""
        return cls(_sorted(_all(details)), _sorted(_indexes(details)), details.comment)

    def refers(self, column: str) -> list[str]:
        """What a column refers to, in its foreign keys."""
        return [target for item in self.constraints if item["refers_to"]
                for name, target in zip(item["columns"], item["refers_to"], strict=True)
                if name == column]  # fmt: skip

    def is_unique(self, column: str) -> bool:
        """Whether no value of a column comes twice."""
        groups = [item["columns"] for item in self.constraints
                  if item["type"] in ("primary key", "unique")]  # fmt: skip
        groups += [item["columns"] for item in self.indexes
                   if item["unique"] and item["where"] is None]  # fmt: skip
        return [column] in groups


def _sorted(facts: Iterable[Facts]) -> list[Facts]:
    return sorted(
        facts, key=lambda item: (str(item.get("type", "")), str(item["name"]), item["columns"])
    )


def _facts(name: Any, kind: str, columns: Iterable[str], **more: Any) -> Facts:
    empty: Facts = {"refers_to": [], "on_delete": None, "on_update": None, "text": None}
    return {"name": name and str(name), "type": kind, "columns": list(columns), **empty, **more}


def _constraint(item: Constraint) -> Facts:
    kind = next((name for class_, name in _KINDS.items() if isinstance(item, class_)), "other")
    more: Facts = {}
    if isinstance(item, ForeignKeyConstraint):
        more["refers_to"] = [element.target_fullname for element in item.elements]
        more |= {"on_delete": item.ondelete, "on_update": item.onupdate}
    if isinstance(item, CheckConstraint):
        more["text"] = str(item.sqltext)
    columns = [column.name for column in getattr(item, "columns", ())]
    return _facts(item.name, kind, columns, **more)


def _index(item: Index) -> Facts:
    where = [item.dialect_options[name].get("where") for name in ("postgresql", "sqlite")]
    found = next((text for text in where if text is not None), None)
    return {
        "name": item.name,
        "columns": [str(getattr(part, "name", part)) for part in item.expressions],
        "unique": bool(item.unique),
        "where": None if found is None else str(found),
    }


def _all(details: Details) -> Iterator[Facts]:
    key = details.key
    if columns := key.get("constrained_columns"):
        yield _facts(key.get("name"), "primary key", columns)
    for item in details.foreign_keys:
        options = item.get("options") or {}
        target = ".".join(filter(None, (item["referred_schema"], item["referred_table"])))
        yield _facts(
            item["name"], "foreign key", item["constrained_columns"],
            refers_to=[f"{target}.{name}" for name in item["referred_columns"]],
            # SQLite lets a key refer to what is missing, whose primary key is not known.
            text=None if item["referred_columns"] else f"refers to {target}, which is missing",
            on_delete=options.get("ondelete"), on_update=options.get("onupdate"),
        )  # fmt: skip
    for item in details.uniques:
        yield _facts(item["name"], "unique", item["column_names"])
    for item in details.checks:
        yield _facts(item["name"], "check", [], text=item["sqltext"])


def _indexes(details: Details) -> Iterator[Facts]:
    """The indexes that are not those of a unique constraint, which is told of already."""
    served = {item.get("duplicates_index") for item in details.uniques}
    for item in details.indexes:
        if item.get("duplicates_constraint") or item["name"] in served:
            continue
        options = item.get("dialect_options", {}).items()
        where = [str(text) for name, text in options if name.endswith("_where")]
        yield {
            "name": item["name"],
            "columns": list(item.get("expressions") or item["column_names"]),
            "unique": bool(item["unique"]),
            "where": next(iter(where), None),
        }
