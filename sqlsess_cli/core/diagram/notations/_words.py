"""Plain words that stand for boxes where a notation cannot take every name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from sqlsess_cli.core.diagram.graph import Graph

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def words(graph: Graph, reserved: Collection[str]) -> Mapping[str, str]:
    """A word for each box by its id: the title, if that is a plain one and not reserved."""
    titles = {box.id: box.title for box in graph.boxes}
    plain = {id_: title for id_, title in titles.items() if is_plain(title, reserved)}
    taken = {word.casefold() for word in plain.values()}
    for id_, title in titles.items():
        if id_ not in plain:
            plain[id_] = unused(title, reserved, taken)
            taken.add(plain[id_].casefold())
    return plain


def is_plain(name: str, reserved: Collection[str]) -> bool:
    """Whether a name can stand as it is."""
    return PLAIN.fullmatch(name) is not None and name.casefold() not in reserved


def unused(name: str, reserved: Collection[str], taken: Collection[str]) -> str:
    """A plain word that looks like a name."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    start = re.sub(r"\W+", "_", ascii_).strip("_") or "n"
    start = start if start[0].isalpha() else f"n_{start}"
    choices = (start if number == 1 else f"{start}_{number}" for number in range(1, len(taken) + 3))
    bad = {*reserved, *taken}
    return next((word for word in choices if word.casefold() not in bad), f"{start}_")
