"""One object for a person: a line for each value, then the tables inside it."""

from __future__ import annotations

from collections.abc import Callable

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._grid import wide
from sqlsess_cli.formats._people import bold, cells, dim, heading, null_text, pieces
from sqlsess_cli.inert import inert
from sqlsess_cli.result import Column, Result
from sqlsess_cli.sinks import Sink


def write_object(
    result: Result, sink: Sink, style: Style, write_rows: Callable[[Result, Sink, Style], None]
) -> None:
    """Write the one object of a `single` result; `write_rows` is for the tables inside it."""
    for index, piece in enumerate(pieces(result)):
        if index == 0:
            sink.write(heading(piece, style) + _pairs(piece, style))
        else:
            write_rows(piece, sink, style)


def _pairs(piece: Result, style: Style) -> str:
    rows = list(piece.rows())
    names = labels([str(name) for name, _ in rows], style)
    null = dim(null_text(style), style)
    values = [text for _, value in rows for text in cells(Column("value"), [value])]
    return "".join(
        f"{name}  {null if value is None else value}\n"
        for name, value in zip(names, values, strict=True)
    )


def labels(names: list[str], style: Style) -> list[str]:
    """The names, made inert and equally wide."""
    shown = [inert(name) for name in names]
    width = max(map(wide, shown), default=0)
    return [bold(name, style) + " " * (width - wide(name)) for name in shown]
