"""What was seen of a tool in trouble, and the list of all troubles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from benchmarks.faults.trial import Trial

Verdict = Literal["ok", "part", "BAD", "-"]
WORST: tuple[Verdict, ...] = ("BAD", "part", "ok", "-")


@dataclass(frozen=True, slots=True)
class Seen:
    """A verdict, and in a few words what it rests on."""

    verdict: Verdict
    what: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table.

    Attributes:
        number: its place.
        title: what goes wrong.
        trial: tries it on one tool and one database, and judges what it saw.
        kinds: the databases that have this fault.
        without: tools that it does not apply to, and why.
    """

    number: int
    title: str
    trial: Callable[[Trial], Seen]
    kinds: tuple[str, ...]
    without: Mapping[str, str] = field(default_factory=dict)


FAULTS: dict[int, Fault] = {}
EVERY = ("sqlite", "mariadb", "postgresql")
SERVERS = ("mariadb", "postgresql")


def fault(
    number: int, title: str, kinds: tuple[str, ...] = EVERY, **without: str
) -> Callable[[Callable[[Trial], Seen]], Callable[[Trial], Seen]]:
    """Add a row to the table; `without` names tools that it does not apply to, and why."""

    def add(trial: Callable[[Trial], Seen]) -> Callable[[Trial], Seen]:
        FAULTS[number] = Fault(number, title, trial, kinds, without)
        return trial

    return add


def judged(good: object, what: str) -> Seen:
    """Ok or BAD."""
    return Seen("ok" if good else "BAD", what)


def worst(found: Iterable[Seen]) -> Seen:
    """The worst of what was seen on several databases; of equals, all that was seen."""
    all_ = list(found)
    verdict = min((item.verdict for item in all_), key=WORST.index)
    said = dict.fromkeys(item.what for item in all_ if item.verdict == verdict)
    return Seen(verdict, " / ".join(said))
