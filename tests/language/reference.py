"""What a filter means: evaluated over objects, in three-valued logic, one row at a time.

A filter is a tree of tuples, as `filters.py` makes them. True, False and None are the three truths;
None is NULL as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from language.world import RELATIONS

Tree = tuple[Any, ...]
Bound = Mapping[tuple[str, ...], Any]  # the row that each list of a comparison is at


def holds(tree: Tree, row: Any) -> bool | None:
    """Whether a condition holds for a row."""
    return CONDITIONS[tree[0]](tree, row)


def _and(tree: Tree, row: Any) -> bool | None:
    found = [holds(part, row) for part in tree[1]]
    return False if False in found else None if None in found else True


def _or(tree: Tree, row: Any) -> bool | None:
    found = [holds(part, row) for part in tree[1]]
    return True if True in found else None if None in found else False


def _not(tree: Tree, row: Any) -> bool | None:
    found = holds(tree[1], row)
    return None if found is None else not found


def _has(tree: Tree, row: Any) -> bool:
    _, names, inner = tree
    return any(inner is None or holds(inner, other) is True for other in reached(names, row))


def _related(tree: Tree, row: Any) -> bool:
    """REL is [not] null: for some row of each list before it, whether there is one beyond."""
    _, names, absent = tree
    before = [row] if len(names) == 1 else reached(names[:-1], row, keep=True)
    return any(bool(reached(names[-1:], other)) is not absent for other in before)


def _about(tree: Tree, row: Any) -> bool | None:
    """A comparison: of one row of each list it speaks of, if it speaks of any."""
    lists = list(dict.fromkeys(_lists(tree, type(row).__name__)))
    if not lists:
        return COMPARED[tree[0]](tree, row, {})
    return any(COMPARED[tree[0]](tree, row, bound) is True for bound in _rows(lists, row, {}))


def _rows(lists: list[tuple[str, ...]], row: Any, bound: Bound) -> Iterator[Bound]:
    """Each way to be at one row of each list."""
    if not lists:
        yield bound
        return
    for other in _step(lists[0], row, bound):
        yield from _rows(lists[1:], row, {**bound, lists[0]: other})


def _step(names: tuple[str, ...], row: Any, bound: Bound) -> list[Any]:
    """The rows that the last name leads to, from where the names before it are bound."""
    current = _walk(names[:-1], row, bound)
    return list(getattr(current, names[-1])) if current is not None else []


def _walk(names: tuple[str, ...], row: Any, bound: Bound) -> Any:
    for index, name in enumerate(names):
        if row is None:
            return None
        found = getattr(row, name)
        row = bound[names[: index + 1]] if isinstance(found, list) else found
    return row


def reached(names: tuple[str, ...], row: Any, *, keep: bool = False) -> list[Any]:
    """All rows that a path of relationships leads to; an absent one too, if it is kept."""
    current = [row]
    for name in names:
        further = [getattr(item, name, None) for item in current]
        current = [row for item in further for row in (item if isinstance(item, list) else [item])
                   if row is not None or keep]  # fmt: skip
    return current


def _lists(tree: Any, entity: str) -> Iterator[tuple[str, ...]]:
    """The to-many steps of a comparison's paths, in order; those of aggregates are their own."""
    if not isinstance(tree, tuple | list) or (tree and tree[0] == "aggregate"):
        return
    if tree and tree[0] == "path":
        yield from _many(tree[1], entity)
    else:
        for part in tree:
            yield from _lists(part, entity)


def _many(names: tuple[str, ...], entity: str) -> Iterator[tuple[str, ...]]:
    for index, name in enumerate(names):
        if name in RELATIONS[entity]:
            entity, to_many = RELATIONS[entity][name]
            if to_many:
                yield names[: index + 1]


# Values


def value(tree: Tree, row: Any, bound: Bound) -> Any:
    """The value of an expression; a decimal is a fraction."""
    return VALUES[tree[0]](tree, row, bound)


def _literal(tree: Tree, _row: Any, _bound: Bound) -> Any:
    return exact(tree[2])


def _path(tree: Tree, row: Any, bound: Bound) -> Any:
    return exact(_walk(tree[1], row, bound))


def exact(found: Any) -> Any:
    return Fraction(found) if isinstance(found, Decimal) else found


def _calculated(tree: Tree, row: Any, bound: Bound) -> Any:
    _, sign, left, right = tree
    first, second = value(left, row, bound), value(right, row, bound)
    if first is None or second is None:
        return None
    if isinstance(first, date):
        first = moment(first)
    if isinstance(first, float) or isinstance(second, float):
        first, second = float(first), float(second)
    if sign in "+-*":
        return {"+": lambda: first + second, "-": lambda: first - second,
                "*": lambda: first * second}[sign]()  # fmt: skip
    if second == 0:
        return None
    if sign == "/":
        return float(first) / float(second)
    return abs(first) % abs(second) * (1 if first >= 0 else -1)


def _negated(tree: Tree, row: Any, bound: Bound) -> Any:
    found = value(tree[1], row, bound)
    return None if found is None else -found


