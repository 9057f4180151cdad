"""The console's own commands, by what they are about; importing this enters them all."""

from sqlsess_cli.repl.metas import (  # noqa: F401  each enters itself into the table
    connections,
    describing,
    editing,
    helping,
    outputs,
    statements,
    transactions,
    variables,
)
