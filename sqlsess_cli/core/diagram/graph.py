"""What a diagram shows, in no notation: boxes with columns, and lines between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlsess_cli.dialects._relations import Place

Detail = Literal["all", "keys", "none"]
LineKind = Literal["reference", "association", "inheritance"]


@dataclass(frozen=True, slots=True)
class Column:
    """One line of a box.

    Attributes:
        name: what a query calls it.
        stored: what the table calls it.
        type: as SQL writes it.
        key: it is of the primary key.
        foreign: it is of a foreign key.
        unique: it alone tells rows apart, without being the key.
        nullable: it may be NULL.
    """

    name: str
    stored: str
    type: str
    key: bool = False
    foreign: bool = False
    unique: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A mapped class, a table or a view.

    Attributes:
        id: tells it from all others.
        title: its short name, the full one where others are called the same.
        place: the table it is stored in; None if it is stored in no single one.
        kind: class, table, view, or what else the database calls it.
        columns: its own, not those it inherits from a class that is drawn too.
        group: what it is drawn together with; empty for nothing.
    """

    id: str
    title: str
    place: Place | None
    kind: str
    columns: tuple[Column, ...] = ()
    group: str = ""

    @property
    def subtitle(self) -> str:
        """The table of a class, where the title does not say it; what a table is if not that."""
        if self.kind == "class":
            table = ".".join(filter(None, self.place or ()))
            return "" if table.casefold() == self.title.casefold() else table
        return "" if self.kind == "table" else self.kind


@dataclass(frozen=True, slots=True)
class End:
    """One end of a line: how many rows of this box go with one of the other.

    Attributes:
        box: the id of its box.
        columns: the names of the columns that relate them, in the order of the other end's.
        many: there may be several.
        optional: there may be none.
    """

    box: str
    columns: tuple[str, ...]
    many: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What relates two boxes, or a box to itself.

    Attributes:
        kind: a foreign key; many to many by way of a table that is not drawn; or a subclass.
        start: the end that refers, or is the subclass.
        end: the end that is referred to, or is the parent.
        label: what it is called.
    """

    kind: LineKind
    start: End
    end: End
    label: str = ""

    @property
    def is_loop(self) -> bool:
        """Whether it relates a box to itself."""
        return self.start.box == self.end.box

    @property
    def is_named(self) -> bool:
        """Whether a picture needs its name: that of a table that is not seen otherwise."""
        return self.kind == "association" and bool(self.label)


@dataclass(frozen=True, slots=True)
class Graph:
    """A whole diagram.

    Attributes:
        boxes: in the order they are written in.
        lines: the ids in them are those of boxes.
        detail: which columns are listed.
    """

    boxes: Sequence[Box]
    lines: Sequence[Line]
    detail: Detail = "all"

    def listed(self, box: Box) -> tuple[Column, ...]:
        """The columns of a box that are to be seen."""
        if self.detail == "none":
            return ()
        everything = self.detail == "all"
        return tuple(item for item in box.columns if everything or item.key or item.foreign)

    def groups(self) -> Mapping[str, Sequence[Box]]:
        """The boxes by their groups, those of none under an empty name."""
        found: dict[str, list[Box]] = {}
        for box in self.boxes:
            found.setdefault(box.group, []).append(box)
        return found
