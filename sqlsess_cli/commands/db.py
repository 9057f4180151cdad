"""The databases: list them, show one, see whether it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._group import group
from sqlsess_cli.config.targets import DEMO
from sqlsess_cli.config.urls import redacted
from sqlsess_cli.result import DATABASE, Column, Result

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers


@group
def db() -> None:
    """The databases: list them, show one, see whether it answers."""


@db.add()
def list_(app: App) -> Answers:
    """List every database and group that --db knows."""
    columns = ["name", "kind", "url", "default", "source"]
    yield Result.of([Column(name, "text") for name in columns], list(_known(app)))


def _known(app: App) -> Iterator[tuple[Any, ...]]:
    config = app.config
    default = config.get("default")
    for name, table in (config.get("db") or {}).items():
        kind = "replica" if name in _replicas(app) else "database"
        url = redacted(table["url"]) if "url" in table else None
        yield name, kind, url, name == default, config.where("db", name)
    for name, table in (config.get("group") or {}).items():
        members = ", ".join([table.get("primary", "?"), *table.get("replicas", [])])
        yield name, "group", members, name == default, config.where("group", name)
    if config.get("db", DEMO) is None:
        yield DEMO, "built-in", "sqlite", default == DEMO, "built-in"


def _replicas(app: App) -> set[str]:
    groups = (app.config.get("group") or {}).values()
    return {name for table in groups for name in table.get("replicas", [])}


def _named(ctx: click.Context, _parameter: click.Parameter, names: tuple[str, ...]) -> None:
    """Databases as arguments are the same as after --db."""
    app = ctx.find_object(App)
    if app is not None and names:
        app.add_flags({"db": names})


_arguments = click.argument(
    "names", nargs=-1, metavar="[NAME]...", callback=_named, expose_value=False,
    shell_complete=_names.databases,
)  # fmt: skip


@db.add(each_database=True)
@_arguments
def show(app: App) -> Answers:
    """Show a database in full, and where each value was said."""
    from sqlsess_cli.core.show import UNKNOWN, facts, reading_facts, server_facts
    from sqlsess_cli.errors import ConnectError

    database = app.database()
    said = facts(database)
    try:
        with app.begin() as session:
            answered = server_facts(database, session) | reading_facts(database, session)
    except ConnectError:  # what is configured is wanted most when nobody answers
        yield Result.object(said | UNKNOWN)
        raise
    yield Result.object(said | answered)


@db.add(each_database=True)
@_arguments
def ping(app: App) -> Answers:
    """Connect, ask the server its version, and say how long that took."""
    from time import perf_counter

    from sqlsess_cli.core.show import server_facts

    database = app.database()
    start = perf_counter()
    with app.begin() as session:
        said = server_facts(database, session)
        milliseconds = round((perf_counter() - start) * 1000, 1)
        columns = [DATABASE, Column("server", "text"), Column("tls", "text"),
                   Column("milliseconds", "float")]  # fmt: skip
        yield Result.of(columns, [(database.name, said["server"], said["tls"], milliseconds)])
