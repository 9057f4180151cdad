"""Engines: from a target's URL and settings, with its driver, TLS and password."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool, QueuePool

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import Target
from sqlsess_cli.core.transaction.faults import refused_option
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._faults import first_line
from sqlsess_cli.errors import ConfigError, StarvedError, UsageError
from sqlsess_cli.nearest import did_you_mean

# What goes wrong is told by us, once. An application that wants their logs sets up logging.
for _name in ("sqlalchemy", "psycopg", "pymysql"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# What create_engine raises where an argument is unknown, or its value is of no use.
_UNUSABLE = (exc.ArgumentError, TypeError, ValueError, AttributeError, LookupError)

_CONNECT_TIMEOUT = 10.0  # seconds
_KNOWN = ("sqlite", "mysql", "mariadb", "postgresql", "oracle", "mssql")


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where a password comes from.

    Attributes:
        configured: what the settings name, if they name anything.
        ask: asks a person after the server refused to do without; None when nobody can be asked.
    """

    configured: Callable[[], str | None] = lambda: None
    ask: Callable[[], str] | None = None


def url_of(target: Target) -> URL:
    """The target's URL, with a driver.

    Raises:
        UsageError: it cannot be taken apart.
    """
    try:
        url = make_url(target.url or "")
    except (exc.ArgumentError, ValueError) as error:
        example = "such as mysql+pymysql://user@host:3306/database"
        raise UsageError(f"{target.where}: not a database URL", example) from error
    if url.get_backend_name() == "postgres":  # as some hosting services still write it
        url = url.set(drivername=url.drivername.replace("postgres", "postgresql", 1))
    return dialects.find(url.get_backend_name()).choose_driver(url)


def make_engine(
    target: Target, config: Config, secrets: Secrets, isolation: str | None,
    limit: float | None = None, *, keeps: bool = False,
) -> Engine:  # fmt: skip
    """An engine that has not connected yet.

    Args:
        target: the database; its URL, `engine` and `connect` settings win over ours.
        config: where these are said, for messages.
        secrets: where the password comes from when the URL has none.
        isolation: the isolation level of every transaction.
        limit: seconds in which to connect; None is what the URL and the settings say, or ten.
        keeps: its one connection stays from one transaction to the next.

    Raises:
        UsageError: the URL or the isolation level makes no sense.
        ConfigError: the dialect or its driver is not installed, or a setting is not known to it.
    """
    url = url_of(target)
    hooks = dialects.find(url.get_backend_name())
    usual = {
        **hooks.connect_limit(url, _CONNECT_TIMEOUT), **hooks.connect_args(url, target.settings)
    }  # fmt: skip
    usual = {name: value for name, value in usual.items() if name not in url.query}
    arguments = {**usual, **target.settings.get("connect", {})}
    if limit is not None:
        arguments |= hooks.connect_limit(url, limit)
    # One connection, made when it is needed and closed with its session: no state leaks through
    # a pool, which has nothing to reset; and values never appear in the text of an error.
    pool = {"poolclass": QueuePool, "pool_size": 1} if keeps else {"poolclass": NullPool}
    ours: dict[str, Any] = {**pool, "pool_reset_on_return": None, "hide_parameters": True}
    own = target.settings.get("engine", {})
    make = partial(create_engine, url, connect_args=arguments)
    try:
        engine = make(**{**ours, **own})
    except exc.NoSuchModuleError as error:
        raise _unknown_dialect(error, url, target.where, hooks) from error
    except ImportError as error:
        if StarvedError.means(error):
            raise StarvedError from error
        module = (error.name or url.get_driver_name()).partition(".")[0]
        raise ConfigError(
            f"{target.name}: the driver {module} is not installed", hooks.extra_for(module)
        ) from error
    except _UNUSABLE as error:
        key = next((key for key in own if _fails(make, {**ours, key: own[key]})), None)
        where = config.where(*target.path, "engine", key) if key else target.where
        message = f"{where}: {first_line(error)}"
        raise ConfigError(message, "see the engine and connect settings") from error
    hooks.prepare(engine)
    hooks.protect(engine)
    if url.password is None and url.host is not None:
        _late_password(engine, target.name, secrets, hooks)
    event.listen(engine, "do_connect", partial(_connect, target.name, hooks))  # the last of them
    try:
        if level := known_level(engine, isolation or target.settings.get("isolation")):
            engine.update_execution_options(isolation_level=level)
    except UsageError as error:
        if isolation is not None:
            raise
        raise ConfigError(f"{target.name}: {error.message}", error.hint) from error
    return engine


