"""What can be told of one database: what was configured, and what its server says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from sqlsess_cli.config.urls import redacted
from sqlsess_cli.core.database import Database

UNKNOWN = {"server": None, "tls": None, "isolation": None}  # while nobody answers

_UNSAID = ("bind", "binds", "info", "class_")


def facts(database: Database) -> dict[str, Any]:
    """What is known without connecting: the factory, the engine, and where each was said."""
    factory, target, config = database.factory, database.target, database.config
    engine = factory.kw.get("bind")
    arguments = {name: str(value) if isinstance(value, type) else value
                 for name, value in factory.kw.items() if name not in _UNSAID}  # fmt: skip
    where = {
        "url": target.where,
        "factory": config.where(*target.path, "factory") if target.path else "built-in",
        "models": database.models_where,
    }
    if where["factory"] == "built-in":
        where["factory"] = config.where("factory")
    named = config.get(*target.path, "factory") if target.path else None
    named = named if isinstance(named, str) else config.get("factory")
    return {
        "name": database.name,
        "role": target.role,
        "url": _url(engine),
        "dialect": engine.dialect.name if isinstance(engine, Engine) else None,
        "driver": engine.dialect.driver if isinstance(engine, Engine) else None,
        "pool": type(engine.pool).__name__ if isinstance(engine, Engine) else None,
        "factory": named if isinstance(named, str) else "sessionmaker",
        "session_class": _session_class(factory.class_),
        "session_arguments": arguments,
        "session_info": dict(factory.kw.get("info") or {}),
        "binds": {str(getattr(key, "__name__", key)): _url(value)
                  for key, value in (factory.kw.get("binds") or {}).items()},
        "models": len(database.catalog.mappers) or "reflected",
        "said_in": where,
    }  # fmt: skip


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


def _url(engine: object) -> str | None:
    if not isinstance(engine, Engine):
        return None
    return redacted(engine.url.render_as_string(hide_password=True))


def _session_class(class_: type) -> str:
    """The class given to the factory, which makes a subclass of the same name for its events."""
    given = class_.__mro__[1]
    return f"{given.__module__}.{given.__qualname__}"
