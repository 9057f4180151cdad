"""An HTML table, complete in itself, to paste into a page."""

from __future__ import annotations

from html import escape

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import Values, columns, filled, texts
from sqlsess_cli.formats._people import counted, pieces
from sqlsess_cli.inert import inert
from sqlsess_cli.result import Column, Result
from sqlsess_cli.sinks import Sink

MANY = True
NESTS = False
STYLED = False
SUFFIX = ".html"


def write(result: Result, sink: Sink, style: Style) -> None:
    """Write one answer; see Format."""
    for piece in pieces(result) if result.single else [result]:
        _write_table(piece, sink, style)


def _write_table(result: Result, sink: Sink, style: Style) -> None:
    sink.write(f"<table>\n{_head(result, style)}<tbody>\n")
    null = f'<td class="null">{_spell(style.null or "")}</td>'
    row = f"<tr>{'%s' * len(result.columns)}</tr>\n"
    for block in filter(None, result.blocks):
        fields = [
            _fields(column, values, null)
            for column, values in zip(result.columns, columns(block), strict=True)
        ]
        sink.write(filled(row, fields))
    sink.write("</tbody>\n</table>\n")


def _head(result: Result, style: Style) -> str:
    caption = f"<caption>{_spell(result.title)}</caption>\n" if result.title else ""
    if not style.header:
        return caption
    names = "".join(f"<th>{_spell(column.name)}</th>" for column in result.columns)
    return f"{caption}<thead>\n<tr>{names}</tr>\n</thead>\n"


def _fields(column: Column, values: Values, null: str) -> list[str]:
    return [
        null if text is None else f"<td>{_spell(text)}</td>"
        for text in texts(counted(column, values))
    ]


def _spell(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "<br>".join(escape(inert(line), quote=False) for line in lines)
