"""Importing the user's own code: modules, files and globs that map classes."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import glob
from types import ModuleType
from typing import Any

from sqlalchemy import event
from sqlalchemy import exc as sa_exc
from sqlalchemy.orm import Mapper, configure_mappers

from sqlsess_cli.config.urls import hushed
from sqlsess_cli.core.places import place_of
from sqlsess_cli.dialects._faults import text_of
from sqlsess_cli.errors import ConfigError
from sqlsess_cli.foreign import Foreign

_NO_MODELS = frozenset({"__main__", "conftest", "tests"})
_PRIVATE = "sqlsess_models"  # the package that files outside of any package are imported into

_mappers: list[Mapper[Any]] = []


@event.listens_for(Mapper, "after_mapper_constructed")
def _mapped(mapper: Mapper[Any], _class: type) -> None:
    """Every class of the user's that is mapped in this process.

    There is no public list of registries, and a class may be mapped in a module that the named
    one imports.
    """
    if not mapper.class_.__module__.startswith("sqlsess_cli."):
        _mappers.append(mapper)


def import_models(names: Sequence[str], folder: str, where: str) -> list[Mapper[Any]]:
    """Import everything named, and return every class that is mapped by then.

    Args:
        names: dotted modules, packages with all that is in them, Python files, or globs of files.
        folder: what relative files are relative to, and where modules may lie.
        where: the flag or line that named them, for messages.

    Raises:
        ConfigError: a module is missing, fails, or its mappings do not fit together.
    """
    for name in names:
        if name.endswith(".py") or os.sep in name:
            _import_files(os.path.join(folder, os.path.expanduser(name)), name, where)
        else:
            module = import_module(name, folder, where)
            _import_below(module, folder, where)
    with blaming(where, ", ".join(names)):
        configure_mappers()
    if names and not _mappers:
        raise ConfigError(f"{where}: no class is mapped in {', '.join(names)}")
    return list(_mappers)


def import_object(name: str, folder: str, where: str) -> Any:
    """The object that `module:attribute`, or `module.attribute`, names.

    Raises:
        ConfigError: the module cannot be imported, or has no such attribute.
    """
    module_name, colon, attribute = name.partition(":")
    if not colon:
        module_name, _, attribute = name.rpartition(".")
    if not module_name or not attribute:
        raise ConfigError(f"{where}: {name!r} names no object", "such as app.db:SessionLocal")
    if module_name.endswith(".py"):
        [module] = _import_files(os.path.join(folder, module_name), module_name, where)
    else:
        module = import_module(module_name, folder, where)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise ConfigError(f"{where}: {module_name} has no {attribute}")
        found = getattr(found, part)
    return found


def import_module(name: str, folder: str, where: str) -> ModuleType:
    """Import a dotted module, which may lie in `folder` or its `src`.

    Raises:
        ConfigError: it is missing or fails.
    """
    for path in (folder, os.path.join(folder, "src")):
        if path not in sys.path and os.path.isdir(path):
            sys.path.append(path)  # last, so that nothing there hides an installed package
    if not all(name.split(".")):
        raise ConfigError(f"{where}: {name!r} is not the name of a module", "such as app.models")
    with blaming(where, name):
        return importlib.import_module(name)


def _import_files(pattern: str, shown: str, where: str) -> list[ModuleType]:
    paths = sorted(glob(pattern, recursive=True)) or ([pattern] if os.path.exists(pattern) else [])
    if not paths:
        raise ConfigError(f"{where}: there is no file {shown}")
    return [_import_file(os.path.abspath(path), where) for path in paths]


def _import_file(path: str, where: str) -> ModuleType:
    """Import one file: as a part of its package if it has one, else under a private name."""
    folder, name = os.path.split(path)
    parts = [] if name == "__init__.py" else [name.removesuffix(".py")]
    root = folder
    while os.path.exists(os.path.join(root, "__init__.py")):
        root, package = os.path.split(root)
        parts.insert(0, package)
    if root != folder:
        return import_module(".".join(parts), root, where)
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == path:
            return module
    if folder not in sys.path:
        sys.path.append(folder)  # its neighbours, as `python FILE` would find them
    # Under its own name, so that `models:Students` means it, unless that name is taken.
    stem = parts[0] if parts else name
    free = "." not in stem and stem not in sys.modules
    spec = importlib.util.find_spec(stem) if free else None
    if not free or (spec is not None and spec.origin != path):
        stem = f"{_PRIVATE}.{stem.replace('.', '_')}"
    return _execute(path, stem, where)


def _execute(path: str, name: str, where: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{where}: {path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with blaming(where, path):
        spec.loader.exec_module(module)
    return module


def _import_below(package: ModuleType, folder: str, where: str) -> None:
    """Import the modules of a package: it may import some of them itself, or none.

    Programs and tests that lie among them are not what was meant.
    """
    for found in pkgutil.iter_modules(getattr(package, "__path__", ()), f"{package.__name__}."):
        own = found.name.rpartition(".")[2]
        if own not in _NO_MODELS and not own.startswith("test_"):
            _import_below(import_module(found.name, folder, where), folder, where)


@contextmanager
def blaming(where: str, name: str, verb: str = "import") -> Iterator[None]:
    """Turn whatever the user's code raises into one line that names the file and line in it."""
    with Foreign() as theirs, _apart_from_answers():
        yield
    if theirs.error is not None:
        raise _blame(theirs.error, where, name, verb) from theirs.error


def _blame(error: BaseException, where: str, name: str, verb: str) -> ConfigError:
    missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    if missing and f"{name}.".startswith(f"{missing}."):
        return ConfigError(
            f"{where}: there is no module {name}",
            "a file ends in .py; a module is installed, or lies beside the config or in src/",
        )
    noun = "the mappings do not fit together" if _is_mapping(error) else f"cannot {verb} {name}"
    message = f"{where}: {noun}: {_reason(error)}"
    return ConfigError(message, _hint(error), file=place_of(error))


@contextmanager
def _apart_from_answers() -> Iterator[None]:
    """Have what programs and libraries write to descriptor 1 join what is told on 2."""
    answers = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(answers, 1)
        os.close(answers)


def _is_mapping(error: BaseException) -> bool:
    return isinstance(error, sa_exc.InvalidRequestError)


def _hint(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"install {error.name} in the environment that sqlsess runs in"
    return "the whole traceback: --debug"


def _reason(error: BaseException) -> str:
    text = hushed(" ".join(text_of(error).split()))
    place = place_of(error)
    kind = type(error).__name__
    return f"{place + ': ' if place else ''}{kind}{': ' + text if text else ''}"
