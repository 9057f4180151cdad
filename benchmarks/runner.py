"""Measures a section: every case is seen once, checked, and then paired with the reference."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks.data import TABLES
from benchmarks.measure import Command, Meter, summary
from benchmarks.peers import PROGRAMS
from benchmarks.sections import Case, Section
from benchmarks.verify import differences

Record = dict[str, Any]
COUNTED = os.path.join(PROGRAMS, "counted.py")


def measured(section: Section, meter: Meter, *, check: bool) -> Iterator[Record]:
    """A record for each case, as it is done.

    Args:
        section: what to measure.
        meter: what to measure with.
        check: compare what the tools export with the source.
    """
    if section.before is not None:
        meter.run(section.before)
    for case in section.cases:
        record: Record = {
            "section": section.name, "about": section.about, "place": section.place,
            "rows": section.rows, "reference": section.reference.tool,
            "tool": case.tool, "role": case.role,
        }  # fmt: skip
        yield {**record, **_figures(section, case, meter, check=check)}


def _figures(section: Section, case: Case, meter: Meter, *, check: bool) -> Record:
    if case.command is None:
        return {"failed": "not installed"}
    if section.reference.command is None:
        return {"failed": f"{section.reference.tool}, the reference, is not installed"}
    asked = section.asked
    wanted = asked is not None and check
    kept = os.path.join(meter.folder, "exported") if wanted else None
    warm = meter.run(case.command, kept)  # uncounted: caches fill, tools write their first files
    notes: list[str] = []
    if asked is not None and kept and not warm.why:
        shape = "batch" if "mariadb --batch" in case.tool else asked.shape
        notes = differences(kept, shape, TABLES[asked.table], section.rows)
    if kept:
        os.remove(kept)
    if warm.why:
        return {"failed": warm.why}
    rounds = section.rounds if case.role == "ours" else section.others
    pairs = meter.pairs(section.reference.command, case.command, rounds)
    for reference, run in pairs:
        if reference.why or run.why:
            return {
                "failed": run.why or f"{section.reference.tool}, the reference: {reference.why}"
            }
    figures: Record = summary(pairs)
    figures["peak"] = max(figures["peak"], warm.peak / 1024)
    if wanted:
        figures["notes"] = notes
    if section.sends:
        figures |= _statements(case.command, meter)
    return figures


def _statements(command: Command, meter: Meter) -> Record:
    """How many statements a program of SQLAlchemy's sends, in a run of its own."""
    told = os.path.join(meter.folder, "statements")
    program = [word for word in command.words if not word.endswith("/python")]
    python = os.path.join(os.path.dirname(command.words[0]), "python")
    run = meter.run(replace(command, words=[python, COUNTED, told, *program]))
    return {"failed": run.why} if run.why else {"statements": os.path.getsize(told)}
