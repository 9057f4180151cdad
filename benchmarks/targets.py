"""What we aim for, and whether the figures say that we are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.results import Results, named

PLACES = {"sqlite": "SQLite", "mariadb": "MariaDB", "postgresql": "PostgreSQL"}
OURS = ("sqlsess sql", "sqlsess query")
SHAPES = {"csv": "CSV", "jsonl": "JSON lines"}
DONE = [f"{shape}, {table}" for table in ("events", "kinds") for shape in SHAPES]
RIVALS = ("mycli", "pgcli", "litecli", "sql2csv")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A target beside what was measured.

    Attributes:
        what: is measured.
        limit: the most that it may be.
        found: what it was; None when there is no figure.
        unit: of both.
        why: there is none.
    """

    what: str
    limit: float
    found: float | None
    unit: str
    why: str = "not measured"

    @property
    def verdict(self) -> str:
        """One word, or two."""
        if self.found is None:
            return self.why
        return "met" if self.found <= self.limit else "**missed**"


def outcomes(results: Results) -> Iterator[Outcome]:
    """Every target."""
    for about, limit in (("--version", 1.5), ("--help", 5.5), ("completion", 5.5)):
        record = named(results.of("start", about), "sqlsess") or {}
        why = f"**missed**: {record['failed']}" if "failed" in record else "not measured"
        yield Outcome(f"start-up: {about}", limit, record.get("cpu"), "P", why)
    for place, name in PLACES.items():
        found = results.figure("query", "6 rows", place, "sqlsess query", "cpu")
        yield Outcome(f"six rows, {name}: CPU of the ten-line script", 1.1, found, "times")
    found = results.figure("table", "-f table", "sqlite", "sqlsess query", "cpu")
    yield Outcome("10,000-row table: CPU of `sqlite3 -table`", 9, found, "times")
    found = results.figure("warm", "-f table", "sqlite", "sqlsess query, warm", "total")
    yield Outcome("the same with a warm process, whose CPU is counted", 9, found, "times")
    for place, name in PLACES.items():
        yield from _exports(results, place, name)
    yield from _memory(results)


def _exports(results: Results, place: str, name: str) -> Iterator[Outcome]:
    for about in DONE:
        shape, _, table = about.partition(", ")
        cpu = _worst(lambda tool, done=about: results.figure("export", done, place, tool, "cpu"))
        what = f"{SHAPES[shape]} of {table}, {name}"
        yield Outcome(f"{what}: CPU of the bare driver loop", 1.3, cpu, "times")
        for rival in RIVALS if table == "events" else ():
            share = _share(results, about, place, rival)
            if share is not None:
                yield Outcome(f"{what}: CPU of {rival}", 1, share, "times")
    first = _worst(lambda tool: results.figure("export", "csv, events", place, tool, "first"))
    what = f"first row of the largest CSV, {name}: share of the time"
    yield Outcome(what, 5, _percent(first), "%")
    first = _worst(
        lambda tool: results.figure("warm", "csv, events", place, f"{tool}, warm", "first")
    )
    yield Outcome("the same with a warm process", 5, _percent(first), "%")


def _share(results: Results, about: str, place: str, rival: str) -> float | None:
    """Our CPU to a rival's, at the most rows that it was measured with."""
    records = results.of("export", about, place)
    theirs = [item for item in records if item["tool"] == rival and "cpu" in item]
    last = max(theirs, key=lambda item: item["rows"], default=None)
    if last is None:
        return None
    ours = [
        item["cpu"] for item in records
        if item["tool"] in OURS and "cpu" in item and item["rows"] == last["rows"]
    ]  # fmt: skip
    return max(ours) / last["cpu"] if ours else None


def _memory(results: Results) -> Iterator[Outcome]:
    peaks: dict[int, float] = {}
    growth: list[float] = []
    for about in DONE:
        for place in PLACES:
            found = {
                (record["tool"], record["rows"]): record["peak"]
                for record in results.of("export", about, place)
                if record["tool"] in OURS and "peak" in record
            }
            sizes = sorted({rows for _, rows in found})
            for (_, rows), peak in found.items():
                peaks[rows] = max(peak, peaks.get(rows, 0))
            if len(sizes) > 1:
                growth += [
                    found[tool, sizes[-1]] - found[tool, sizes[0]]
                    for tool in OURS if (tool, sizes[-1]) in found and (tool, sizes[0]) in found
                ]  # fmt: skip
    yield Outcome("peak memory of any export", 64, max(peaks.values(), default=None), "MiB")
    yield Outcome(
        "its growth from the fewest rows to the most", 4, max(growth, default=None), "MiB"
    )


def _worst(figure: Callable[[str], float | None]) -> float | None:
    """The larger figure of our two ways to export."""
    return max((found for tool in OURS if (found := figure(tool)) is not None), default=None)


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100
