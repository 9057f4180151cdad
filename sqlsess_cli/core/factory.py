"""The factory: one sessionmaker per database, configured when the database is known."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, exc
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.sources import Path
from sqlsess_cli.config.targets import Target
from sqlsess_cli.core.arguments import argument_path, check_arguments, factory_path, merged
from sqlsess_cli.core.models.load import blaming, import_object
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.errors import ConfigError, RefusedError

Factory = sessionmaker[Session]
ResolveBind = Callable[[str, str], tuple[Any, Any]]


def make_factory(target: Target, config: Config) -> Factory:
    """The factory of a database, without a bind: it is configured when the database is known.

    Raises:
        ConfigError: an argument is not known, cannot be imported, or is refused by Session.
    """
    check_arguments(config)
    arguments = merged(target, config)
    name = named_factory(target, config)
    if name is None:
        return sessionmaker(**{"expire_on_commit": False, **arguments})
    if "class_" in arguments:
        where = config.where(*argument_path(target, config, "class_"))
        raise ConfigError(f"{where}: {name} has a class of its own", "leave class_ out")
    return _of_application(name, config, factory_path_of_name(target, config), arguments)


def named_factory(target: Target, config: Config) -> str | None:
    """The application's factory as the configuration names it, if it names one."""
    path = factory_path_of_name(target, config)
    named = config.expanded(*path)
    return named if isinstance(named, str) else None


def factory_path_of_name(target: Target, config: Config) -> Path:
    """Where a factory would be named: a table for one database leaves the name for all valid."""
    path = factory_path(target, config)
    return path if isinstance(config.get(*path), str) else ("factory",)


def _of_application(name: str, config: Config, path: Path, arguments: Mapping[str, Any]) -> Factory:
    """A copy of the application's own sessionmaker: its class with its events, its arguments.

    A copy, since two databases may be given the same one, and each has a bind of its own.
    """
    where = config.where(*path)
    found = import_object(name, config.folder(*path), where)
    if inspect.isroutine(found):
        with blaming(where, name, "call"):
            found = found()
    factory = found.session_factory if isinstance(found, scoped_session) else found
    if not isinstance(factory, sessionmaker):
        raise _not_a_factory(name, found, where)
    factory = copy.copy(factory)
    given = {**factory.kw, **arguments}
    infos = [factory.kw.get("info") or {}, arguments.get("info") or {}]
    if isinstance(config.get(*path), str) and path != ("factory",):
        infos.reverse()  # named for this database: nearer than what is said for all
    factory.kw = {**given, "info": {**infos[0], **infos[1]}}
    return factory


def _not_a_factory(name: str, found: object, where: str) -> ConfigError:
    kind = type(found).__name__
    hint = "name a sessionmaker, such as app.db:SessionLocal"
    if kind == "async_sessionmaker":
        hint = "sqlsess works synchronously: name a sessionmaker on a synchronous engine"
    elif isinstance(found, type) and issubclass(found, Session):
        kind, hint = "class", f'say it as class_ = "{name}" in [factory]'
    return ConfigError(f"{where}: {name} is a {kind}, not a sessionmaker", hint)


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
    binds = [arguments.get("bind"), *(arguments.get("binds") or {}).values()]
    if arguments.get("twophase") and any(_is_sqlite(item) for item in binds):
        raise ConfigError(
            f"{target.name}: twophase needs a database that can PREPARE; SQLite cannot",
            "leave twophase out for this database",
        )
    factory.configure(**_supported(factory, arguments, own=bind))
    try:
        factory().close()
    except (TypeError, ValueError, exc.ArgumentError) as error:
        where = config.where(*factory_path(target, config))
        raise ConfigError(f"{where}: {error}", "see the [factory] table") from error


def _is_sqlite(bind: Any) -> bool:
    return bind is not None and bind.dialect.name == "sqlite"


def _supported(factory: Factory, arguments: dict[str, Any], own: Any) -> dict[str, Any]:
    """Session takes execution options since SQLAlchemy 2.1; before, the engines carry them."""
    if "execution_options" in inspect.signature(Session.__init__).parameters:
        return arguments
    options = arguments.pop("execution_options", None)
    factory.kw.pop("execution_options", None)
    if not options:
        return arguments
    bind = arguments.get("bind")
    if bind is not None and bind is not own:  # the application's own stays as it is
        arguments["bind"] = bind.execution_options(**options)
    for engine in {own, *(arguments.get("binds") or {}).values()} - {None}:
        # A copy with options has no events of its own connections (SQLAlchemy 2.0).
        engine.update_execution_options(**options)
    return arguments


def check_joined(factory: Factory, hooks: Dialect, *, write: bool) -> None:
    """A factory bound to a connection in a transaction of the application's: can it be kept?

    Raises:
        RefusedError: our COMMIT would not commit, or our BEGIN would commit what is not ours.
    """
    bind = factory.kw.get("bind")
    if not isinstance(bind, Connection) or not bind.in_transaction():
        return
    mode = factory.kw.get("join_transaction_mode")
    if write and mode != "control_fully":
        raise RefusedError(
            "the factory is bound to a connection in a transaction that the application ends",
            'to have it committed: join_transaction_mode = "control_fully"',
        )
    if not write and hooks.reading_commits:
        raise RefusedError(
            "the factory is bound to a connection in a transaction, which reading would commit",
            f"{hooks.label} commits it when another one begins; bind the factory to an engine",
        )
