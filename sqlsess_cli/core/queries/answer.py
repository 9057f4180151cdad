"""A query is answered: executed, cut into pages, and its objects included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.columns import Chosen, selected
from sqlsess_cli.core.queries.include import Level, Shape, Wanted
from sqlsess_cli.core.queries.order import Sorted
from sqlsess_cli.core.queries.page import START, Paging, can_page
from sqlsess_cli.core.queries.select import Parts, select_from
from sqlsess_cli.core.run import Selected, run
from sqlsess_cli.core.transaction.state import INFO
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import Block, InsertTarget, ReadBlock, Result, Row


@dataclass(slots=True)
class Answer:
    """The answer to a query.

    Attributes:
        result: its rows.
        following: once they are read, the token of the page after them; None after the last.
    """

    result: Result
    following: str | None = None


def answered(session: Session, entity: Entity, query: Query, wanted: Wanted | None) -> Answer:
    """Execute a query.

    Args:
        session: from begin().
        entity: what it is of.
        query: what is asked.
        wanted: the objects to include.

    Raises:
        UsageError: a name is unknown, or a value does not fit.
        SqlsessError: the statement was rejected, or the fetch failed.
    """
    parts = Parts.of(entity, query)
    paging = _paging(session, parts)
    if paging is None and not wanted:
        statement, known = select_from(entity, query)
        return Answer(_run(session, statement, known))
    if wanted and wanted.inside and (parts.aggregated or query.distinct):
        option = "--distinct" if query.distinct else "a group, or an aggregate"
        raise UsageError(f"{option} leaves no objects to include others in", "leave --include out")
    level = Level(parts.scope, list(parts.columns))
    level.shape = Shape([(item.name, index) for index, item in enumerate(parts.columns)])
    if wanted:
        level.fill(level.shape, parts.scope, wanted, query.parameters)
    order = [] if paging is None else [_place(item.column, level) for item in paging.order]
    statement = parts.statement(level.columns, paging.order if paging else parts.usual_order)
    if paging is not None and query.after not in (None, START):
        statement = statement.where(paging.after(str(query.after)))
    limit = query.limit if paging is None or query.limit is None else query.limit + 1
    known = _known(level, parts)
    result = _run(session, statement.limit(limit).offset(query.offset), known, shared=bool(wanted))
    answer = Answer(result)
    blocks = result.blocks
    if paging is not None and query.limit is not None:
        blocks = _cut(blocks, query.limit, paging, order, answer)
    if wanted:
        answer.result = _including(session, replace(result, blocks=blocks), level)
    else:
        shown = len(parts.columns)
        answer.result = replace(
            result, columns=result.columns[:shown], blocks=_narrowed(blocks, shown)
        )
    return answer


def _paging(session: Session, parts: Parts) -> Paging | None:
    """How the query is cut into pages; None when that is not asked."""
    query, entity = parts.query, parts.scope.entity
    if query.after is None:
        return None
    order = parts.whole_order
    if not entity.key or query.distinct or parts.aggregated or not can_page(order):
        raise UsageError("--after needs rows that can be told apart by their order and key")
    if query.offset is not None:
        raise UsageError("--after and --offset both say where to begin", "say one of them")
    hooks = session.info[INFO].hooks
    order = [_comparable(item, hooks) for item in order]
    return Paging.of(order, entity.label, nulls_are_largest=hooks.nulls_are_largest)


def _comparable(item: Sorted, hooks: Dialect) -> Sorted:
    """Something that rows are sorted by, as what the next page can be compared with."""
    expression = hooks.sorting(item.column.expression)
    if expression is item.column.expression:
        return item
    return replace(item, column=replace(item.column, expression=expression, scope=None))


def _place(column: Chosen, level: Level) -> int:
    """Where a column is in the row; it is selected if it is not there yet."""
    for index, item in enumerate(level.columns):
        same = item.scope is column.scope is not None and item.bare == column.bare
        if same and index not in level.raw:
            return index
    return level.add(column)


def _known(level: Level, parts: Parts) -> Selected:
    if len(level.columns) == len(parts.columns):
        return selected(parts.columns, parts.scope)
    whole = level.selected()
    own = selected(parts.columns, parts.scope)
    if own.table is None:
        return whole
    beyond = [None] * (len(level.columns) - len(parts.columns))
    return replace(whole, table=own.table, columns=[*own.columns, *beyond])


def _run(session: Session, statement: Any, known: Selected, *, shared: bool = False) -> Result:
    result = run(session, statement, selected=known, shared=shared)
    assert result is not None  # noqa: S101  a SELECT gives rows, be they none
    return result


def _cut(
    blocks: Iterator[Block], limit: int, paging: Paging, order: Sequence[int], answer: Answer
) -> Iterator[Block]:
    """The first rows; one more tells that there are more, and the last of them where."""
    left = limit
    last: Row | None = None
    for block in blocks:
        if len(block) > left:
            last = block[left - 1] if left else last
            if last is not None:
                answer.following = paging.token([last[index] for index in order])
            if left:
                yield _part(block, left, None)
            for _ in blocks:  # to the end, which is near: an unread rest costs the connection
                pass
            return
        left -= len(block)
        last = block[-1]
        yield block


def _narrowed(blocks: Iterator[Block], width: int) -> Iterator[Block]:
    for block in blocks:
        yield _part(block, None, width) if len(block[0]) > width else block


def _part(block: Block, rows: int | None, width: int | None) -> Block:
    """The first rows and columns of a block."""
    if isinstance(block, ReadBlock):
        return block.part(rows, width)
    return [row[:width] for row in block[:rows]]


def _including(session: Session, result: Result, level: Level) -> Result:
    def ask(statement: Any, known: Selected) -> Result | None:
        return run(session, statement, selected=known, shared=True)

    columns = tuple(level.described(level.shape, result.columns))

    def blocks() -> Iterator[Block]:
        for block in result.blocks:
            yield [tuple(item.values()) for item in level.objects(block, ask)]

    insert = result.insert
    if insert is not None:
        insert = _own(insert, len(level.shape.fields), len(columns))
    return replace(result, columns=columns, blocks=blocks(), insert=insert)


def _own(insert: InsertTarget, own: int, width: int) -> InsertTarget:
    """The target for the columns of the rows themselves: what they include is not theirs."""
    named = insert.columns[:own] if insert.columns else [None] * own
    return replace(insert, columns=[*named, *[None] * (width - own)])
