"""Values as they are, each ended by NUL (for xargs -0): no header, quotes or escapes."""

from __future__ import annotations

from sqlsess_cli.formats._bare import bare
from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import columns, filled
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import Sink

MANY = True
NESTS = False
STYLED = False
SUFFIX = ""


def write(result: Result, sink: Sink, style: Style) -> None:
    """Write one answer; see Format."""
    template = "%s\0" * len(result.columns)
    for block in result.blocks:
        sink.write(filled(template, [bare(values, style.null or "") for values in columns(block)]))
