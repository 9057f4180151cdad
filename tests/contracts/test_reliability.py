"""docs/reliability.md is what the recorded runs give, and says nothing bad of us."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from servers.program import ROOT

sys.path.append(ROOT)  # the benchmarks are not installed

from benchmarks.faults.seen import FAULTS
from benchmarks.faults.table import PAGE, read, score, written


def test_the_page_is_what_was_recorded() -> None:
    text = written(read())
    if os.environ.get("SQLSESS_GENERATED") == "write":
        Path(PAGE).write_text(text, encoding="utf-8")
    assert Path(PAGE).read_text(encoding="utf-8") == text, f"out of step: see {__file__}"
    assert "{{" not in text


def test_every_fault_was_tried_on_every_tool() -> None:
    results = read()
    assert list(results["seen"]) == [str(number) for number in FAULTS]
    assert all(list(cells) == list(results["tools"]) for cells in results["seen"].values())


def test_nothing_bad_is_recorded_of_us() -> None:
    verdicts = {number: cells["sqlsess"] for number, cells in read()["seen"].items()}
    assert [number for number, (verdict, _) in verdicts.items() if verdict == "BAD"] == []


def test_the_readme_tells_the_score() -> None:
    results = read()
    row = " | ".join("{} of {}".format(*score(results, name)) for name in results["tools"])
    text = Path(ROOT, "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|[^|]*\| {re.escape(row)} \|$", text, re.MULTILINE), row
