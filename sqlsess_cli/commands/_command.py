"""@command: a generator of answers becomes a subcommand with the flags that all share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from sqlsess_cli.app import App
from sqlsess_cli.options import SETTINGS, Setting, parse

_TEXTS = ("to_sql", "explain")  # options that are answered with lines of text, not with a table
_SHARED = "shared_"  # keeps the names of shared flags apart from a command's own


class Command(click.Command):
    """A subcommand: takes the shared flags out, and has the App run the rest.

    Args:
        each_database: it works on databases, on each that is named.
        writes: it honours `--write`.
        changes: it is there to change data.
        text: it is answered with lines of text, not with a table.
    """

    def __init__(
        self, *args: Any, each_database: bool = False, writes: bool = False, changes: bool = False,
        text: bool = False, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.each_database, self.writes, self.changes = each_database, writes, changes
        self.text = text

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take a word that begins with two hyphens and a space as what it is: SQL, commented."""
        end = args.index("--") if "--" in args else len(args)
        # An option with a value that may be left out would take the next word for it.
        before = [f"{word}=plan" if word == "--explain" else word for word in args[:end]]
        args = [*before, *args[end:]]
        if ctx.resilient_parsing and args and self._takes_value(ctx, args[-1]):
            # At a Tab for its value; without any, click would not look at the words before.
            args.append("")
        texts = [word for word in args if word[:2] == "--" and word[2:3].isspace()]
        options = [word for word in args if word not in texts]
        return super().parse_args(ctx, [*options, "--", *texts] if texts else args)

    def _takes_value(self, ctx: click.Context, word: str) -> bool:
        return any(
            isinstance(item, click.Option) and not item.is_flag and word in item.opts
            for item in self.get_params(ctx)
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Fold the shared flags into the App, and run."""
        app: App = ctx.find_object(App) or ctx.fail("no App")
        app.add_flags(shared_flags(ctx))
        own = {name: value for name, value in ctx.params.items() if not name.startswith(_SHARED)}
        if self.text or any(own.get(name) for name in _TEXTS):
            app.usual_format = "raw"
        ask = partial(self.callback or _nothing, **own)
        if app.options.retries:
            from sqlsess_cli.repeat import repeated

            ask = partial(repeated, ask)
        writing = self.changes or (self.writes and app.options.write is True)
        app.run(ask, each_database=self.each_database, writing=writing)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, then those that all commands share."""
        format_options(self, ctx, formatter)


def command(
    *, each_database: bool = False, writes: bool = False, changes: bool = False, text: bool = False
) -> Callable[[Callable[..., Any]], Command]:
    """Make a subcommand of a generator function whose first argument is the App.

    Args:
        each_database: it works on databases, on each that is named.
        writes: it honours `--write`.
        changes: it is there to change data.
        text: it is answered with lines of text, not with a table.
    """

    def decorate(function: Callable[..., Any]) -> Command:
        made = click.command(
            cls=Command, each_database=each_database, writes=writes, changes=changes, text=text,
            add_help_option=False,
        )(function)  # fmt: skip
        # A raw docstring has a backslash and a b where click looks for a backspace.
        made.help = (made.help or "").replace("\\b\n", "\b\n")
        made.params += [*shared_options(), help_option()]
        return made

    return decorate


def shared_options() -> list[click.Parameter]:
    """An option for each setting that has a flag."""
    return [_option(name, setting) for name, setting in SETTINGS.items()]


def _option(name: str, setting: Setting) -> click.Option:
    more: dict[str, Any] = {}
    if setting.kind == "flag":
        more = {"is_flag": True}
    elif setting.kind == "pair":
        more = {"default": None}
    elif setting.kind == "many":
        more = {"multiple": True}
    elif setting.kind == "choice":
        more = {"type": click.Choice(setting.choices)}
    env = f"  [env: {', '.join(setting.env)}]" if setting.env else ""
    return click.Option(
        [f"{_SHARED}{name}", *setting.flags],
        help=f"{setting.help}{env}",
        metavar=setting.metavar,
        shell_complete=partial(_complete, name),
        **more,
    )


def shared_flags(ctx: click.Context) -> Mapping[str, Any]:
    """The shared flags that were given on the command line, as the options' own types."""
    given = {}
    for name, setting in SETTINGS.items():
        if ctx.get_parameter_source(f"{_SHARED}{name}") is ParameterSource.COMMANDLINE:
            value = ctx.params[f"{_SHARED}{name}"]
            convert = setting.kind in ("duration", "count")
            given[name] = parse(setting, value, setting.flags[-1]) if convert else value
    return given


def help_option() -> click.Option:
    """`--help`, which is an answer: click would print it with what code of the user's prints."""
    return click.Option(
        ["-h", "--help"], is_flag=True, is_eager=True, expose_value=False, callback=_help,
        help="Show this message and exit.",
    )  # fmt: skip


def _help(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's hook
    if value and not ctx.resilient_parsing:
        answer(ctx, f"{ctx.get_help()}\n")


def answer(ctx: click.Context, text: str) -> None:
    """Answer with a text of our own, and leave."""
    app = ctx.find_object(App)
    if app is not None:
        with app.terminal.sink(None, styled=True, paged=False) as sink:
            sink.write(text)
    ctx.exit()


def format_options(made: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Two lists: a command's own options, and the shared ones."""
    own: list[tuple[str, str]] = []
    shared: list[tuple[str, str]] = []
    for parameter in made.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None and isinstance(parameter, click.Option):
            is_shared = (parameter.name or "").startswith(_SHARED)
            (shared if is_shared else own).append(record)
    for title, records in (("Options", own), ("Options of every command", shared)):
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


def _complete(
    name: str, ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Values of a shared flag."""
    if name == "format":
        from sqlsess_cli.formats._base import FORMATS

        return _matching(FORMATS.names, incomplete)
    if name == "db":
        from sqlsess_cli.commands._names import databases

        return databases(ctx, parameter, incomplete)
    if name in ("config", "output", "models"):
        return [CompletionItem(incomplete, type="file")]
    return _matching(list(SETTINGS[name].choices), incomplete)


def _matching(names: list[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _nothing(_app: App) -> Any:
    return iter(())
