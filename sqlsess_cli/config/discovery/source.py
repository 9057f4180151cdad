"""One Python file as text: what it defines, imports and calls, as far as reading can tell."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a name of a file comes from: a module, and the name there ("" is the module itself)."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file.

    Attributes:
        path: relative to the project, with slashes.
        module: its dotted name.
        tree: the parsed file.
        classes: those of its top level.
        values: what is assigned to names of its top level, the last assignment winning.
        origins: the names that it imports.
        nodes: its calls, subscripts and assignments at any depth: what others look through.
    """

    path: str
    module: str
    tree: ast.Module = field(repr=False)
    classes: Mapping[str, ast.ClassDef] = field(repr=False)
    values: Mapping[str, ast.expr] = field(repr=False)
    origins: Mapping[str, Origin] = field(repr=False)
    nodes: Sequence[ast.AST] = field(repr=False)

    def at(self, node: ast.stmt | ast.expr) -> str:
        """`FILE:LINE` of something in it."""
        return f"{self.path}:{node.lineno}"


def parsed(path: str, module: str, data: bytes) -> Source | None:
    """Parse a file; None when it is no Python that we can read.

    Args:
        path: where it is, for messages; a package's own file is its `__init__.py`.
        module: its dotted name.
        data: its bytes, in the encoding that they declare.
    """
    try:
        with warnings.catch_warnings():  # about escapes in the user's strings
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
            body = list(_top_level(tree.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    classes: dict[str, ast.ClassDef] = {}
    values: dict[str, ast.expr] = {}
    origins: dict[str, Origin] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            origins.update(_imported(node, package))
        else:
            values.update(assigned(node))
    kinds = (ast.Call, ast.Subscript, ast.Assign, ast.AnnAssign, ast.keyword)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return Source(path, module, tree, classes, values, origins, nodes)


def assigned(node: ast.stmt) -> Mapping[str, ast.expr]:
    """The names that a statement gives values to."""
    if isinstance(node, ast.Assign):
        return {item.id: node.value for item in node.targets if isinstance(item, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        return {node.target.id: node.value}
    return {}


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Origin]]:
    """The names that an import makes; of `import *` one that is no name."""
    if isinstance(node, ast.ImportFrom):
        module = absolute(node, package)
        for item in node.names:
            shown = f"* {module}" if item.name == "*" else item.asname or item.name
            yield shown, Origin(module, item.name)
        return
    for item in node.names:
        first = item.name.partition(".")[0]
        yield item.asname or first, Origin(item.name if item.asname else first, "")


def absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that a `from … import` names, also where it begins with dots."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the file is imported, those below `if` and `try` too."""
    for node in body:
        yield node
        for name in ("body", "orelse", "finalbody", "handlers"):
            inner = getattr(node, name, [])
            if isinstance(node, ast.If | ast.Try | ast.With):
                for item in inner:
                    nested = item.body if isinstance(item, ast.ExceptHandler) else [item]
                    yield from _top_level(nested)


def called(node: ast.AST | None) -> str:
    """The last part of the name of what an expression calls: `orm.sessionmaker()`; or ""."""
    return last_name(node.func) if isinstance(node, ast.Call) else ""


def last_name(node: ast.AST | None) -> str:
    """The last part of a dotted name, also of a subscripted one: `orm.sessionmaker[Session]`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def argument(call: ast.Call, name: str, position: int | None = 0) -> ast.expr | None:
    """An argument of a call, by its name or its place."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is not None and len(call.args) > position:
        return call.args[position]
    return None


def text_of(node: ast.AST | None) -> str | None:
    """The value of a text constant."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