def _called(tree: Tree, row: Any, bound: Bound) -> Any:
    _, name, arguments = tree
    found = [value(item, row, bound) for item in arguments]
    if name == "coalesce":
        return next((item for item in found if item is not None), None)
    return None if found[0] is None else FUNCTIONS[name](*found)


def _rounded(number: Any, digits: int = 0) -> Any:
    if isinstance(number, int):
        return number
    whole = int(abs(Fraction(number)) * 10**digits + Fraction(1, 2)) * (1 if number >= 0 else -1)
    found = Fraction(whole, 10**digits)
    return float(found) if isinstance(number, float) else found


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "length": len,
    "lower": str.lower,
    "upper": str.upper,
    "trim": lambda text: text.strip(" "),
    "round": _rounded,
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "hour": lambda seen: seen.hour,
    "date": lambda seen: seen.date() if isinstance(seen, datetime) else seen,
}


def _aggregated(tree: Tree, row: Any, _bound: Bound) -> Any:
    """Over each row of the lists that the argument speaks of."""
    _, name, distinct, argument = tree
    if argument[0] == "rows":
        found: list[Any] = [item for item in reached(argument[1], row) if item is not None]
        return len({id(item) for item in found}) if distinct else len(found)
    lists = list(dict.fromkeys(_lists(argument, type(row).__name__)))
    every = [value(argument, row, bound) for bound in _rows(lists, row, {})]
    found = [item for item in every if item is not None]
    found = list(dict.fromkeys(found)) if distinct else found
    if name == "count":
        return len(found)
    if not found:
        return None
    return {
        "sum": lambda: sum(found), "min": lambda: min(found), "max": lambda: max(found),
        "avg": lambda: float(sum(map(Fraction, found))) / len(found),
    }[name]()  # fmt: skip


VALUES = {
    "literal": _literal, "path": _path, "calculated": _calculated, "negated": _negated,
    "called": _called, "aggregate": _aggregated,
}  # fmt: skip


# Comparisons


def moment(found: Any) -> Any:
    if isinstance(found, date) and not isinstance(found, datetime):
        return datetime.combine(found, time())
    return found


def compared(first: Any, sign: str, second: Any) -> bool | None:
    if first is None or second is None:
        return None
    if isinstance(first, datetime) or isinstance(second, datetime):
        first, second = moment(first), moment(second)
    if isinstance(first, float) or isinstance(second, float):
        first, second = float(first), float(second)
    if sign in ("=", "!="):
        return (first == second) is (sign == "=")
    return {
        "<": lambda: first < second, "<=": lambda: first <= second,
        ">": lambda: first > second, ">=": lambda: first >= second,
    }[sign]()  # fmt: skip


def _compared(tree: Tree, row: Any, bound: Bound) -> bool | None:
    _, sign, left, right = tree
    return compared(value(left, row, bound), sign, value(right, row, bound))


def _in(tree: Tree, row: Any, bound: Bound) -> bool | None:
    _, left, items, negative = tree
    first = value(left, row, bound)
    found = [compared(first, "=", value(item, row, bound)) for item in items]
    inside = True if True in found else None if None in found else False
    return inside if inside is None else inside is not negative


def _between(tree: Tree, row: Any, bound: Bound) -> bool | None:
    _, left, low, high, negative = tree
    first = value(left, row, bound)
    ends = [compared(first, ">=", value(low, row, bound)),
            compared(first, "<=", value(high, row, bound))]  # fmt: skip
    inside = False if False in ends else None if None in ends else True
    return inside if inside is None else inside is not negative


def _like(tree: Tree, row: Any, bound: Bound) -> bool | None:
    _, left, pattern, folded, negative = tree
    found = value(left, row, bound)
    if found is None:
        return None
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    known = {"%": ".*", "_": "."}
    expression = "".join(known.get(part) or re.escape(part[-1]) for part in parts)
    flags = re.DOTALL | (re.IGNORECASE if folded else 0)
    return (re.fullmatch(expression, found, flags) is not None) is not negative


def _part(tree: Tree, row: Any, bound: Bound) -> bool | None:
    _, name, left, part = tree
    found = value(left, row, bound)
    if found is None:
        return None
    return bool({"contains": found.__contains__, "startswith": found.startswith,
                 "endswith": found.endswith}[name](part))  # fmt: skip


def _null(tree: Tree, row: Any, bound: Bound) -> bool:
    return (value(tree[1], row, bound) is None) is not tree[2]


def _truth(tree: Tree, row: Any, bound: Bound) -> bool | None:
    found: bool | None = value(tree[1], row, bound)
    return found


COMPARED: dict[str, Callable[[Tree, Any, Bound], bool | None]] = {
    "compared": _compared, "in": _in, "between": _between, "like": _like, "part": _part,
    "null": _null, "truth": _truth,
}  # fmt: skip
CONDITIONS: dict[str, Callable[[Tree, Any], bool | None]] = {
    "and": _and, "or": _or, "not": _not, "has": _has, "related": _related,
    "constant": lambda tree, _: tree[1], **dict.fromkeys(COMPARED, _about),
}  # fmt: skip
