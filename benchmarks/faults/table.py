"""Tries every fault on every tool, and writes docs/reliability.md from what was seen."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.databases import ROOT
from benchmarks.environments import Environments, commit
from benchmarks.faults.seen import FAULTS
from benchmarks.results import flattened

RESULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results.json")
TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reliability.md.in")
PAGE = os.path.join(ROOT, "docs", "reliability.md")
GROUPS = (
    "shown", "secret", "streams", "stopped", "transactions", "settings", "files", "guards"
)  # fmt: skip
Results = dict[str, Any]


def load_faults() -> None:
    """Fill FAULTS, in order; the helpers of the tests are not installed."""
    if (tests := os.path.join(ROOT, "tests")) not in sys.path:
        sys.path.append(tests)
    for name in GROUPS:
        importlib.import_module(f"benchmarks.faults.{name}")
    for number in sorted(FAULTS):
        FAULTS[number] = FAULTS.pop(number)


def try_all(places: Environments, numbers: Iterable[int], names: Iterable[str], path: str) -> None:
    """Try faults on tools, print what is seen, and keep it.

    Args:
        places: where peers are installed.
        numbers: of the faults; all, if there are none.
        names: of the tools, likewise.
        path: of the file that keeps it.
    """
    load_faults()
    from servers.fleet import LocalFleet
    from servers.program import INTERPRETER, clean_environ, heard_signals
    from servers.warm import Warm

    from benchmarks.faults.tools import tools
    from benchmarks.faults.trial import World

    results = read(path) if os.path.exists(path) else {"tools": {}, "seen": {}}
    chosen = [tool for tool in tools(places) if not names or tool.name in set(names)]
    results["tools"] |= versions(places)
    results |= {"date": datetime.now(UTC).date().isoformat(), "commit": commit()}
    fleet, warm = LocalFleet(), Warm((*heard_signals(), *INTERPRETER), clean_environ())
    world = World(fleet, warm)
    try:
        with world.stack:
            for number in list(numbers) or list(FAULTS):
                for tool in chosen:
                    seen = world.tried(number, tool)
                    cells = results["seen"].setdefault(str(number), {})
                    cells[tool.name] = [seen.verdict, seen.what]
                    print(f"{number:3} {tool.name:8} {seen.verdict:5} {seen.what}", flush=True)
                keep(results, path)
            results["servers"] = sorted(item.server.version for item in world.daemons.values())
            keep(results, path)
    finally:
        warm.close()
        fleet.close()


def keep(results: Results, path: str) -> None:
    """Write the results, in the order of the table."""
    results["seen"] = {str(number): results["seen"][str(number)] for number in FAULTS
                       if str(number) in results["seen"]}  # fmt: skip
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1, ensure_ascii=False)
        file.write("\n")


def read(path: str = RESULTS) -> Results:
    """What was kept."""
    with open(path, encoding="utf-8") as file:
        results: Results = json.load(file)
    return results


def versions(places: Environments) -> dict[str, str]:
    """Of each tool, as it is called in the table."""
    import sqlsess_cli
    from benchmarks.machine import client

    found = {"sqlsess": sqlsess_cli.__version__}
    for name in ("psql", "mariadb", "sqlite3"):
        found[name] = client(name).partition(" ")[2]
    for name in ("mycli", "pgcli", "litecli"):
        found[name] = "".join(places.versions(name, name))
    return {name: version for name, version in found.items() if version}


def score(results: Results, tool: str) -> tuple[int, int]:
    """How many faults a tool stands, of how many that apply to it."""
    verdicts = [cells[tool][0] for cells in results["seen"].values() if tool in cells]
    return verdicts.count("ok"), len(verdicts) - verdicts.count("-")


def written(results: Results) -> str:
    """The page."""
    load_faults()
    with open(TEMPLATE, encoding="utf-8") as file:
        template = file.read()
    names = list(results["tools"])
    parts = {
        "date": results["date"], "commit": results["commit"],
        "tools": ", ".join(f"{name} {version}" for name, version in results["tools"].items()),
        "servers": ", ".join(results["servers"]),
        "scores": "\n".join(flattened(scores(results, names))),
        "table": "\n".join(flattened(list(verdicts(results, names)))),
        "seen": "\n".join(said(results)),
    }  # fmt: skip
    for name, text in parts.items():
        template = template.replace(f"{{{{{name}}}}}", text)
    return template


def scores(results: Results, names: list[str]) -> list[list[str]]:
    """One line: the score of each tool."""
    cells = ["{} of {}".format(*score(results, name)) for name in names]
    return [["", *names], ["stands", *cells]]


def verdicts(results: Results, names: list[str]) -> Iterator[list[str]]:
    """A line for each fault."""
    yield ["fault", *names]
    for number, cells in results["seen"].items():
        title = f"{number}. {FAULTS[int(number)].title}".replace("|", "\\|")
        yield [title, *(shown(cells.get(name, ["", ""])[0]) for name in names)]


def said(results: Results) -> Iterator[str]:
    """What was seen: a list for each fault, tools of which the same was seen together."""
    for number, cells in results["seen"].items():
        yield f"{number}. {FAULTS[int(number)].title}"
        together: dict[tuple[str, str], list[str]] = {}
        for name, (verdict, what) in cells.items():
            together.setdefault((verdict, what), []).append(name)
        for (verdict, what), names in together.items():
            told = what.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
            yield f"    - {shown(verdict)}: {', '.join(names)}: {told}"


def shown(verdict: str) -> str:
    """A dash for what does not apply."""
    return {"-": "\N{EN DASH}"}.get(verdict, verdict)
