"""All files of a project together: a name is followed from file to file to what defines it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlsess_cli.config.discovery.names import Name, imported_by, name_of, roots_of
from sqlsess_cli.config.discovery.source import Origin, Source, last_name, parsed
from sqlsess_cli.config.discovery.tree import Tree

_FAR = 12  # imports that are followed for one name; a circle of them ends too
_DEEPEST = 100  # classes above one


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for.

    Attributes:
        source: the file that defines it; None when that is none of the project's.
        node: its class or value; None is the whole module.
        dotted: its name, when it comes from elsewhere.
    """

    source: Source | None = None
    node: ast.ClassDef | ast.expr | None = None
    dotted: str = ""


@dataclass(slots=True)
class Code:
    """The project's parsed files.

    Attributes:
        sources: in the order listed: the shallow ones first.
        names: how each is imported, by its path.
        environments: alembic's env.py files.
    """

    sources: list[Source] = field(default_factory=list)
    names: dict[str, Name] = field(default_factory=dict)
    environments: list[Source] = field(default_factory=list)
    _modules: dict[str, Source] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Tree) -> Code:
        """Parse what may say something; what cannot be parsed is noted in the tree."""
        code, roots = cls(), roots_of(tree)
        files = list(tree.telling())
        imported = {name for _, data in files for name in imported_by(data)}
        for path, data in files:
            name = name_of(path, tree, roots, imported)
            source = parsed(path, name.module, data)
            if source is None:
                tree.notes.append(f"cannot parse {path}")
                continue
            code.sources.append(source)
            code.names[path] = name
            code._modules.setdefault(name.module or path, source)
        for path in tree.environments:
            if (source := parsed(path, "", tree.read(path) or b"")) is not None:
                code.environments.append(source)
        return code

    def module(self, dotted: str) -> Source | None:
        """The file of a module of the project."""
        return self._modules.get(dotted) if dotted else None

    def find(self, source: Source, node: ast.expr | str, far: int = _FAR) -> Definition | None:
        """What a name, or a dotted name, in a file stands for; None when that cannot be told."""
        name = node.id if isinstance(node, ast.Name) else node
        if far <= 0 or not isinstance(name, str | ast.Attribute):
            return None
        if isinstance(name, str):
            return self._named(source, name, far)
        held = self.find(source, name.value, far - 1)
        return self._inside(held, name.attr, far) if held is not None else None

    def _inside(self, held: Definition, name: str, far: int) -> Definition | None:
        """What a module has by a name."""
        if held.source is not None and held.node is None:
            return self._named(held.source, name, far - 1)
        if held.dotted:
            dotted = f"{held.dotted}.{name}"
            return Definition(self.module(dotted), None, dotted)  # import app.db; app.db.Base
        return None

    def _named(self, source: Source, name: str, far: int) -> Definition | None:
        if name in source.classes:
            return Definition(source, source.classes[name])
        if name in source.values:
            return Definition(source, source.values[name])
        if (origin := source.origins.get(name)) is not None:
            return self._imported(source, origin, far)
        for star in (origin for key, origin in source.origins.items() if key.startswith("* ")):
            inside = self.module(star.module)
            if inside not in (None, source) and (found := self.find(inside, name, far - 1)):
                return found
        return None

    def _imported(self, source: Source, origin: Origin, far: int) -> Definition | None:
        """What an imported name stands for."""
        dotted = f"{origin.module}.{origin.name}".strip(".")
        if whole := self.module(dotted):
            return Definition(whole, None, dotted)
        inside = self.module(origin.module)
        if inside is None or not origin.name or inside is source:
            return Definition(dotted=dotted)
        return self.find(inside, origin.name, far - 1)

    def classes(self) -> Iterator[tuple[Source, ast.ClassDef]]:
        """Every class of the top level of a file."""
        for source in self.sources:
            for node in source.classes.values():
                yield source, node

    def derives(self, source: Source, node: ast.ClassDef, name: str) -> bool:
        """Whether a class has a class of this name above it."""
        return self._derives(source, node, name, set())

    def _derives(self, source: Source, node: ast.ClassDef, name: str, seen: set[int]) -> bool:
        seen.add(id(node))
        for base in node.bases:
            found = self.find(source, base)
            if last_name(base) == name or (found and found.dotted.endswith(f".{name}")):
                return True
            inner = found.node if found else None
            above = found.source if found else None
            if not above or not isinstance(inner, ast.ClassDef) or id(inner) in seen:
                continue
            if len(seen) > _DEEPEST:
                continue
            if self._derives(above, inner, name, seen):
                return True
        return False
