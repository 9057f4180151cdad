"""One database: its factory, configured when the database is known, and what begins there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from sqlsess_cli.config.mapped import Mapped, is_demo, mapped, search_path
from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.targets import Target, targets
from sqlsess_cli.core.arguments import argument_path, factory_path
from sqlsess_cli.core.engines import Secrets, known_level, make_engine
from sqlsess_cli.core.factory import Factory, check_joined, configure, make_factory
from sqlsess_cli.core.models.catalog import Catalog
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.models.load import import_models
from sqlsess_cli.core.transaction.begin import begin
from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO, Transaction
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.dialects._relations import Relation
from sqlsess_cli.errors import ConfigError, UsageError
from sqlsess_cli.interrupts import Interrupts
from sqlsess_cli.options import Limits


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of every database.

    Attributes:
        models: modules, files and globs named by a flag; win over the configuration's.
        models_where: which flag or variable named them.
        isolation: the isolation level.
        forbids_writing: the flag or variable that does, if one does.
        keeps: one connection serves several transactions, one after the other.
        limits_of: how long a target may keep us waiting.
        secrets_of: where the password of a target comes from.
        echo: shows each statement.
        notice: tells what is good to know.
        hear: tells what the server says beside its answers; None where nobody wants to know.
    """

    models: Sequence[str] = ()
    models_where: str = "-m"
    isolation: str | None = None
    forbids_writing: str = ""
    keeps: bool = False
    limits_of: Callable[[Target], Limits] = lambda _: Limits()
    secrets_of: Callable[[Target], Secrets] = lambda _: Secrets()
    echo: Callable[[str], None] | None = None
    notice: Callable[[str], None] = lambda _: None
    hear: Callable[[str], None] | None = None


