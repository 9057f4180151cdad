"""For people: aligned columns, drawn as the rows arrive."""

from __future__ import annotations

from sqlsess_cli.formats._base import Style
from sqlsess_cli.formats._columns import columns
from sqlsess_cli.formats._grid import Grid
from sqlsess_cli.formats._object import write_object
from sqlsess_cli.formats._people import cells, heading, null_text, sign_color, telling
from sqlsess_cli.formats.vertical import write_blocks
from sqlsess_cli.inert import inert
from sqlsess_cli.result import Result, Row
from sqlsess_cli.sinks import Sink

MANY = True
NESTS = False
STYLED = True
SUFFIX = ".txt"

_HELD = 1000  # rows that are seen before the first is drawn, so that most columns fit at once
_AROUND = 4  # lines of the screen that are not rows: header, rule, the command and the next prompt
_LEGIBLE = 10  # cells below which a folded column cannot be read

# rich's notation: one line for each kind of line, each with left edge, fill, divider, right edge.
_LOOK = "    \n  │ \n ─┼ \n  │ \n ─┼ \n    \n  │ \n    \n"


def write(result: Result, sink: Sink, style: Style) -> None:
    """Write one answer; see Format."""
    if result.single:
        write_object(result, sink, style, _write_rows)
    elif style.terminal and any(column.kind == "records" for column in result.columns):
        _write_rows(_narrowed(result, style), sink, style)
    else:
        _write_rows(result, sink, style)


def _narrowed(result: Result, style: Style) -> Result:
    """A list of descriptions, without what none of them tells if it is too wide for the screen."""
    rows = list(result.rows())
    held = Result.of(result.columns, rows, result.title)
    return held if _legible(Grid.of(result.columns, rows, style)) else telling(held)


def _write_rows(result: Result, sink: Sink, style: Style) -> None:
    if not result.columns:
        return
    first: list[Row] = []
    for block in result.blocks:
        first.extend(block)
        if len(first) >= _HELD:
            break
    grid = Grid.of(result.columns, first, style)
    lines = grid.lines(first)
    if style.terminal and 0 < len(first) <= style.height - _AROUND:
        _write_screen(result, grid, first, sink)
        return
    sink.write(heading(result, style) + grid.head() + lines)
    for block in result.blocks:
        sink.write(grid.lines(block))


def _write_screen(result: Result, grid: Grid, rows: list[Row], sink: Sink) -> None:
    """Write rows that the screen is high enough for, but maybe not wide enough."""
    if not _legible(grid):
        sink.write(heading(result, grid.style))
        write_blocks(result.columns, [rows], sink, grid.style)
        return
    folded = _frame(grid) + sum(grid.widths) > grid.style.width
    sink.write(heading(result, grid.style) + _drawn(grid, rows, folded=folded))


def _legible(grid: Grid) -> bool:
    """Whether it fits the width, if long cells are folded."""
    return _frame(grid) + sum(min(width, _LEGIBLE) for width in grid.widths) <= grid.style.width


def _frame(grid: Grid) -> int:
    return 3 * len(grid.widths) - 1


def _drawn(grid: Grid, rows: list[Row], *, folded: bool) -> str:
    """The table, with long cells folded; then rules part the rows, or a fold could pass for one."""
    from io import StringIO

    from rich.box import Box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    style = grid.style
    drawing = Table(
        box=Box(_LOOK), show_edge=False, header_style="bold", show_header=style.header,
        show_lines=folded,
    )  # fmt: skip
    for column, right in zip(grid.columns, grid.right, strict=True):
        drawing.add_column(
            Text(inert(column.name)), justify="right" if right else "left", overflow="fold"
        )
    null = Text(null_text(style), style="dim")
    shown = map(cells, grid.columns, columns(rows))
    # A str would be read as markup; a Text is taken as it is.
    for row in zip(*shown, strict=True):
        drawing.add_row(*(
            null if text is None else Text(text, style=sign_color(column, text))
            for column, text in zip(grid.columns, row, strict=True)
        ))  # fmt: skip
    out = StringIO()
    console = Console(
        file=out, width=style.width, height=style.height, force_terminal=style.color,
        color_system="standard" if style.color else None, legacy_windows=False,
        markup=False, emoji=False, highlight=False, _environ={},
    )  # fmt: skip
    console.print(drawing)
    return out.getvalue()
