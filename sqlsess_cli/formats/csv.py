"""Comma-separated values (RFC 4180), one header line.

NULL is an empty field and the empty string is `""`, as PostgreSQL's COPY has it; a line ends with
a line feed. csv.writer cannot write that difference before Python 3.12, leaves a carriage return
unquoted when lines end with a line feed, and is the slower way.
"""

from __future__ import annotations

import re
from functools import partial

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import Values, columns, lines, plain, spelled, texts
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import Sink

MANY = False
NESTS = False
STYLED = False
SUFFIX = ".csv"

_odd = re.compile('[",\r\n]').search


def write(result: Result, sink: Sink, style: Style) -> None:
    """Write one answer; see Format."""
    null = style.null or ""
    names = [column.name for column in result.columns]
    if style.header:
        sink.write(",".join(_quoted(name, null) for name in names) + "\n")
    fields = partial(_fields, null=null)
    for block in result.blocks:
        sink.write(lines(",", map(fields, columns(block, digits=True))))


def _fields(values: Values, null: str) -> Values:
    easy = plain(values, null)
    if easy is not None:
        return easy
    found = texts(values)
    # Joining would hide a text that is empty or looks like NULL; both are quoted to stay text.
    if _odd(" ".join(filter(None, found))) or (null and null in found):
        return spelled(found, lambda text: null if text is None else _quoted(text, null))
    if all(found):
        return found
    return [null if text is None else text or '""' for text in found]


def _quoted(text: str, null: str) -> str:
    if _odd(text) or text in ("", null):
        return '"' + text.replace('"', '""') + '"'
    return text
