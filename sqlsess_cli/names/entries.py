"""What is remembered of models: what they are called, and what a path can name on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ONE, MANY = "one", "many"  # relationships, by how many objects they lead to
COMPOSITE, PROXY = "composite", "proxy"

_NO_VALUE = (ONE, MANY, COMPOSITE)


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that a path can name.

    Attributes:
        name: what it is called.
        kind: the kind of its values, as in `result.Kind`; or one of those above.
        about: its type; of a relationship the full name of the model it leads to; of an
            association proxy the path that it stands for.
        values: those that it can have, if they are few; of a composite its fields.
    """

    name: str
    kind: str
    about: str = ""
    values: tuple[str, ...] = ()

    @property
    def leads(self) -> bool:
        """Whether it is a relationship."""
        return self.kind in (ONE, MANY)

    @property
    def is_value(self) -> bool:
        """Whether a path may end here."""
        return self.kind not in _NO_VALUE

    @property
    def summary(self) -> str:
        """What a shell shows beside it."""
        if self.leads:
            return f"→ {self.about.rpartition(':')[2]}{' (many)' if self.kind == MANY else ''}"
        return f"→ {self.about}" if self.kind == PROXY else self.about or self.kind

    def as_json(self) -> list[object]:
        """It as JSON has it."""
        shown: list[object] = [self.name, self.kind, self.about]
        return [*shown, list(self.values)] if self.values else shown

    @classmethod
    def of_json(cls, item: Sequence[object]) -> Attribute:
        """It from JSON.

        Raises:
            ValueError: it has other parts.
            TypeError: they are of other types.
        """
        name, kind, about, values = [*item, []] if len(item) == 3 else item
        if not isinstance(values, list):
            raise TypeError(values)
        return cls(_text(name), _text(kind), _text(about), tuple(map(_text, values)))


@dataclass(frozen=True, slots=True)
class Model:
    """A mapped class, or a table or view.

    Attributes:
        name: its full name: `module:Class`, or the table's.
        kind: "class", or what the database calls it.
        table: the full name of the table of a class.
        columns: how many it has; -1 where that is not known.
    """

    name: str
    kind: str
    table: str = ""
    columns: int = -1

    @property
    def label(self) -> str:
        """Its short name: the class's or the table's."""
        return self.name.rpartition(":")[2] if self.kind == "class" else self.name

    @property
    def summary(self) -> str:
        """What a shell shows beside it."""
        count = f", {self.columns} columns" if self.columns >= 0 else ""
        return f"table {self.table}{count}" if self.kind == "class" else f"{self.kind}{count}"

    def as_json(self) -> list[object]:
        """It as JSON has it."""
        return [self.name, self.kind, self.table, self.columns]

    @classmethod
    def of_json(cls, item: Sequence[object]) -> Model:
        """It from JSON.

        Raises:
            ValueError: it has other parts.
            TypeError: they are of other types.
        """
        name, kind, table, columns = item
        if not isinstance(columns, int):
            raise TypeError(columns)
        return cls(_text(name), _text(kind), _text(table), columns)


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise TypeError(item)
    return item


def _by_full_name(model: Model) -> str:
    return model.name


def _by_label(model: Model) -> str:
    return model.label


def _by_table(model: Model) -> str:
    return model.table


def _by_plain_table(model: Model) -> str:
    return (model.table or model.name).rpartition(".")[2] if model.kind == "class" else ""


# What a reference can be, in the order in which that is tried: as the catalogue of models does.
_STEPS = (_by_full_name, _by_label, _by_table, _by_plain_table)


def found(models: Sequence[Model], reference: str) -> Model | None:
    """The model that a reference means; None where that is none, or more than one."""
    for fold in (str, str.casefold) if reference else ():
        wanted = fold(reference)
        for name_of in _STEPS:
            matching = [model for model in models if fold(name_of(model)) == wanted]
            if matching:
                return matching[0] if len(matching) == 1 else None
    return None
