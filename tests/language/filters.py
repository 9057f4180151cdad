"""Random filters: trees for the reference, and the text that a user would write for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from language.world import ATTRIBUTES, RELATIONS, TEXTS, value

Tree = tuple[Any, ...]
NUMBERS = ("int", "decimal", "float")
ORDERED = (*NUMBERS, "text", "date", "datetime")
KINDS = {name: kind for own in ATTRIBUTES.values() for name, kind in own.items()}
# For a literal of each kind, the attributes beside which its bare text is read as the same value.
READ = {
    "int": NUMBERS, "decimal": ("decimal", "float"), "float": ("decimal", "float"),
    "date": ("date", "datetime"), "datetime": ("datetime",), "text": ("text",), "enum": ("enum",),
    "bool": ("bool",),
}  # fmt: skip
SIGNS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass
class Filters:
    """Makes filters.

    Attributes:
        random: decides everything.
        parameters: values of those that the last filter has.
    """

    random: Random
    parameters: dict[str, str] = field(default_factory=dict)

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # Trees

    def condition(self, entity: str, depth: int) -> Tree:
        if depth > 0 and self.chance(0.6):
            kind = self.pick("and", "or", "not", "has")
            if kind == "not":
                return ("not", self.condition(entity, depth - 1))
            if kind == "has":
                names, reached = self.relations(entity, self.pick(1, 1, 2))
                inner = self.condition(reached, depth - 1) if self.chance(0.8) else None
                return ("has", names, inner)
            count = self.pick(2, 2, 3)
            return (kind, [self.condition(entity, depth - 1) for _ in range(count)])
        return self.comparison(entity)

    def comparison(self, entity: str) -> Tree:
        made = self.pick(*[self._compared] * 6, self._in, self._in, self._between, self._like,
                         self._part, self._null, self._related, self._truth,
                         self._counted)  # fmt: skip
        found: Tree | None = made(entity)
        return found or self._compared(entity)

    def _compared(self, entity: str) -> Tree:
        kind = self.pick(*ORDERED, *NUMBERS, "bool", "enum")
        sign = self.pick(*SIGNS) if kind in ORDERED else self.pick("=", "!=")
        left, right = self.expression(entity, kind, 2), self.partner(entity, kind)
        return ("compared", sign, *((left, right) if self.chance(0.8) else (right, left)))

    def _counted(self, entity: str) -> Tree | None:
        found = self.count(entity)
        return found and ("compared", self.pick(*SIGNS), found, self.literal("int"))

    def _in(self, entity: str) -> Tree:
        kind = self.pick(*ORDERED, "enum")
        items = [self.partner(entity, kind) for _ in range(self.pick(1, 2, 3))]
        return ("in", self.expression(entity, kind, 1), items, self.chance(0.4))

    def _between(self, entity: str) -> Tree:
        kind = self.pick(*ORDERED)
        ends = self.partner(entity, kind), self.partner(entity, kind)
        return ("between", self.expression(entity, kind, 1), *ends, self.chance(0.4))

    def _like(self, entity: str) -> Tree:
        parts = ("%", "_", "a", "b", "A", r"\%", r"\_", r"\\", "*", "?", "[", "!", "漢", " ", "'")
        pattern = "".join(self.pick(*parts, "%") for _ in range(self.pick(1, 2, 3)))
        return ("like", self.expression(entity, "text", 1), pattern, self.chance(0.3),
                self.chance(0.4))  # fmt: skip

    def _part(self, entity: str) -> Tree:
        name = self.pick("contains", "startswith", "endswith")
        return ("part", name, self.expression(entity, "text", 1), self.pick(*TEXTS, "%", "_", "\\"))

    def _null(self, entity: str) -> Tree:
        return ("null", self.expression(entity, self.pick(*ORDERED, "bool"), 1), self.chance(0.5))

    def _related(self, entity: str) -> Tree:
        names, _ = self.relations(entity, self.pick(1, 1, 2))
        return ("related", names, self.chance(0.5))

    def _truth(self, entity: str) -> Tree | None:
        found = self.path(entity, "bool")
        return ("truth", found) if found else None

    def partner(self, entity: str, kind: str) -> Tree:
        """What a value of a kind is compared with: most often a literal."""
        if kind in NUMBERS and self.chance(0.3):
            kind = self.pick(*NUMBERS)
        if kind in ("date", "datetime") and self.chance(0.4):
            kind = self.pick("date", "datetime")
        if self.chance(0.3):
            return self.expression(entity, kind, 1)
        return self.literal(kind)

    def literal(self, kind: str) -> Tree:
        found = value(kind, self.random)
        # No literal is floating; a fraction is the same number.
        return ("literal", kind, Decimal(found) if isinstance(found, float) else found)

    def expression(self, entity: str, kind: str, depth: int) -> Tree:
        """A value of a kind that needs the rows, as far as there is such."""
        made = [self.path] * 3
        if depth > 0:
            made += [getattr(self, f"_{kind}", self.path), self.path]
        found = self.pick(*made)(entity, kind)
        return found or self.path(entity, kind) or self.literal(kind)

    def path(self, entity: str, kind: str, steps: int = 2) -> Tree | None:
        names: tuple[str, ...] = ()
        while steps and self.chance(0.4):
            name = self.pick(*RELATIONS[entity])
            names, entity, steps = (*names, name), RELATIONS[entity][name][0], steps - 1
        fitting = [name for name, own in ATTRIBUTES[entity].items() if own == kind]
        return ("path", (*names, self.pick(*fitting))) if fitting else None

    def relations(self, entity: str, steps: int) -> tuple[tuple[str, ...], str]:
        names: list[str] = []
        for _ in range(steps):
            names.append(self.pick(*RELATIONS[entity]))
            entity = RELATIONS[entity][names[-1]][0]
        return tuple(names), entity

    def _int(self, entity: str, kind: str) -> Tree | None:
        made = self.pick("sum", "%", "-", "abs", "length", "year", "month", "day", "hour",
                         "coalesce", "count", "aggregate")  # fmt: skip
        if made in ("length", "year", "month", "day", "hour"):
            kinds = {"length": "text", "hour": "datetime"}
            other = kinds.get(made) or self.pick("date", "datetime")
            return ("called", made, [self.expression(entity, other, 1)])
        if made == "count":
            return self.count(entity)
        if made == "%":
            other = self.literal(kind) if self.chance(0.7) else self.path(entity, kind)
            return ("calculated", "%", self.path(entity, kind), other)
        return self.number(entity, kind, made)

    def _decimal(self, entity: str, kind: str) -> Tree | None:
        made = self.pick("sum", "-", "abs", "coalesce", "round", "aggregate")
        return self.number(entity, kind, made)

    def _float(self, entity: str, kind: str) -> Tree | None:
        made = self.pick("/", "sum", "-", "abs", "coalesce", "round", "aggregate", "avg")
        if made == "/":
            other = self.pick(*NUMBERS)
            first = self.path(entity, other) or self.path(entity, "int")
            return ("calculated", "/", first, self.partner(entity, self.pick(*NUMBERS)))
        if made == "avg":
            return self.aggregate(entity, "avg", self.pick(*NUMBERS))
        return self.number(entity, kind, made)

    def number(self, entity: str, kind: str, made: str) -> Tree | None:
        if made == "sum":
            sign = self.pick("+", "-", "*")
            first = self.expression(entity, kind, 1)
            other = self.literal(kind) if self.chance(0.5) else self.expression(entity, kind, 0)
            return ("calculated", sign, first, other)
        if made == "-":
            return ("negated", self.expression(entity, kind, 1))
        if made == "abs":
            return ("called", "abs", [self.expression(entity, kind, 1)])
        if made == "coalesce":
            return ("called", "coalesce", [self.expression(entity, kind, 1), self.literal(kind)])
        if made == "round":
            digits = [("literal", "digits", self.pick(0, 3))] if self.chance(0.5) else []
            return ("called", made, [self.path(entity, kind) or self.literal(kind), *digits])
        return self.aggregate(entity, self.pick("sum", "min", "max"), kind)

    def _text(self, entity: str, kind: str) -> Tree | None:
        name = self.pick("lower", "upper", "trim", "coalesce", "+", "min", "max")
        if name in ("min", "max"):
            return self.aggregate(entity, name, kind)
        if name == "coalesce":
            return ("called", name, [self.expression(entity, kind, 1), self.literal(kind)])
        if name == "+":
            other = self.literal(kind) if self.chance(0.5) else self.expression(entity, kind, 0)
            return ("calculated", "+", self.expression(entity, kind, 0), other)
        return ("called", name, [self.expression(entity, kind, 1)])

    def _date(self, entity: str, kind: str) -> Tree | None:
        if self.chance(0.3):
            return self.aggregate(entity, self.pick("min", "max"), kind)
        return ("called", "date", [self.expression(entity, self.pick("date", "datetime"), 0)])

    def _datetime(self, entity: str, kind: str) -> Tree | None:
        if self.chance(0.3):
            return self.aggregate(entity, self.pick("min", "max"), kind)
        span = ("literal", "interval", timedelta(hours=self.pick(1, 2, 24, 36)))
        moved = self.path(entity, self.pick("date", "datetime")) or self.literal("date")
        return ("calculated", self.pick("+", "-"), moved, span)

    def aggregate(self, entity: str, name: str, kind: str, distinct: float = 0.2) -> Tree | None:
        """Over a list that this entity has, and maybe one beyond it."""
        many = [item for item, (_, to_many) in RELATIONS[entity].items() if to_many]
        if not many:
            return None
        names: tuple[str, ...] = (self.pick(*many),)
        reached = RELATIONS[entity][names[0]][0]
        found = self.path(reached, kind, 1)
        if found is None:
            return None
        argument: Tree = ("path", (*names, *found[1]))
        if kind in NUMBERS and self.chance(0.3):
            argument = ("calculated", self.pick("+", "*"), argument, self.literal(kind))
        return ("aggregate", name, self.chance(distinct) and name != "avg", argument)

    def count(self, entity: str) -> Tree | None:
        if self.chance(0.4):
            return self.aggregate(entity, "count", self.pick(*ORDERED), distinct=0.5)
        names, reached = self.relations(entity, self.pick(1, 2, 2))
        if RELATIONS[entity][names[0]][1]:
            return ("aggregate", "count", reached != "Order" and self.chance(0.3), ("rows", names))
        return None

    # Text

    def words(self, tree: Tree) -> list[str]:
        """A filter as words of a command line, and its parameters aside."""
        self.parameters = {}
        parts = tree[1] if tree[0] == "and" and self.chance(0.5) else [tree]
        return [self._short(part) or self.said(part, 0) for part in parts]

    def _short(self, tree: Tree) -> str | None:
        if tree[0] != "compared" or tree[1] != "=" or tree[2][0] != "path":
            return None
        plain = tree[3][0] == "literal" and tree[3][1] in ("int", "text", "enum")
        text = self.plain(tree[3][2]) if plain and self.chance(0.7) else None
        if text is None or text[:1] in ("'", " ", ":") or tree[2][1][-1] == "score":
            return None
        return f"{'.'.join(tree[2][1])}={text}"

    def said(self, tree: Tree, binding: int) -> str:
        """A condition as text; in brackets only where it binds less than what is around it."""
        own, text = self._condition(tree)
        return f"({text})" if own < binding or self.chance(0.05) else text

    def _condition(self, tree: Tree) -> tuple[int, str]:
        kind = tree[0]
        if kind in ("or", "and"):
            own = 1 if kind == "or" else 2
            word = self.pick(f" {kind} ", f" {kind.upper()} ", f"\n{kind}\t")
            return own, word.join(self.said(part, own + 1) for part in tree[1])
        if kind == "not":
            return 3, f"not {self.said(tree[1], 3)}"
        if kind == "constant":
            return 4, "true" if tree[1] else "false"
        if kind == "has":
            inner = "" if tree[2] is None else f", {self.said(tree[2], 0)}"
            return 4, f"has({self.names(tree[1])}{inner})"
        if kind == "related":
            return 4, f"{self.names(tree[1])} is {'' if tree[2] else 'not '}null"
        return 4, self._comparison(tree)

    def _comparison(self, tree: Tree) -> str:
        kind = tree[0]
        if kind == "compared":
            both = (self.value(tree[2], 0, tree[3]), self.value(tree[3], 0, tree[2]))
            sign = {"=": self.pick("=", "=="), "!=": self.pick("!=", "<>")}.get(tree[1], tree[1])
            return f"{both[0]} {sign} {both[1]}"
        left = self.value(tree[2] if kind == "part" else tree[1], 0)
        if kind == "part":
            return f"{tree[1]}({left}, {self.quoted(tree[3])})"
        if kind == "null":
            return f"{left} is {'not ' if tree[2] else ''}null"
        return left if kind == "truth" else self._several(tree, left)

    def _several(self, tree: Tree, left: str) -> str:
        kind, negative = tree[0], "not " if tree[-1] else ""
        if kind == "in":
            items = ", ".join(self.value(item, 0, tree[1]) for item in tree[2])
            return f"{left} {negative}in ({items})"
        if kind == "between":
            ends = [self.value(item, 0, tree[1]) for item in tree[2:4]]
            return f"{left} {negative}between {ends[0]} and {ends[1]}"
        return f"{left} {negative}{'ilike' if tree[3] else 'like'} {self.quoted(tree[2])}"

    def value(self, tree: Tree, binding: int, beside: Tree | None = None) -> str:
        kind = tree[0]
        if kind == "literal":
            return self._literal(tree, beside)
        if kind == "path":
            return self.names(tree[1])
        if kind == "called":
            first, *others = tree[2]
            arguments = [self.value(first, 0), *(self.value(item, 0, first) for item in others)]
            return f"{tree[1]}({', '.join(arguments)})"
        if kind == "aggregate":
            argument = tree[3]
            inner = self.names(argument[1]) if argument[0] == "rows" else self.value(argument, 0)
            return f"{tree[1]}({'distinct ' if tree[2] else ''}{inner})"
        if kind == "negated":
            text, own = f"-{self.value(tree[1], 3)}", 3
        else:
            own = 1 if tree[1] in "+-" else 2
            text = (f"{self.value(tree[2], own, tree[3])} {tree[1]}"
                    f" {self.value(tree[3], own + 1, tree[2])}")  # fmt: skip
        return f"({text})" if own < binding else text

    def names(self, names: tuple[str, ...]) -> str:
        return ".".join(f'"{name}"' if self.chance(0.05) else name for name in names)

    def _literal(self, tree: Tree, beside: Tree | None) -> str:
        _, kind, found = tree
        own = KINDS.get(beside[1][-1]) if beside and beside[0] == "path" else None
        if own in READ.get(kind, ()) and self.chance(0.3):
            name = f"p{len(self.parameters)}"
            self.parameters[name] = self.plain(found)
            return f":{name}"
        if kind in ("date", "datetime", "interval"):
            if own in READ.get(kind, ()) and self.chance(0.5):
                return self.quoted(self.plain(found))
            word = {"datetime": "timestamp"}.get(kind, kind)
            return f"{word} {self.quoted(self.plain(found))}"
        return self.quoted(self.plain(found)) if kind in ("text", "enum") else self.plain(found)

    def quoted(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def plain(self, found: Any) -> str:
        if isinstance(found, bool):
            return "true" if found else "false"
        if isinstance(found, timedelta):
            return f"{int(found.total_seconds() // 3600)} hours"
        if isinstance(found, date):
            return str(found)
        if isinstance(found, Decimal):
            return f"{found:f}"
        return found.name if hasattr(found, "name") else str(found)
