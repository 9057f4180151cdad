"""The root command: lists the files beside it, and imports the one that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from sqlsess_cli import __version__
from sqlsess_cli.app import App
from sqlsess_cli.commands._command import (
    answer,
    format_options,
    help_option,
    shared_flags,
    shared_options,
)
from sqlsess_cli.errors import UsageError
from sqlsess_cli.registry import Registry

COMMANDS = Registry("sqlsess_cli.commands", "command")

_NARROW = 52  # columns
SETTINGS = {"max_content_width": 100}
_BARE = f"{__name__}.bare"  # key of Context.meta: nothing stands behind the program's name


class Root(click.Group):
    """The program."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's hook
        """The files of this directory."""
        return COMMANDS.names

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a file, imported now."""
        if cmd_name not in COMMANDS.names:
            return None
        made: click.Command = getattr(COMMANDS.load(cmd_name), cmd_name)
        return made

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; the nearest is offered for a mistyped one."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS.names:
            COMMANDS.load(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Names and summaries, read without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS.summary(name)) for name in COMMANDS.names])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, then the options that all of them share.

        Who types the name alone sees the commands: with the options they would scroll away.
        """
        self.format_commands(ctx, formatter)
        if ctx.meta.get(_BARE):
            with formatter.section("Options"):
                formatter.write_dl([("-h, --help", "Show the options of every command, too.")])
        else:
            format_options(self, ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, which answers an empty line with help."""
        ctx.meta[_BARE] = not args
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands with their summaries; options as click finds them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=COMMANDS.summary(name))
            for name in COMMANDS.names
            if name.startswith(incomplete)
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Fold the flags that stand before the command into the App."""
        app = ctx.find_object(App)
        if app is not None:
            app.add_flags(shared_flags(ctx))
        return super().invoke(ctx)


class Group(click.Group):
    """A command with commands of its own, such as `db`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for a mistyped one."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            from sqlsess_cli.nearest import did_you_mean

            known = sorted(self.commands)
            hint = did_you_mean(args[0], known) or f"one of: {', '.join(known)}"
            raise UsageError(f"{self.name} has no command {args[0]!r}", hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and whole summaries: click's own would end in three dots."""
        with formatter.section("Commands"):
            rows = [(name, self.commands[name].help or "") for name in self.list_commands(ctx)]
            formatter.write_dl([(name, text.partition("\n")[0]) for name, text in rows])

    def add(self, **about: Any) -> Callable[[Callable[..., Any]], click.Command]:
        """Make a subcommand of a generator function; the function's name is the command's."""
        from sqlsess_cli.commands._command import command

        def decorate(function: Callable[..., Any]) -> click.Command:
            made = command(**about)(function)
            self.add_command(made, function.__name__.rstrip("_"))
            return made

        return decorate


def group(function: Callable[[], None]) -> Group:
    """Make a group of commands of a function whose docstring says what they are about."""
    made = click.group(cls=Group, context_settings=SETTINGS, add_help_option=False)(function)
    made.params.append(help_option())
    return made


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's hook
    if value and not ctx.resilient_parsing:
        answer(ctx, f"sqlsess {__version__}\n")


def invoke(program: str, words: list[str], app: App) -> None:
    """Run one command line.

    Raises:
        click.ClickException: its words make no sense.
        SqlsessError: it failed.
    """
    # click never wraps at fewer than 50 columns, unless it is told to.
    columns = app.terminal.size()[0]
    width = max(columns - 2, 20) if columns < _NARROW else None
    with root().make_context(program, words, obj=app, terminal_width=width) as context:
        context.command.invoke(context)


def root() -> Root:
    """The whole command line."""
    made = Root(
        "sqlsess",
        help="The console for SQLAlchemy models.\n\n"
        "To look around: sqlsess query students --db demo",
        context_settings=SETTINGS,
        add_help_option=False,
        params=shared_options(),
    )
    version = click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
        help="Show the version and exit.",
    )  # fmt: skip
    made.params += [version, help_option()]
    return made
