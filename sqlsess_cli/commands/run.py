"""Run a Python program in a session: read-only, unless --write."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.commands._journal import files, journal_option, journaled
from sqlsess_cli.commands._sandbox import begin, sandbox_option
from sqlsess_cli.errors import UsageError

if TYPE_CHECKING:
    from sqlsess_cli.core.programs.source import Program
    from sqlsess_cli.emit import Answers


@command(each_database=True, writes=True)
@click.argument(
    "words", nargs=-1, metavar="[FILE|MODULE:FUNCTION|-] [-- ARGS...]", shell_complete=files
)
@click.option("-c", "code", metavar="CODE", help="Run this; its last expression is the answer.")
@click.option(
    "--n-plus-one",
    is_flag=True,
    help="Tell what was loaded one by one, where, and how to load it at once.",
)
@click.option("--strict-loading", is_flag=True, help="Fail where anything is loaded lazily.")
@sandbox_option
@journal_option
def run(
    app: App, words: tuple[str, ...], code: str | None, journal: str | None,
    *, n_plus_one: bool, strict_loading: bool, sandbox: bool,
) -> Answers:  # fmt: skip
    r"""Run Python inside begin(): committed if it ends well and may --write, else rolled back.

    It finds `session`, the models by their names, `select`, `func` and `sa` (sqlalchemy). What it
    prints is the answer, and what its function returns or the last expression of -c gives.

    \b
      sqlsess run -c "select(Student).where(Student.score > 8)" --db demo
      sqlsess run fix.py --write --db primary -- 2024-01-01
      sqlsess run app.tasks:recount --write
    """
    from sqlsess_cli.core.programs.answers import Plain
    from sqlsess_cli.core.programs.execute import execute
    from sqlsess_cli.core.programs.lazy_loads import LazyLoads

    write = app.options.write is True
    if journal is not None and (sandbox or not write):
        raise UsageError("--journal tells what stays, and of this run nothing does", "add --write")
    if app.flags.get("write") and not write:
        app.reports.notice(f"--write has no effect: {app.options.forbids_writing} forbids it")
    database = app.database()
    _ = database.factory  # models come first: a program imports them as it finds them
    program = _program(app, words, code)
    loads = LazyLoads(forbidden=strict_loading)
    with (
        journaled(app, journal) as recorded,
        begin(app, write=write, sandbox=sandbox) as session,
        recorded(session),
    ):
        try:
            with app.terminal.printing(must_finish=write) as printed:
                answer = execute(program, session, database, loads)
                app.interrupts.check()  # the program may have caught what asked it to stop
                if isinstance(answer, Plain) and not (app.options.format or app.options.output):
                    printed.write(f"{answer.value}\n")  # among what it printed itself
                    answer = None
        finally:
            if n_plus_one:
                _tell(app, loads.report())
        if answer is not None:
            yield answer.result() if isinstance(answer, Plain) else answer


def _tell(app: App, lines: list[str]) -> None:
    """The report that was asked for."""
    for line in lines:
        app.terminal.tell(line)
    if not lines:
        app.reports.notice("N+1: nothing was loaded one by one")


def _program(app: App, words: tuple[str, ...], code: str | None) -> Program:
    from sqlsess_cli.core.programs import source

    if code is not None:
        return source.of_text(code, words)
    if not words and app.terminal.streams.stdin_is_terminal:
        raise UsageError(
            "no program to run", 'such as: sqlsess run fix.py, or -c "select(Student)"'
        )
    name, *rest = words or ("-",)
    if name == "-":
        return source.of_input(app.terminal.read_input(), rest)
    if source.is_function(name):
        return source.of_function(name, rest)
    return source.of_file(os.path.expanduser(name), rest)
