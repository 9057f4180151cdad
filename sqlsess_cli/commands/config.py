"""The configuration: what is in force, from which files, and whether they are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlsess_cli.app import App
from sqlsess_cli.commands._group import group
from sqlsess_cli.config.profiles import Config
from sqlsess_cli.errors import ConfigError, SqlsessError
from sqlsess_cli.result import Column, Kind, Result

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers

_TEXT: Kind = "text"


@group
def config() -> None:
    """The configuration: what is in force, from which files, and whether they are right."""


@config.add()
def show(app: App) -> Answers:
    """Show every key in force and where it was said; no password is shown."""
    from sqlsess_cli.options import SETTINGS

    rows = [(".".join(path), _shown(path, value), app.config.where(*path))
            for path, value in _leaves(app.config.tree)]  # fmt: skip
    options = app.options
    for name, setting in SETTINGS.items():
        if name in options.origins and options.origin(name) != app.config.where(*setting.config):
            rows.append((name, _shown((name,), getattr(options, name)), options.origin(name)))
    yield Result.of([Column("key", _TEXT), Column("value"), Column("source", _TEXT)], rows)


def _leaves(tree: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _shown(path: tuple[str, ...], value: Any) -> object:
    from sqlsess_cli.config.urls import HIDDEN, is_secret, is_url, redacted

    where_it_is = path[-1] in ("env", "file", "prompt")  # below password
    secret = is_secret(path[-1]) or (path[-2:-1] == ("password",) and not where_it_is)
    if secret and not (isinstance(value, str) and re.fullmatch(r"\$\{\w+\}", value)):
        return HIDDEN
    if isinstance(value, str):
        return redacted(value) if is_url(value) or path[-1] == "url" else value
    return [_shown(path, item) for item in value] if isinstance(value, list | tuple) else value


@config.add()
def path(app: App) -> Answers:
    """List the files that are looked for, and which of them are used."""
    import os

    from sqlsess_cli.config.sources import PROJECT_FILE, user_file
    from sqlsess_cli.config.trust import TrustStore

    store = TrustStore(app.environ)
    used = {source.path: source for source in app.config.sources}
    files = dict.fromkeys([user_file(app.environ), *used, os.path.abspath(PROJECT_FILE)])
    columns = [Column("file", _TEXT), Column("used", "boolean"), Column("trusted", "boolean")]
    rows = [(file, file in used, store.accepts(used[file]) if file in used else None)
            for file in files]  # fmt: skip
    yield Result.of(columns, rows)


@config.add()
def check(app: App) -> Answers:
    """Check the files: syntax, keys, values, variables, and the arguments of the factory."""
    found = [(item.message, item.hint) for item in app.found_config.problems()]
    if not found:
        # The default may be one of the databases: what is wrong with it is told once.
        found = list(dict.fromkeys((item.message, item.hint) for item in _failures(app.config)))
    columns = [Column("problem", _TEXT), Column("hint", _TEXT)]
    if found:
        yield Result.of(columns, found)
        count = f"{len(found)} problem{'' if len(found) == 1 else 's'}"
        raise ConfigError(f"{count} in the configuration")
    files = ", ".join(source.where() for source in app.config.sources) or "no file"
    app.reports.notice(f"no problem in {files}")


def _failures(config: Config) -> Iterator[SqlsessError]:
    """What would fail: a variable that is not set, a URL, a group, a factory's arguments."""
    from sqlsess_cli.config.targets import default_targets, targets
    from sqlsess_cli.core.arguments import check_arguments

    names = [*(config.get("db") or {}), *(config.get("group") or {})]
    checks: list[Callable[[], object]] = [
        partial(targets, config, [name], "", write=False) for name in names
    ]
    if config.get("default") is not None:
        checks.append(partial(default_targets, config, write=False))
    checks.append(partial(check_arguments, config))
    for fails in checks:
        try:
            fails()
        except SqlsessError as error:
            yield error
