"""Lines without a backslash that are no SQL: verbs, and the bare words of other clients."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Verbs that begin statements of SQL somewhere: with a backslash they are the verbs.
_SQL = frozenset({"check", "copy", "delete", "insert", "load", "trust", "update"})
_WORDS = {"exit": "quit", "quit": "quit", "help": "?"}
_SHOW = re.compile(r"show\s+(tables|databases)\s*;?\s*", re.IGNORECASE)
_USE = re.compile(r"use\s+(\S+?)\s*;?\s*", re.IGNORECASE)


def bare(line: str, verbs: Iterable[str]) -> str | None:
    """The command that a line stands for, without a backslash; None where it is SQL."""
    stripped = line.strip()
    word = stripped.partition(" ")[0]
    if word in verbs and word not in _SQL:
        return stripped
    plain = stripped.rstrip("; \t").lower()
    if plain in _WORDS:
        return _WORDS[plain]
    if found := _USE.fullmatch(stripped):
        return f"use {found[1]}"
    if found := _SHOW.fullmatch(stripped):
        return "dt" if found[1].lower() == "tables" else "l"
    return None


def redirected(words: list[str]) -> tuple[list[str], str, str]:
    """The words of a verb, the file its answer goes to, and the program."""
    if "|" in words:
        at = words.index("|")
        return words[:at], "", " ".join(words[at + 1 :])
    if len(words) > 2 and words[-2] == ">":
        return words[:-2], words[-1], ""
    return words, "", ""
