"""Lines of a script: no prompt, and an end at the first that fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BufferedReader, FileIO

from sqlsess_cli.errors import ExitCode
from sqlsess_cli.repl.console import Console, Leave
from sqlsess_cli.repl.lending import end
from sqlsess_cli.repl.reader import Unit


def run_script(console: Console, lines: Iterable[str], where: str) -> int:
    """Run lines until one fails.

    Args:
        console: in which.
        lines: without their ends.
        where: what they are called in messages; nothing for those of the command line.

    Returns:
        The exit code of the first that failed, or 0.

    Raises:
        Leave: one of them ends the console.
    """
    for unit in _units(console, lines):
        if code := console.run(unit):
            if where:
                console.terminal.tell(f"stopped: at line {unit.line} of {where}")
            return code
    return 0


def _units(console: Console, lines: Iterable[str]) -> Iterator[Unit]:
    """What is to be done, read as the database that is connected by then reads it."""
    reader = console.reader()
    for line in lines:
        for unit in reader.feed(line):
            yield unit
            reader.lexical = console.reader().lexical
    yield from reader.finish()


def run_scripts(console: Console, scripts: Iterable[tuple[Iterable[str], str]]) -> int:
    """Run scripts one after another, and end what they left open.

    Args:
        console: in which.
        scripts: the lines of each, and what they are called in messages.

    Returns:
        The exit code.
    """
    console.scripted = True
    code = 0
    with suppress(Leave):
        for lines, where in scripts:
            code = run_script(console, lines, where)
            if code:
                break
    return left(console, code)


def lines_of(text: str) -> list[str]:
    """The lines of a script; what else Unicode calls a line end may be data."""
    return text.removeprefix("\ufeff").removesuffix("\n").split("\n")


def lines_of_input(stdin: FileIO | None) -> Iterator[str]:
    """The lines of standard input, each as soon as it is there."""
    if stdin is None:
        return
    with BufferedReader(FileIO(stdin.fileno(), closefd=False)) as stream:
        for number, data in enumerate(stream):
            encoding = "utf-8" if number else "utf-8-sig"
            yield data.decode(encoding, "surrogateescape").removesuffix("\n")


def left(console: Console, code: int) -> int:
    """End what a script left open: nobody can be asked, so nothing of it is kept."""
    held = console.held
    unkept = held is not None and bool(held.done) and not console.settings.sandbox
    if unkept and not code:
        console.app.reports.warning(r"the script ended in an open transaction, without \commit")
        code = int(ExitCode.REFUSED)
    ended = console.attempt(lambda: end(console, commit=False), [])
    return code or ended
