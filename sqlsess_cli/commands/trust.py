"""Accept a project file, so that its models and programs may run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command

if TYPE_CHECKING:  # a Tab waits for what is imported here
    from sqlsess_cli.emit import Answers


@command()
@click.argument("file", required=False)
def trust(app: App, file: str | None) -> Answers:
    """Accept the project's configuration FILE as it is now.

    A project file can import code and start programs. It counts only once you have accepted it,
    and again after every change to it; changes to the code that it names ask nothing new.
    """
    from sqlsess_cli.config.schema import executes
    from sqlsess_cli.config.sources import read
    from sqlsess_cli.config.trust import TrustStore

    sources = [read(file, consented=False)] if file else app.config.sources
    store = TrustStore(app.environ)
    for source in sources:
        keys = list(executes(source.tree))
        if source.consented:
            continue
        store.add(source)
        runs = ", ".join(".".join(key) for key in keys) or "nothing"
        app.reports.notice(f"trusted: {source.where()} (it can run: {runs})")
    if not any(not source.consented for source in sources):
        app.reports.notice("there is no project file here")
    yield from ()
