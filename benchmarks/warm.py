"""The same with `sqlsess warm start`: what is left when nothing has to be imported."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from benchmarks.environments import OURS, Environments
from benchmarks.sections import Section


def warm(section: Section, places: Environments) -> Section:
    """Our command lines of a section, each as it is and asked of a warm process."""
    cases = [section.reference]
    for case in section.cases:
        if case.role == "ours" and case.command is not None:
            command = replace(case.command, env={**case.command.env, **place(places)})
            cases += [case, replace(case, tool=f"{case.tool}, warm", command=command)]
    return replace(section, name="warm", cases=cases)


def place(places: Environments) -> Mapping[str, str]:
    """The variable by which a command line finds the warm process; without it, none does."""
    return {"XDG_RUNTIME_DIR": os.path.join(os.path.dirname(places.folder), "runtime")}


@contextmanager
def warmed(places: Environments, env: Mapping[str, str]) -> Iterator[int]:
    """A warm process for as long as the block lasts; gives its number.

    Args:
        places: where sqlsess is.
        env: what every measured command has.
    """
    environ = {**env, **place(places)}
    os.makedirs(environ["XDG_RUNTIME_DIR"], mode=0o700, exist_ok=True)
    program = places.program(OURS, "sqlsess") or "sqlsess"

    def said(*words: str) -> str:
        started = subprocess.run(
            [program, "warm", *words], env=environ, check=True, stdout=subprocess.PIPE, text=True
        )
        return started.stdout

    said("start")
    try:
        yield int(said("status", "-f", "csv", "--no-header").split(",")[0])
    finally:
        said("stop")
