"""Lines that a person types."""

from __future__ import annotations

from typing import Protocol

from sqlsess_cli.errors import Interrupted
from sqlsess_cli.repl.console import Console, Leave
from sqlsess_cli.repl.lending import end
from sqlsess_cli.repl.loading import Loading
from sqlsess_cli.repl.state import Status


class Asker(Protocol):
    """Asks for the next text."""

    def ask(self) -> str:
        """The next text.

        Raises:
            KeyboardInterrupt: it was given up.
            EOFError: there is no more.
        """


def run_typed(console: Console, *, vi: bool) -> int:
    """Run what a person types, until they leave.

    Args:
        console: in which.
        vi: lines are edited as vi does.

    Returns:
        The exit code: 0, or that of the signal that ended it.
    """
    loading = Loading(console)
    console.settle = loading.wait
    asker = _asker(console, loading, vi=vi)
    code = 0
    try:
        _run_until_left(console, asker)
    except Interrupted as error:
        code = error.exit_code
        console.app.interrupts.reset()
    return console.attempt(lambda: end(console, commit=False), []) or code


def _asker(console: Console, loading: Loading, *, vi: bool) -> Asker:
    """An editor, where the terminal can show one."""
    if console.app.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        return PlainLine(console)
    from sqlsess_cli.repl.editor import Editor

    return Editor(console, loading, vi=vi)


def _run_until_left(console: Console, asker: Asker) -> None:
    ends = 0
    while True:
        try:
            _run_text(console, asker.ask())
            ends = 0
        except KeyboardInterrupt:
            continue
        except Interrupted as error:  # outside of any line's own work
            _unless_wish(error)
            console.app.interrupts.reset()
        except EOFError:
            ends += 1
            if ends > 1 or may_leave(console):  # the second of them: nobody is there any more
                return
        except Leave:
            if may_leave(console):
                return


def _unless_wish(error: Interrupted) -> None:
    """Go on after a SIGINT that came from elsewhere than the keyboard.

    Raises:
        Interrupted: it was another signal, which ends the console.
    """
    if error.exit_code != 130:
        raise error


def _run_text(console: Console, text: str) -> None:
    """Run everything in a text, up to the first that fails."""
    reader = console.reader()
    units = [unit for line in text.split("\n") for unit in reader.feed(line)]
    units += reader.finish()
    for number, unit in enumerate(units, 1):
        if console.run(unit) and number < len(units):
            left = len(units) - number
            console.terminal.tell(f"not executed: {left} more of what was typed")
            return


def may_leave(console: Console) -> bool:
    """Ask, where something would be lost by leaving."""
    held = console.held
    if held is None or held.state != "open" or not held.done or console.settings.sandbox:
        return True
    name = held.transaction.database
    rows = f"{held.rows} row{'' if held.rows == 1 else 's'}"
    try:
        return console.app.terminal.confirm(f"{rows} not committed on {name}. Roll back and leave?")
    except Interrupted as error:  # Ctrl-C is no yes
        _unless_wish(error)
        console.app.interrupts.reset()
        return False


class PlainLine:
    """Asks line by line, on a terminal that can do no more than print.

    Args:
        console: whose prompt it shows.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def ask(self) -> str:
        """The next text that has an end."""
        reader, lines = self._console.reader(), list[str]()
        prompt = f"{Status.of(self._console).words(self._console.terminal.size()[0])}> "
        while True:
            line = self._console.app.terminal.line(prompt)
            lines.append(line)
            for _ in reader.feed(line):
                pass
            if not reader.pending.strip():
                return "\n".join(lines)
            prompt = "> "