def _fails(make: Callable[..., Engine], arguments: Mapping[str, Any]) -> bool:
    """Whether no engine can be made with these arguments."""
    try:
        make(**arguments)
    except _UNUSABLE:
        return True
    return False


def _unknown_dialect(
    error: Exception, url: URL, where: str, hooks: dialects.Dialect
) -> ConfigError:
    name, _, driver = url.drivername.partition("+")
    if driver in (item.name for item in hooks.drivers):  # so it is a plugin that is not there
        return ConfigError(f"{where}: {first_line(error)}")
    if hooks.drivers:
        hint = f"known: {', '.join(item.name for item in hooks.drivers)}"
        return ConfigError(f"{where}: {name} has no driver {driver!r}", hint)
    hint = did_you_mean(name, _KNOWN) or f"install the package that brings {name}"
    return ConfigError(f"{where}: no SQLAlchemy dialect is called {name!r}", hint)


def known_level(engine: Engine, level: str | None) -> str | None:
    """An isolation level as the database spells it.

    Raises:
        UsageError: this database has no such level. AUTOCOMMIT is refused: with it, no promise of
            a rollback could be kept.
    """
    if level is None:
        return None
    level = level.upper().replace("_", " ").replace("-", " ")
    try:
        levels: Any = engine.dialect.get_isolation_level_values
        known = [str(item) for item in levels(None)]
    except (NotImplementedError, AttributeError):  # a dialect that would have to connect to know
        known = [level]
    known = [item for item in known if item != "AUTOCOMMIT"]
    if level not in known:
        raise UsageError(f"no isolation level {level!r} here", f"one of: {', '.join(known)}")
    return level


def _connect(
    name: str, hooks: dialects.Dialect, dialect: Any, _record: Any, arguments: Sequence[Any],
    named: dict[str, Any],
) -> Any:  # fmt: skip
    """A driver's connection; what neither it nor a server made wrong is about a setting.

    Raises:
        ConfigError: instead.
    """
    try:
        return hooks.connect(dialect, arguments, named)
    except (TypeError, ValueError, AttributeError, LookupError, OSError) as error:
        if hooks.misspoken(error):
            raise
        # What could not be encoded may be a part of a password.
        secret = isinstance(error, UnicodeError)
        reason = "it cannot be encoded" if secret else first_line(error)
        raise refused_option(name, reason) from (None if secret else error)


def _late_password(engine: Engine, name: str, secrets: Secrets, hooks: dialects.Dialect) -> None:
    """Supply the password when a connection is made, so that no URL ever holds it."""
    known: list[str] = []  # asked for once, however often we connect: cancelling connects too

    @event.listens_for(engine, "do_connect")
    def supply(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> Any:
        if "password" in named or "passwd" in named:
            return None
        if not known:
            secret = secrets.configured() or hooks.password(engine.url, os.environ)
            known.extend([] if secret is None else [secret])
        if not known:
            try:
                return _connect(name, hooks, dialect, record, arguments, named)
            except dialect.loaded_dbapi.Error as error:
                if hooks.diagnose(error).meaning != "denied" or secrets.ask is None:
                    raise
                known.append(secrets.ask())
        named["password"] = known[0]
        return None
