"""Execute SQL text: read-only, unless --write."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands import _names
from sqlsess_cli.commands._arguments import values
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._plan import explain_option, plan_of
from sqlsess_cli.commands._sandbox import begin, sandbox_option
from sqlsess_cli.errors import UsageError

if TYPE_CHECKING:
    from sqlsess_cli.core.script import Source
    from sqlsess_cli.emit import Answers


@command(each_database=True, writes=True)
@click.argument(
    "text", required=False, metavar="[TEXT|@FILE|:NAME|-]", shell_complete=_names.saved_sql
)
@explain_option
@sandbox_option
@click.option(
    "--autocommit",
    is_flag=True,
    help="Commit each statement by itself; what came before an error stays.",
)
@click.option("--progress", is_flag=True, help="Tell how far it is, on standard error.")
@click.option("--journal", metavar="FILE", hidden=True)
def sql(
    app: App, text: str | None, explain: str | None, journal: str | None,
    *, sandbox: bool, autocommit: bool, progress: bool,
) -> Answers:  # fmt: skip
    r"""Execute TEXT, the file @FILE, the saved :NAME, or standard input (-), in one transaction.

    Several statements are separated by semicolons; the first that fails rolls all of them back.
    A :name parameter gets its value from -p name=value, or as JSON from -p name:=value.

    \b
      sqlsess sql "select course, max(score) from students group by course" --db demo
      sqlsess sql @fix.sql --write --db primary
    """
    from sqlsess_cli.commands._script import Progress, each_by_itself
    from sqlsess_cli.core.script import require_undo, statement_of, steps

    if journal is not None:
        raise UsageError(
            "sql keeps no journal: which rows a text changes, and how, is not known before it does",
            "insert, update, delete and run --write keep one",
        )
    write = app.options.write is True
    if app.flags.get("write") and not write:
        app.reports.notice(f"--write has no effect: {app.options.forbids_writing} forbids it")
    if autocommit and (explain or sandbox or not write):
        raise UsageError("--autocommit is for what stays", "add --write, without these options")
    app.several = autocommit
    database = app.database()
    found = steps(
        _source(app, text), database.dialect, database.hooks, values(app.options.param),
        write=write or sandbox, forbidden=app.options.forbids_writing, sandbox=sandbox,
    )  # fmt: skip
    shown = Progress(app, found, wanted=progress)
    with closing(shown):
        if autocommit:
            yield from each_by_itself(app, found, shown)
            return
        with begin(app, write=write, sandbox=sandbox) as session:
            if sandbox:
                require_undo(session, found)
            for step in found:
                if explain:
                    yield plan_of(app, session, statement_of(step, explain), explain, step.values)
                    continue
                yield from shown.executing(session, step)


def _source(app: App, text: str | None) -> Source:
    from sqlsess_cli.core.script import Source

    if text is None and app.terminal.streams.stdin_is_terminal:
        raise UsageError("no SQL to execute", 'such as: sqlsess sql "select 1"')
    if str(text).startswith(":"):
        from sqlsess_cli.commands._saved import saved

        return Source(saved(app, str(text), "sql")["sql"], str(text))
    if text in (None, "-"):
        return Source(app.terminal.read_input(), "standard input")
    if not str(text).startswith("@"):
        return Source(str(text))
    path = str(text)[1:]
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            return Source(file.read(), path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
