"""The plan of a statement as a tree, whatever form a database tells it in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from json import loads
from typing import Any, ClassVar

from sqlalchemy import Dialect

Facts = Mapping[str, Any]


@dataclass(slots=True)
class Plan:
    """One step of a plan, and the steps that it takes its rows from.

    Attributes:
        label: what it does, in a few words.
        facts: what is estimated or measured of it, by name.
        steps: where its rows come from.
    """

    label: str
    facts: dict[str, Any] = field(default_factory=dict)
    steps: list[Plan] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The tree as text."""
        yield self._line()
        for index, step in enumerate(self.steps):
            last = index == len(self.steps) - 1
            first, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
            for number, line in enumerate(step.lines()):
                yield (rest if number else first) + line

    def _line(self) -> str:
        told = ", ".join(f"{name} {_spelled(value)}" for name, value in self.facts.items())
        return f"{self.label}  ({told})" if told else self.label

    def tree(self) -> dict[str, Any]:
        """The tree as a document."""
        return {"step": self.label, **self.facts, "steps": [step.tree() for step in self.steps]}


def _spelled(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return ", ".join(map(_spelled, value))
    return str(value)


# SQLite: rows of a step's number, that of the step it belongs to, and what it does


def of_rows(rows: Iterable[Sequence[Any]]) -> Plan:
    """The plan that `EXPLAIN QUERY PLAN` tells."""
    root = Plan("query")
    known: dict[object, Plan] = {0: root}
    for number, above, _, detail in rows:
        known[number] = step = Plan(str(detail))
        known.get(above, root).steps.append(step)
    return root.steps[0] if len(root.steps) == 1 else root


# PostgreSQL: documents of nodes, each with its "Plans"

_ABOUT = ("Index Cond", "Hash Cond", "Merge Cond", "Join Filter", "Recheck Cond", "TID Cond",
          "Filter", "One-Time Filter", "Sort Key", "Group Key", "Function Call")  # fmt: skip
_MEASURED = {"Plan Rows": "rows", "Total Cost": "cost", "Actual Rows": "actual rows",
             "Actual Total Time": "ms", "Rows Removed by Filter": "removed"}  # fmt: skip


def of_nodes(node: Facts) -> Plan:
    """The plan that `EXPLAIN (FORMAT JSON)` tells in its "Plan"."""
    relation, alias, index = (node.get(key) for key in ("Relation Name", "Alias", "Index Name"))
    label = node["Node Type"]
    if node.get("Join Type", "Inner") != "Inner":
        label = f"{label} {node['Join Type']}"
    if index:
        label = f"{label} using {index}"
    if relation:
        label = f"{label} on {relation}" + (f" {alias}" if alias != relation else "")
    if node.get("Subplan Name"):
        label = f"{node['Subplan Name']}: {label}"
    facts = {key.lower(): node[key] for key in _ABOUT if key in node}
    facts |= {name: node[key] for key, name in _MEASURED.items() if key in node}
    if node.get("Actual Loops", 1) != 1:
        facts["loops"] = node["Actual Loops"]
    return Plan(label, facts, [of_nodes(step) for step in node.get("Plans", ())])


# MariaDB and MySQL: documents inside of documents, named after what they do

_ACCESS = {"ALL": "Scan", "index": "Index scan", "range": "Range scan", "ref": "Lookup",
           "eq_ref": "Unique lookup", "const": "Constant", "system": "Constant",
           "ref_or_null": "Lookup or NULL", "fulltext": "Full-text search",
           "index_merge": "Index merge", "unique_subquery": "Unique lookup",
           "index_subquery": "Lookup"}  # fmt: skip
_THROUGH = {"query_block", "nested_loop", "query_specifications", "table"}
_TOLD = {"attached_condition": "where", "sort_key": "by", "message": "note", "rows": "rows",
         "rows_examined_per_scan": "rows", "filtered": "filtered %", "cost": "cost",
         "r_rows": "actual rows", "r_loops": "loops", "r_table_time_ms": "ms",
         "r_total_time_ms": "ms"}  # fmt: skip


def of_documents(document: Facts) -> Plan:
    """The plan that `EXPLAIN FORMAT=JSON` tells."""
    found = [step for step in _steps(document) if step.label != "query optimization"]
    return found[0] if len(found) == 1 else Plan("query", {}, found)


def _steps(document: Facts) -> list[Plan]:
    found: list[Plan] = []
    for name, value in document.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                found += _step(name, item)
    return found


def _step(name: str, document: Facts) -> list[Plan]:
    if name in ("r_engine_stats", "cost_info", "used_key_parts"):
        return []
    inside = _steps(document)
    facts = {told: document[key] for key, told in _TOLD.items() if document.get(key) is not None}
    if "table_name" in document:
        access = str(document.get("access_type", ""))
        key = document.get("key")
        label = f"{_ACCESS.get(access, access)} of {document['table_name']}"
        return [Plan(label + (f" using {key}" if key else ""), facts, inside)]
    if name in _THROUGH and (inside or not facts):
        return inside
    return [Plan(name.replace("_", " "), facts, inside)]


# MySQL's EXPLAIN ANALYZE: lines that begin with an arrow

_ARROW = re.compile(r"^( *)-> (.*)$")


def of_lines(text: str) -> Plan:
    """The plan that MySQL's `EXPLAIN ANALYZE` tells."""
    root = Plan("query")
    open_: list[tuple[int, Plan]] = [(-1, root)]
    for match in filter(None, map(_ARROW.match, text.splitlines())):
        depth, step = len(match[1]), Plan(match[2])
        while open_[-1][0] >= depth:
            open_.pop()
        open_[-1][1].steps.append(step)
        open_.append((depth, step))
    return root.steps[0] if len(root.steps) == 1 else root


class Plans:
    """How a database tells the plan of a statement: nothing that we can read.

    Attributes:
        measured: it can execute a statement and measure each step.
    """

    measured: ClassVar[bool] = True

    def before(self, dialect: Dialect, *, analyze: bool) -> str | None:
        """The words before a statement that have its plan told; None where there are none.

        Args:
            dialect: of a connection that is open.
            analyze: the statement is executed, and its plan measured, if that is possible.
        """
        return None

    def read(self, rows: Sequence[Sequence[Any]]) -> Plan:
        """The plan that the rows tell which such a statement gives."""
        return Plan(str(rows))


class RowPlans(Plans):
    """SQLite's: rows that name the row above them, without a measure."""

    measured: ClassVar[bool] = False

    def before(self, dialect: Dialect, *, analyze: bool) -> str:
        """The same words in any case."""
        return "EXPLAIN QUERY PLAN"

    def read(self, rows: Sequence[Sequence[Any]]) -> Plan:
        """A tree of these rows."""
        return of_rows(rows)


class NodePlans(Plans):
    """PostgreSQL's: a document of nodes."""

    def before(self, dialect: Dialect, *, analyze: bool) -> str:
        """As JSON."""
        return f"EXPLAIN (FORMAT JSON{', ANALYZE' if analyze else ''})"

    def read(self, rows: Sequence[Sequence[Any]]) -> Plan:
        """One document, which our cursors give as text."""
        told = rows[0][0]
        return of_nodes((loads(told) if isinstance(told, str) else told)[0]["Plan"])


class DocumentPlans(Plans):
    """MariaDB's and MySQL's: documents, or a text where MySQL has measured."""

    def before(self, dialect: Dialect, *, analyze: bool) -> str:
        """As JSON, where there is such."""
        if not analyze:
            return "EXPLAIN FORMAT=JSON"
        return "ANALYZE FORMAT=JSON" if getattr(dialect, "is_mariadb", False) else "EXPLAIN ANALYZE"

    def read(self, rows: Sequence[Sequence[Any]]) -> Plan:
        """One document, or a text of lines."""
        told = str(rows[0][0])
        return of_documents(loads(told)) if told.lstrip().startswith("{") else of_lines(told)
