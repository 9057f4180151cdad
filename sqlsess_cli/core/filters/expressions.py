"""The values of a filter's tree: literals, paths, arithmetic, functions and aggregates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lark import Token, Tree
from sqlalchemy import ColumnElement, func
from sqlalchemy import types as sqltypes
from sqlalchemy.orm.exc import UnmappedColumnError

from sqlsess_cli.core.filters import values
from sqlsess_cli.core.filters.aggregates import AGGREGATES, over, rows_of
from sqlsess_cli.core.filters.arithmetic import calculated, negated
from sqlsess_cli.core.filters.caret import pointed, pointing
from sqlsess_cli.core.filters.comparisons import HOLDS
from sqlsess_cli.core.filters.functions import FUNCTIONS
from sqlsess_cli.core.filters.operands import Operand
from sqlsess_cli.core.filters.paths import Lists, Path, many, no_value, resolve
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

Node = Any  # a tree of the grammar's, or one of its tokens

CONDITIONS = frozenset(
    "any_of all_of negated has compared is_null is_not_null is_in is_not_in is_between"
    " is_not_between is_like is_not_like".split()
)


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
class Expressions:
    """Compiles the values of one text.

    Attributes:
        source: the text.
        parameters: values of `:name`.
        aggregates: it may hold aggregates over all rows, such as avg(score).
        inside: it is the argument of one.
        aggregated: it does.
        bare: the attributes outside of aggregates, by their paths.
    """

    source: str
    parameters: Mapping[str, str]
    aggregates: bool = False
    inside: bool = False
    aggregated: bool = False
    bare: set[tuple[str, ...]] = field(default_factory=set)

    def value(self, node: Node, here: Here) -> Operand:
        """A part used as a value.

        Raises:
            UsageError: it is a condition, or null.
        """
        if node.data in CONDITIONS or is_condition(node):
            message = pointed("this is a condition, not a value", self.source, start(node))
            raise UsageError(message, "join conditions with and, or, not")
        if node.data == "null":
            message = pointed("nothing equals null", self.source, start(node))
            raise UsageError(message, "is null, or is not null")
        found: Operand = getattr(self, node.data)(here, *node.children)
        return replace(found, at=start(node))

    def added(self, here: Here, left: Node, sign: Token, right: Node) -> Operand:
        both = self.value(left, here), self.value(right, here)
        return calculated(both[0], sign, both[1], self.source, sign.start_pos or 0)

    multiplied = added

    def signed(self, here: Here, sign: Token, node: Node) -> Operand:
        at = sign.start_pos or 0
        operand = negated(self.value(node, here), self.source, at)
        return operand if sign == "-" else negated(operand, self.source, at)

    # Literals

    def string(self, _here: Here, token: Token) -> Operand:
        text = token[1:-1].replace("''", "'")
        return Operand(None, text, text)

    def number(self, _here: Here, token: Token) -> Operand:
        with pointing(self.source, token.start_pos or 0):
            return Operand(None, str(token), values.number(str(token)))

    def true(self, _here: Here, _token: Token) -> Operand:
        return Operand(None, "true", value=True)

    def false(self, _here: Here, _token: Token) -> Operand:
        return Operand(None, "false", value=False)

    def parameter(self, _here: Here, token: Token) -> Operand:
        name, at = token[1:], token.start_pos or 0
        if name not in self.parameters:
            message = pointed(f"the parameter :{name} has no value", self.source, at)
            raise UsageError(message, f"-p {name}=VALUE")
        with pointing(self.source, at):
            text = values.readable(self.parameters[name])
        return Operand(None, text, text)

    def typed(self, _here: Here, name: Token, token: Token) -> Operand:
        text = token[1:-1].replace("''", "'")
        with pointing(self.source, name.start_pos or 0):
            return Operand(None, text, values.of_kind(text, name.lower()))

    # Paths

    def path(self, here: Here, *names: Node) -> Operand:
        return self.found(self.path_of(names), here)

    def found(self, path: Path, here: Here) -> Operand:
        """The attribute that a path leads to."""
        place = resolve(path, here.scope, here.lists)
        if place.lists and here.lists is None:
            raise many(path, place)
        if place.name is None:
            raise no_value(path, place)
        if not place.lists:
            self.bare.add((*place.scope.path, place.name))
        self.tied(place.lists)
        return Operand(place.expression, path=str(path))

    def path_of(self, nodes: Node) -> Path:
        """The path that a node, or the names of one, spells."""
        children = nodes.children if isinstance(nodes, Tree) else nodes
        tokens: list[Any] = [node.children[0] for node in children]
        names = [token[1:-1].replace('""', '"') if token.startswith('"') else str(token)
                 for token in tokens]  # fmt: skip
        return Path(names, self.source, [token.start_pos or 0 for token in tokens])

    def tied(self, lists: Sequence[Scope]) -> None:
        """Note the attributes that tell which rows of a list belong to a row."""
        if not lists or lists[0].up is None:
            return
        up = lists[0].up
        for column in lists[0].link.property.local_columns:
            try:
                self.bare.add((*up.path, up.entity.mapper.get_property_by_column(column).key))
            except UnmappedColumnError:
                continue  # it has no name, and cannot be grouped by

    # Functions

    def call(self, here: Here, name: Token, *arguments: Node) -> Operand:
        if name.lower() in AGGREGATES:
            return self._aggregate(here, name, arguments)
        function, at = FUNCTIONS.get(name.lower()), name.start_pos or 0
        if function is None:
            known = [*FUNCTIONS, *HOLDS, *AGGREGATES, "has"]
            hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
            raise UsageError(pointed(f"there is no function {name!s}", self.source, at), hint)
        self.count_of_arguments(name, function.fewest, function.most, len(arguments))
        found = [self.value(argument, here) for argument in arguments]
        return function.called(name.lower(), found, self.source, at)

    def call_distinct(self, here: Here, name: Token, argument: Node) -> Operand:
        if name.lower() not in AGGREGATES:
            message = pointed(f"{name!s} takes no distinct", self.source, name.start_pos or 0)
            raise UsageError(message, f"only {', '.join(AGGREGATES)} do")
        return self._aggregate(here, name, [argument], distinct=True)

    def count_of_arguments(self, name: Token, fewest: int, most: int, given: int) -> None:
        """Refuse a call with too few or too many arguments."""
        if not fewest <= given <= most:
            counted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            noun = "argument" if most == 1 else "arguments"
            message = f"{name!s} takes {counted} {noun}"
            raise UsageError(pointed(message, self.source, name.start_pos or 0))

    def _aggregate(
        self, here: Here, name: Token, arguments: Sequence[Node], *, distinct: bool = False
    ) -> Operand:
        """An aggregate: over the list that its argument speaks of, or over all rows."""
        aggregate, at = AGGREGATES[name.lower()], name.start_pos or 0
        self.count_of_arguments(name, aggregate.fewest, aggregate.most, len(arguments))
        within = Here(here.scope, {})
        aside = replace(self, inside=True, bare=set())  # what stands inside is not bare
        if not arguments:
            made: ColumnElement[Any] = func.count(type_=sqltypes.Integer())
        elif (rows := aside.rows(name, arguments[0], within, distinct=distinct)) is not None:
            made = rows
        else:
            operand = aside.value(arguments[0], within)
            made = aggregate.called(name.lower(), operand, self.source, distinct=distinct)
        if within.lists:
            self.bare |= aside.bare
            self.tied(list(within.lists.values()))
            with pointing(self.source, at):
                first, beyond = over(list(within.lists.values()))
            return Operand(first.related(made, beyond).scalar_subquery(), path=str(name))
        if self.inside or not self.aggregates:
            where = "inside another aggregate" if self.inside else "over the rows themselves"
            message = f"{name!s} here is {where}"
            hint = "for groups there is --having; over a list, such as count(orders), it can stand"
            raise UsageError(pointed(message, self.source, at), "" if self.inside else hint)
        self.aggregated = True
        return Operand(made, path=str(name))

    def rows(
        self, name: Token, node: Node, within: Here, *, distinct: bool
    ) -> ColumnElement[Any] | None:
        """The count of a relationship's rows; None when the argument is a value."""
        if node.data != "path" or not self.leads_to_rows(node, within.scope):
            return None
        path = self.path_of(node)
        place = resolve(path, within.scope, within.lists)
        if name.lower() != "count":
            raise no_value(path, place)
        keys = place.scope.entity.key
        if distinct and len(keys) != 1:
            problem = f"{place.scope.entity.label} has no key of one attribute"
            raise path.refused(0, problem, f"count(distinct {path}.ATTRIBUTE)")
        if distinct:
            return func.count(place.scope.attribute(keys[0]).distinct())
        row = rows_of(place)
        return func.count() if row is None else func.count(row)

    def leads_to_rows(self, node: Node, scope: Scope) -> bool:
        """Whether a path ends with a relationship: looked up aside, so that nothing is joined."""
        aside = Scope(scope.entity, scope.source)
        return resolve(self.path_of(node), aside).name is None


def is_condition(node: Node) -> bool:
    """Whether a node is a call that is true or false, such as startswith(name, 'A')."""
    return node.data == "call" and node.children[0].lower() in HOLDS


def start(node: Node) -> int:
    """Where a node stands in the text."""
    return int(getattr(node.meta, "start_pos", 0) or 0)
