"""An expression: what an operand can be, and what can come after one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sqlsess_cli.names.sql import columns, joins, values
from sqlsess_cli.names.sql.candidate import Candidate
from sqlsess_cli.names.sql.keywords import following, forced, keywords, operands, types
from sqlsess_cli.names.sql.place import Place, called_by, ended
from sqlsess_cli.names.sql.tables import schemas
from sqlsess_cli.names.sql.tree import upper


def expression(place: Place, *, qualified: bool = False) -> Iterator[Candidate]:
    """In an expression: an operand, or what can come after one."""
    before = place.spot.before
    if _is_type(place):
        return types(place)
    if (only := forced(place)) is not None:
        return only
    if upper(place.spot.last) == "AS":
        return iter(())
    if ended(before):
        return following(place)
    found = [
        keywords(place, ("WHEN",), 98) if upper(place.spot.last) == "CASE" else (),
        values.values(place),
        joins.partners(place),
        columns.visible(place, qualified=qualified),
        columns.elsewhere(place),
        operands(place),
        schemas(place, 15) if place.typed.text else (),
    ]
    return chain.from_iterable(found)


def _is_type(place: Place) -> bool:
    """Whether a type comes here: x::type, CAST(x AS type)."""
    last = [upper(item) for item in place.spot.before[-2:]]
    return last == [":", ":"] or (last[-1:] == ["AS"] and called_by(place) == "CAST")
