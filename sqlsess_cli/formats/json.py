"""One JSON array, an object per row; a single object by itself."""

from __future__ import annotations

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._documents import documents, template
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import Sink

MANY = False
NESTS = True
STYLED = False
SUFFIX = ".json"


def write(result: Result, sink: Sink, _style: Style) -> None:
    """Write one answer; see Format."""
    form = template(result.columns, ", ", ": ")
    if result.single:
        row = next(result.rows(), None)
        sink.write("null\n" if row is None else documents(form + "\n", result.columns, [row]))
        return
    before = "["
    for block in filter(None, result.blocks):
        # Each object brings the comma that parts it from the one before; the first has none.
        text = documents(",\n" + form, result.columns, block)
        sink.write(before + text[2:] if before else text)
        before = ""
    sink.write(before + "]\n")
