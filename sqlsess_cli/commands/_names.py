"""Completion of names: which are known of the database that the words so far are about.

They come from what earlier commands left; nothing is imported that they were found by, nothing
connects, and a project file that is not trusted names nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from sqlsess_cli.app import App

if TYPE_CHECKING:  # imported at a Tab only, and then only where a name is wanted
    from sqlsess_cli.names.entries import Model
    from sqlsess_cli.names.known import Names, Proposal

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def models(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Models and aliases; for `query` also what is saved."""
    app = _app(ctx)
    found = [] if typed.startswith(":") else _items(_names(app).references(typed))
    saved = (app.config.get("query") or {}) if ctx.info_name == "query" else {}
    return found + [
        CompletionItem(f":{name}", help=str(settings.get("about") or f"of {settings['model']}"))
        for name, settings in saved.items()
        if "model" in settings and f":{name}".startswith(typed)
    ]


def saved_sql(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Saved SQL."""
    saved = _app(ctx).config.get("query") or {}
    return [
        CompletionItem(f":{name}", help=str(settings.get("about") or ""))
        for name, settings in saved.items()
        if "sql" in settings and f":{name}".startswith(typed)
    ]


def conditions(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Conditions: paths, operators and values."""
    from sqlsess_cli.names.propose import conditions as proposed

    return _of_model(ctx, typed, proposed)


def settings(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """What to set: paths and values."""
    from sqlsess_cli.names.propose import settings as proposed

    return _of_model(ctx, typed, proposed)


def linked(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """What to relate."""
    from sqlsess_cli.names.propose import linked as proposed

    return _of_model(ctx, typed, proposed)


def emptied(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """What is to have no value."""
    from sqlsess_cli.names.propose import emptied as proposed

    return _of_model(ctx, typed, proposed)


def columns(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Columns with commas between them."""
    from sqlsess_cli.names.propose import columns as proposed

    return _of_model(ctx, typed, proposed)


def orders(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """What is ordered by."""
    from sqlsess_cli.names.propose import orders as proposed

    return _of_model(ctx, typed, proposed)


def included(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Relationships to include."""
    from sqlsess_cli.names.propose import included as proposed

    return _of_model(ctx, typed, proposed)


def databases(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Databases and groups; of a group, its roles."""
    from sqlsess_cli.config.targets import names, roles

    config = _app(ctx).found_config
    group, colon, _ = typed.partition(":")
    known = [f"{group}:{role}" for role in roles(config, group)] if colon else names(config)
    return [CompletionItem(name) for name in known if name.startswith(typed)]


def _of_model(
    ctx: click.Context, typed: str, proposed: Callable[[Names, Model, str], Iterator[Proposal]]
) -> list[CompletionItem]:
    app = _app(ctx)
    reference = str(ctx.params.get("model") or "")
    if reference.startswith(":"):
        reference = str(app.config.get("query", reference[1:], "model") or "")
    names = _names(app)
    model = names.model(reference)
    return _items(proposed(names, model, typed)) if model is not None else []


def _items(proposals: Iterator[Proposal]) -> list[CompletionItem]:
    """Each once, and by what makes it different from the others."""
    known = {item.word: item for item in proposals}
    return [
        CompletionItem(
            item.word, "part" if item.goes_on else "plain", item.summary, shown=item.shown
        )
        for item in known.values()
    ]


def _names(app: App) -> Names:
    """What is known of the database that the words so far are about: the first, if of several."""
    from sqlsess_cli.names.known import Names
    from sqlsess_cli.names.place import place

    if app.config.untrusted():
        return Names()
    target = app.targets(write=False)[0]
    path = place(target, app.config, app.options.models, app.environ)
    return Names.read(path, app.config.get("alias") or {})


def _app(ctx: click.Context) -> App:
    """The App, with the flags that the words so far give."""
    from sqlsess_cli.commands._command import shared_flags

    app: App = ctx.find_object(App) or ctx.fail("no App")
    for above in dict.fromkeys((ctx.find_root(), ctx)):
        app.add_flags(shared_flags(above))
    return app
