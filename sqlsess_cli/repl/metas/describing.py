"""What there is: models, tables, views, and what else a catalogue lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlsess_cli.app import App
from sqlsess_cli.emit import Answers
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.line import LineApp
from sqlsess_cli.repl.table import Call, meta


@meta("d", argument="[MODEL]...")
def describe(console: Console, call: Call) -> None:
    """List the models, or describe some: mapping and table together."""
    console.invoke(["models", *call.words])


def _list(what: str, console: Console, call: Call) -> None:
    here = LineApp(console, {**console.flags, **console.settings.flags})
    here.run(partial(_listed, what, call.argument))


def _listed(what: str, pattern: str, app: App) -> Answers:
    from sqlsess_cli.core.listings import listing

    with app.begin() as session:
        yield listing(app.database(), session, what, pattern)


def _enter(name: str, what: str, summary: str) -> None:
    def run(console: Console, call: Call) -> None:
        _list(what, console, call)

    run.__doc__ = summary
    register: Callable[..., object] = meta(name, argument="[PATTERN]")
    register(run)


for _name, _what in (
    ("dt", "tables"), ("dv", "views"), ("di", "indexes"), ("dn", "schemas"),
    ("l", "databases"), ("du", "roles"),
):  # fmt: skip
    _enter(_name, _what, f"List the {_what}")
