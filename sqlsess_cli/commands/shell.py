"""Open the console; another name of repl."""

from __future__ import annotations

from sqlsess_cli.commands.repl import repl

shell = repl
