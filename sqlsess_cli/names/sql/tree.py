"""A statement as a tree of its brackets, also where some are not closed yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlsess_cli.names.sql.cut import Cut, Leaf

QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE"})
# A bracket that is not closed and holds no query cannot hold these either.
_ENDING = frozenset({"FROM", "WHERE", "HAVING", "LIMIT", "UNION", "GROUP", "JOIN", "RETURNING"})
_OWN_FROM = frozenset({"EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION"})


@dataclass(slots=True)
class Group:
    """What is between two brackets.

    Attributes:
        start: where the opening one is in the whole text.
        called: the word before it, in upper case.
        items: what it holds.
        here: the cursor is in it.
        end: where it ends.
    """

    start: int
    called: str = ""
    items: list[Item] = field(default_factory=list)
    here: bool = False
    end: int = -1

    @property
    def is_query(self) -> bool:
        """Whether it holds a statement."""
        first = self.items[0] if self.items else None
        return first.is_query if isinstance(first, Group) else upper(first) in QUERIES


Item = Leaf | Group


def upper(item: Item | None) -> str:
    """What an item is as a keyword or a sign; nothing for all else."""
    return item.upper if isinstance(item, Leaf) else ""


def is_here(item: Item) -> bool:
    """Whether the cursor is at an item or in it."""
    return item.here if isinstance(item, Group) else item.kind == "cursor"


def here(items: Sequence[Item]) -> int:
    """Which of some items the cursor is at or in; -1 if at none."""
    return next((at for at, item in enumerate(items) if is_here(item)), -1)


def is_name(item: Item | None) -> bool:
    """Whether an item can be a name."""
    return isinstance(item, Leaf) and item.is_name


def name_of(item: Item) -> str:
    """The name that the database reads there; nothing where there is none."""
    return item.name if isinstance(item, Leaf) else ""


def tree(made: Cut) -> list[Item]:
    """The items of a statement; where the cursor is, a leaf stands for it."""
    top = Group(0)
    stack = [top]
    for leaf in made.before:
        _add(stack, leaf)
    for group in stack:
        group.here = True
    at = made.typed.start
    stack[-1].items.append(Leaf("cursor", made.typed.text, at, at))
    torn = len(stack) - 1 - _closing(made.after)
    for leaf in made.after:
        if torn > 0 and leaf.upper in _ENDING and stack[-1].here and _tears(stack[-1]):
            stack.pop()
            torn -= 1
        _add(stack, leaf)
    end = made.after[-1].end if made.after else at
    for group in stack:
        group.end = end
    return top.items


def _tears(group: Group) -> bool:
    return group.start > 0 and not group.is_query and group.called not in _OWN_FROM


def _add(stack: list[Group], leaf: Leaf) -> None:
    if leaf.upper == "(":
        before = stack[-1].items[-1] if stack[-1].items else None
        group = Group(leaf.start, upper(before))
        stack[-1].items.append(group)
        stack.append(group)
    elif leaf.upper == ")":
        if len(stack) > 1:
            stack.pop().end = leaf.end
    else:
        stack[-1].items.append(leaf)


def _closing(leaves: Sequence[Leaf]) -> int:
    """How many brackets are closed that were not opened here."""
    depth = closing = 0
    for leaf in leaves:
        if leaf.upper == "(":
            depth += 1
        elif leaf.upper == ")" and depth:
            depth -= 1
        elif leaf.upper == ")":
            closing += 1
    return closing


def split_at_commas(items: Sequence[Item]) -> list[list[Item]]:
    """The items of a list."""
    found: list[list[Item]] = [[]]
    for item in items:
        if upper(item) == ",":
            found.append([])
        else:
            found[-1].append(item)
    return found
