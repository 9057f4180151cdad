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


def there(session: Session, entity: Entity, asked: Query) -> None:
    """Ask whether anything matches; no cell of it is read, so that none can spoil the answer.

    Args:
        session: from begin().
        entity: what it is of.
        asked: what it must match.

    Raises:
        NegativeAnswer: there is nothing; without a word.
    """
    from sqlsess_cli.core.queries.select import count_of
    from sqlsess_cli.core.run import run

    most = 1 if asked.limit is None else min(1, asked.limit)
    statement, selected = count_of(entity, replace(asked, limit=most))
    result = run(session, statement, selected=selected)
    if result is None or not any(count for (count,) in result.rows()):
        raise NegativeAnswer("")


def alone(session: Session, entity: Entity, asked: Query, wanted: Wanted | None) -> Result:
    """The one object that matches.

    Args:
        session: from begin().
        entity: what it is of.
        asked: what it must match.
        wanted: what to include.

    Raises:
        NegativeAnswer: there is none, or there are several.
    """
    from sqlsess_cli.core.queries.answer import answered

    most = 2 if asked.limit is None else min(2, asked.limit)
    result = answered(session, entity, replace(asked, limit=most), wanted).result
    rows = list(result.rows())
    if not rows:
        raise NegativeAnswer(f"no match in {entity.label}")
    if len(rows) > 1:
        raise NegativeAnswer(f"several matches in {entity.label}")
    return replace(result, blocks=iter([rows]), single=True)
