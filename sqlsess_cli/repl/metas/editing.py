"""Programs of the person's: the editor and the shell."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile

from sqlsess_cli.errors import OutputError, RejectedError, UsageError
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.places import require_person
from sqlsess_cli.repl.table import Call, meta


@meta("e", "edit", argument="[FILE]", anyway=True, files=True)
def edit(console: Console, call: Call) -> None:
    """Edit the statement, or a file, in your editor; it is then on the line, to be sent or not."""
    require_person(console)
    text = call.buffer or console.settings.last
    if call.argument:
        console.settings.drafted = _edited(console, call.words[0])
        return
    descriptor, path = tempfile.mkstemp(suffix=".sql", prefix="sqlsess-")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{text}\n" if text else "")
        console.settings.drafted = _edited(console, path)
    finally:
        os.unlink(path)


def _edited(console: Console, path: str) -> str:
    """What a file holds once the editor is left.

    Raises:
        RejectedError: the editor failed: nothing is taken over.
        UsageError: the file cannot be read.
    """
    environ = console.app.environ
    names = ("SQLSESS_EDITOR", "VISUAL", "EDITOR")
    editor = next((environ[name] for name in names if environ.get(name)), "vi")
    code = _started([*shlex.split(editor), path])
    if code:
        raise RejectedError(f"{editor} ended with {code}: nothing is taken over")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


@meta("!", argument="COMMAND", anyway=True)
def shell(console: Console, call: Call) -> None:
    """Run a command of the shell."""
    require_person(console)
    command = call.argument or console.app.environ.get("SHELL", "/bin/sh")
    code = _started(["/bin/sh", "-c", command])
    if code:
        raise RejectedError(f"the command ended with {code}")


def _started(words: list[str]) -> int:
    """Run a program on our terminal, whose Ctrl-C is its own; its exit code.

    Raises:
        OutputError: it cannot be started.
    """
    from sqlsess_cli.interrupts import ignored

    try:
        with ignored():
            return subprocess.run(words, check=False).returncode
    except OSError as error:
        raise OutputError(f"cannot start {words[0]}: {error.strerror}") from error
