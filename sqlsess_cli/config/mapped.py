"""Where the mapped classes of a database are said to be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.sources import Path
from sqlsess_cli.config.targets import DEMO, Target


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where mapped classes are.

    Attributes:
        names: modules, files and globs; without any, tables are reflected.
        folder: what relative ones are relative to.
        key: the place in the configuration that names them; empty when a flag does.
    """

    names: Sequence[str]
    folder: str
    key: Path = ()


def mapped(target: Target, config: Config, flag: Sequence[str] = ()) -> Mapped:
    """Where the classes of a database are: a flag's, else its own, else the configuration's.

    Args:
        target: the database.
        config: where they are named.
        flag: what the command line names.

    Raises:
        ConfigError: a variable is not set.
    """
    if flag:
        return Mapped(flag, os.getcwd())
    own = (*target.path, "models")
    key = own if target.path and config.get(*own) else ("models",)
    said = config.expanded(*key) or []
    return Mapped([said] if isinstance(said, str) else said, config.folder(*key), key)


def search_path(config: Config) -> list[str]:
    """Further directories that the application's modules are found in.

    Raises:
        ConfigError: a variable is not set.
    """
    folder = config.folder("sys_path")
    return [os.path.join(folder, path) for path in config.expanded("sys_path") or ()]


def is_demo(target: Target) -> bool:
    """Whether it is the database that we bring along."""
    return target.name == DEMO and not target.path
