"""What can come at the end of a text of the filter language that is not finished yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlsess_cli.names.language import ENDS, KEYWORDS, NEXT, TOKEN


@dataclass(frozen=True, slots=True)
class Spot:
    """The end of a text.

    Attributes:
        at: where the word begins that is being typed there.
        state: what can come, as a key of `language.NEXT`.
        allowed: the same, as tokens.
        base: the paths of each `has(…)` around it, which its own paths follow.
        beside: the path that is compared there; empty if there is none.
        quoted: the word is a text, whose quote is open.
    """

    at: int
    state: str
    allowed: frozenset[str]
    base: tuple[str, ...] = ()
    beside: str = ""
    quoted: bool = False


@dataclass(slots=True)
class _Frame:
    """What is between two brackets.

    Attributes:
        kind: "top", "group", "call", "has" or "in".
        state: what can come now.
        then: the state after the operand that comes.
        base: as of Spot.
        beside: the path on the left of the comparison.
        name: the path that has just come.
        left: the path that is the whole operand so far.
    """

    kind: str
    state: str
    then: str
    base: tuple[str, ...] = ()
    beside: str = ""
    name: str = ""
    left: str = ""

    @property
    def allowed(self) -> frozenset[str]:
        """The tokens that can come now."""
        return NEXT[self.state] | (_CLOSED[self.kind] if self.state in ENDS else frozenset())

    def expect(self, state: str, then: str) -> None:
        """Wait for an operand."""
        self.state, self.then, self.name = state, then, ""

    def taken(self) -> None:
        """The operand has come."""
        self.state = self.then


_CLOSED = {
    "top": frozenset[str](), "group": frozenset({"RPAR"}), "has": frozenset({"RPAR"}),
    "call": frozenset({"RPAR", "COMMA"}), "in": frozenset[str](),
}  # fmt: skip
_WAITING = ("condition", "arguments", "value", "path")  # states in which an operand comes

Token = tuple[str, str, int, int]  # which, its text, its start and end


def spot(text: str, start: str = "condition") -> Spot | None:
    """What can come at the end of a text; None where nothing could make an expression of it.

    Args:
        text: what is typed so far.
        start: "condition", or "value" for a column.
    """
    frames = [_Frame("top", start, "compare" if start == "condition" else "column")]
    tokens = list(_tokens(text))
    at, typed = len(text), ""
    if tokens and tokens[-1][3] == len(text) and tokens[-1][0] in _UNFINISHED:
        typed, _, at, _ = tokens.pop()
    for token, (following, *_) in zip(tokens, [*tokens[1:], ("", "", 0, 0)], strict=False):
        if not _step(frames, token, following):
            return None
    frame = frames[-1]
    if typed == "VALUE" or (typed == "TEXT" and frame.state not in _WAITING):
        return None  # a number that may go on is nothing to propose
    return Spot(at, frame.state, frame.allowed, frame.base, frame.beside, typed == "TEXT")


_UNFINISHED = ("PATH", "TEXT", "VALUE")  # tokens that may go on


def _tokens(text: str) -> Iterator[Token]:
    """The tokens of a text; names that dots join are one, and the last quote may be open."""
    at, start = 0, -1  # where the path begins that goes on here
    while at < len(text):
        match = TOKEN.match(text, at)
        kind, end = (match.lastgroup, match.end()) if match else (text[at], len(text))
        if kind in ("NAME", "QUOTED", '"'):
            start = at if start < 0 else start
            if text[end : end + 1] == ".":
                end += 1
            if end == len(text) or text[end - 1] != ".":
                yield "PATH", text[start:end], start, end
                start = -1
        elif kind is not None:
            kind = {"'": "TEXT", "NUMBER": "VALUE", "PARAMETER": "VALUE"}.get(kind, kind)
            yield kind, text[at:end], at, end
        at = end


def _step(frames: list[_Frame], token: Token, following: str) -> bool:
    """Go on by one token; false if it cannot stand there."""
    kind, text, *_ = token
    frame = frames[-1]
    if kind == "PATH":
        keyword = KEYWORDS.get(text.casefold(), "")
        is_keyword = keyword in frame.allowed and (keyword != "_HAS" or following == "LPAR")
        kind = keyword if is_keyword else "NAME"
    kind = "STRING" if kind == "VALUE" else kind
    is_called = kind in ("LPAR", "STRING") and bool(frame.name) and "." not in frame.name
    if kind not in frame.allowed and not is_called:
        return False
    if kind == "LPAR":
        _open(frames)
    elif kind == "RPAR":
        closed = frames.pop()
        frames[-1].state = "done" if closed.kind == "in" else frames[-1].then
        frames[-1].name = frames[-1].left = ""
    elif frame.state in _WAITING:
        _operand(frame, kind, text)
    else:
        _operator(frame, kind)
    return True


def _open(frames: list[_Frame]) -> None:
    """Go into a bracket."""
    frame = frames[-1]
    if frame.state == "in":
        frames.append(_Frame("in", "value", "item", frame.base, frame.beside))
    elif frame.name.casefold() == "has":
        frames.append(_Frame("has", "path", "list", frame.base))
    elif frame.name:
        frames.append(_Frame("call", "arguments", "compare", frame.base))
    else:
        frames.append(_Frame("group", "condition", "compare", frame.base))


def _operand(frame: _Frame, kind: str, text: str) -> None:
    """What stands where an operand is waited for."""
    if kind == "_NOT":
        frame.expect("condition", "compare")
    elif kind == "_DISTINCT":
        frame.expect("value", "distinct")
    elif kind == "SIGN":
        frame.expect("value", frame.then)
    else:
        frame.name = text if kind in ("NAME", "_HAS") else ""
        frame.left = frame.name if frame.state != "value" else ""
        frame.taken()


def _operator(frame: _Frame, kind: str) -> None:
    """What stands after an operand."""
    if kind in ("SIGN", "FACTOR"):
        frame.expect("value", frame.then)
        frame.left = ""
    elif kind == "STRING":  # of a literal: the name before it is its type
        frame.name = frame.left = ""
    elif kind == "COMMA" and frame.state not in ENDS:
        if frame.kind == "has":
            frame.base = (*frame.base, frame.left)
        frame.expect(*(("condition", "compare") if frame.kind == "has" else ("value", "item")))
    elif frame.state == "low":
        frame.expect("value", "compared")
    elif kind in ("_AND", "_OR", "COMMA"):
        frame.expect("condition", "compare")
        frame.beside = frame.left = ""
    else:
        _comparison(frame, kind)


def _comparison(frame: _Frame, kind: str) -> None:
    """What stands between the two sides of a comparison."""
    if frame.state == "compare":
        frame.beside = frame.left
    frame.name = ""
    if kind in ("COMPARE", "LIKE"):
        frame.expect("value", "compared")
    elif kind == "_BETWEEN":
        frame.expect("value", "low")
    elif kind == "_NOT":
        frame.state = "is not" if frame.state == "is" else "not"
    else:
        frame.state = {"_IS": "is", "_IN": "in", "_NULL": "done"}[kind]
