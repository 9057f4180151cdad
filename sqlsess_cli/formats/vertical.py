"""For people: every value on a line of its own, each row under a numbered rule."""

from __future__ import annotations

from collections.abc import Iterable

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import columns, filled, literal
from sqlsess_cli.formats._object import labels, write_object
from sqlsess_cli.formats._people import cells, colored, dim, heading, null_text
from sqlsess_cli.result import Block, Column, Result
from sqlsess_cli.sinks import Sink

MANY = True
NESTS = False
STYLED = True
SUFFIX = ""

_RULE = 32  # as long as the rule above a row is, where there is room


def write(result: Result, sink: Sink, style: Style) -> None:
    """Write one answer; see Format."""
    if result.single:
        write_object(result, sink, style, _write_rows)
    else:
        _write_rows(result, sink, style)


def _write_rows(result: Result, sink: Sink, style: Style) -> None:
    if result.title:
        sink.write(heading(result, style))
    write_blocks(result.columns, result.blocks, sink, style)


def write_blocks(
    named: tuple[Column, ...], blocks: Iterable[Block], sink: Sink, style: Style
) -> None:
    """Write rows, numbered from 1."""
    names = labels([column.name for column in named], style)
    null = dim(null_text(style), style)
    template = "%s\n" + "".join(f"{literal(name)} │ %s\n" for name in names)
    number = 1
    for block in filter(None, blocks):
        rules = [_rule(n, style) for n in range(number, number + len(block))]
        number += len(block)
        shown = [
            [
                null if text is None else colored(column, text, style)
                for text in cells(column, values)
            ]
            for column, values in zip(named, columns(block), strict=True)
        ]
        sink.write(filled(template, [rules, *shown]))


def _rule(number: int, style: Style) -> str:
    width = min(_RULE, style.width) if style.terminal else _RULE
    return f"─[ {number} ]".ljust(width, "─")
