"""The files of a project that may say something: listed within bounds, and read as they are."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_FOLDERS = 2_000
MOST_FILES = 4_000  # Python files that are opened
MOST_BYTES = 4 * 1024 * 1024  # of Python that is parsed: some seconds
MOST_READ = 64 * 1024 * 1024  # to see whether it is about databases at all
LARGEST = 1024 * 1024  # what is larger was written by a program

# Others' code, tests, and what is made from the project or about it.
_ELSEWHERE = frozenset(
    """node_modules site-packages dist-packages __pycache__ __pypackages__ venv env virtualenv
    build dist tests test docs doc examples benchmarks migrations_backup""".split()
)
_TELLING = re.compile(
    rb"sqlalchemy|sqlmodel|__tablename__|__table__|\.Model\b|Base\b|database|db_|dsn|_ur[li]\b"
    rb"|create_engine|sessionmaker|\bmodels\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Tree:
    """What was listed.

    Attributes:
        root: the project's directory.
        python: Python files, the shallow ones first; relative to `root`, with slashes.
        alembic: files called alembic.ini.
        environments: env.py of alembic's environments; the migrations beside it are left out.
        notes: what was left out, and why, in words for the user.
    """

    root: str
    python: list[str] = field(default_factory=list)
    alembic: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(os.path.join(self.root, path))

    def read(self, path: str) -> bytes | None:
        """A file's bytes; None when there is no such file, it is too large, or not for us."""
        full = os.path.join(self.root, path)
        try:
            if not os.path.isfile(full) or os.path.getsize(full) > LARGEST:
                return None  # also a pipe, which nobody may ever write to
            with open(full, "rb") as file:
                return file.read(LARGEST)
        except OSError as error:
            self.notes.append(f"cannot read {path}: {error.strerror}")
            return None

    def telling(self) -> Iterator[tuple[str, bytes]]:
        """The Python files that may say something of databases, with what they hold."""
        unread, left = MOST_READ, MOST_BYTES
        for path in self.python:
            data = self.read(path) or b""
            unread -= len(data)
            telling = path.endswith("__init__.py") or _TELLING.search(data) is not None
            left -= len(data) if telling else 0
            if left < 0 or unread < 0:
                self.notes.append(f"there is too much Python to read: none from {path} on")
                return
            if telling:
                yield path, data


def listed(root: str) -> Tree:
    """List a project, one level after the other, so that a bound leaves out what is deepest.

    Directories of other projects, environments, tests and migrations are left out, and links to
    directories are not followed.
    """
    tree, waiting, folders = Tree(root), deque([""]), 0
    while waiting:
        folder = waiting.popleft()
        folders += 1
        if folders > MOST_FOLDERS or len(tree.python) > MOST_FILES:
            break
        try:
            with os.scandir(os.path.join(root, folder)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            tree.notes.append(f"cannot read {folder or '.'}: {error.strerror}")
            continue
        waiting.extend(_take(tree, folder, entries))
    if waiting or len(tree.python) > MOST_FILES:
        bound = f"{MOST_FOLDERS} directories and {MOST_FILES} Python files"
        tree.notes.append(f"only the first {bound} were looked at")
    del tree.python[MOST_FILES:]
    return tree


def _take(tree: Tree, folder: str, entries: list[os.DirEntry[str]]) -> Iterator[str]:
    """Put the files of one directory where they belong; the directories below it."""
    names = {entry.name for entry in entries}
    if folder and ("pyvenv.cfg" in names or ".git" in names):
        return
    migrations = {"env.py", "script.py.mako"} <= names
    for entry in entries:
        if not entry.name.isprintable():  # nor could a line name it
            continue
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            hidden = entry.name.startswith(".") or entry.name in _ELSEWHERE
            if not hidden and not migrations:
                yield path
        elif entry.name == "alembic.ini":
            tree.alembic.append(path)
        elif migrations:
            tree.environments += [path] if entry.name == "env.py" else []
        elif entry.name.endswith(".py") and not _is_test(entry.name):
            tree.python.append(path)


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name in {
        "conftest.py", "setup.py", "noxfile.py",
    }  # fmt: skip
