"""Where answers go that are not for the screen: a file, or another program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import FileIO
from typing import TYPE_CHECKING

from sqlsess_cli.errors import OutputError, RefusedError
from sqlsess_cli.terminal import Terminal

if TYPE_CHECKING:
    from sqlsess_cli.repl.console import Console


def require_person(console: Console) -> None:
    """See that a person sits there: a script starts no programs.

    Raises:
        RefusedError: nobody does.
    """
    if console.scripted or not console.app.terminal.can_ask:
        raise RefusedError("programs are started from a terminal only")


@contextmanager
def program_of(console: Console, command: str) -> Iterator[Terminal]:
    """A terminal whose answers a program of the person's reads.

    Raises:
        RefusedError: nobody sits there.
        OutputError: it cannot be started.
    """
    from subprocess import PIPE, Popen

    require_person(console)
    try:
        process = Popen(["/bin/sh", "-c", command], stdin=PIPE, bufsize=0)
    except OSError as error:
        raise OutputError(f"cannot start {command}: {error.strerror}") from error
    if process.stdin is None:  # only for the type checker: we asked for a pipe
        raise OutputError(command)
    raw = FileIO(process.stdin.fileno(), "w", closefd=False)
    try:
        yield _elsewhere(console, raw)
    finally:
        with suppress(OSError):
            process.stdin.close()
        process.wait()


@contextmanager
def file_of(console: Console, path: str) -> Iterator[Terminal]:
    """A terminal whose answers are all added to one file, which is made anew.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        raw = FileIO(os.path.expanduser(path), "w")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    with raw:
        yield _elsewhere(console, raw)


def _elsewhere(console: Console, raw: FileIO) -> Terminal:
    streams = replace(console.app.terminal.streams, stdout=raw, stdout_is_terminal=False)
    return Terminal(streams, console.app.environ)
