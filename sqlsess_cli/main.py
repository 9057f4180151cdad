"""argv becomes an exit code: the only exit, and the only place that catches everything."""

from __future__ import annotations

import os
import sys

from sqlsess_cli import __version__

TYPE_CHECKING = False  # importing typing, to learn this, would cost --version a fifth
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsess_cli.app import App
    from sqlsess_cli.errors import SqlsessError
    from sqlsess_cli.interrupts import Interrupts

PROGRAM = "sqlsess"
_SELDOM = 5_000  # objects more than before, until garbage is looked for: 700 would cost a tenth
COMPLETE = "_SQLSESS_COMPLETE"  # set by the completion scripts, to the shell that asks at a Tab


def main() -> None:
    """Run the command line of this process, and leave."""
    if sys.argv[1:] == ["--version"] and _told_version():
        leave(0)
    if any("://" in word for word in sys.argv):  # only those have passwords in them
        from sqlsess_cli.masked import mask

        mask(sys.argv[1:])
    from sqlsess_cli import warm

    code = warm.ask(sys.argv)
    leave(run_process(leave) if code is None else code)


def leave(code: int) -> None:
    """End the process; everything is written, closed and told, or nobody waits for it any more.

    What is left is to tear the interpreter down, object by object, which costs a sixth of a whole
    query.
    """
    os._exit(code)


def _told_version() -> bool:
    """Answer before anything else is imported; whoever cannot be told so is told the long way."""
    try:
        os.write(1, f"{PROGRAM} {__version__}\n".encode())
    except OSError:
        return False
    return True


def run_process(leave: Callable[[int], object]) -> int:
    """Run the command line of this process.

    Args:
        leave: ends the process at once with an exit code, from any thread.

    Returns:
        The exit code; everything is written, closed and told by then.
    """
    import gc

    gc.set_threshold(_SELDOM, 50, 50)  # importing makes little garbage
    from sqlsess_cli.errors import Interrupted
    from sqlsess_cli.interrupts import Interrupts

    interrupts = Interrupts(leave)
    interrupts.install()
    try:
        return _run_interruptible(interrupts)
    except Interrupted as error:  # outside of a command: while we import, or tell how it ended
        return error.exit_code


def _run_interruptible(interrupts: Interrupts) -> int:
    import atexit

    from sqlsess_cli.terminal import Streams, Terminal

    streams = Streams.of_process()
    if "" in sys.path:  # python -m: the current directory is not where we import from
        sys.path.remove("")
    # What code of the user's prints is no answer of ours.
    sys.stdout = sys.stderr
    from sqlsess_cli.app import App

    code = run(sys.argv[1:], App(Terminal(streams, os.environ), os.environ, interrupts))
    atexit._run_exitfuncs()  # noqa: SLF001  os._exit would leave out what libraries registered
    return code


def run(arguments: list[str], app: App) -> int:
    """Run one command line.

    Args:
        arguments: without the program's name.
        app: its context.

    Returns:
        The exit code; everything is told by then.
    """
    _quieten(app)
    app.attempt = attempt

    def line() -> None:
        if asked := app.environ.get(COMPLETE):
            from sqlsess_cli.commands.completion import complete

            complete(app, asked, arguments)
            return
        from sqlsess_cli.commands._group import invoke

        invoke(PROGRAM, arguments, app)

    return attempt(app, line, arguments)


def attempt(app: App, do: Callable[[], object], arguments: list[str]) -> int:
    """Do something for a command line, or for one line of the console.

    Args:
        app: its context.
        do: what; it may raise anything.
        arguments: the words of the line.

    Returns:
        The exit code; why it failed is told by then.
    """
    from sqlsess_cli.errors import Interrupted

    try:
        do()
    except KeyboardInterrupt:  # code of the user's took SIGINT from us
        from signal import SIGINT

        return _told(app, Interrupted(SIGINT), arguments)
    except BaseException as error:  # noqa: BLE001  the last resort; each is told below
        return _told(app, error, arguments)
    return 0


def _told(app: App, error: BaseException, arguments: list[str]) -> int:
    """Tell why it ended, and the exit code of that."""
    import click

    from sqlsess_cli.errors import (
        ExitCode,
        HungUp,
        Interrupted,
        NegativeAnswer,
        SqlsessError,
        UsageError,
    )

    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case HungUp():
            return ExitCode.DONE if app.terminal.interactive else ExitCode.HUNG_UP
        case Interrupted():
            late = error.exit_code == ExitCode.TIMEOUT
            app.terminal.tell(f"stopped: {'the time limit' if late else error.signum.name}")
            app.tell_outcome(failed=True)
            if app.transaction is None and app.database_name:
                app.terminal.tell(f"rolled back: nothing was sent to {app.database_name}")
            return error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            app.terminal.tell(error.format_message(), lines=True)
            return ExitCode.USAGE
        case NegativeAnswer():  # not a failure: the exit code is the answer
            if error.message:
                app.reports.notice(error.message)
            else:  # a program's exit(1): what it wrote was undone
                app.tell_outcome(failed=False)
            return error.exit_code
        case SqlsessError():
            pass
        case click.ClickException():
            error = UsageError(error.format_message(), _help_of(error))
        case _:
            error = _unforeseen(error)
    return _failed(app, error, arguments)


def _unforeseen(error: BaseException) -> SqlsessError:
    """What nobody translated: the application's own code raised it, or it is our bug."""
    from sqlsess_cli.config.urls import hushed
    from sqlsess_cli.errors import RejectedError, SqlsessError, StarvedError

    if StarvedError.means(error):
        return StarvedError().with_traceback(error.__traceback__)
    place = text = ""
    if "sqlalchemy" in sys.modules:  # only then can code of the application's have run
        from sqlsess_cli.core.places import place_of
        from sqlsess_cli.dialects._faults import text_of

        place, text = place_of(error), text_of(error)
    said = f"{type(error).__name__}: {hushed(' '.join((text or str(error)).split()))}"
    if place:
        hint = f"raised at {place}; --debug shows how it came there"
        return RejectedError(said, hint).with_traceback(error.__traceback__)
    hint = "this is a bug in sqlsess; --debug shows where"
    return SqlsessError(said, hint).with_traceback(error.__traceback__)


def _failed(app: App, error: SqlsessError, arguments: list[str]) -> int:
    if "--debug" in arguments or app.environ.get("SQLSESS_DEBUG"):
        import traceback

        from sqlsess_cli.config.urls import hushed

        shown = hushed("".join(traceback.format_exception(error)))
        app.terminal.tell(shown.rstrip(), lines=True)
    app.failed(error)
    return int(error.exit_code)


def _quieten(app: App) -> None:
    """Warnings as one line each, without those about how the user's models are written."""
    import warnings

    def show(message: Warning | str, category: type[Warning], *_: object) -> None:
        if category.__name__ != "MovedIn20Warning" and not issubclass(category, DeprecationWarning):
            app.reports.warning(" ".join(str(message).split()))

    warnings.showwarning = show  # type: ignore[assignment]


def _help_of(error: object) -> str:
    context = getattr(error, "ctx", None)
    return f"see {context.command_path} --help" if context else ""
