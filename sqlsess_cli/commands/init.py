"""Write a first configuration, or make the demo anew."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.config.sources import PROJECT_FILE

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers

_MODELS = ("models.py", "models", "app/models.py", "app/models", "src/models.py")


@command()
@click.option("--demo", is_flag=True, help="Make the demo database with its six students anew.")
def init(app: App, *, demo: bool) -> Answers:
    """Write sqlsess.toml in this directory, from what is found here.

    The URL is that of --url, or ${DATABASE_URL}; the models are those of -m, or a models.py here.
    """
    if demo:
        from sqlsess_cli.core.demo import create

        app.reports.notice(f"made {create(app.environ)}; try: sqlsess query students --db demo")
    else:
        from sqlsess_cli.config.sources import read
        from sqlsess_cli.config.trust import TrustStore

        text = _text(app)
        _write_new(PROJECT_FILE, text)
        TrustStore(app.environ).add(read(PROJECT_FILE, consented=False))
        unset = "${DATABASE_URL}" in text and not app.environ.get("DATABASE_URL")
        first = "set DATABASE_URL or write the URL into it, then " if unset else ""
        app.reports.notice(
            f"wrote and trusted {PROJECT_FILE}; next: {first}sqlsess db ping, sqlsess models"
        )
    yield from ()


def _write_new(path: str, text: str) -> None:
    from sqlsess_cli.errors import ConfigError, RefusedError

    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RefusedError(f"{path} is already here", "it is yours to edit") from None
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


def _text(app: App) -> str:
    """The file: one database, and the models if any are here."""
    from json import dumps  # a JSON string is a TOML string

    from sqlsess_cli.config.urls import redacted

    url: str = app.flags.get("url") or "${DATABASE_URL}"
    if redacted(url) != url:
        url = redacted(url).replace(":***@", ":${DB_PASSWORD}@")
        app.reports.notice("the password is not written: set the environment variable DB_PASSWORD")
    found = (
        list(app.flags.get("models", ())) or [name for name in _MODELS if os.path.exists(name)][:1]
    )
    names = [name if name.endswith(".py") else name.replace("/", ".") for name in found]
    models = f"models = {dumps(names)}" if names else '# models = ["app.models"]'
    return f'default = "primary"\n{models}\n\n[db.primary]\nurl = {dumps(url)}\n'
