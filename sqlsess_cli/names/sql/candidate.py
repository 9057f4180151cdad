"""What might be proposed, and in which order what matches is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlsess_cli.names.sql.match import EXACT, WITHIN, quality
from sqlsess_cli.names.sql.proposal import Kind, Proposal

_MOST = 300  # proposals; nobody reads on


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be proposed, if what is typed can mean it.

    Attributes:
        name: what the typed text is compared with.
        text: what is inserted.
        kind: as in Proposal.
        fitness: how well it fits the place: more is better.
        meta: as in Proposal.
        display: as in Proposal; nothing where that is the text.
    """

    name: str
    text: str
    kind: Kind
    fitness: int
    meta: str = ""
    display: str = ""


def ranked(
    candidates: Iterable[Candidate], typed: str, start: int, uses: Mapping[str, int]
) -> list[Proposal]:
    """Those that match: by how they do, how they fit, how often they were used, and name.

    Args:
        candidates: what may be proposed; of those with the same text the first counts.
        typed: of the word at the cursor.
        start: where that begins.
        uses: as in `propose.proposals`.
    """
    folded = typed.casefold()
    found: dict[str, tuple[tuple[int, int, int, str], Candidate]] = {}
    for item in candidates:
        matched = quality(folded, item.name)
        if matched is None or (matched == WITHIN and item.kind in _WORDS):
            continue
        if item.kind == "condition":
            matched = max(EXACT, matched - 1)  # its alias is no better a match than all of it
        key = matched, -item.fitness, -uses.get(item.name, 0), item.name.casefold()
        if item.text not in found or key < found[item.text][0]:
            found[item.text] = key, item
    best = sorted(found.values(), key=lambda pair: pair[0])[:_MOST]
    return [
        Proposal(item.text, start, item.display or item.text, item.kind, item.meta)
        for _, item in best
    ]


# Words that everybody knows: some letters of one are no sign that it is meant.
_WORDS = frozenset({"keyword", "type"})
