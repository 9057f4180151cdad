r"""Variables: the values of `:name` parameters."""

from __future__ import annotations

import re

from sqlsess_cli.errors import RejectedError, UsageError
from sqlsess_cli.nearest import did_you_mean
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.metas.statements import statement_of
from sqlsess_cli.repl.table import Call, meta

_NAME = re.compile(r"[A-Za-z_]\w*")


@meta("set", argument="[NAME VALUE]", anyway=True)
def set_(console: Console, call: Call) -> None:
    """Give a variable a value, which :name stands for in statements; or list them all."""
    variables = console.settings.variables
    name, _, value = call.argument.partition(" ")
    if not name:
        for item in sorted(variables):
            console.terminal.tell(f"{item} = {variables[item]}")
        return
    _named(name)
    words = Call(value).words
    variables[name] = words[0] if len(words) == 1 else value.strip()


@meta("unset", argument="NAME", anyway=True)
def unset(console: Console, call: Call) -> None:
    """Forget a variable."""
    variables = console.settings.variables
    if call.argument not in variables:
        raise UsageError(
            f"no variable is called {call.argument!r}", did_you_mean(call.argument, variables)
        )
    del variables[call.argument]


@meta("gset", argument="[PREFIX]")
def gset(console: Console, call: Call) -> None:
    """Execute the statement, and make variables of the one row that it gives."""
    answers = console.answers(statement_of(console, call))
    rows = list(answers[0].rows()) if len(answers) == 1 else []
    if len(rows) != 1:
        raise RejectedError(f"one row makes variables, and there were {len(rows)}")
    for column, value in zip(answers[0].columns, rows[0], strict=True):
        name = _named(f"{call.argument}{column.name}")
        if value is None:
            console.settings.variables.pop(name, None)
        else:
            console.settings.variables[name] = str(value)


def _named(name: str) -> str:
    """A name that a parameter can have.

    Raises:
        UsageError: it is none.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"no variable can be called {name!r}")
    return name
