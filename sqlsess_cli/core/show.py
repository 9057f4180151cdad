"""What can be told of one database: what was configured, and what its server says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.sources import Path
from sqlsess_cli.config.urls import redacted
from sqlsess_cli.core.arguments import argument_path, arguments_said, factory_path
from sqlsess_cli.core.database import Database
from sqlsess_cli.core.factory import factory_path_of_name, named_factory

# While nobody answers.
UNKNOWN = {"server": None, "tls": None, "isolation": None, "reading": None}

_UNSAID = ("bind", "binds", "info", "class_")


def facts(database: Database) -> dict[str, Any]:
    """What is known without connecting: the factory, the engine, and where each was said."""
    factory = database.factory
    bind = factory.kw.get("bind")
    engine = bind.engine if isinstance(bind, Connection) else bind
    arguments = {name: str(value) if isinstance(value, type) else value
                 for name, value in factory.kw.items() if name not in _UNSAID}  # fmt: skip
    return {
        "name": database.name,
        "role": database.target.role,
        "url": _url(engine),
        "dialect": engine.dialect.name if isinstance(engine, Engine) else None,
        "driver": engine.dialect.driver if isinstance(engine, Engine) else None,
        "pool": type(engine.pool).__name__ if isinstance(engine, Engine) else None,
        "factory": named_factory(database.target, database.config) or "sessionmaker",
        "session_class": _session_class(factory.class_),
        "session_arguments": arguments,
        "execution_options": dict(engine.get_execution_options()) if engine is not None else {},
        "session_info": dict(factory.kw.get("info") or {}),
        "binds": {str(getattr(key, "__name__", key)): _url(value)
                  for key, value in (factory.kw.get("binds") or {}).items()},
        "models": len(database.catalog.mappers) or "reflected",
        "said_in": _said_in(database),
    }  # fmt: skip


def _said_in(database: Database) -> dict[str, str]:
    """Where each value comes from: file and line, flag, variable, or built in."""
    target, config = database.target, database.config
    named = named_factory(target, config)
    at = factory_path_of_name(target, config) if named else factory_path(target, config)
    factory = config.where(*at)
    said = {
        "url": factory if named and target.url is None else target.where,
        "factory": factory,
        "models": database.models_where,
    }
    for keys in _settings(config, target.path):
        said[".".join(keys)] = config.where(*target.path, *keys)
    for keys in arguments_said(target, config):
        said[".".join(("factory", *keys))] = config.where(*argument_path(target, config, *keys))
    return said


def _settings(config: Config, table: Path) -> Iterator[Path]:
    """The keys of a database's own table, those inside its tables one by one."""
    for key, value in (config.get(*table) if table else {}).items():
        if key in ("engine", "connect") and isinstance(value, dict):
            yield from ((key, name) for name in value)
        elif key not in ("url", "factory", "models"):
            yield (key,)


def server_facts(database: Database, session: Session) -> dict[str, Any]:
    """What the server says of itself and of this connection.

    Raises:
        ConnectError: it cannot be reached.
    """
    with database.asking(session) as connection:
        server = database.hooks.server(connection)
        tls = database.hooks.tls(connection)
        isolation = connection.get_isolation_level()
    return {"server": server, "tls": tls, "isolation": isolation}


def reading_facts(database: Database, session: Session) -> dict[str, Any]:
    """What holds a command to reading, as this very transaction is, and what that cannot stop.

    Raises:
        ConnectError: the database cannot be reached.
    """
    with database.asking(session) as connection:
        held = [*database.hooks.reading(connection), "scanner", "rollback"]
    return {"reading": held, "reading_limits": list(database.hooks.unheld)}


def _url(engine: object) -> str | None:
    if not isinstance(engine, Engine):
        return None
    return redacted(engine.url.render_as_string(hide_password=True))


def _session_class(class_: type) -> str:
    """The class given to the factory, which makes a subclass of the same name for its events."""
    given = class_.__mro__[1]
    return f"{given.__module__}.{given.__qualname__}"
