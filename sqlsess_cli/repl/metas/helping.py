"""Help."""

from __future__ import annotations

from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.table import METAS, Call, find, meta

_WIDE = 26  # columns of names


@meta("?", "h", "help", argument="[COMMAND]", anyway=True)
def help_(console: Console, call: Call) -> None:
    """List the commands, or tell of one."""
    name = call.argument.removeprefix("\\")
    if name in console.verbs.names:
        console.invoke([name, "--help"])
        return
    chosen = [find(name, console.verbs.names)] if name else list(dict.fromkeys(METAS.values()))
    with console.terminal.sink(None, styled=False, paged=True) as sink:
        for item in chosen:
            typed = " ".join([*(f"\\{one}" for one in item.names), item.argument]).strip()
            gap = typed.ljust(_WIDE) if len(typed) < _WIDE else f"{typed}\n{' ' * _WIDE}"
            sink.write(f"{gap} {item.summary}\n")
        if not name:
            verbs = ", ".join(item for item in console.verbs.names if item not in METAS)
            sink.write(f"\nEvery verb is a command too: {verbs}.\n")
            sink.write("SQL ends with ; or \\G. A verb that cannot be SQL needs no backslash.\n")
