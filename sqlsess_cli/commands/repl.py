"""Open the console: SQL, verbs and Python in one session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command

if TYPE_CHECKING:
    from sqlsess_cli.emit import Answers


@command(writes=True)
@click.option(
    "-e", "--execute", multiple=True, metavar="TEXT",
    help="Run this and leave; repeat it for more. No prompt; the first that fails ends it.",
)  # fmt: skip
@click.option("--sandbox", is_flag=True, help="Let it change data, and keep nothing of it.")
@click.option("--vi", is_flag=True, help="Edit lines as vi does; otherwise as emacs does.")
def repl(app: App, execute: tuple[str, ...], *, sandbox: bool, vi: bool) -> Answers:
    r"""Open the console: SQL ended by ; or \G, verbs, and commands that begin with a backslash.

    It only reads, unless --write or \write on. \begin opens a transaction that the lines share;
    outside of one, each line is committed or rolled back by itself. Lines from a pipe or -e run
    without a prompt, and the first that fails ends it. \? lists the commands.

    \b
      sqlsess repl --db demo
      sqlsess repl --db primary < script.sql
      sqlsess repl --db demo -e "select 1;" -e "query students course=Art"
    """
    from sqlsess_cli.commands._verbs import CommandLine
    from sqlsess_cli.errors import UsageError
    from sqlsess_cli.repl.opened import opened

    if app.options.output:
        raise UsageError("-o is for one answer", r"\o FILE in the console, or > FILE after a verb")
    if code := opened(app, CommandLine(), execute, sandbox=sandbox, vi=vi):
        raise click.exceptions.Exit(code)
    yield from ()
