"""Every format over one table of every kind of value, and over one object, byte for byte.

`SQLSESS_GOLDEN=write pytest tests/unit/formats/test_golden.py` writes the files anew, for a change
that is meant; read the diff before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlsess_cli.formats._base import FORMATS, Style
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import encoded

from .answers import Kept, everything, one_object

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.parametrize("name", FORMATS.names)
@pytest.mark.parametrize(("file", "make"), [("values", everything), ("object", one_object)])
def test_format_writes_its_golden_file(name: str, file: str, make: Callable[[], Result]):
    sink = Kept()
    FORMATS.load(name).write(make(), sink, Style())
    path = GOLDEN / f"{file}.{name}"
    if os.environ.get("SQLSESS_GOLDEN") == "write":
        path.write_bytes(encoded(sink.text))
    assert path.exists(), f"the format {name} has no golden file {path.name}"
    assert encoded(sink.text) == path.read_bytes()


def test_no_golden_file_is_left_of_a_format_that_is_gone():
    found = {path.suffix[1:] for path in GOLDEN.iterdir() if path.stem in {"values", "object"}}
    assert found == set(FORMATS.names)
