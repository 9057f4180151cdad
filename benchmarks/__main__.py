"""The command line: set up, measure, try faults, and write what docs/ has of them."""

from __future__ import annotations

import argparse
import json
import os
import time
from contextlib import ExitStack

from benchmarks.databases import KINDS, Database, databases
from benchmarks.environments import OURS, PEERS, Environments, native_path
from benchmarks.faults import table
from benchmarks.machine import described
from benchmarks.measure import Meter
from benchmarks.report import PAGE, written
from benchmarks.results import Results
from benchmarks.runner import Record, measured
from benchmarks.sections import FULL, NAMES, QUICK, TINY, Scale, Section, sections
from benchmarks.warm import warmed

WORK = os.path.join(os.path.expanduser("~"), ".cache", "sqlsess-benchmarks")
CHECKED = 100_000  # exports of more rows are not read back: that was done with fewer


def main() -> None:
    """Do what the arguments say."""
    asked = arguments()
    work = os.path.abspath(asked.work)
    os.makedirs(work, exist_ok=True)
    places = Environments(os.path.join(work, "environments"), asked.peers)
    results = os.path.join(work, "results.jsonl")
    if asked.do == "setup":
        places.build([OURS] if asked.peers else [OURS, *PEERS])
    elif asked.do == "run":
        scale = {"full": FULL, "quick": QUICK, "tiny": TINY}[asked.scale]
        run(asked, work, places, scale, results)
    elif asked.do == "faults":
        table.try_all(places, map(int, asked.sections), asked.only, table.RESULTS)
    else:
        report(asked.page, results)


def report(page: str | None, results: str) -> None:
    """Write the pages, from what was measured and from what was seen."""
    if page or os.path.exists(results):
        with open(page or PAGE, "w", encoding="utf-8") as file:
            file.write(written(Results.read(results)))
    if page is None:
        with open(table.PAGE, "w", encoding="utf-8") as file:
            file.write(table.written(table.read()))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("do", choices=["setup", "run", "faults", "report"])
    parser.add_argument(
        "sections",
        nargs="*",
        metavar="SECTION",
        help=f"of: {', '.join(NAMES)}; of faults: their numbers",
    )
    parser.add_argument("--work", default=WORK, help="everything is kept here: %(default)s")
    parser.add_argument("--peers", help="a folder that has the peers' environments already")
    parser.add_argument("--quick", dest="scale", action="store_const", const="quick",
                        help="fewer rows and rounds: a few minutes")  # fmt: skip
    parser.add_argument("--tiny", dest="scale", action="store_const", const="tiny",
                        help="hardly anything: to see that the benchmarks work")  # fmt: skip
    parser.add_argument("--databases", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--only", nargs="+", default=[], metavar="TOOL",
                        help="tools whose name contains one of these")  # fmt: skip
    parser.add_argument("--about", default="", help="of a section, what is done: 'csv, events'")
    parser.add_argument("--cap", type=float, default=180, help="seconds that a run may take")
    parser.add_argument("--page", help="where report writes the figures alone")
    parser.set_defaults(scale="full")
    asked = parser.parse_intermixed_args()
    known = {str(number) for number in range(1, 32)} if asked.do == "faults" else set(NAMES)
    if unknown := set(asked.sections) - known:
        parser.error(f"no section {min(unknown)!r}; there are {', '.join(sorted(known))}")
    return asked


def run(
    asked: argparse.Namespace, work: str, places: Environments, scale: Scale, results: str
) -> None:
    """Measure, print what is found, and append it to the results."""
    stamp = time.strftime("%Y%m%dT%H%M%S")
    wanted = asked.sections or list(NAMES)
    kinds = asked.databases if set(wanted) - {"start"} else ["sqlite"]
    with databases(work, places.python, scale.exports[-1], kinds) as found:
        meter = meter_of(work, found, asked.cap)
        with ExitStack() as stack:
            if "warm" in wanted:  # what it does is counted like what a server does
                meter.servers += (stack.enter_context(warmed(places, meter.env)),)
            file = stack.enter_context(open(results, "a", encoding="utf-8"))
            about = {"run": stamp, **described(places, found)}
            file.write(json.dumps(about) + "\n")
            for section in sections(wanted, found, places, scale):
                if asked.about not in section.about:
                    continue
                chosen = only(section, asked.only)
                title(chosen)
                for record in measured(chosen, meter, check=section.rows <= CHECKED):
                    show(record)
                    file.write(json.dumps({"run": stamp, **record}) + "\n")
                    file.flush()


def meter_of(work: str, found: list[Database], cap: float) -> Meter:
    """A meter in the work directory, which knows the servers."""
    pids = [database.pid for database in found if database.pid]
    return Meter(work, {"PATH": native_path(), "PAGER": "cat", "NO_COLOR": "1"}, cap, pids)


def only(section: Section, words: list[str]) -> Section:
    """The section with those of its tools that were asked for."""
    if words:
        section.cases[:] = [
            case for case in section.cases if any(word in case.tool for word in words)
        ]
    return section


def title(section: Section) -> None:
    """Head a section."""
    rows = f", {section.rows:,} rows" if section.rows else ""
    print(f"\n{section.name} {section.about} {section.place}{rows};"
          f" ratios to: {section.reference.tool}, {section.rounds} pairs")  # fmt: skip
    print(f"{'':34}{'cpu':>8}{'(spread)':>16}{'+server':>9}{'wall':>8}{'MiB':>8}{'first':>8}")


def show(record: Record) -> None:
    """One line of a section."""
    if "failed" in record:
        print(f"{record['tool']:34}{record['failed']}", flush=True)
        return
    spread = f"({record['least']:.2f}-{record['most']:.2f})"
    notes = record.get("notes")
    said = "" if notes is None else "  equal" if not notes else f"  {'; '.join(notes)}"
    print(f"{record['tool']:34}{record['cpu']:8.2f}{spread:>16}{record['total']:9.2f}"
          f"{record['wall']:8.2f}{record['peak']:8.1f}{record['first'] * 100:7.1f}%{said}",
          flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
