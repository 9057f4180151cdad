"""Options: all that a flag, the environment, the configuration or a REPL setting can change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal, Self

from sqlsess_cli.errors import UsageError

Kind = Literal["text", "many", "flag", "pair", "duration", "count", "choice"]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
_ON = ("1", "true", "yes", "on")
_OFF = ("", "0", "false", "no", "off")
_LONGEST = 1e9  # seconds; a timer takes no more, and nobody waits thirty years


@dataclass(frozen=True, slots=True)
class Setting:
    """Where one option can be set.

    Attributes:
        flags: its flags; for a pair, "--on/--off".
        help: one line.
        kind: text, many (repeatable text), flag, pair (on or off), duration, count, choice.
        env: environment variables, the strongest first.
        config: its place in the configuration.
        choices: for a choice.
        metavar: what the value is called in help.
    """

    flags: tuple[str, ...]
    help: str
    kind: Kind = "text"
    env: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    metavar: str | None = None


def _option(default: Any, *flags: str, **about: Any) -> Any:
    shown = about.pop("shown", True)
    setting = Setting(flags, about.pop("help"), **about)
    if isinstance(default, dict):
        return field(default_factory=dict, metadata={"setting": setting})
    return field(default=default, metadata={"setting": setting}, repr=shown)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a database may keep us waiting, in seconds; None is its own habit, or ours.

    Attributes:
        connect: until we are connected.
        lock: for a lock of another transaction.
    """

    connect: float | None = None
    lock: float | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The options in force; `origins` says where each that is not built in came from."""

    db: tuple[str, ...] = _option(
        (), "-d", "--db", kind="many", env=("SQLSESS_DB",), shown=False,
        metavar="NAME[:ROLE]|URL|PATH|GLOB",
        help="Database; repeat it, or give a pattern, to ask several.",
    )  # fmt: skip
    url: str | None = _option(
        None, "--url", env=("SQLSESS_URL", "DATABASE_URL"), metavar="URL", shown=False,
        help="URL of a database that no file names.",
    )  # fmt: skip
    models: tuple[str, ...] = _option(
        (), "-m", "--models", kind="many", env=("SQLSESS_MODELS",), metavar="MODULE|FILE|GLOB",
        help="Where the mapped classes are; without any, tables are reflected.",
    )  # fmt: skip
    config: str | None = _option(
        None, "-C", "--config", env=("SQLSESS_CONFIG",), metavar="FILE",
        help="Exactly this configuration file; 'none' for no file.",
    )  # fmt: skip
    profile: str | None = _option(
        None, "-P", "--profile", env=("SQLSESS_PROFILE",), metavar="NAME",
        help="Lay [profile.NAME] over the configuration.",
    )  # fmt: skip
    format: str | None = _option(
        None, "-f", "--format", env=("SQLSESS_FORMAT",), metavar="FORMAT",
        help="Output format; default: table on a terminal, tsv in a pipe.",
    )  # fmt: skip
    output: str | None = _option(
        None, "-o", "--output", metavar="FILE",
        help="Write the answer to a file, whole or not at all; its suffix chooses the format.",
    )  # fmt: skip
    param: tuple[str, ...] = _option(
        (), "-p", "--param", kind="many", metavar="NAME=VALUE", help="Value of a :name parameter."
    )
    write: bool | None = _option(
        None, "--write/--read-only", kind="pair", help="Allow, or forbid, changes."
    )
    confirm: str | None = _option(
        None, "--confirm", metavar="NAME", help="Name the protected database you mean to change."
    )
    timeout: float | None = _option(
        None, "--timeout", kind="duration", env=("SQLSESS_TIMEOUT",), config=("timeout",),
        metavar="DURATION", help="Give up after 500ms, 30s, 2m; everything is rolled back.",
    )  # fmt: skip
    connect_timeout: float | None = _option(
        None, "--connect-timeout", kind="duration", env=("SQLSESS_CONNECT_TIMEOUT",),
        config=("connect_timeout",), metavar="DURATION",
        help="Give up connecting, the handshake included; default: 10s.",
    )  # fmt: skip
    lock_timeout: float | None = _option(
        None, "--lock-timeout", kind="duration", env=("SQLSESS_LOCK_TIMEOUT",),
        config=("lock_timeout",), metavar="DURATION",
        help="Give up waiting for a lock of another transaction.",
    )  # fmt: skip
    retries: int = _option(
        0, "--retries", kind="count", env=("SQLSESS_RETRIES",), metavar="N",
        help="Repeat what another transaction was in the way of, N times at most.",
    )  # fmt: skip
    isolation: str | None = _option(
        None, "--isolation", metavar="LEVEL", help="Isolation level, such as SERIALIZABLE."
    )
    show_sql: bool = _option(
        False, "--show-sql", kind="flag", env=("SQLSESS_SHOW_SQL",),
        help="Echo each statement to stderr, without the values bound to it.",
    )  # fmt: skip
    null: str | None = _option(
        None, "--null", metavar="TEXT", config=("output", "null"), help="What to print for NULL."
    )
    header: bool = _option(
        True, "--header/--no-header", kind="pair", help="Name the columns in tsv, csv and table."
    )
    color: str = _option(
        "auto", "--color", kind="choice", choices=("auto", "always", "never"),
        env=("SQLSESS_COLOR",), config=("output", "color"), help="Colour: auto, always or never.",
    )  # fmt: skip
    pager: bool = _option(
        True, "--pager/--no-pager", kind="pair", env=("SQLSESS_PAGER",), config=("output", "pager"),
        help="Page what is longer than the screen.",
    )  # fmt: skip
    no_input: bool = _option(
        False, "--no-input", kind="flag", env=("SQLSESS_NO_INPUT",), config=("no_input",),
        help="Never ask; refuse instead.",
    )  # fmt: skip
    errors: str = _option(
        "text", "--errors", kind="choice", choices=("text", "json"), env=("SQLSESS_ERRORS",),
        help="How errors are written to stderr.",
    )  # fmt: skip
    quiet: bool = _option(
        False, "-q", "--quiet", kind="flag", help="No notices; errors and outcomes are still told."
    )
    verbose: bool = _option(False, "-v", "--verbose", kind="flag", help="Tell more on stderr.")
    debug: bool = _option(
        False, "--debug", kind="flag", env=("SQLSESS_DEBUG",), help="Show tracebacks and values."
    )
    origins: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def gather(
        cls,
        flags: Mapping[str, Any],
        environ: Mapping[str, str],
        configured: Callable[..., Any] = lambda *_: None,
        where: Callable[..., str] = lambda *_: "",
    ) -> Self:
        """The options by precedence: flags, environment, configuration, built-in.

        Args:
            flags: the values given on the command line, by option.
            environ: the environment.
            configured: looks a path up in the configuration.
            where: says which line a path in the configuration came from.

        Raises:
            UsageError: a value in the environment makes no sense.
        """
        values: dict[str, Any] = {}
        origins: dict[str, str] = {}
        for item, setting in SETTINGS.items():
            variable = next((name for name in setting.env if environ.get(name)), None)
            if item in flags:
                values[item], origins[item] = flags[item], _said(setting, flags[item])
            elif variable is not None:
                values[item] = parse(setting, environ[variable], variable)
                origins[item] = f"environment {variable}"
            elif setting.config and (found := configured(*setting.config)) is not None:
                origin = where(*setting.config)
                values[item] = parse(setting, found, origin)
                origins[item] = origin
        if is_on(environ.get("SQLSESS_READ_ONLY", "")):  # in doubt it forbids
            values["write"], origins["write"] = False, "environment SQLSESS_READ_ONLY"
        return cls(**values, origins=origins)

    @property
    def forbids_writing(self) -> str:
        """Which flag or variable does; nothing where changes may be asked for."""
        return self.origin("write") if self.write is False else ""

    def origin(self, name: str) -> str:
        """Where the value of an option came from."""
        return self.origins.get(name, "built-in")


def _setting(item: Field[Any]) -> Setting:
    setting: Setting = item.metadata["setting"]
    return setting


SETTINGS: Mapping[str, Setting] = {
    item.name: _setting(item) for item in fields(Options) if "setting" in item.metadata
}


def _said(setting: Setting, value: object) -> str:
    """The flag that said a value; of a pair the one that was used."""
    flag = setting.flags[-1]
    return flag.split("/")[0 if value else 1] if setting.kind == "pair" else flag


def parse(setting: Setting, value: Any, where: str) -> Any:
    """A value as text, from the environment or a file, as the option's own type.

    Raises:
        UsageError: it is no value of that type.
    """
    if setting.kind == "many":
        return tuple(part for part in str(value).split(",") if part)
    if setting.kind in ("flag", "pair"):
        return value if isinstance(value, bool) else _truth(str(value), where)
    if setting.kind == "duration":
        return duration(str(value), where)
    if setting.kind == "count":
        return count(str(value), where)
    if setting.kind == "choice" and value not in setting.choices:
        raise UsageError(f"{where} cannot be {value!r}", f"one of: {', '.join(setting.choices)}")
    return value


def _truth(text: str, where: str) -> bool:
    word = text.strip().lower()
    if word not in (*_ON, *_OFF):
        hint = f"one of: {', '.join(_ON)}; or: {', '.join(filter(None, _OFF))}"
        raise UsageError(f"{where} cannot be {text!r}", hint)
    return word in _ON


def is_on(text: str) -> bool:
    """Whether the text of a variable turns on what it is named for; in doubt it does."""
    return text.lower() not in _OFF


def count(text: str, where: str) -> int:
    """How many, from digits.

    Raises:
        UsageError: it is no number of things.
    """
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()):
        raise UsageError(f"{where}: {text!r} is not a number", "such as 3")
    return int(text)


def duration(text: str, where: str) -> float:
    """Seconds, from a number with a unit: 500ms, 30s, 2m, 1h; without a unit, seconds.

    Raises:
        UsageError: it is not a duration longer than nothing.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h|)", text.strip())
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 0 < seconds < _LONGEST:
        raise UsageError(f"{where}: {text!r} is not a duration", "such as 500ms, 30s, 2m, 1h")
    return seconds
