"""What a file is called when it is imported, and from where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlsess_cli.config.discovery.tree import Tree

FOUND_ANYWAY = ("", "src")  # where models.load looks for modules without being told
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([^\W\d]\w*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Name:
    """How a file is imported.

    Attributes:
        root: the directory to import from, relative to the project.
        module: the dotted name there; "" when no import statement could name it.
    """

    root: str
    module: str


def imported_by(data: bytes) -> set[str]:
    """The first parts of what a file imports."""
    return {found.decode(errors="replace") for found in _IMPORT.findall(data)}


def name_of(path: str, tree: Tree, roots: Sequence[str], imported: set[str]) -> Name:
    """The name that the project itself imports a file by.

    Args:
        path: the file.
        tree: the project, to see which directories are packages.
        roots: the directories that the project says it imports from.
        imported: what its files import: it tells what a directory without `__init__.py` is.
    """
    folder, _, file = path.rpartition("/")
    parts = [] if file == "__init__.py" else [file.removesuffix(".py")]
    while folder and tree.has(f"{folder}/__init__.py"):
        folder, _, package = folder.rpartition("/")
        parts.insert(0, package)
    # `from src.models import …` means that src is a package, whatever its name.
    open_roots = (root for root in roots if not root or root.partition("/")[0] not in imported)
    base = max((root for root in open_roots if _below(folder, root) is not None), key=len)
    outer = _below(folder, base) or []
    unsayable = [place for place, part in enumerate(outer, 1) if not part.isidentifier()]
    start = unsayable[-1] if unsayable else 0
    # The outermost directory that some file imports from; where none does, all are in the name.
    whole = [*outer, *parts]
    places = range(start, min(len(outer) + 1, len(whole)))
    seen = [place for place in places if whole[place] in imported]
    split = seen[0] if seen else start
    folder = "/".join([item for item in (base, *outer[:split]) if item])
    parts = whole[split:]
    named = bool(parts) and all(part.isidentifier() for part in parts)
    if tree.has("__init__.py"):  # the project is itself a package, of a name that we cannot see
        named = False
    return Name(folder, ".".join(parts) if named else "")


def _below(folder: str, root: str) -> list[str] | None:
    """The directories from a root down to a folder; None when it is elsewhere."""
    if not root or folder == root:
        return [part for part in folder.removeprefix(root).split("/") if part]
    return folder[len(root) + 1 :].split("/") if folder.startswith(f"{root}/") else None


def roots_of(tree: Tree) -> list[str]:
    """The directories that modules are imported from, as pyproject.toml and habit have it."""
    told: Any = {}
    with suppress(tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        told = tomllib.loads((tree.read("pyproject.toml") or b"").decode("utf-8-sig"))
    said = {path.removeprefix("./").strip("/") for path in _told(told.get("tool", {}))}
    inside = sorted(item for item in said - {"."} if ".." not in item and "*" not in item)
    return [*FOUND_ANYWAY, *(item for item in inside if item not in FOUND_ANYWAY)]


def _told(tool: Any) -> Iterator[str]:
    """What pyproject.toml's tools say of where packages lie."""
    for path in (
        ("setuptools", "packages", "find", "where"),
        ("setuptools", "package-dir", ""),
        ("pytest", "ini_options", "pythonpath"),
        ("alembic", "prepend_sys_path"),
    ):
        value = tool
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        yield from [value] if isinstance(value, str) else _texts(value)
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    packages = poetry.get("packages") if isinstance(poetry, dict) else None
    for item in packages if isinstance(packages, list) else []:
        yield from _texts([item.get("from")] if isinstance(item, dict) else [])


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
