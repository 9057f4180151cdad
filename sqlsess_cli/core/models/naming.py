"""What the relationships of a reflected table are called: by its foreign keys, and those to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from sqlalchemy.orm.util import AliasedClass

from sqlsess_cli.dialects._relations import ForeignKey, Place

# Compiled when they are used: most queries take no relationship of a table.
# What says no more than that a column identifies something: album_id, AlbumID, album_fk, id_album.
_WORDS = "id|uuid|guid|fk|key|ref|oid|pk|sk"
_CAMEL = "I[dD]|U[uU][iI][dD]|G[uU][iI][dD]|F[kK]|Key|Ref"
_AFTER = rf"_(?i:{_WORDS})$|(?<=[a-z0-9])(?:{_CAMEL})$"
_BEFORE = r"^(?:(?i:id|fk)_|(?:id|Id|fk|Fk)(?=[A-Z]))"
_CODE = r"_(?i:no|nr|num|number|code)$|(?<=[a-z0-9])(?:No|Nr|Number|Code)$"

_PREFIXES = ("_sa_", "_aliased_")


@dataclass(frozen=True, slots=True)
class Edge:
    """One way along a foreign key, or along two of an association table.

    Attributes:
        name: what the relationship is called.
        key: the foreign key.
        back: it is followed to the table that has it.
        beyond: the other foreign key of an association table; `key` is the one to us.
    """

    name: str
    key: ForeignKey
    back: bool = False
    beyond: ForeignKey | None = None

    @property
    def target(self) -> Place:
        """The table that it leads to."""
        if self.beyond is not None:
            return self.beyond.target
        return self.key.table if self.back else self.key.target


def attributes(columns: Sequence[str]) -> list[str]:
    """The attributes for columns: their names, except those that a mapped class cannot have."""
    taken = set(columns)
    names = []
    for column in columns:
        # These prefixes are SQLAlchemy's, whatever comes after them.
        name = column.lstrip("_") if column.startswith(_PREFIXES) else column
        while _is_reserved(name) or (name != column and name in taken):
            name += "_"
        taken.add(name)
        names.append(name)
    return names


def _is_reserved(name: str) -> bool:
    """Whether Python or SQLAlchemy gives an attribute of this name a meaning of its own."""
    ours = name.startswith("__") and name.endswith("__") and not name.endswith("___")
    return ours or name.startswith(_PREFIXES) or any(name in vars(c) for c in AliasedClass.__mro__)


def stem(column: str, target: str = "", table: str = "") -> str:
    """What a foreign-key column is about; nothing if its name does not tell.

    Args:
        column: `AlbumId`, `album_id` and `albumid` are about an album.
        target: the column that it refers to: `home_club` is about home if that is `club`.
        table: the table that it refers to.
    """
    plain = re.sub(_BEFORE, "", column)
    while (shorter := re.sub(_AFTER, "", plain)) != plain:
        plain = shorter
    if plain != column:
        return plain.strip("_")
    words = rf"(.+?)(?:_+|(?<=[a-z0-9])(?=[A-Z]))(?i:{re.escape(target)})"
    if target and (found := re.fullmatch(words, column)):
        return found[1]
    whole = re.fullmatch(
        r"(.+)id", column
    )  # `albumid`, which is about an album if it refers to one
    one = whole[1] if whole else ""
    plural = {one, f"{one}s", f"{one}es", f"{one[:-1]}ies"}
    return one if table.casefold() in {item.casefold() for item in plural} else ""


def outward(keys: Sequence[ForeignKey], taken: Collection[str]) -> list[Edge]:
    """The to-one relationships of a table.

    Each is named after its column without the `id`; else after the table it leads to, where that
    is clear; else after both.

    Args:
        keys: its foreign keys.
        taken: the names of its columns.
    """
    edges: list[Edge] = []
    for key in keys:
        alone = _only(key.target, [item.target for item in keys]) and key.target != key.table
        names = _to_one(key, key.target[1] if alone else "")
        edges.append(Edge(_free(names, [*taken, *(item.name for item in edges)]), key))
    return edges


def _to_one(key: ForeignKey, table: str) -> list[str]:
    """What a to-one relationship could be called, the best first; `table` if that is clear."""
    about = _about(key)
    columns = "_".join(column for column, _ in about)
    code = re.sub(_CODE, "", columns) if len(about) == 1 else ""
    code = "" if code == columns else code
    # A column that is called as the one it refers to, such as emp_no, tells less than the table.
    named_alike = all(column.casefold() == there.casefold() for column, there in about)
    last = "row" if columns.casefold() == key.target[1].casefold() else key.target[1]
    first = _common(key, about)
    return [first, "" if named_alike else code, table, code, f"{columns}_{last}"]


def _about(key: ForeignKey) -> list[tuple[str, str]]:
    """Its columns, and those they refer to; of several not those that are called alike.

    Where every key begins with the tenant, it is the other column that tells them apart.
    """
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    telling = [(column, there) for column, there in pairs if column.casefold() != there.casefold()]
    return telling or pairs


def _common(key: ForeignKey, about: Sequence[tuple[str, str]]) -> str:
    """What all its columns are about."""
    stems = {stem(column, there, key.target[1]) for column, there in about}
    if len(about) > 1 and all(column == there for column, there in about):
        return ""
    return stems.pop() if len(stems) == 1 else ""


def shorter(edges: Sequence[Edge], taken: Collection[str]) -> Iterator[Edge]:
    """The same to-one relationships by the names of their tables, where those are clear."""
    names = {*taken, *(edge.name for edge in edges)}
    for edge in edges:
        name = edge.target[1]
        clear = _only(edge.target, [item.target for item in edges])
        if clear and name not in names and edge.target != edge.key.table:
            yield Edge(name, edge.key)


def inward(
    keys: Sequence[ForeignKey], beyond: Sequence[tuple[ForeignKey, ForeignKey]],
    taken: Collection[str],
) -> list[Edge]:  # fmt: skip
    """The relationships of a table that others' foreign keys make.

    Each is named after the table it leads to, and where several lead there, after the column too.

    Args:
        keys: the foreign keys that refer to it.
        beyond: of association tables the foreign key to it, and the one to the table beyond.
        taken: the names of its columns and to-one relationships.
    """
    edges: list[Edge] = []
    for key in keys:
        alone = _only(key.table, [item.table for item in keys])
        names = _to_many(key, _by(key), alone=alone and key.table != key.target)
        edges.append(Edge(_free(names, [*taken, *(item.name for item in edges)]), key, back=True))
    for near, far in beyond:
        table = far.target[1]
        through = [item.target for _, item in beyond if item.table == far.table]
        by = far.table[1] if _only(far.target, through) else _by(near)
        alone = _only(far.target, [item.target for _, item in beyond])
        names = [table if alone and far.target != near.target else "", f"{table}_by_{by}"]
        name = _free(names, [*taken, *(item.name for item in edges)])
        edges.append(Edge(name, near, back=True, beyond=far))
    return edges


def _to_many(key: ForeignKey, by: str, *, alone: bool) -> list[str]:
    """What a relationship to the table of a foreign key could be called, the best first."""
    schema, table = key.table
    full = f"{schema}_{table}" if schema else table
    parent = key.table == key.target and by.casefold() == "parent"
    children = ("Children" if by[0].isupper() else "children") if parent else ""
    plain = [table, full] if alone else []
    return [children, *plain, f"{table}_by_{by}", f"{full}_by_{by}"]


def _by(key: ForeignKey) -> str:
    """What tells a foreign key from others of the same table to the same table."""
    about = _about(key)
    return _common(key, about) or "_".join(column for column, _ in about)


def _only(place: Place, places: Sequence[Place]) -> bool:
    return places.count(place) == 1


def _free(wanted: Sequence[str], taken: Sequence[str]) -> str:
    """The first of the names that is not taken, in any case."""
    folded = {name.casefold() for name in taken}
    names = [name for name in wanted if name and not _is_reserved(name)]
    for name in names:
        if name.casefold() not in folded:
            return name
    last = wanted[-1].strip("_")
    return next(name for n in count(2) if (name := f"{last}_{n}").casefold() not in folded)
