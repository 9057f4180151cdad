"""A table for a text in GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from functools import partial
from itertools import chain

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import columns, escaped, filled
from sqlsess_cli.formats._people import counted, null_text, pieces, right_aligned
from sqlsess_cli.inert import inert, is_inert
from sqlsess_cli.result import Result
from sqlsess_cli.sinks import Sink

MANY = True
NESTS = False
STYLED = False
SUFFIX = ".md"

# What would end a cell or be read as markup; an underscore only where it is not inside a word.
_marks = re.compile(r"[\\|`*<>&~\[\]]|(?<!\w)_|_(?!\w)")


def write(result: Result, sink: Sink, style: Style) -> None:
    """Write one answer; see Format."""
    for piece in pieces(result) if result.single else [result]:
        _write_table(piece, sink, style)


def _write_table(result: Result, sink: Sink, style: Style) -> None:
    if not result.columns:
        return
    first = next(result.blocks, [])
    rules = ["---:" if right else "---" for right in right_aligned(result.columns, first)]
    title = f"\n### {_spell(result.title)}\n\n" if result.title else ""
    sink.write(title + _line([_spell(column.name) for column in result.columns]) + _line(rules))
    form = _line(["%s"] * len(rules))
    fields = partial(escaped, odd=_odd, spell=_spell, null=null_text(style))
    for block in chain([first], result.blocks):
        shown = map(counted, result.columns, columns(block))
        sink.write(filled(form, map(fields, shown)))


def _line(fields: list[str]) -> str:
    return f"| {' | '.join(fields)} |\n"


def _odd(text: str) -> bool:
    return _marks.search(text) is not None or not is_inert(text)


def _spell(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "<br>".join(_marks.sub(r"\\\g<0>", inert(line)) for line in lines)
