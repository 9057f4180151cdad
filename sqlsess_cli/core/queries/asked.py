"""What is asked of an entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlsess_cli.errors import UsageError

_MOST = 2**63 - 1  # what a database counts with


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of an entity.

    Attributes:
        conditions: each `path=value` or an expression; all must hold.
        columns: paths and expressions to print; none means all attributes.
        order: paths and expressions, each with `:asc` or `:desc`, and `:nullslast` or
            `:nullsfirst`.
        limit: at most so many rows.
        offset: after so many.
        distinct: no row twice.
        parameters: values of `:name` in the conditions.
        group_by: one row for each combination of the values of these.
        having: conditions on the groups.
        after: the token of the page before, or "start".
        key: the values of the primary key, in the mapper's order.
    """

    conditions: Sequence[str] = ()
    columns: Sequence[str] = ()
    order: Sequence[str] = ()
    limit: int | None = None
    offset: int | None = None
    distinct: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    group_by: Sequence[str] = ()
    having: Sequence[str] = ()
    after: str | None = None
    key: Sequence[str] = ()

    def __post_init__(self) -> None:
        """See that every database can count so far; UsageError if not."""
        for name, number in (("--limit", self.limit), ("--offset", self.offset)):
            if number is not None and number > _MOST:
                raise UsageError(f"{name} {number}: too large a number", f"at most {_MOST}")
