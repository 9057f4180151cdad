"""The benchmarks work: on a few rows of SQLite, and without any tool but ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from servers.program import ROOT

sys.path.append(ROOT)  # the benchmarks are not installed

from benchmarks.data import EVENTS, KINDS, lines
from benchmarks.databases import Database
from benchmarks.environments import Environments
from benchmarks.measure import Command, Meter, Run, summary
from benchmarks.report import written
from benchmarks.results import Results
from benchmarks.sections import TINY, Case, sections
from benchmarks.targets import outcomes
from benchmarks.verify import differences


@pytest.fixture
def meter(tmp_path: Path) -> Meter:
    return Meter(str(tmp_path), {"PATH": "/usr/bin:/bin"}, cap=20)


def python(code: str, says: str = "") -> Command:
    return Command([sys.executable, "-c", code], says=says)


def test_a_run_is_measured_with_its_children(meter: Meter):
    burn = "sum(range(2_000_000))"
    child = (
        f"import subprocess, sys; print('x' * 9); subprocess.run([sys.executable, '-c', '{burn}'])"
    )
    alone, within = meter.run(python(burn)), meter.run(python(child))
    assert (within.code, within.size, within.why) == (0, 10, "")
    assert within.cpu > alone.cpu
    assert within.peak > 5_000
    assert 0 < within.first < within.wall


def test_memory_is_that_of_the_largest_process(meter: Meter):
    big = meter.run(python("held = bytearray(80 << 20)"))
    small = meter.run(python("pass"))
    assert big.peak - small.peak == pytest.approx(80 << 10, rel=0.05)


def test_what_fails_is_told(meter: Meter):
    assert meter.run(python("raise SystemExit('no such thing')")).why == "exit 1: no such thing"
    assert meter.run(Command(["no-such-program"])).why == "exit 127: No such file or directory"
    assert meter.run(python("print('hello')", says="bye")).why == r"did not answer: 'hello\n'"
    meter.cap = 0.3
    assert meter.run(python("import time; time.sleep(30)")).why == "not done in 0.3 s"


def test_ratios_are_of_pairs():
    pairs = [(Run(0, wall=1, cpu=cost), Run(0, wall=2, cpu=2 * cost)) for cost in (1, 50, 3)]
    found = summary([*pairs, (Run(0, wall=1, cpu=1), Run(0, wall=2, cpu=9))])
    assert (found["cpu"], found["least"], found["most"], found["wall"]) == (2, 2, 9, 2)


def test_rows_that_were_not_exported_right_are_found(tmp_path: Path):
    path = tmp_path / "events"
    head = ",".join(EVENTS.names)
    right = '1,7920,2024-01-01 00:00:37,1047.29,click,"配送済み 東京"\n'
    path.write_text(f"{head}\n{right}")
    assert differences(str(path), "csv", EVENTS, 1) == []
    path.write_text(f"{head}\n{right.replace('1047.29', '1047.3')}")
    assert differences(str(path), "csv", EVENTS, 1) == ["amount: Decimal('1047.29') as '1047.3'"]
    path.write_text(f"{head}\n{right}\n")
    assert differences(str(path), "csv", EVENTS, 2) == ["1 of 2 rows"]


@pytest.mark.parametrize("table", [EVENTS, KINDS], ids=["events", "kinds"])
def test_the_rows_hold_what_is_difficult(table: Any):
    found = "".join(lines(table, 200))
    values = {value for row in table.rows(200) for value in row}
    assert {None, "", 'said "thanks" twice', "配送済み 東京"} <= values
    assert r"\N" in found
    if table is KINDS:
        assert max(row[1] for row in table.rows(200)) > 1 << 53
        assert r"\n" in found


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """The environment of the tests in the place of ours; no peer is installed."""
    (tmp_path / "environments").mkdir()
    place = tmp_path / "environments" / "sqlsess"
    (place / "bin").mkdir(parents=True)
    ours = Path(sys.executable).parent
    (place / "bin" / "python").write_text(f'#!/bin/sh\nexec "{ours / "python"}" "$@"\n')
    (place / "bin" / "python").chmod(0o755)
    shutil.copy(ours / "sqlsess", place / "bin")
    (place / "commit").write_text("abc")
    return tmp_path


def test_measures_and_reports(environments: Path):
    words = [sys.executable, "-m", "benchmarks"]
    work = ["--work", str(environments)]
    narrowed = "--tiny --databases sqlite --about kinds --only sqlsess mycli litecli loop"
    run = [*words, "run", "export", *work, *narrowed.split()]
    said = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    results = Results.read(str(environments / "results.jsonl"))
    ours = [record for record in results.records.values() if record["role"] == "ours"]
    assert [record["tool"] for record in ours] == ["sqlsess sql", "sqlsess query"] * 2
    assert all(record["cpu"] > 0 and record["size"] > 10_000 for record in ours), ours
    assert all(record["notes"] == [] for record in ours), "an export is not what it came from"
    peers = [record for record in results.records.values() if record["role"] == "peer"]
    assert {record.get("failed") for record in peers} == {"not installed"}

    page = environments / "performance.md"
    subprocess.run([*words, "report", *work, "--page", str(page)], cwd=ROOT, check=True)
    text = page.read_text()
    assert "{{" not in text
    assert "| litecli | not installed" in text


@pytest.mark.thorough
def test_related_objects_are_the_same_and_need_no_statement_each(environments: Path):
    words = [sys.executable, "-m", "benchmarks", "run", "models", "--work", str(environments)]
    tiny = ["--tiny", "--databases", "sqlite", "--about", "related"]
    said = subprocess.run([*words, *tiny], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    results = Results.read(str(environments / "results.jsonl"))
    sent = {record["tool"]: record["statements"] for record in results.of("models")}
    assert sent == {
        "the naive loop": 11,
        "the loop with selectinload": 2,
        "sqlsess query --include": 2,
    }
    [database] = (environments / "data").glob("rows-*.db")
    places = Environments(str(environments / "environments"))
    _, related = sections(["models"], [Database("sqlite", str(database))], places, TINY)
    naive, eager, ours = (answer(case) for case in related.cases)
    assert naive == eager == ours
    assert len(naive) == related.rows


def answer(case: Case) -> list[Any]:
    done = subprocess.run(case.command.words, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_missed_target_is_marked(tmp_path: Path):
    about = {"run": "1", "date": "2026-01-01", "machine": "m", "commit": "c", "load": 0.1}
    lists = {key: [] for key in ("versions", "servers", "clients")}
    start = {
        "section": "start",
        "place": "",
        "rows": 0,
        "run": "1",
        "tool": "sqlsess",
        "role": "ours",
    }
    fine = {"cpu": 1.2, "wall": 1, "peak": 9.0, "total": 1.2, "first": 0.5, "size": 14}
    records = [
        {**about, **lists},
        {**start, "about": "--version", **fine},
        {**start, "about": "--help", **fine, "cpu": 5.6},
        {**start, "about": "completion", "failed": "exit 2: no"},
    ]
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    results = Results.read(str(path))
    verdicts = [outcome.verdict for outcome in outcomes(results)][:4]
    assert verdicts == ["met", "**missed**", "**missed**: exit 2: no", "not measured"]
    assert "| start-up: --help | 5.5 P | 5.60 P | **missed** |" in written(results)
