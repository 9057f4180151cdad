"""What holds for every format: it streams, it declares what it is, it loads little."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import pytest

from sqlsess_cli.formats._base import FORMATS, Style
from sqlsess_cli.result import Column, Result

from .answers import Kept, streamed

NAMES = (
    ["csv", "html", "json", "jsonl", "markdown", "raw", "raw0", "sql", "table", "tsv", "vertical"]
)  # fmt: skip


class Forgetful:
    """A sink that keeps nothing."""

    def write(self, text: str) -> None: ...


def test_the_formats():
    assert FORMATS.names == NAMES


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("MANY", "html jsonl markdown raw raw0 sql table vertical".split()),
        ("STYLED", "table vertical".split()),
    ],
)
def test_facts(fact: str, expected: list[str]):
    assert [name for name in NAMES if getattr(FORMATS.load(name), fact)] == expected


def test_suffixes():
    found = {FORMATS.load(name).SUFFIX: name for name in NAMES if FORMATS.load(name).SUFFIX}
    assert found == {
        ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown",
        ".html": "html", ".sql": "sql", ".txt": "table",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_summary_is_a_line_for_users(name: str):
    summary = FORMATS.summary(name)
    assert 10 < len(summary) < 90
    assert FORMATS.load(name).__doc__.startswith(summary)


@pytest.mark.parametrize("name", NAMES)
def test_ten_thousand_rows_are_a_write_per_block(name: str):
    sink = Kept()
    FORMATS.load(name).write(streamed(["a", "b"], 10_000, 250), sink, Style())
    assert len(sink.writes) <= 40 + 2


@pytest.mark.parametrize("name", NAMES)
def test_memory_is_flat(name: str):
    write = FORMATS.load(name).write
    write(streamed(["a"], 10), Forgetful(), Style())  # what is loaded once is not counted
    tracemalloc.start()
    try:
        write(streamed(["a", "b", "c"], 40_000, 250), Forgetful(), Style())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # All rows together take 10 MB; the table holds a thousand of them, the others a block.
    assert peak < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_source_breaks_the_answer(name: str):
    def blocks():
        yield [(1,)]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        FORMATS.load(name).write(Result((Column("a"),), blocks()), Kept(), Style())


HEAVY = ["rich", "wcwidth", "sqlalchemy", "click", "prompt_toolkit", "csv", "subprocess"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("cell", "terminal", "loaded"),
    [
        ("plain", False, []),
        ("é and ∅", False, []),
        ("日本", False, ["wcwidth"]),
        ("plain", True, ["rich"]),
    ],
)
def test_only_what_is_needed_is_loaded(name: str, cell: str, *, terminal: bool, loaded: list[str]):
    program = f"""
import sys
from sqlsess_cli.formats._base import FORMATS, Style
from sqlsess_cli.result import Result
class Sink:
    def write(self, text): pass
result = Result.of(["a", "b"], [({cell!r}, None), (1, 1.5)])
FORMATS.load({name!r}).write(result, Sink(), Style(terminal={terminal}))
print(*[name for name in {HEAVY} if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    assert found.stdout.decode().split() == (loaded if name == "table" else [])
