"""Lays what was expected and what came beside each other: to judge, to show, and to renew."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

PLACEHOLDERS = {"<any>": ".*?", "<number>": r"-?\d+(?:\.\d+)?"}
SPLIT = re.compile("(" + "|".join(PLACEHOLDERS) + ")")
ANY_LINES = "..."
ALONE, ABSORBED = 1000, 1  # a line without a partner costs most; "..." takes no more than it has to
Fits = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Pair:
    """A line on one side or on both; `expected` as the file has it."""

    expected: str | None
    actual: str | None

    @property
    def good(self) -> bool:
        """Both sides have it, or the expected side wants any lines here."""
        return self.expected == ANY_LINES or None not in (self.expected, self.actual)


def pattern(line: str) -> re.Pattern[str]:
    """An expected line, its placeholders ready to match."""
    parts = [PLACEHOLDERS.get(part, re.escape(part)) for part in SPLIT.split(line)]
    return re.compile("".join(parts))


def align(expected: list[str], wanted: list[str], actual: list[str]) -> list[Pair]:
    """The alignment with the fewest lines that have no partner.

    Args:
        expected: the lines as the file has them, to be shown and kept.
        wanted: the same with all known names put in place, to be compared.
        actual: the lines that came, written as the file would have them.
    """
    patterns = [pattern(line) for line in wanted]

    def fits(row: int, column: int) -> bool:
        return patterns[row].fullmatch(actual[column]) is not None

    same_size = len(wanted) == len(actual) and ANY_LINES not in wanted
    if same_size and all(fits(number, number) for number in range(len(actual))):
        return [Pair(*both) for both in zip(expected, actual, strict=True)]
    return walk(expected, actual, costs(wanted, len(actual), fits), fits)


def costs(wanted: list[str], columns: int, fits: Fits) -> list[list[int]]:
    """What the best alignment of all that is left costs, from each place on."""
    table = [[0] * (columns + 1) for _ in range(len(wanted) + 1)]
    table[-1] = [ALONE * (columns - column) for column in range(columns + 1)]
    for row in range(len(wanted) - 1, -1, -1):
        wild = wanted[row] == ANY_LINES
        below, here = table[row + 1], table[row]
        here[columns] = below[columns] + (0 if wild else ALONE)
        for column in range(columns - 1, -1, -1):
            if wild:
                here[column] = min(below[column], ABSORBED + here[column + 1])
            else:
                here[column] = ALONE + min(below[column], here[column + 1])
                if below[column + 1] < here[column] and fits(row, column):
                    here[column] = below[column + 1]
    return table


def walk(expected: list[str], actual: list[str], table: list[list[int]], fits: Fits) -> list[Pair]:
    """Follow the cheapest way through the table."""
    pairs: list[Pair] = []
    row = column = 0
    while row < len(expected) or column < len(actual):
        here = table[row][column]
        more_rows, more_columns = row < len(expected), column < len(actual)
        if more_rows and expected[row] == ANY_LINES:
            if here == table[row + 1][column]:
                pairs.append(Pair(ANY_LINES, None))
                row += 1
            else:
                column += 1
        elif (
            more_rows and more_columns and here == table[row + 1][column + 1] and fits(row, column)
        ):
            pairs.append(Pair(expected[row], actual[column]))
            row, column = row + 1, column + 1
        elif more_rows and here == table[row + 1][column] + ALONE:
            pairs.append(Pair(expected[row], None))
            row += 1
        else:
            pairs.append(Pair(None, actual[column]))
            column += 1
    return pairs


def difference(pairs: list[Pair], context: int = 3) -> list[str]:
    """The alignment as a unified diff: `-` was expected, `+` came."""
    near = {
        other
        for number, pair in enumerate(pairs)
        if not pair.good
        for other in range(number - context, number + context + 1)
    }
    shown: list[str] = []
    for number, pair in enumerate(pairs):
        if number not in near:
            if shown and shown[-1] != "  ⋮":
                shown.append("  ⋮")
        elif pair.good:
            shown.append(f"  {pair.expected}")
        else:
            shown.append(f"- {pair.expected}" if pair.actual is None else f"+ {pair.actual}")
    return shown
