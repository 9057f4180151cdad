"""The recorded figures: one JSON line each, the newest of its kind counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
Key = tuple[str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was measured.

    Attributes:
        runs: what is known of the machine, for each run that a record is from.
        records: by section, what is done, database, rows and tool.
    """

    runs: list[Record]
    records: dict[Key, Record]

    @classmethod
    def read(cls, path: str) -> Results:
        """Read the file of results."""
        runs: dict[str, Record] = {}
        records: dict[Key, Record] = {}
        with open(path, encoding="utf-8") as file:
            for line in file:
                found = json.loads(line)
                if "machine" in found:
                    runs[found["run"]] = found
                else:
                    records[key_of(found)] = found
        used = {record["run"] for record in records.values()}
        return cls([about for run, about in runs.items() if run in used], records)

    def of(self, section: str, about: str = "", place: str = "", rows: int = -1) -> list[Record]:
        """The records of a section; those of all places or sizes, unless one is named."""
        return [
            record
            for (name, done, where, size, _), record in self.records.items()
            if name == section and about in ("", done) and place in ("", where)
            and rows in (-1, size)
        ]  # fmt: skip

    def figure(self, section: str, about: str, place: str, tool: str, metric: str) -> float | None:
        """One figure, at the most rows it was measured with."""
        found = [
            record for record in self.of(section, about, place)
            if record["tool"] == tool and metric in record
        ]  # fmt: skip
        return max(found, key=lambda record: record["rows"])[metric] if found else None

    def sizes(self, section: str, about: str) -> list[int]:
        """How many rows a section was measured with, ascending."""
        return sorted({record["rows"] for record in self.of(section, about)})

    def names(self, records: list[Record], field: str) -> list[str]:
        """The different values of a field, in the order of their first appearance."""
        return list(dict.fromkeys(record[field] for record in records))


def key_of(record: Record) -> Key:
    """What a newer record replaces."""
    fields = ("section", "about", "place", "rows", "tool")
    return tuple(record[field] for field in fields)  # type: ignore[return-value]


def named(records: list[Record], tool: str) -> Record | None:
    """The record of a tool among those of one table."""
    return next((record for record in records if record["tool"] == tool), None)


def flattened(lines: list[list[str]]) -> Iterator[str]:
    """A Markdown table: the first line names the columns, numbers stand right."""
    head, *rest = lines
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for line in rest:
        yield f"| {' | '.join(line)} |"
