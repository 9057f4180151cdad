"""The one table of the console's own commands: help, completion and what is nearest feed on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean

if TYPE_CHECKING:
    from sqlsess_cli.repl.console import Console


@dataclass(frozen=True, slots=True)
class Call:
    """How a command was typed: what follows its name, and the statement that stood before it."""

    argument: str
    buffer: str = ""

    @property
    def words(self) -> list[str]:
        """The argument, as a shell would take it apart.

        Raises:
            UsageError: a quote in it does not end.
        """
        return words_of(self.argument)


Function = Callable[["Console", Call], None]


@dataclass(frozen=True, slots=True)
class Meta:
    """A command of the console.

    Attributes:
        names: what it is called, the first in full.
        argument: what follows it, for help.
        summary: what it does.
        run: does it.
        anyway: it may be used when the connection is lost.
        files: its argument is a file.
    """

    names: tuple[str, ...]
    argument: str
    summary: str
    run: Function
    anyway: bool = False
    files: bool = False


METAS: dict[str, Meta] = {}


def meta(
    *names: str, argument: str = "", anyway: bool = False, files: bool = False
) -> Callable[[Function], Function]:
    """Enter a function into the table; the first line of its docstring is its summary."""

    def decorate(function: Function) -> Function:
        summary = (function.__doc__ or "").partition("\n")[0].rstrip(".")
        made = Meta(names, argument, summary, function, anyway, files)
        METAS.update(dict.fromkeys(names, made))
        return function

    return decorate


def find(name: str, verbs: Iterable[str]) -> Meta:
    """The command of a name.

    Raises:
        UsageError: there is none; the nearest are offered.
    """
    if name in METAS:
        return METAS[name]
    hint = did_you_mean(name, [*METAS, *verbs]) or r"\? lists what there is"
    raise UsageError(rf"no command is called \{name}", hint)


def words_of(text: str) -> list[str]:
    """A text as words, as a shell would take it apart.

    Raises:
        UsageError: a quote in it does not end.
    """
    import shlex

    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"the line cannot be read: {error}", "close the quote") from error


def switched(call: Call, now: bool, what: str) -> bool:  # noqa: FBT001  what it is, not how
    """Whether `on` or `off` was asked for; without either, the other than now.

    Raises:
        UsageError: it was something else.
    """
    if call.argument not in ("", "on", "off"):
        raise UsageError(rf"\{what} is on or off, not {call.argument!r}")
    return call.argument == "on" if call.argument else not now


def split_name(text: str) -> tuple[str, str]:
    r"""The name and the argument of a command: `?` and `!` need no space behind them."""
    if text[:1] in ("?", "!"):
        return text[0], text[1:].strip()
    name, _, argument = text.partition(" ")
    return name, argument.strip()
