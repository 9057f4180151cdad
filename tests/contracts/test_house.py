"""The house is in order: layers, lint, format, types; each tool as a person would run it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig

import pytest
from servers.program import ROOT

SCRIPTS = sysconfig.get_path("scripts")
TOOLS = {
    "imports go downward": [f"{SCRIPTS}/lint-imports"],
    "ruff finds nothing": [sys.executable, "-m", "ruff", "check"],
    "ruff would format nothing": [sys.executable, "-m", "ruff", "format", "--check", "--diff"],
    "types hold": [sys.executable, "-m", "mypy"],
}


@pytest.mark.parametrize("words", [pytest.param(words, id=name) for name, words in TOOLS.items()])
def test_a_tool_has_nothing_to_say(words: list[str]) -> None:
    env = {**os.environ, "PYTHONPATH": ROOT, "NO_COLOR": "1"}
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
