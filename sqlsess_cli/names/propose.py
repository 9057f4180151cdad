"""What can be typed at the end of a word: a condition, a column, an order, something to include."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlsess_cli.names.entries import MANY, PROXY, Model
from sqlsess_cli.names.known import Names, Proposal, begin
from sqlsess_cli.names.language import AGGREGATES, FUNCTIONS, NO_ARGUMENTS, words

if TYPE_CHECKING:  # most words are paths, which need no scanner
    from sqlsess_cli.names.scan import Spot

_SHORT = re.compile(r"(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*)*)=(?P<value>(?![=\s']).*)$", re.DOTALL)
_PATH = re.compile(r'(?:[\w.]|"(?:[^"]|"")*(?:"|$))*$')
_ORDERS = (("asc", "desc"), ("nullsfirst", "nullslast"))  # of each, one can be said


def conditions(names: Names, model: Model, typed: str) -> Iterator[Proposal]:
    """For `path=value`, or an expression."""
    short = _SHORT.match(typed)
    if short is not None:
        before = typed[: short.start("value")]
        for value, word in _values(names, model, short["path"]):
            if value.startswith(short["value"]):
                yield Proposal(before + value, value, word)
        return
    if _PATH.match(typed):
        for proposal, attribute in names.paths(model, typed):
            equals = "=" if attribute.is_value else ""
            shown = f"{proposal.shown}{equals}"
            yield Proposal(f"{proposal.word}{equals}", shown, proposal.summary, True)
        if typed and "." not in typed and '"' not in typed:
            yield from _called(typed, "condition")
        return
    yield from expression(names, model, typed)


def expression(
    names: Names, model: Model, typed: str, start: str = "condition"
) -> Iterator[Proposal]:
    """For an expression, at the place that it has come to."""
    from sqlsess_cli.names.scan import spot

    here = spot(typed, start)
    if here is None:
        return
    before, word = typed[: here.at], typed[here.at :]
    base: Model | None = model
    for path in here.base:
        base = names.reached(base, path)
    found = _of_spot(names, base, here, word)
    yield from (proposal.after(before) for proposal in found)


def _of_spot(names: Names, base: Model | None, here: Spot, word: str) -> Iterator[Proposal]:
    if here.beside:
        for value, about in _values(names, base, here.beside):
            literal = value if value in _TRUTHS else _literal(value)
            if literal.startswith(word):
                yield Proposal(literal, literal, about, True)
    if here.quoted or base is None:
        return
    if "NAME" in here.allowed:
        yield from (proposal for proposal, _ in names.paths(base, word))
    if word and "NAME" in here.allowed and here.state != "path" and "." not in word:
        yield from _called(word, here.state)
    elif not word or "NAME" not in here.allowed:
        known = words(here.state)
        yield from (Proposal(item, item.strip(), "", True) for item in begin(known, word))


def _called(typed: str, state: str) -> Iterator[Proposal]:
    """Functions, and words that stand where names do."""
    said = {f"{name}({')' if name in NO_ARGUMENTS else ''}": "function" for name in FUNCTIONS}
    said |= {f"{name}(": "aggregate" for name in AGGREGATES}
    said |= {"has(": "whether there is one", **dict.fromkeys(words(state), "")}
    for word in begin(said, typed):
        yield Proposal(word, word.strip(), said[word], True)


_TRUTHS = ("true", "false")


def _values(names: Names, model: Model | None, path: str) -> list[tuple[str, str]]:
    """The values that an attribute can have, where they are few."""
    attribute = names.at(model, path)
    if attribute is None or not attribute.is_value:
        return []
    few = _TRUTHS if attribute.kind == "boolean" else attribute.values
    return [(value, attribute.kind) for value in few if value.isprintable()]


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def settings(names: Names, model: Model, typed: str) -> Iterator[Proposal]:
    """For `path=value` that says what to set."""
    if _SHORT.match(typed):
        yield from conditions(names, model, typed)
        return
    yield from _steps(names, model, typed, MANY, "=")


def linked(names: Names, model: Model, typed: str) -> Iterator[Proposal]:
    """For `path=value` that says which object to relate, or to relate no longer."""
    if _SHORT.match(typed):
        yield from conditions(names, model, typed)
    elif "." in typed:
        yield from _steps(names, model, typed, MANY, "=")
    else:
        found = names.paths(model, typed)
        yield from (proposal for proposal, attribute in found if attribute.kind == MANY)


def emptied(names: Names, model: Model, typed: str) -> Iterator[Proposal]:
    """For what is to have no value: an attribute, or a relationship to one."""
    for proposal in _steps(names, model, typed, MANY, ""):
        word, shown = proposal.word.removesuffix("."), proposal.shown.removesuffix(".")
        yield Proposal(word, shown, proposal.summary, True)


def _steps(names: Names, model: Model, typed: str, without: str, after: str) -> Iterator[Proposal]:
    """Paths, but not over what is left out; what follows a value."""
    for proposal, attribute in names.paths(model, typed):
        if attribute.kind not in (without, PROXY):
            end = after if attribute.is_value else ""
            shown = f"{proposal.shown}{end}"
            yield Proposal(f"{proposal.word}{end}", shown, proposal.summary, True)


def columns(names: Names, model: Model, typed: str) -> Iterator[Proposal]:
    """For columns with commas between them: paths, and what is computed of them."""
    before, part = _last(typed)
    for proposal in _column(names, model, part):
        yield proposal.after(before)


def _column(names: Names, model: Model, part: str) -> Iterator[Proposal]:
    if not _PATH.match(part):
        yield from expression(names, model, part, "value")
        return
    for proposal, _ in names.paths(model, part):
        if not names.leads_to_many(model, proposal.word):
            yield proposal
    if part and "." not in part and '"' not in part:
        yield from _called(part, "value")


def orders(names: Names, model: Model, typed: str) -> Iterator[Proposal]:
    """For what is ordered by: columns, each with a colon and how."""
    before, part = _last(typed)
    colons = _top_level(part, ":")
    if not colons:
        yield from columns(names, model, typed)
        return
    *said, last = part[colons[0] + 1 :].split(":")
    kept = before + part[: len(part) - len(last)]
    for either in _ORDERS:
        if not set(either) & set(said):
            yield from (Proposal(kept + word, word, "", True) for word in begin(either, last))


def included(names: Names, model: Model, typed: str) -> Iterator[Proposal]:
    """For relationships with commas between them, each with its columns in brackets."""
    before, part = _last(typed)
    path, bracket, inside = part.partition("(")
    if bracket:
        there = names.reached(model, path)
        if there is not None and ")" not in inside:
            found = columns(names, there, inside)
            yield from (proposal.after(f"{before}{path}(") for proposal in found)
        return
    for proposal, attribute in names.paths(model, part):
        if attribute.leads:
            word, shown = proposal.word.removesuffix("."), proposal.shown.removesuffix(".")
            yield Proposal(before + word, shown, proposal.summary, True)


def _last(typed: str) -> tuple[str, str]:
    """What stands before the last comma that separates, and what comes after it."""
    commas = _top_level(typed)
    start = commas[-1] + 1 if commas else 0
    start += len(typed[start:]) - len(typed[start:].lstrip())
    return typed[:start], typed[start:]


def _top_level(text: str, separator: str = ",") -> list[int]:
    """Where separators stand that are in no brackets and no quotes; a quote may be open."""
    found, depth, quote = [], 0, ""
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
            if letter == separator and depth <= 0:
                found.append(at)
    return found
