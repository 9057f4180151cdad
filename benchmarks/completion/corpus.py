"""The corpus, read and scored; standard library only, since it runs in the peers' environments."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

DIALECTS = ("postgresql", "mysql", "sqlite")
Complete = Callable[[str, int], Sequence[str]]  # a text and a cursor become candidates
_HERE = os.path.dirname(os.path.abspath(__file__))
_CASE = re.compile(r"([a-z ]+): (.*)")
_WANTED = re.compile(r" (\d+) (.*)")


@dataclass
class Case:
    """A cursor position.

    Attributes:
        dialect: whose SQL it is.
        text: all that is typed.
        cursor: an index in it.
        wanted: what has to be among the first so many, in any of these spellings.
        unwanted: what must not come.
        line: of the corpus.
    """

    dialect: str
    text: str
    cursor: int
    line: int
    wanted: list[tuple[int, list[str]]] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)

    def faults(self, given: Sequence[str], least: int = 1) -> Iterator[str]:
        """What is wrong with candidates, the best first.

        Args:
            given: the candidates.
            least: what is wanted further up may come among the first so many as well.
        """
        found = [normal(text) for text in given]
        for wanted, spellings in self.wanted:
            count = max(wanted, least)
            if not any(spelling in found[:count] for spelling in spellings):
                at = min((found.index(text) + 1 for text in spellings if text in found), default=0)
                yield (
                    f"{spellings[0]!r} is number {at} of {count}" if at else f"no {spellings[0]!r}"
                )
        yield from (f"{text!r} came" for text in self.unwanted if text in found)


def cases() -> list[Case]:
    """Every case, for each dialect that it is of."""
    found: list[list[Case]] = []
    with open(os.path.join(_HERE, "corpus.txt"), encoding="utf-8") as file:
        for number, line in enumerate(map(str.rstrip, file), 1):
            if not line or line.startswith("#"):
                continue
            if case := _CASE.fullmatch(line):
                found.append(_positions(case[1], case[2].replace("\\n", "\n"), number))
            elif wanted := _WANTED.fullmatch(line):
                spellings = [normal(text) for text in wanted[2].split(" ~ ")]
                for item in found[-1]:
                    item.wanted.append((int(wanted[1]), spellings))
            elif line.startswith(" - "):
                for item in found[-1]:
                    item.unwanted.append(normal(line[3:]))
            else:
                raise ValueError(f"line {number}: {line}")
    return [case for group in found for case in group]


def _positions(dialects: str, marked: str, line: int) -> list[Case]:
    cursor = marked.rindex("|")
    text = marked[:cursor] + marked[cursor + 1 :]
    names = DIALECTS if dialects == "all" else dialects.split()
    return [Case(name, text, cursor, line) for name in names]


def normal(text: str) -> str:
    """A candidate as it is compared: case, blanks and brackets at its end do not count."""
    return " ".join(text.casefold().split()).rstrip("( )")


def schema() -> dict[str, dict[str, object]]:
    """The schema that the corpus is of, as it is in its file."""
    with open(os.path.join(_HERE, "schema.json"), encoding="utf-8") as file:
        found: dict[str, dict[str, object]] = json.load(file)
        return found


def score(dialect: str, complete: Complete, least: int = 1) -> tuple[int, list[str]]:
    """How many cases of a dialect there are, and what is wrong with those that fail.

    Args:
        dialect: whose cases count.
        complete: what gives candidates.
        least: as in `Case.faults`.
    """
    wrong, count = [], 0
    for case in cases():
        if case.dialect == dialect:
            count += 1
            try:
                faults = [*case.faults(complete(case.text, case.cursor), least)]
            except Exception as error:  # noqa: BLE001 - a peer that raises proposes nothing
                faults = [f"raised {type(error).__name__}: {error}"]
            if faults:
                shown = case.text[: case.cursor] + "|" + case.text[case.cursor :]
                wrong.append(f"{case.line}: {shown!r}: {'; '.join(faults)}")
    return count, wrong
