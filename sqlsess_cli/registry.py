"""A directory is a registry: a file's name is the entry, its docstring's first line the summary."""

from __future__ import annotations

import os
from functools import cached_property
from importlib import import_module
from types import ModuleType

from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean


class Registry:
    """The modules of one package, listed without importing any of them.

    Args:
        package: dotted name of the package, e.g. "sqlsess_cli.formats".
        noun: what an entry is called in messages, e.g. "format".
    """

    def __init__(self, package: str, noun: str) -> None:
        self.package = package
        self.noun = noun

    @cached_property
    def folder(self) -> str:
        """The package's directory."""
        path: str = import_module(self.package).__path__[0]
        return path

    @cached_property
    def names(self) -> list[str]:
        """The entries' names, sorted; files that begin with an underscore are not entries."""
        found = (
            name.removesuffix(".py") for name in os.listdir(self.folder) if name.endswith(".py")
        )
        return sorted(name for name in found if not name.startswith("_"))

    def summary(self, name: str) -> str:
        """The first line of the entry's docstring, read from the file, not imported."""
        with open(os.path.join(self.folder, f"{name}.py"), encoding="utf-8") as source:
            return source.readline().strip().strip('"').rstrip(".")

    def load(self, name: str) -> ModuleType:
        """Import the entry.

        Raises:
            UsageError: there is no such entry; the nearest names are offered.
        """
        if name not in self.names:
            hint = did_you_mean(name, self.names) or f"one of: {', '.join(self.names)}"
            raise UsageError(f"no {self.noun} is called {name!r}", hint)
        return import_module(f"{self.package}.{name}")
