"""The factory: one sessionmaker per database, checked against Session's own signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter
from typing import Any

from sqlalchemy import exc
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from sqlsess_cli.config.profiles import Config, merge
from sqlsess_cli.config.sources import Path
from sqlsess_cli.config.targets import Target
from sqlsess_cli.core.models.load import import_object
from sqlsess_cli.errors import ConfigError
from sqlsess_cli.nearest import did_you_mean

Factory = sessionmaker[Session]

# The bind is the database's; the other two are gone from SQLAlchemy 2 but still in its signature.
_NOT_OURS = {
    "bind": "the bind comes from the url of the database",
    "autocommit": "SQLAlchemy 2 has no autocommit; each command is one begin()",
    "future": "SQLAlchemy 2 is always so; leave it out",
}
ResolveBind = Callable[[str, str], tuple[Any, Any]]

_CLASSES = ("class_", "query_cls")


def check_arguments(config: Config) -> None:
    """Hold every key of every `[factory]` against the signature of the Session class it is for.

    Raises:
        ConfigError: a key is misspelt or cannot be set; names file, line and the nearest key.
    """
    for path in _factory_tables(config):
        table = config.get(*path)
        known = _parameters(table, path, config)
        for key in table:
            where = config.where(*path, key)
            if key in _NOT_OURS:
                raise ConfigError(f"{where}: {key} cannot be set in [factory]", _NOT_OURS[key])
            if key not in known:
                hint = did_you_mean(key, known) or f"known: {', '.join(sorted(known))}"
                raise ConfigError(f"{where}: Session takes no argument {key!r}", hint)


def _factory_tables(config: Config) -> list[Path]:
    paths: list[Path] = [
        ("factory",),
        *(("db", name, "factory") for name in config.get("db") or ()),
    ]
    return [path for path in paths if isinstance(config.get(*path), dict)]


def _parameters(table: Mapping[str, Any], path: Path, config: Config) -> set[str]:
    """What the Session class of a table takes, `class_` itself included."""
    class_ = Session
    if "class_" in table and not config.untrusted():
        class_ = _class(table["class_"], config, (*path, "class_"))
    # A Session may pass keywords on to the class it is made from, so all of them count.
    named = {name for item in class_.__mro__[:-1] for name in _arguments_of(item)}
    return (named | {"class_", "execution_options"}) - set(_NOT_OURS)


def _arguments_of(class_: type) -> Iterator[str]:
    init: Any = class_.__dict__.get("__init__")
    for name, parameter in inspect.signature(init).parameters.items() if init else ():
        if name != "self" and parameter.kind not in (
            Parameter.VAR_KEYWORD,
            Parameter.VAR_POSITIONAL,
        ):
            yield name


def make_factory(target: Target, config: Config) -> Factory:
    """The factory of a database, without a bind: it is configured when the database is known.

    Raises:
        ConfigError: an argument is not known, cannot be imported, or is refused by Session.
    """
    check_arguments(config)
    shared, own = (
        config.get("factory"),
        config.expanded(*target.path, "factory") if target.path else None,
    )
    named = own if isinstance(own, str) else shared if isinstance(shared, str) else None
    where = (*target.path, "factory") if isinstance(own, str) else ("factory",)
    tables = [table for table in (shared, own) if isinstance(table, dict)]
    arguments: dict[str, Any] = {}
    for table in tables:
        arguments = merge(arguments, table)
    if named is not None:
        return _of_application(named, config, where, arguments)
    arguments = _resolved(arguments, config, target)
    return sessionmaker(**{"expire_on_commit": False, **arguments})


def _of_application(name: str, config: Config, path: Path, arguments: Mapping[str, Any]) -> Factory:
    """The application's own sessionmaker, as it is."""
    factory = import_object(name, config.folder(*path), config.where(*path))
    if isinstance(factory, scoped_session):
        factory = factory.session_factory
    if not isinstance(factory, sessionmaker):
        kind = type(factory).__name__
        hint = "name a sessionmaker, such as app.db:SessionLocal"
        if kind == "async_sessionmaker":
            hint = "sqlsess works synchronously: name a sessionmaker on a synchronous engine"
        raise ConfigError(f"{config.where(*path)}: {name} is a {kind}, not a sessionmaker", hint)
    if arguments:
        factory.configure(**arguments)
    return factory


def _resolved(arguments: dict[str, Any], config: Config, target: Target) -> dict[str, Any]:
    """The arguments with dotted paths replaced by the classes that they name."""
    for key in _CLASSES:
        if key in arguments:
            path = (*target.path, "factory", key)
            path = path if target.path and config.get(*path) is not None else ("factory", key)
            arguments[key] = _class(arguments[key], config, path)
    return arguments


def _class(name: object, config: Config, path: Path) -> Any:
    where = config.where(*path)
    class_ = import_object(str(name), config.folder(*path), where)
    if not isinstance(class_, type):
        raise ConfigError(f"{where}: {name} is not a class")
    return class_


def configure(
    factory: Factory, target: Target, config: Config, bind: Any, resolve_bind: ResolveBind
) -> None:
    """Bind a factory that exists to the database that is now known.

    Args:
        factory: from make_factory.
        target: the database.
        config: for messages.
        bind: its engine; None leaves the application's own bind.
        resolve_bind: for `binds`: a model's and a database's name to the class and the engine.

    Raises:
        ConfigError: Session refuses the arguments.
    """
    arguments = dict(factory.kw)
    if bind is not None:
        arguments["bind"] = bind
    if isinstance(arguments.get("binds"), dict):
        arguments["binds"] = dict(
            resolve_bind(key, value) if isinstance(key, str) else (key, value)
            for key, value in arguments["binds"].items()
        )
    if arguments.get("twophase") and getattr(bind, "name", "") == "sqlite":
        raise ConfigError(
            f"{target.name}: twophase needs a database that can PREPARE; SQLite cannot",
            "leave twophase out for this database",
        )
    factory.configure(**_supported(factory, arguments))
    try:
        factory().close()
    except (TypeError, ValueError, exc.ArgumentError) as error:
        where = config.where(*target.path, "factory") if target.path else config.where("factory")
        raise ConfigError(f"{where}: {error}", "see the [factory] table") from error


def _supported(factory: Factory, arguments: dict[str, Any]) -> dict[str, Any]:
    """Session takes execution options since SQLAlchemy 2.1; before, the engine carries them."""
    if "execution_options" in inspect.signature(Session.__init__).parameters:
        return arguments
    options = arguments.pop("execution_options", None)
    factory.kw.pop("execution_options", None)
    if options and arguments.get("bind") is not None:
        arguments["bind"] = arguments["bind"].execution_options(**options)
    return arguments
