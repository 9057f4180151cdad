"""The arguments of a factory, as configured: checked against Session's own signature, merged."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from inspect import Parameter
from typing import Any

from sqlalchemy.orm import Session

from sqlsess_cli.config.profiles import Config, merge
from sqlsess_cli.config.sources import Path
from sqlsess_cli.config.targets import Target
from sqlsess_cli.core.models.load import import_object
from sqlsess_cli.errors import ConfigError
from sqlsess_cli.nearest import did_you_mean

# The bind is the database's; the other two are gone from SQLAlchemy 2 but still in its signature.
_NOT_OURS = {
    "bind": "the bind comes from the url of the database",
    "autocommit": "SQLAlchemy 2 has no autocommit; each command is one begin()",
    "future": "SQLAlchemy 2 is always so; leave it out",
}
_CLASSES = ("class_", "query_cls")
_TABLES = ("info", "binds", "execution_options")
# Session takes execution options since SQLAlchemy 2.1; before, the engine carries them.
_OF_FACTORIES = {"class_", "execution_options"}


def check_arguments(config: Config) -> None:
    """Hold every key of every `[factory]` against the signature of the Session class it is for.

    Raises:
        ConfigError: a key is misspelt or cannot be set; names file, line and the nearest key.
    """
    for path in _tables(config):
        table = config.get(*path)
        known = _parameters(table, path, config)
        for key, value in table.items():
            where = config.where(*path, key)
            if key in _NOT_OURS:
                raise ConfigError(f"{where}: {key} cannot be set in [factory]", _NOT_OURS[key])
            if key not in known:
                hint = did_you_mean(key, known) or f"known: {', '.join(sorted(known))}"
                raise ConfigError(f"{where}: Session takes no argument {key!r}", hint)
            if wanted := _wanted(key, known[key]):
                types, noun = wanted
                if not isinstance(value, types):
                    raise ConfigError(f"{where}: {key} must be {noun}, not {value!r}")


def _tables(config: Config) -> list[Path]:
    own: list[Path] = [("db", name, "factory") for name in config.get("db") or ()]
    return [path for path in [("factory",), *own] if isinstance(config.get(*path), dict)]


def _parameters(table: Mapping[str, Any], path: Path, config: Config) -> dict[str, Any]:
    """What the Session class of a table takes, `class_` itself included, with its defaults."""
    class_ = Session
    path = path if "class_" in table else ("factory",)  # it inherits the class of all
    shared = config.get(*path)
    name = shared.get("class_") if isinstance(shared, dict) else None
    if isinstance(name, str) and not config.untrusted():
        class_ = import_class(name, config, (*path, "class_"))
    named: dict[str, Any] = dict.fromkeys(_OF_FACTORIES)
    # A Session may pass keywords on to the class it is made from, so all of them count.
    for item in reversed(class_.__mro__[:-1]):
        named |= _arguments_of(item)
    return named


def _arguments_of(class_: type) -> Iterator[tuple[str, Any]]:
    init: Any = class_.__dict__.get("__init__")
    for name, parameter in inspect.signature(init).parameters.items() if init else ():
        named = parameter.kind not in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)
        if named and name != "self" and name not in _NOT_OURS:
            yield name, parameter.default


def _wanted(key: str, default: object) -> tuple[type, str] | None:
    """The type that a value has to be of: any text would be true, "no" included."""
    if key in _TABLES:
        return dict, "a table"
    if key in _CLASSES:
        return str, "a dotted path such as app.db:Session"
    flag = isinstance(default, bool) or key == "close_resets_only"
    return (bool, "true or false") if flag else None


def import_class(name: object, config: Config, path: Path) -> Any:
    """The class that the value at `path` names.

    Raises:
        ConfigError: it cannot be imported, or is no class.
    """
    where = config.where(*path)
    class_ = import_object(str(name), config.folder(*path), where)
    if not isinstance(class_, type):
        raise ConfigError(f"{where}: {name} is not a class")
    return class_


def merged(target: Target, config: Config) -> dict[str, Any]:
    """The arguments of `[db.NAME.factory]` over those of `[factory]`, dotted paths imported.

    A factory that is named for one database replaces what `[factory]` says; `info` adds up always.

    Raises:
        ConfigError: a dotted path names no class.
    """
    arguments = _overlaid(target, config)
    for key in _CLASSES:
        if key in arguments:
            arguments[key] = import_class(
                arguments[key], config, argument_path(target, config, key)
            )
    return arguments


def _overlaid(target: Target, config: Config) -> dict[str, Any]:
    shared = config.expanded("factory")
    own = config.expanded(*target.path, "factory") if target.path else None
    tables = [table for table in (shared, own) if isinstance(table, dict)]
    if isinstance(own, str):
        tables = [{"info": table["info"]} for table in tables if "info" in table]
    arguments: dict[str, Any] = {}
    for table in tables:
        arguments = merge(arguments, table)
    return arguments


def arguments_said(target: Target, config: Config) -> Iterator[Path]:
    """Each argument that the configuration gives, the values inside a table one by one."""
    for key, value in _overlaid(target, config).items():
        yield from [(key, name) for name in value] if isinstance(value, dict) else [(key,)]


def argument_path(target: Target, config: Config, *keys: str) -> Path:
    """Where an argument is said: for this database, or for all."""
    path = (*target.path, "factory", *keys)
    return path if target.path and config.get(*path) is not None else ("factory", *keys)


def factory_path(target: Target, config: Config) -> Path:
    """Where the factory is said: for this database, or for all."""
    path = (*target.path, "factory")
    return path if target.path and config.get(*path) is not None else ("factory",)
