"""What `get`, `query --one` and `query --exists` share: an answer of one object."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlsess_cli.errors import NegativeAnswer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from sqlsess_cli.core.models.entity import Entity
    from sqlsess_cli.core.queries.asked import Query
    from sqlsess_cli.core.queries.include import Wanted
    from sqlsess_cli.result import Result


def alone(
    session: Session, entity: Entity, asked: Query, wanted: Wanted | None, enough: int = 2
) -> Result:
    """The one object that matches.

    Args:
        session: from begin().
        entity: what it is of.
        asked: what it must match.
        wanted: what to include.
        enough: how many are looked for; 1 when any will do.

    Raises:
        NegativeAnswer: there is none, or there are several.
    """
    from sqlsess_cli.core.queries.answer import answered

    most = enough if asked.limit is None else min(enough, asked.limit)
    result = answered(session, entity, replace(asked, limit=most), wanted).result
    rows = list(result.rows())
    if not rows:
        raise NegativeAnswer(f"no match in {entity.label}" if enough > 1 else "")
    if len(rows) > 1:
        raise NegativeAnswer(f"several matches in {entity.label}")
    return replace(result, blocks=iter([rows]), single=True)
