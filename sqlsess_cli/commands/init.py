"""Write a first configuration, or make the demo anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.config.sources import PROJECT_FILE

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.config.discovery.project import Project
    from sqlsess_cli.emit import Answers

_USUAL = "${DATABASE_URL}"


@command()
@click.option("--demo", is_flag=True, help="Make the demo database with its six students anew.")
def init(app: App, *, demo: bool) -> Answers:
    """Write sqlsess.toml in this directory, from what is found here.

    Models, a sessionmaker and the URL are found by reading the project's files (Python,
    alembic.ini, pyproject.toml); none of them is run. --url and -m win over what is found.
    """
    if demo:
        from sqlsess_cli.core.demo import create

        app.reports.notice(f"made {create(app.environ)}; try: sqlsess query students --db demo")
    else:
        from sqlsess_cli.config.sources import read
        from sqlsess_cli.config.trust import TrustStore

        _refuse_another(app.environ)
        text = _text(app)
        _write_new(PROJECT_FILE, text)
        TrustStore(app.environ).add(read(PROJECT_FILE, consented=False))
        settings = re.sub(r"^#.*", "", text, flags=re.MULTILINE)
        named = re.findall(r"\$\{(\w+)\}", settings)
        unset = [name for name in named if not app.environ.get(name)]
        first = f"set {' and '.join(dict.fromkeys(unset))}, then " if unset else ""
        app.reports.notice(
            f"wrote and trusted {PROJECT_FILE}; next: {first}sqlsess db ping, sqlsess models"
        )
    yield from ()


def _refuse_another(environ: Mapping[str, str]) -> None:
    """Leave a configuration alone that this directory already has."""
    from sqlsess_cli.config.sources import PYPROJECT, find_project_file
    from sqlsess_cli.errors import RefusedError

    here = os.getcwd()
    if os.path.lexists(PROJECT_FILE):
        raise _is_here(PROJECT_FILE)
    found = find_project_file(here, environ.get("HOME", ""))
    if found and os.path.dirname(found) == here:
        raise RefusedError(f"{PYPROJECT} has a [tool.sqlsess] already", "it is yours to edit")


def _write_new(path: str, text: str) -> None:
    from sqlsess_cli.errors import ConfigError

    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _is_here(path) from None
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


def _is_here(path: str) -> Exception:
    from sqlsess_cli.errors import RefusedError

    return RefusedError(f"{path} is already here", "it is yours to edit")


def _text(app: App) -> str:
    """The file, after telling what it is made of."""
    from sqlsess_cli.config.discovery.project import look

    given = app.flags.get("url")
    models = list(app.flags.get("models", ()))
    found = look(os.getcwd())
    for line in found.told:
        said = (models and line.startswith("models:")) or (given and line.startswith("url"))
        if not said:
            app.reports.notice(line)
    urls = {name: item.url for name, item in found.databases.items()}
    if given:
        urls = {"primary": _without_password(app, given)}
    known = app.found_config
    others = bool(known.get("db") or known.get("group") or known.get("default"))
    return "\n".join(_lines(found, models or list(found.models), urls, others=others))


def _without_password(app: App, url: str) -> str:
    from sqlsess_cli.config.discovery.addresses import PASSWORD
    from sqlsess_cli.config.urls import HIDDEN, redacted

    if redacted(url) == url:
        return url
    app.reports.notice(f"the password is not written: set the environment variable {PASSWORD}")
    return redacted(url).replace(HIDDEN, f"${{{PASSWORD}}}")


def _lines(
    found: Project, models: list[str], urls: Mapping[str, str], *, others: bool
) -> Iterator[str]:
    """The lines of the file; the user's own file may name other databases."""
    if len(urls) > 1 or others:
        yield f"default = {_toml(next(iter(urls), 'primary'))}"
    yield f"models = {_toml(models)}" if models else '# models = ["app.models"]'
    if found.sys_path:
        yield f"sys_path = {_toml(found.sys_path)}"
    if not urls and not found.factory:
        urls = {"primary": _USUAL}
    for name in urls or ("primary",):
        yield ""
        plain = re.fullmatch(r"[\w-]+", name, re.ASCII)
        yield f"[db.{name if plain else _toml(name)}]"
        if name in urls:
            yield f"url = {_toml(urls[name])}"
        if found.factory and len(urls) <= 1:
            yield f"factory = {_toml(found.factory)}"
    if found.others:
        yield ""
        yield "# Found here too:"
        yield from (f"# {line}" for line in found.others)
    yield ""


def _toml(value: str | Sequence[str]) -> str:
    """A text or an array of texts in TOML: as in JSON, but for what needs two escapes there."""
    from json import dumps

    return dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
