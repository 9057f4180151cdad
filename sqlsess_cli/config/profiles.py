"""The configuration in force: all files merged, each value with the line it came from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlsess_cli.config import schema
from sqlsess_cli.config.sources import Path, Source, Tree, find_project_file, read, user_file
from sqlsess_cli.config.trust import TrustStore
from sqlsess_cli.config.urls import expand
from sqlsess_cli.errors import ConfigError, RefusedError, UsageError
from sqlsess_cli.nearest import did_you_mean

NO_FILES = "none"


@dataclass(frozen=True)
class Config:
    """All configuration files, the most general first, and the environment they refer to.

    Attributes:
        sources: the files that were read.
        environ: the variables that `${…}` stands for.
        profile: the `[profile.NAME]` laid over the rest.
    """

    sources: Sequence[Source]
    environ: Mapping[str, str] = field(repr=False)  # a password may be in it
    profile: str | None = None

    @classmethod
    def find(cls, environ: Mapping[str, str], file: str | None, profile: str | None) -> Config:
        """Find and read the files.

        Args:
            environ: HOME, XDG_CONFIG_HOME, and the variables of `${…}`.
            file: exactly this file (naming it is consent), or "none" for no file at all.
            profile: see Config.

        Raises:
            ConfigError: a file cannot be read, or is not TOML; or the directory that we are in was
                removed.
        """
        try:
            os.getcwd()
        except OSError as error:  # whatever is relative would fail later, each in its own words
            raise ConfigError("the current directory is gone", "cd to one that exists") from error
        return cls(cls._sources(environ, file), environ, profile)

    def checked(self) -> Config:
        """The same, if every key in it may be there.

        Raises:
            ConfigError: one may not, or has a wrong value; names file, line and nearest key.
            UsageError: there is no such profile.
        """
        first, *more = self.problems() or (None,)
        if first is not None:
            count = (
                f"{first.hint + '; ' if first.hint else ''}{len(more)} more: sqlsess config check"
            )
            raise ConfigError(first.message, count if more else first.hint)
        known = self.tree.get("profile", {})
        if self.profile is not None and self.profile not in known:
            raise UsageError(
                f"no profile is called {self.profile!r}", did_you_mean(self.profile, known)
            )
        return self

    @staticmethod
    def _sources(environ: Mapping[str, str], file: str | None) -> list[Source]:
        if file == NO_FILES:
            return []
        if file is not None:
            return [read(file, consented=True)]
        own = user_file(environ)
        found = [read(own, consented=True)] if os.path.exists(own) else []
        project = find_project_file(os.getcwd(), environ.get("HOME", ""))
        return [*found, read(project, consented=False)] if project else found

    def problems(self) -> list[schema.Problem]:
        """Every key that may not be there or has a wrong value, named with file and line."""
        return [
            schema.Problem(item.path, f"{source.where(item.path)}: {item.message}", item.hint)
            for source in self.sources
            for item in schema.problems(source.tree)
        ]

    @cached_property
    def tree(self) -> Tree:
        """All keys: tables merged key by key, a later file's values over an earlier one's."""
        merged: Tree = {}
        for source in self.sources:
            merged = merge(merged, source.tree)
        overlay: Tree = merged.get("profile", {}).get(self.profile, {}) if self.profile else {}
        return merge(merged, overlay)

    def get(self, *path: str) -> Any:
        """The value at a path of keys; None when there is none. Not expanded."""
        value: Any = self.tree
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def where(self, *path: str) -> str:
        """The file and line that decided the value at a path; "built-in" when none did."""
        decided = self._decided(path)
        return decided[0].where(decided[1]) if decided else "built-in"

    def folder(self, *path: str) -> str:
        """The directory that relative paths in the value at a path are relative to."""
        decided = self._decided(path)
        return os.path.dirname(decided[0].path) if decided else os.getcwd()

    def _decided(self, path: Path) -> tuple[Source, Path] | None:
        overlay = ("profile", self.profile, *path) if self.profile else path
        for source in reversed(self.sources):
            for candidate in (overlay, path):
                if _holds(source.tree, candidate):
                    return source, candidate
        return None

    def expanded(self, *path: str) -> Any:
        """The value at a path with `${…}` replaced in every text below it.

        Raises:
            ConfigError: a variable is not set.
        """
        return self._expand(self.get(*path), path)

    def _expand(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return expand(value, self.environ, self.where(*path))
        if isinstance(value, list):
            return [self._expand(item, path) for item in value]
        if isinstance(value, dict):
            return {key: self._expand(item, (*path, key)) for key, item in value.items()}
        return value

    def untrusted(self) -> list[tuple[Source, list[Path]]]:
        """The files that would run something and were never accepted, with the keys that would."""
        store = TrustStore(self.environ)
        running = ((source, list(schema.executes(source.tree))) for source in self.sources)
        return [(source, keys) for source, keys in running if keys and not store.accepts(source)]

    def require_trust(self) -> None:
        """Refuse to go on with a file that runs something and was never accepted.

        Raises:
            RefusedError: names the file, the keys, and the command that accepts it.
        """
        for source, keys in self.untrusted():
            named = ", ".join(".".join(key) for key in keys)
            raise RefusedError(
                f"{source.where()} is not trusted yet, and it can run code ({named})",
                "look at it, then accept it with: sqlsess trust",
                file=source.path,
            )


def merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> Tree:
    """Two trees as one: tables key by key, anything else from `over`."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = merge(below, value)
        else:
            merged[key] = value
    return merged


def _holds(tree: Tree, path: Sequence[str]) -> bool:
    value: Any = tree
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
