"""What is generated and committed says what the program says now.

`SQLSESS_GENERATED=write python -m pytest tests/contracts/test_generated.py` writes the files anew,
for a change that is meant; read the diff before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from contracts._generated import reference
from servers.program import ROOT, Finished

SCRIPTS = {"bash": "sqlsess.bash", "zsh": "_sqlsess", "fish": "sqlsess.fish"}


def compare(path: Path, text: str) -> None:
    if os.environ.get("SQLSESS_GENERATED") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of step: see {__file__}"


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_completion_script_is_committed(run: Callable[..., Finished], shell: str) -> None:
    compare(Path(ROOT, "completions", SCRIPTS[shell]), run("completion", shell).out)


def test_the_reference_is_committed() -> None:
    compare(Path(ROOT, "docs", "reference.md"), reference())
