"""Tab-separated values, one line per record, one header line.

NULL is backslash N, and a tab, a line break or a backslash inside a value is escaped, just as in
PostgreSQL's COPY and MySQL's LOAD DATA.
"""

from __future__ import annotations

import re
from functools import partial

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import columns, escaped, lines
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import Sink

MANY = False
NESTS = False
STYLED = False
SUFFIX = ".tsv"

_odd = re.compile(r"[\t\n\r\\]").search
_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"})


def write(result: Result, sink: Sink, style: Style) -> None:
    """Write one answer; see Format."""
    null = "\\N" if style.null is None else style.null
    names = [column.name for column in result.columns]
    if style.header:
        sink.write("\t".join(map(_spell, names)) + "\n")
    fields = partial(escaped, odd=_odd, spell=_spell, null=null)
    for block in result.blocks:
        sink.write(lines("\t", map(fields, columns(block, digits=True))))


def _spell(text: str) -> str:
    return text.translate(_ESCAPES)
