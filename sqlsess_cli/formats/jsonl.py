"""JSON Lines: one object per row and line."""

from __future__ import annotations

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._documents import documents, template
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import Sink

MANY = True
NESTS = True
STYLED = False
SUFFIX = ".jsonl"


def write(result: Result, sink: Sink, _style: Style) -> None:
    """Write one answer; see Format."""
    line = template(result.columns, ",", ":") + "\n"
    for block in result.blocks:
        sink.write(documents(line, result.columns, block))
