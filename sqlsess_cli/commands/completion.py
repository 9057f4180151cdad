"""Print the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from sqlsess_cli.app import App
from sqlsess_cli.commands._command import command
from sqlsess_cli.emit import Answers
from sqlsess_cli.errors import SqlsessError


class _Bash(BashComplete):
    """Click's, which would start a bash to see how old it is; ours of 4.4 and later do."""

    @staticmethod
    def _check_version() -> None:
        """Take it as new enough: the script itself may be for another machine."""


_CLASSES: dict[str, type[ShellComplete]] = {
    "bash": _Bash,
    "zsh": ZshComplete,
    "fish": FishComplete,
}
SHELLS = tuple(_CLASSES)


@command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(app: App, shell: str) -> Answers:
    r"""Print the completion script for SHELL.

    \b
      bash:  sqlsess completion bash > ~/.local/share/bash-completion/completions/sqlsess
      zsh:   sqlsess completion zsh > "${fpath[1]}/_sqlsess"
      fish:  sqlsess completion fish > ~/.config/fish/completions/sqlsess.fish
    """
    with app.terminal.sink(app.options.output, styled=True, paged=False) as sink:
        sink.write(_completer(shell).source())
    yield from ()


def complete(app: App, asked: str) -> None:
    """Answer a shell's question at a Tab, from files alone: nothing connects, no model is imported.

    Args:
        app: its context.
        asked: SHELL_complete, as the scripts say; what is typed so far is in the environment.
    """
    shell, _, _ = asked.partition("_")
    if shell not in SHELLS:
        return
    try:
        found = _completer(shell, obj=app).complete()
    except SqlsessError:  # what is typed so far makes no sense: there is nothing to propose
        return
    with app.terminal.sink(None, styled=True, paged=False) as sink:
        sink.write(f"{found}\n")


def _completer(shell: str, **context: object) -> ShellComplete:
    """What writes the script of a shell, and answers it."""
    from sqlsess_cli.commands._group import root

    return _CLASSES[shell](root(), context, "sqlsess", "_SQLSESS_COMPLETE")
