"""What people are told on standard error: errors, warnings, notices, and how a write ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlsess_cli.errors import SqlsessError
from sqlsess_cli.inert import is_inert
from sqlsess_cli.options import Options
from sqlsess_cli.terminal import DIM, RED, Terminal

if TYPE_CHECKING:
    from sqlsess_cli.result import Unreadable


class Reports:
    """Tells things, in the way that the options ask for.

    Args:
        terminal: whom we talk with.
        options: those that are known so far; they decide quietness and the form of errors.
    """

    def __init__(self, terminal: Terminal, options: Options) -> None:
        self.terminal = terminal
        self.options = options

    def error(self, error: SqlsessError) -> None:
        """What failed, where, and what to try."""
        if self.options.errors == "json":
            from json import dumps

            about = {"error": type(error).__name__, "exit": int(error.exit_code)}
            about |= {"message": error.message, "hint": error.hint or None, **error.details}
            line = dumps(about, ensure_ascii=False, default=str)
            # What tell() would have to spell must be spelled as JSON does.
            spelled = dumps(about, default=str).replace("\x7f", "\\u007f")
            self.terminal.tell(line if is_inert(line) else spelled)
            return
        self.terminal.tell(f"error: {error.message}", RED)
        if error.hint:
            self.terminal.tell(f"hint: {error.hint}", DIM)

    def unreadable(self, spoilt: Mapping[str, tuple[int, Unreadable]]) -> None:
        """How many cells of each column could not be read, and the first of them."""
        for column, (count, first) in spoilt.items():
            cells = "1 cell" if count == 1 else f"{count} cells"
            about = f"{cells} could not be read, the first is {first}: {first.reason}"
            self.warning(f"{column}: {about}")

    def warning(self, text: str) -> None:
        """What is not as it should be, but does not fail the command."""
        self.terminal.tell(f"warning: {text}")

    def notice(self, text: str) -> None:
        """What is good to know, unless quiet is asked for."""
        if not self.options.quiet:
            self.terminal.tell(text, DIM)

    def detail(self, text: str) -> None:
        """What only those want to know who ask for more."""
        if self.options.verbose:
            self.terminal.tell(text, DIM)

    def echo(self, statement: str) -> None:
        """A statement as it is sent."""
        self.terminal.tell(statement, DIM, lines=True)
