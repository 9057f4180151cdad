"""docs/performance.md, from the recorded figures and the words of performance.md.in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from textwrap import fill

from benchmarks.databases import ROOT
from benchmarks.results import Record, Results, flattened, named
from benchmarks.targets import DONE, OURS, PLACES, SHAPES, outcomes

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "performance.md.in")
PAGE = os.path.join(ROOT, "docs", "performance.md")
HOLE = re.compile(r"\{\{(\w+)(?:: ([^}]*))?\}\}")
WIDTH = 100
CLOSE = 0.97  # who needs less than this of what we need is ahead of us; the rest is noise


def written(results: Results) -> str:
    """The page."""
    with open(TEMPLATE, encoding="utf-8") as file:
        template = file.read()

    def filled(hole: re.Match[str]) -> str:
        words = [word.strip() for word in (hole[2] or "").split(";")] if hole[2] else []
        return FILLERS[hole[1]](results, *words)

    return "\n\n".join(map(wrapped, HOLE.sub(filled, template).split("\n\n"))) + "\n"


def wrapped(block: str) -> str:
    """A paragraph or a list in lines of the same width, which its figures have upset."""
    if block.startswith(("#", "|")):
        return block
    items = re.split(r"\n(?=- )", block)
    return "\n".join(
        fill(
            " ".join(item.split()), WIDTH, subsequent_indent="  " * item.startswith("- "),
            break_long_words=False, break_on_hyphens=False,
        )
        for item in items
    )  # fmt: skip


def targets(results: Results) -> str:
    """Targets beside measured values."""
    lines = [["what", "target", "measured", ""]]
    for item in outcomes(results):
        found = "" if item.found is None else f"{number(item.found)} {item.unit}"
        lines.append([item.what, f"{item.limit:g} {item.unit}", found, item.verdict])
    return table(lines)


def start(results: Results) -> str:
    """Start-up, in P."""
    records = results.of("start")
    abouts = results.names(records, "about")
    lines = [["CPU in P", *abouts, "peak MiB"]]
    for tool in results.names(records, "tool"):
        cells = [
            named(results.of("start", about), tool) for about in abouts
        ]  # fmt: skip
        ours = [named(results.of("start", about), "sqlsess") for about in abouts]
        figures = [cell(mine, "cpu", best) for mine, best in zip(cells, ours, strict=True)]
        peaks = [record["peak"] for record in cells if record and "peak" in record]
        lines.append([bold(tool), *figures, number(max(peaks)) if peaks else ""])
    return table(lines)


def names(results: Results) -> str:
    """Completion of names, in P."""
    lines = [["CPU in P", "CPU", "wall", "peak MiB"]]
    for record in results.of("names"):
        figures = [cell(record, metric, None) for metric in ("cpu", "wall", "peak")]
        lines.append([bold(record["tool"]), *figures])
    return table(lines)


def by_database(results: Results, section: str, about: str = "") -> str:
    """One line a tool; CPU and wall for each database, and how many statements were sent."""
    records = results.of(section, about)
    sends = any("statements" in record for record in records)
    places = [place for place in PLACES if any(item["place"] == place for item in records)]
    head = [f"{PLACES[place]} {what}" for place in places for what in ("CPU", "wall")]
    lines = [["", *head, "peak MiB", *["statements"] * sends]]
    for tool in results.names(records, "tool"):
        line, peaks = [bold(tool)], []
        sent: list[str] = []
        for place in places:
            here = results.of(section, about, place)
            record, ours = named(here, tool), named(here, "sqlsess query")
            line += [cell(record, "cpu", ours), cell(record, "wall", None)]
            peaks += [record["peak"]] if record and "peak" in record else []
            sent += [f"{record['statements']:,}"] if record and "statements" in record else []
        last = [" / ".join(sent if len(set(sent)) > 1 else sent[:1])] if sends else []
        lines.append([*line, number(max(peaks)) if peaks else "", *last])
    return table(lines)


def exports(results: Results) -> str:
    """A table for each database, format and source."""
    parts = []
    for about in DONE:
        shape, _, source = about.partition(", ")
        for place, name in PLACES.items():
            if results.of("export", about, place):
                parts.append(f"### {SHAPES[shape]} of `{source}`, {name}\n")
                parts.append(_export(results, about, place) + "\n")
    return "\n".join(parts).rstrip()


def _export(results: Results, about: str, place: str) -> str:
    records = results.of("export", about, place)
    sizes = results.sizes("export", about)
    lines = [["", *(f"CPU, {size:,} rows" for size in sizes), "with the server's", "wall",
              "peak MiB", "first row", "MB", "reads back"]]  # fmt: skip
    for tool in results.names(records, "tool"):
        seen = [named(results.of("export", about, place, size), tool) for size in sizes]
        bests = [ours_of(results.of("export", about, place, size)) for size in sizes]
        last = next((record for record in reversed(seen) if record and "cpu" in record), None)
        if last is None:
            why = next((record["failed"] for record in seen if record), "")
            lines.append([bold(tool), why, *[""] * (len(sizes) + 6)])
            continue
        figures = [cell(record, "cpu", best) for record, best in zip(seen, bests, strict=True)]
        peaks = " → ".join(number(record["peak"]) for record in seen if record and "peak" in record)
        lines.append(
            [bold(tool), *figures, number(last["total"]), number(last["wall"]), peaks,
             f"{last['first'] * 100:.2g} %", number(last["size"] / 1e6), notes(seen)]
        )  # fmt: skip
    return table(lines)


def ours_of(records: list[Record]) -> Record | None:
    """The slower of our two, to be just."""
    mine = [record for record in records if record["tool"] in OURS and "cpu" in record]
    return max(mine, key=lambda record: record["cpu"], default=None)


def notes(seen: list[Record | None]) -> str:
    """What was found when the output was read back."""
    checked = [record["notes"] for record in seen if record and "notes" in record]
    if not checked:
        return ""
    found = dict.fromkeys(note for one in checked for note in one)
    said = "; ".join(found).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
    return said or "equal"


def ratio(results: Results, section: str, about: str, place: str, tool: str) -> str:
    """One figure of CPU, for the words."""
    found = results.figure(section, about, place, tool, "cpu")
    return "?" if found is None else number(found)


def without(results: Results, section: str, about: str, place: str, tool: str, less: str) -> str:
    """The difference of two figures of CPU, for the words."""
    found = [results.figure(section, about, place, name, "cpu") for name in (tool, less)]
    return "?" if None in found else number(found[0] - found[1])  # type: ignore[operator]


def machine(results: Results) -> str:
    """Where, when and with what."""
    runs: dict[str, list[str]] = {}
    for run in results.runs:
        where = f"{run['date']}, {run['machine']}"
        runs.setdefault(where, []).append(f"{run['commit']} (load {run['load']})")
    titled = [f"{where}; sqlsess at {', '.join(commits)}" for where, commits in runs.items()]
    for title in ("versions", "servers", "clients"):  # a run need not have asked all databases
        items = dict.fromkeys(item for run in results.runs for item in run[title])
        titled.append(f"{title}: {', '.join(items)}")
    return "\n".join(f"- {line}" for line in titled)


def cell(record: Record | None, metric: str, ours: Record | None) -> str:
    """A figure; marked when it is ahead of ours, or why there is none."""
    if record is None:
        return ""
    if metric not in record:
        return record.get("failed", "")
    ahead = ours and metric in ours and record["role"] in ("peer", "native")
    mark = " ▲" if ahead and record[metric] < CLOSE * ours[metric] else ""
    return number(record[metric]) + mark


def bold(tool: str) -> str:
    """Ours stand out."""
    return f"**{tool}**" if tool.startswith("sqlsess") and "1 row" not in tool else tool


def number(value: float) -> str:
    """Three digits are more than the noise allows."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def table(lines: list[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join(flattened(lines))


FILLERS: dict[str, Callable[..., str]] = {
    "targets": targets, "start": start, "names": names, "by_database": by_database,
    "exports": exports, "ratio": ratio, "without": without, "machine": machine,
}  # fmt: skip
