"""The files that the program itself says: completion scripts, and docs/reference.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import click

from sqlsess_cli.commands._group import root
from sqlsess_cli.config.schema import TOP, Key
from sqlsess_cli.dialects import _base as dialects
from sqlsess_cli.formats._base import FORMATS
from sqlsess_cli.options import SETTINGS, Setting

WIDTH = 100
COMMAND = "SQLSESS_GENERATED=write python -m pytest tests/contracts/test_generated.py"
SHARED = "\nOptions of every command:\n"
TYPES = {
    str: "text",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "table",
}

HEAD = f"""# Reference

Everything that can be typed, set or named, as the program itself says it. Written anew by

    {COMMAND}

What it all means stands in [configuration](configuration.md), [filters](filters.md),
[formats](formats.md) and [exit codes](exit-codes.md).
"""


def reference() -> str:
    """The text of docs/reference.md."""
    return "\n".join([HEAD, *commands(), *flags(), *keys(), *formats(), *databases()])


def commands() -> Iterator[str]:
    """Each command with its help; the flags that all share stand in a chapter of their own."""
    yield "## Commands\n"
    for path, made in every(root(), ("sqlsess",)):
        said = click.Context(made, info_name=" ".join(path), terminal_width=WIDTH).get_help()
        yield f"### {' '.join(path)}\n\n```text\n{said.partition(SHARED)[0].rstrip()}\n```\n"


def every(
    made: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command, and those below it."""
    yield path, made
    if isinstance(made, click.Group):
        context = click.Context(made)
        for name in made.list_commands(context):
            yield from every(made.get_command(context, name) or made, (*path, name))


def flags() -> Iterator[str]:
    """The flags that stand before or after every command."""
    yield "## Flags of every command\n"
    yield from table(("flag", "environment", "key", "meaning"), map(flag, SETTINGS.values()))


def flag(setting: Setting) -> Iterable[str]:
    """One row."""
    named = setting.metavar or ("|".join(setting.choices) if setting.choices else "")
    written = ", ".join(setting.flags) + (f" {named}" if named else "")
    return (code(written), codes(setting.env), code(".".join(setting.config)), setting.help)


def keys() -> Iterator[str]:
    """The keys of the configuration."""
    yield "## Keys of the configuration\n"
    yield "Those that run code or programs count once the file is trusted.\n"
    yield from table(("key", "holds", "runs"), described(TOP))


def described(
    level: Mapping[str, Key], path: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, str]]:
    """A row for each key, and for those below it."""
    for name, key in level.items():
        here = (*path, name, "NAME") if key.names else (*path, name)
        holds = " or ".join(dict.fromkeys(TYPES[item] for item in key.types))
        runs = "code" if key.executes else "code, where it names some" if name == "factory" else ""
        if name == "profile":
            yield code(".".join(here)), "table: all the keys here again, but `version`", ""
            continue
        yield code(".".join(here)), codes(key.choices) or holds, runs
        if key.keys is not None:
            yield from described(key.keys, here)


def formats() -> Iterator[str]:
    """The formats."""
    yield "## Formats\n"
    rows = []
    for name in FORMATS.names:
        made = FORMATS.load(name)
        several = "several" if made.MANY else "one"
        rows.append((code(name), code(made.SUFFIX), several, FORMATS.summary(name)))
    yield from table(("format", "suffix", "answers", ""), rows)


def databases() -> Iterator[str]:
    """The databases that are known well; the rest of SQLAlchemy's work as they come."""
    yield "## Databases\n"
    rows = []
    for name in dialects.DIALECTS.names:
        hooks = dialects.find(name)
        for driver in hooks.drivers:
            extra = f"pip install 'sqlsess[{driver.extra}]'" if driver.extra else ""
            rows.append((hooks.label, code(f"{name}+{driver.name}://"), code(extra)))
    yield from table(("database", "URL", "extra"), rows)


def table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of Markdown."""
    names = tuple(names)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def code(text: str) -> str:
    """A text as code, if there is one."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Texts as code."""
    return ", ".join(map(code, texts))
