"""Lazy loads of a program: counted for a report of N+1, or forbidden; either names the cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, RelationshipProperty, Session

from sqlsess_cli.core.places import callers, is_theirs, place
from sqlsess_cli.errors import RejectedError

_MANY = 2  # loads of one attribute at one place that are worth a line
# What a session does for a write it has to load first, and no option of a query would spare that.
_OF_WRITES = frozenset({"delete", "delete_all", "flush", "merge", "merge_all"})


@dataclass(frozen=True, slots=True)
class _Load:
    """A lazy load: of what, where, and the query that makes it needless."""

    attribute: str
    place: str
    cure: str


class LazyLoads:
    """What was loaded lazily in a session.

    Args:
        forbidden: raise where one happens.
    """

    def __init__(self, *, forbidden: bool = False) -> None:
        self.forbidden = forbidden
        self._counts: Counter[_Load] = Counter()

    @contextmanager
    def heard(self, session: Session) -> Iterator[None]:
        """Listen to a session while the block runs."""
        event.listen(session, "do_orm_execute", self._loading)
        try:
            yield
        finally:
            event.remove(session, "do_orm_execute", self._loading)

    def report(self) -> list[str]:
        """A line for each attribute that was loaded one by one, the most frequent first."""
        return [
            f"N+1: {load.attribute} was loaded {count:,} times at {load.place}; "
            f"{load.cure} loads it at once"
            for load, count in self._counts.most_common()
            if count >= _MANY
        ]

    def _loading(self, execution: ORMExecuteState) -> None:
        if not execution.is_select or execution.lazy_loaded_from is None:
            return
        path: Any = getattr(execution.loader_strategy_path, "path", (None,))
        where = _place()
        if where is None or not isinstance(path[-1], RelationshipProperty):
            return
        load = _Load(_attribute(path[-2], path[-1]), where, _cure(path))
        if self.forbidden:
            message = f"{load.attribute} would be loaded lazily, which --strict-loading forbids"
            raise RejectedError(message, load.cure)
        self._counts[load] += 1


def _place() -> str | None:
    """`FILE:LINE` of the user's code that loads; None where a write needs what is loaded."""
    found = ""
    for frame in callers():
        code = frame.f_code
        if (
            code.co_name in _OF_WRITES
            and frame.f_globals.get("__name__") == "sqlalchemy.orm.session"
        ):
            return None
        if not found and is_theirs(code.co_filename):
            found = place(code.co_filename, frame.f_lineno)
    return found or "the end"


def _attribute(entity: Any, relationship: RelationshipProperty[Any]) -> str:
    """`Class.attribute`, also where it was an alias of the class that was selected."""
    return f"{entity.mapper.class_.__name__}.{relationship.key}"


def _cure(path: Any) -> str:
    """The query that loads all of a path: to-one steps by a join, lists by a statement each."""
    steps = []
    for entity, relationship in zip(path[::2], path[1::2], strict=False):
        loader = "selectinload" if relationship.uselist else "joinedload"
        steps.append(f"{loader}({_attribute(entity, relationship)})")
    return f"select({path[0].mapper.class_.__name__}).options({'.'.join(steps)})"
