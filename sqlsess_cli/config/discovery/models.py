"""Which files map classes, and by which names to import them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlsess_cli.config.discovery.code import Code
from sqlsess_cli.config.discovery.names import FOUND_ANYWAY
from sqlsess_cli.config.discovery.source import Source, assigned, called, last_name

_MAKES_BASE = frozenset({"declarative_base", "automap_base", "generate_base"})
_MAPS = frozenset({"mapped", "mapped_as_dataclass"})
_DEEPEST = 100  # bases above bases that are followed

# A package of such a name holds models alone: it is named as a whole, with those to come.
_PACKAGES = frozenset({"models", "model", "entities", "tables"})


class Kind(Enum):
    """What a class is to SQLAlchemy."""

    NONE = 0
    BASE = 1  # what derives from it is mapped
    SQLMODEL = 2  # what derives from it is mapped with table=True
    MAPPED = 3


@dataclass(frozen=True, slots=True)
class Mapping:
    """The classes that one file maps, `count` of them, the first in `line`."""

    path: str
    line: int
    count: int

    def __str__(self) -> str:
        """In words."""
        return f"{self.path}:{self.line} maps {self.count} class{'es' if self.count > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Models:
    """What to write.

    Attributes:
        names: for `models`.
        where: for each name, the files that it stands for.
        sys_path: for `sys_path`.
    """

    names: Sequence[str]
    where: Sequence[Sequence[Mapping]]
    sys_path: Sequence[str]


def models_of(code: Code) -> Models:
    """The models of a project; no names when no file maps a class."""
    grouped: dict[str, list[Mapping]] = {}
    roots: dict[str, None] = {}
    for found in mappings(code):
        grouped.setdefault(_import_name(code, found.path), []).append(found)
        if code.names[found.path].module:
            roots[code.names[found.path].root] = None
    extra = [root for root in roots if root not in FOUND_ANYWAY]
    return Models(list(grouped), list(grouped.values()), extra)


def mappings(code: Code) -> list[Mapping]:
    """The files that map classes."""
    kinds = Kinds(code)
    found = ((source, sorted(_mapped_lines(kinds, source))) for source in code.sources)
    return [Mapping(source.path, lines[0], len(lines)) for source, lines in found if lines]


def _mapped_lines(kinds: Kinds, source: Source) -> Iterator[int]:
    for node in source.classes.values():
        if kinds.of(source, node) is Kind.MAPPED:
            yield node.lineno
    for call in source.nodes:
        if isinstance(call, ast.Call) and called(call) == "map_imperatively":
            yield call.lineno


@dataclass(slots=True)
class Kinds:
    """What the classes of a project are, each asked once.

    Attributes:
        code: the project, where bases are looked up.
        known: what was found, by the identity of a node; what is being asked is nothing so far, so
            that bases in a circle come to an end.
        deep: how many are being asked.
    """

    code: Code
    known: dict[int, Kind] = field(default_factory=dict)
    deep: int = 0

    def of(self, source: Source, node: ast.ClassDef | ast.expr) -> Kind:
        """What a class, or an expression that stands for one, is."""
        if id(node) not in self.known and self.deep < _DEEPEST:
            self.known[id(node)] = Kind.NONE
            self.deep += 1
            if isinstance(node, ast.ClassDef):
                self.known[id(node)] = self._class(source, node)
            else:
                self.known[id(node)] = self._base(source, node)
            self.deep -= 1
        return self.known.get(id(node), Kind.NONE)

    def _class(self, source: Source, node: ast.ClassDef) -> Kind:
        """By its decorators, its bases and what it says of itself."""
        decorators = {last_name(item.func if isinstance(item, ast.Call) else item)
                      for item in node.decorator_list}  # fmt: skip
        if decorators & _MAPS:
            return Kind.MAPPED
        said = {name: value for item in node.body for name, value in assigned(item).items()}
        above = {self.of(source, base) for base in node.bases}
        if Kind.SQLMODEL in above or (Kind.MAPPED in above and _is_table(node)):
            return Kind.MAPPED if _is_table(node) else Kind.SQLMODEL
        if "as_declarative" in decorators or _is_declarative_base(node):
            return Kind.BASE
        if above & {Kind.BASE, Kind.MAPPED}:
            abstract = said.get("__abstract__")
            is_abstract = isinstance(abstract, ast.Constant) and abstract.value is True
            return Kind.BASE if is_abstract else Kind.MAPPED
        has_table = not {"__tablename__", "__table__"}.isdisjoint(said)
        # Its base may be that of another package, which we cannot read.
        return Kind.MAPPED if has_table and self._is_foreign(source, node) else Kind.NONE

    def _base(self, source: Source, base: ast.expr) -> Kind:
        """By what an expression calls, or stands for."""
        if called(base) in _MAKES_BASE or last_name(base).startswith("DeclarativeBase"):
            return Kind.BASE
        if isinstance(base, ast.Attribute) and base.attr == "Model":
            held = self.code.find(source, base.value)
            if held is not None and called(held.node) == "SQLAlchemy":
                return Kind.BASE
        found = self.code.find(source, base)
        if found is None:
            return Kind.NONE
        if found.source is None or found.node is None:
            return _external(found.dotted)
        return self.of(found.source, found.node)

    def _is_foreign(self, source: Source, node: ast.ClassDef) -> bool:
        """Whether some base is defined nowhere in the project."""
        found = [self.code.find(source, base) for base in node.bases]
        return any(item is None or item.source is None for item in found)


def _is_table(node: ast.ClassDef) -> bool:
    return any(
        item.arg == "table" and isinstance(item.value, ast.Constant) and item.value.value is True
        for item in node.keywords
    )


def _is_declarative_base(node: ast.ClassDef) -> bool:
    return any(last_name(item).startswith("DeclarativeBase") for item in node.bases)


def _external(dotted: str) -> Kind:
    """SQLAlchemy's own class under a name of the file's: `from … import DeclarativeBase as B`."""
    last = dotted.rpartition(".")[2]
    if last == "SQLModel":
        return Kind.SQLMODEL
    return Kind.BASE if last.startswith("DeclarativeBase") else Kind.NONE


def _import_name(code: Code, path: str) -> str:
    """What to write for a file: its package if that is one of models, its module, or the file."""
    name = code.names[path]
    if not name.module or (not name.root and "." not in name.module and "/" not in path):
        return path  # what lies in the project's directory itself is plainest by its file
    parts = name.module.split(".")
    for place, part in enumerate(parts):
        below = place + 1 < len(parts) or path.endswith("__init__.py")
        if part in _PACKAGES and below:
            return ".".join(parts[: place + 1])
    return name.module
