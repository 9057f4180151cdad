"""A filter's tree becomes SQL over the rows of a scope: values bound, names looked up."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from lark import Token, Tree
from sqlalchemy import ColumnElement, and_, false, func, not_, null, or_, true
from sqlalchemy.exc import SQLAlchemyError

from sqlsess_cli.core.filters import values
from sqlsess_cli.core.filters.functions import AGGREGATES, FUNCTIONS, Function
from sqlsess_cli.core.filters.operands import NULL, Operand, pair, pointing
from sqlsess_cli.core.filters.parse import parse, short_form
from sqlsess_cli.core.filters.paths import (
    Lists,
    Path,
    Scope,
    many,
    no_value,
    pointed,
    resolve,
)
from sqlsess_cli.core.models.entity import kind_of
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}

Node = Any  # a tree of the grammar's, or one of its tokens


@dataclass(frozen=True, slots=True)
class Here:
    """Where the values of one comparison are looked up.

    Attributes:
        scope: where paths begin.
        lists: the to-many steps that its paths take; None where they lead nowhere.
    """

    scope: Scope
    lists: Lists | None = None

    def closed(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """The comparison, for some row of each list that it speaks of."""
        for scope in reversed((self.lists or {}).values()):
            condition = scope.has(condition)
        return condition


@dataclass(slots=True)
class Compile:
    """Compiles one text.

    Attributes:
        source: the text.
        parameters: values of `:name`.
        aggregates: it may hold aggregates over all rows, such as avg(score).
        aggregated: it does.
        bare: the attributes outside of aggregates, by their paths.
    """

    source: str
    parameters: Mapping[str, str]
    aggregates: bool = False
    aggregated: bool = False
    bare: set[tuple[str, ...]] = field(default_factory=set)

    # Conditions

    def condition(self, node: Node, scope: Scope) -> ColumnElement[bool]:
        """A part used as a condition: one, a boolean attribute, a truth value, or a mistake."""
        if node.data in _CONDITIONS:
            found: ColumnElement[bool] = getattr(self, node.data)(scope, *node.children)
            return found
        here = Here(scope, {})
        operand = self.value(node, here)
        if operand.expression is None and isinstance(operand.value, bool):
            return true() if operand.value else false()
        if operand.expression is not None and kind_of(operand.expression.type) == "boolean":
            return here.closed(operand.expression)
        message = pointed("this is a value, not a condition", self.source, _start(node))
        raise UsageError(message, "compare it, such as score > 8")

    def any_of(self, scope: Scope, *parts: Node) -> ColumnElement[bool]:
        return or_(*(self.condition(part, scope) for part in parts))

    def all_of(self, scope: Scope, *parts: Node) -> ColumnElement[bool]:
        return and_(*(self.condition(part, scope) for part in parts))

    def negated(self, scope: Scope, part: Node) -> ColumnElement[bool]:
        return not_(self.condition(part, scope))

    def has(self, scope: Scope, path: Node, inner: Node = None) -> ColumnElement[bool]:
        here = Here(scope, {})
        place = resolve(self._path(path), scope, here.lists, apart=True)
        condition = None if inner is None else self.condition(inner, place.scope)
        return here.closed(place.scope.has(condition))

    def compared(self, scope: Scope, left: Node, sign: Token, right: Node) -> ColumnElement[bool]:
        here = Here(scope, {})
        first, second = self.value(left, here), self.value(right, here)
        if first is NULL or second is NULL:
            hint = "is null, or is not null"
            raise UsageError(pointed("nothing equals null", self.source, sign.start_pos or 0), hint)
        return here.closed(_COMPARE[sign](*pair(first, second, self.source)))

    def is_null(self, scope: Scope, node: Node) -> ColumnElement[bool]:
        return self._null(scope, node, absent=True)

    def is_not_null(self, scope: Scope, node: Node) -> ColumnElement[bool]:
        return self._null(scope, node, absent=False)

    def _null(self, scope: Scope, node: Node, *, absent: bool) -> ColumnElement[bool]:
        here = Here(scope, {})
        if node.data == "path" and self._leads_to_rows(node, scope):
            place = resolve(self._path(node), scope, here.lists, apart=True)
            there = place.scope.has(None)
            return here.closed(not_(there) if absent else there)
        expression = self.value(node, here).plain
        return here.closed(expression.is_(null()) if absent else expression.is_not(null()))

    def _leads_to_rows(self, node: Node, scope: Scope) -> bool:
        """Whether a path ends with a relationship: looked up aside, so that nothing is joined."""
        aside = Scope(scope.entity, scope.source)
        return resolve(self._path(node), aside).name is None

    def is_in(self, scope: Scope, node: Node, *items: Node) -> ColumnElement[bool]:
        return self._among(scope, node, items, inside=True)

    def is_not_in(self, scope: Scope, node: Node, *items: Node) -> ColumnElement[bool]:
        return self._among(scope, node, items, inside=False)

    def _among(
        self, scope: Scope, node: Node, items: Sequence[Node], *, inside: bool
    ) -> ColumnElement[bool]:
        here = Here(scope, {})
        operand = self.value(node, here)
        found = [self.value(item, here) for item in items]
        if NULL in found:
            at = _start(items[found.index(NULL)])
            hint = "or ATTRIBUTE is null"
            raise UsageError(pointed("nothing equals null", self.source, at), hint)
        known = [item.fitted(operand, self.source) for item in found]
        return here.closed(operand.plain.in_(known) if inside else operand.plain.not_in(known))

    def is_between(self, scope: Scope, *nodes: Node) -> ColumnElement[bool]:
        return self._within(scope, *nodes, inside=True)

    def is_not_between(self, scope: Scope, *nodes: Node) -> ColumnElement[bool]:
        return self._within(scope, *nodes, inside=False)

    def _within(
        self, scope: Scope, node: Node, low: Node, high: Node, *, inside: bool
    ) -> ColumnElement[bool]:
        here = Here(scope, {})
        operand = self.value(node, here)
        ends = [self.value(end, here).fitted(operand, self.source) for end in (low, high)]
        condition = operand.plain.between(*ends)
        return here.closed(condition if inside else not_(condition))

    def is_like(self, scope: Scope, *nodes: Node) -> ColumnElement[bool]:
        return self._like(scope, *nodes, like=True)

    def is_not_like(self, scope: Scope, *nodes: Node) -> ColumnElement[bool]:
        return self._like(scope, *nodes, like=False)

    def _like(
        self, scope: Scope, node: Node, word: Token, pattern: Node, *, like: bool
    ) -> ColumnElement[bool]:
        here = Here(scope, {})
        expression, wanted = self.value(node, here).plain, self.value(pattern, here)
        compare = expression.ilike if word.lower() == "ilike" else expression.like
        condition = compare(wanted.text if wanted.expression is None else wanted.expression)
        return here.closed(condition if like else not_(condition))

    # Values

    def value(self, node: Node, here: Here) -> Operand:
        """A part used as a value.

        Raises:
            UsageError: it is a condition.
        """
        if node.data in _CONDITIONS:
            message = pointed("this is a condition, not a value", self.source, _start(node))
            raise UsageError(message, "join conditions with and, or, not")
        found: Operand = getattr(self, node.data)(here, *node.children)
        return found

    def added(self, here: Here, left: Node, sign: Token, right: Node) -> Operand:
        both = pair(self.value(left, here), self.value(right, here), self.source)
        return Operand(_ARITHMETIC[sign](*both))

    multiplied = added

    def signed(self, here: Here, sign: Token, node: Node) -> Operand:
        operand = self.value(node, here)
        if isinstance(operand.value, int | Decimal) and operand.expression is None:
            if sign == "+":
                return operand
            return replace(operand, text=f"-{operand.text}", value=-operand.value)
        return Operand(-operand.plain if sign == "-" else operand.plain)

    def string(self, _here: Here, token: Token) -> Operand:
        text = token[1:-1].replace("''", "'")
        return Operand(None, text, text, at=token.start_pos or 0)

    def number(self, _here: Here, token: Token) -> Operand:
        number = int(token) if token.isdecimal() else Decimal(token)
        return Operand(None, str(token), number, at=token.start_pos or 0)

    def true(self, _here: Here, token: Token) -> Operand:
        return Operand(None, "true", value=True, at=token.start_pos or 0)

    def false(self, _here: Here, token: Token) -> Operand:
        return Operand(None, "false", value=False, at=token.start_pos or 0)

    def null(self, _here: Here) -> Operand:
        return NULL

    def parameter(self, _here: Here, token: Token) -> Operand:
        name, at = token[1:], token.start_pos or 0
        if name not in self.parameters:
            message = pointed(f"the parameter :{name} has no value", self.source, at)
            raise UsageError(message, f"-p {name}=VALUE")
        return Operand(None, self.parameters[name], self.parameters[name], at=at)

    def typed(self, _here: Here, name: Token, token: Token) -> Operand:
        text = token[1:-1].replace("''", "'")
        at = name.start_pos or 0
        with pointing(self.source, at):
            return Operand(None, text, values.of_kind(text, name.lower()), at=at)

    def path(self, here: Here, *names: Node) -> Operand:
        path = self._path(names)
        place = resolve(path, here.scope, here.lists)
        if place.lists and here.lists is None:
            raise many(path, place)
        if place.name is None:
            raise no_value(path, place)
        if not place.lists:
            self.bare.add((*place.scope.path, place.name))
        return Operand(place.expression, path=str(path))

    def _path(self, nodes: Node) -> Path:
        children = nodes.children if isinstance(nodes, Tree) else nodes
        tokens = [node.children[0] for node in children]
        names = [token[1:-1].replace('""', '"') if token.startswith('"') else str(token)
                 for token in tokens]  # fmt: skip
        return Path(names, self.source, [token.start_pos or 0 for token in tokens])

    # Functions

    def call(self, here: Here, name: Token, *arguments: Node) -> Operand:
        if name.lower() in AGGREGATES:
            return self._aggregate(here, name, arguments)
        function, at = FUNCTIONS.get(name.lower()), name.start_pos or 0
        if function is None:
            known = [*FUNCTIONS, *AGGREGATES, "has"]
            hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
            raise UsageError(pointed(f"there is no function {name!s}", self.source, at), hint)
        self._count_of_arguments(name, function, len(arguments))
        found = [self.value(argument, here) for argument in arguments]
        known_type = next((item for item in found if item.type is not None), None)
        like = known_type if function.alike else None
        given = [item.fitted(like, self.source) for item in found]
        type_ = function.type() if function.type else known_type and known_type.type
        return Operand(getattr(func, name.lower())(*given, type_=type_), path=str(name))

    def call_distinct(self, here: Here, name: Token, argument: Node) -> Operand:
        if name.lower() not in AGGREGATES:
            message = pointed(f"{name!s} takes no distinct", self.source, name.start_pos or 0)
            raise UsageError(message, f"only {', '.join(AGGREGATES)} do")
        return self._aggregate(here, name, [argument], distinct=True)

    def _count_of_arguments(self, name: Token, function: Function, given: int) -> None:
        fewest, most = function.fewest, function.most
        if not fewest <= given <= most:
            counted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            noun = "argument" if most == 1 else "arguments"
            message = f"{name!s} takes {counted} {noun}"
            raise UsageError(pointed(message, self.source, name.start_pos or 0))

    def _aggregate(
        self, here: Here, name: Token, arguments: Sequence[Node], *, distinct: bool = False
    ) -> Operand:
        """An aggregate: over the list that its argument speaks of, or over all rows."""
        function = AGGREGATES[name.lower()]
        self._count_of_arguments(name, function, len(arguments))
        over = Here(here.scope, {})
        aside = replace(self, bare=set())  # what stands inside is not bare
        operand = aside._counted(arguments[0], over) if arguments else None
        argument = None if operand is None else operand.plain
        type_ = function.type() if function.type else operand and operand.type
        if argument is not None and distinct:
            argument = argument.distinct()
        call = getattr(func, name.lower())
        expression = call(type_=type_) if argument is None else call(argument, type_=type_)
        if over.lists:
            first, *beyond = over.lists.values()
            return Operand(first.related(expression, beyond).scalar_subquery(), path=str(name))
        if not self.aggregates:
            message = f"{name!s} here is over the rows themselves"
            hint = "for groups there is --having; over a list, such as count(orders), it can stand"
            raise UsageError(pointed(message, self.source, name.start_pos or 0), hint)
        self.aggregated = True
        return Operand(expression, path=str(name))

    def _counted(self, node: Node, over: Here) -> Operand:
        """The argument of an aggregate; a relationship stands for its rows."""
        if node.data != "path":
            return self.value(node, over)
        place = resolve(self._path(node), over.scope, over.lists)
        if place.name is not None:
            return Operand(place.expression, path=str(self._path(node)))
        keys = place.scope.entity.mapper.primary_key
        column = place.scope.entity.mapper.get_property_by_column(keys[0])
        return Operand(place.scope.attribute(column.key))


_CONDITIONS = frozenset(
    "any_of all_of negated has compared is_null is_not_null is_in is_not_in is_between"
    " is_not_between is_like is_not_like".split()
)


def _start(node: Node) -> int:
    return int(getattr(node.meta, "start_pos", 0) or 0)


def condition(
    words: Sequence[str], scope: Scope, parameters: Mapping[str, str], *, aggregates: bool = False
) -> ColumnElement[bool]:
    """All words as one condition, joined by AND.

    Args:
        words: each `path=value` or an expression.
        scope: where their paths begin.
        parameters: values of `:name`.
        aggregates: they may hold aggregates, as --having does.

    Raises:
        UsageError: a word is no condition, a name is unknown, or a value does not fit its type.
    """
    return and_(*(_word(word, scope, parameters, aggregates=aggregates) for word in words))


def _word(
    word: str, scope: Scope, parameters: Mapping[str, str], *, aggregates: bool
) -> ColumnElement[bool]:
    if short := short_form(word):
        return equal(replace(Path.of(short[0]), text=word), short[1], scope)
    compiler = Compile(word, parameters, aggregates)
    with _sensible(word):
        return compiler.condition(parse(word), scope)


def equal(path: Path, text: str, scope: Scope) -> ColumnElement[bool]:
    """What `path=value` means: the attribute, or one of many, has this value.

    Raises:
        UsageError: there is no such attribute, or the value does not fit its type.
    """
    here = Here(scope, {})
    place = resolve(path, scope, here.lists)
    if place.name is None:
        raise no_value(path, place)
    attribute = place.expression
    with pointing(path.text, len(str(path)) + 1):
        return here.closed(attribute == values.typed(text, attribute.type, str(path)))


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