class Database:
    """A target with everything made that is needed to work on it; nothing connects until used.

    Args:
        target: which database.
        config: where its settings, models and factory are named.
        asked: what the command line asks.
    """

    def __init__(self, target: Target, config: Config, asked: Asked) -> None:
        self.target = target
        self.config = config
        self.asked = asked

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.target.name

    @property
    def is_demo(self) -> bool:
        """It is the database that we bring along."""
        return is_demo(self.target)

    @cached_property
    def factory(self) -> Factory:
        """The sessionmaker: made without a bind, then configured with this database's engine.

        Raises:
            ConfigError: its arguments, models or driver cannot be used.
            RefusedError: they come from a project file that was never accepted.
        """
        if not self.is_demo:
            self.config.require_trust()
        catalog = self.catalog  # models first: listeners and classes they define belong to it
        factory = make_factory(self.target, self.config)
        bind = self._bind(factory)

        def resolve(reference: str, name: str) -> tuple[Any, Any]:
            return self._resolve_bind(catalog, reference, name)

        configure(factory, self.target, self.config, bind, resolve)
        return factory

    def _bind(self, factory: Factory) -> Engine | None:
        """The engine to configure the factory with; None when the application's own is kept."""
        if self.is_demo:
            from sqlsess_cli.core import demo

            return self._engine(demo.target(self.config.environ), Secrets())
        if self.target.url is not None:
            return self._engine(self.target, self.asked.secrets_of(self.target))
        bind = factory.kw.get("bind")
        if isinstance(bind, Engine):
            dialects.find(bind.dialect.name).protect(bind)
        if isinstance(bind, Engine) and self.asked.isolation:
            return bind.execution_options(isolation_level=known_level(bind, self.asked.isolation))
        if bind is None and not factory.kw.get("binds"):
            where = self.config.where(*factory_path(self.target, self.config))
            raise ConfigError(f"{where}: the factory has no bind", f"give [db.{self.name}] a url")
        return None

    def _engine(self, target: Target, secrets: Secrets) -> Engine:
        limit = self.asked.limits_of(target).connect
        keeps = self.asked.keeps
        return make_engine(target, self.config, secrets, self.asked.isolation, limit, keeps=keeps)

    def _resolve_bind(self, catalog: Catalog, reference: str, name: str) -> tuple[Any, Any]:
        """One entry of `binds`: a model and the name of the database it lives in."""

        def connect() -> Connection:
            raise ConfigError(f"binds name mapped classes, and {reference!r} is none")

        where = self.config.where(*argument_path(self.target, self.config, "binds", reference))
        try:
            entity = catalog.find(reference, connect, dialects.Dialect())
            [other] = targets(self.config, [name], where, write=True)
        except UsageError as error:
            raise ConfigError(f"{where}: {error.message}", error.hint) from error
        return entity.origin, self._engine(other, self.asked.secrets_of(other))

    @cached_property
    def engine(self) -> Engine:
        """The engine that the factory is bound to."""
        bind = self.factory.kw.get("bind")
        if isinstance(bind, Connection):
            return bind.engine
        if isinstance(bind, Engine):
            return bind
        raise ConfigError(f"{self.name}: the factory is bound by model only")

    @property
    def dialect(self) -> str:
        """SQLAlchemy's name of the database."""
        return self.engine.dialect.name

    @cached_property
    def hooks(self) -> dialects.Dialect:
        """How this database differs; the portable answers where models have several binds."""
        bind = self.factory.kw.get("bind")
        return dialects.find(bind.dialect.name) if bind is not None else dialects.Dialect()

    @cached_property
    def catalog(self) -> Catalog:
        """The models: from the flag, else this database's, else the configuration's."""
        if self.is_demo and not self.asked.models:
            from sqlsess_cli.core import demo

            return Catalog(demo.mappers())
        if not self.asked.models:
            sys.path.extend(search_path(self.config))
        found = self._mapped
        mappers = import_models(found.names, found.folder, self.models_where) if found.names else []
        return Catalog(mappers, self.config.get("alias") or {})

    @cached_property
    def _mapped(self) -> Mapped:
        return mapped(self.target, self.config, self.asked.models)

    @property
    def models_where(self) -> str:
        """Which flag, variable or line names the models."""
        key = self._mapped.key
        return self.config.where(*key) if key else self.asked.models_where

    @contextmanager
    def asking(self, session: Session) -> Iterator[Connection]:
        """The session's own connection, for questions of ours; errors are translated."""
        with translated(session.info[INFO]):
            yield session.connection()

    def connect(self) -> None:
        """Connect once, and hang up.

        Raises:
            ConnectError: it cannot be reached.
        """
        with translated(Transaction(self.name, self.hooks, write=False)):
            self.engine.connect().close()

    def entity(self, reference: str, session: Session) -> Entity:
        """What a reference means here; reflecting uses the session's own connection.

        Raises:
            UsageError: it means nothing, or more than one thing.
        """
        return self.catalog.find(reference, session.connection, self.hooks)

    def entities(self, session: Session) -> Sequence[Entity | Relation]:
        """Every model; without models, every table and view."""
        return self.catalog.list(session.connection, self.hooks)

    def relations(self, session: Session) -> Sequence[Entity | Relation]:
        """The same, of tables and views no more than the catalogue tells of all at once."""
        return self.catalog.names(session.connection, self.hooks)

    def begin(self, interrupts: Interrupts, *, write: bool) -> tuple[Transaction, Begun]:
        """A transaction and the block that it lives in.

        Raises:
            RefusedError: the application's own transaction is in the way.
        """
        factory = self.factory
        check_joined(factory, self.hooks, write=write)
        asked = self.asked
        transaction = Transaction(
            self.name, self.hooks, write, asked.echo, asked.forbids_writing,
            asked.limits_of(self.target).lock,
            lambda: asked.notice(f"waiting for a lock on {self.name}"),
        )  # fmt: skip
        transaction.hear = asked.hear
        return transaction, begin(factory, transaction, interrupts)


Begun = AbstractContextManager[Session]
