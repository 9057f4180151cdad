"""A filter's tree becomes SQL over the rows of a scope: values bound, names looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from lark import Token
from sqlalchemy import ColumnElement, and_, false, not_, null, or_, true
from sqlalchemy.exc import SQLAlchemyError

from sqlsess_cli.core.filters import values
from sqlsess_cli.core.filters.caret import pointed, pointing
from sqlsess_cli.core.filters.comparisons import among, between, compared, holds, like
from sqlsess_cli.core.filters.expressions import (
    CONDITIONS,
    Expressions,
    Here,
    Node,
    is_condition,
    start,
)
from sqlsess_cli.core.filters.operands import Operand
from sqlsess_cli.core.filters.parse import parse, short_form
from sqlsess_cli.core.filters.paths import Lists, Path, resolve
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.errors import UsageError

Compared = Callable[[Sequence[Operand]], ColumnElement[bool]]


class Compile(Expressions):
    """Compiles one text: a condition, and the values that it speaks of."""

    __slots__ = ()

    def condition(self, node: Node, scope: Scope) -> ColumnElement[bool]:
        """A part used as a condition: one, a boolean attribute, a truth value, or a mistake."""
        if node.data in CONDITIONS:
            found: ColumnElement[bool] = getattr(self, node.data)(scope, *node.children)
            return found
        if is_condition(node):
            return self.holds(scope, *node.children)
        here = Here(scope, {})
        operand = self.value(node, here)
        if isinstance(operand.value, bool):
            return true() if operand.value else false()
        if operand.expression is not None and operand.kind == "boolean":
            return here.closed(operand.expression)
        message = pointed("this is a value, not a condition", self.source, start(node))
        raise UsageError(message, "compare it, such as score > 8")

    def any_of(self, scope: Scope, *parts: Node) -> ColumnElement[bool]:
        return or_(*(self.condition(part, scope) for part in parts))

    def all_of(self, scope: Scope, *parts: Node) -> ColumnElement[bool]:
        return and_(*(self.condition(part, scope) for part in parts))

    def negated(self, scope: Scope, part: Node) -> ColumnElement[bool]:
        return not_(self.condition(part, scope))

    def has(self, scope: Scope, path: Node, inner: Node = None) -> ColumnElement[bool]:
        here = Here(scope, {})
        place = resolve(self.path_of(path), scope, here.lists, apart=True)
        self.tied([*place.lists, place.scope])
        condition = None
        if inner is not None:  # about other rows: not those of a group
            aside = replace(self, aggregates=False, bare=set())
            condition = aside.condition(inner, place.scope)
        return here.closed(place.scope.has(condition))

    # Comparisons: of one row of each list that their paths lead to

    def _about(self, scope: Scope, nodes: Sequence[Node], say: Compared) -> ColumnElement[bool]:
        here = Here(scope, {})
        return here.closed(say([self.value(node, here) for node in nodes]))

    def compared(self, scope: Scope, left: Node, sign: Token, right: Node) -> ColumnElement[bool]:
        at = sign.start_pos or 0
        for node in (left, right):
            if node.data == "null":
                hint = "is null, or is not null"
                raise UsageError(pointed("nothing equals null", self.source, at), hint)
        return self._about(
            scope, [left, right], lambda both: compared(both[0], sign, both[1], self.source, at)
        )

    def is_in(self, scope: Scope, *nodes: Node, inside: bool = True) -> ColumnElement[bool]:
        def say(found: Sequence[Operand]) -> ColumnElement[bool]:
            condition = among(found[0], found[1:], self.source, found[0].at)
            return condition if inside else not_(condition)

        return self._about(scope, nodes, say)

    def is_not_in(self, scope: Scope, *nodes: Node) -> ColumnElement[bool]:
        return self.is_in(scope, *nodes, inside=False)

    def is_between(self, scope: Scope, *nodes: Node, inside: bool = True) -> ColumnElement[bool]:
        def say(found: Sequence[Operand]) -> ColumnElement[bool]:
            condition = between(found[0], found[1], found[2], self.source, found[0].at)
            return condition if inside else not_(condition)

        return self._about(scope, nodes, say)

    def is_not_between(self, scope: Scope, *nodes: Node) -> ColumnElement[bool]:
        return self.is_between(scope, *nodes, inside=False)

    def is_like(
        self, scope: Scope, node: Node, word: Token, pattern: Node, *, inside: bool = True
    ) -> ColumnElement[bool]:
        def say(found: Sequence[Operand]) -> ColumnElement[bool]:
            condition = like(found[0], word, found[1], self.source)
            return condition if inside else not_(condition)

        return self._about(scope, [node, pattern], say)

    def is_not_like(self, scope: Scope, *nodes: Node) -> ColumnElement[bool]:
        return self.is_like(scope, *nodes, inside=False)

    def holds(self, scope: Scope, name: Token, *nodes: Node) -> ColumnElement[bool]:
        """A call that is true or false."""
        self.count_of_arguments(name, 2, 2, len(nodes))
        return self._about(
            scope, nodes, lambda both: holds(name.lower(), both[0], both[1], self.source)
        )

    def equal(self, path: Path, text: str, scope: Scope) -> ColumnElement[bool]:
        """What `path=value` means: the attribute, or one of many, has this value."""
        if text.startswith(":") and text[1:] in self.parameters:
            text = self.parameters[text[1:]]
        here, at = Here(scope, {}), len(str(path)) + 1
        attribute = self.found(path, here)
        with pointing(path.text, at):
            values.readable(text)
        literal = Operand(None, text, text, at=at)
        return here.closed(compared(attribute, "=", literal, path.text, at))

    def is_null(self, scope: Scope, node: Node) -> ColumnElement[bool]:
        return self._null(scope, node, absent=True)

    def is_not_null(self, scope: Scope, node: Node) -> ColumnElement[bool]:
        return self._null(scope, node, absent=False)

    def _null(self, scope: Scope, node: Node, *, absent: bool) -> ColumnElement[bool]:
        lists: Lists = {}
        here = Here(scope, lists)
        if node.data == "path" and self.leads_to_rows(node, scope):
            place = resolve(self.path_of(node), scope, lists, apart=True)
            self.tied([*place.lists, place.scope])
            there = place.scope.has(None)
            for list_ in reversed(place.own):  # nothing is there if the list itself is empty
                there = list_.has(there)
                lists.pop(list_.path)
            return here.closed(not_(there) if absent else there)
        expression = self.value(node, here).plain
        return here.closed(expression.is_(null()) if absent else expression.is_not(null()))


def condition(
    words: Sequence[str], scope: Scope, parameters: Mapping[str, str]
) -> ColumnElement[bool]:
    """All words as one condition, joined by AND.

    Args:
        words: each `path=value` or an expression.
        scope: where their paths begin.
        parameters: values of `:name`.

    Raises:
        UsageError: a word is no condition, a name is unknown, or a value does not fit its type.
    """
    return and_(*(_word(word, scope, parameters)[0] for word in words))


Bare = frozenset[tuple[str, ...]]


def group_conditions(
    words: Sequence[str], scope: Scope, parameters: Mapping[str, str]
) -> Iterator[tuple[ColumnElement[bool], Bare]]:
    """Each word as a condition on groups, and the attributes that it needs of each row.

    Raises:
        UsageError: as `condition`.
    """
    for word in words:
        yield _word(word, scope, parameters, aggregates=True)


def _word(
    word: str, scope: Scope, parameters: Mapping[str, str], *, aggregates: bool = False
) -> tuple[ColumnElement[bool], Bare]:
    compiler = Compile(word, parameters, aggregates=aggregates)
    with _sensible(word):
        if short := short_form(word):
            found = compiler.equal(replace(Path.of(short[0]), text=word), short[1], scope)
        else:
            found = compiler.condition(parse(word), scope)
    return found, frozenset(compiler.bare)


def expression(text: str, scope: Scope, parameters: Mapping[str, str]) -> tuple[Any, Compile]:
    """A column that is computed: its SQL, and what was found out about it.

    Raises:
        UsageError: it is no expression.
    """
    compiler = Compile(text, parameters, aggregates=True)
    with _sensible(text):
        operand = compiler.value(parse(text, "column"), Here(scope))
    return operand.plain, compiler


@contextmanager
def _sensible(text: str) -> Iterator[None]:
    """Turn what SQLAlchemy makes of nonsense, such as a number like a text, into our error."""
    try:
        yield
    except SQLAlchemyError as error:
        problem = f"this comparison makes no sense: {error}"
        raise UsageError(pointed(problem, text, 0)) from error
