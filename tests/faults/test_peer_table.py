"""The faults of docs/reliability.md on the program itself, by what judges its peers there."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from servers.fleet import Fleet
from servers.program import ROOT
from servers.warm import Warm

sys.path.append(ROOT)  # the benchmarks are not installed

from benchmarks.faults.seen import FAULTS, WORST
from benchmarks.faults.table import load_faults, read
from benchmarks.faults.tools import OURS, tools
from benchmarks.faults.trial import World

load_faults()
(ourselves,) = tools(None)
RECORDED = {int(number): cells[OURS] for number, cells in read()["seen"].items()}
APPLIES = [number for number in FAULTS if OURS not in FAULTS[number].without]


@pytest.fixture(scope="module")
def world(fleet: Fleet, warm: Warm | None) -> Iterator[World]:
    made = World(fleet, warm)
    with made.stack:
        yield made


@pytest.mark.thorough
@pytest.mark.parametrize("number", APPLIES)
def test_a_fault_is_stood_as_the_page_says_or_better(world: World, number: int) -> None:
    seen = world.tried(number, ourselves)
    assert WORST.index(seen.verdict) >= WORST.index(RECORDED[number][0]), seen.what


def test_what_does_not_apply_has_its_reason() -> None:
    assert {number for number, (verdict, _) in RECORDED.items() if verdict == "-"} == {
        number for number in FAULTS if number not in APPLIES
    }
