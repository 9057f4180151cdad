"""What a database's own settings ask for before it is used: trust, a time limit, leave to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlsess_cli.errors import RefusedError
from sqlsess_cli.options import SETTINGS, Limits, Options, duration
from sqlsess_cli.terminal import Terminal

if TYPE_CHECKING:  # nothing of these is imported to print a help page
    from sqlsess_cli.config.profiles import Config
    from sqlsess_cli.config.targets import Target


def ask_trust(terminal: Terminal, config: Config, environ: Mapping[str, str]) -> None:
    """Ask whether a project file may run code, and remember a yes.

    Raises:
        ConfigError: it cannot be remembered.
    """
    from sqlsess_cli.config.trust import TrustStore

    for source, keys in config.untrusted():
        named = ", ".join(".".join(key) for key in keys)
        question = f"{source.where()} can run code ({named}). Trust it as it is now?"
        if terminal.confirm(question):
            TrustStore(environ).add(source)


def own_limit(
    target: Target, config: Config, options: Options, name: str = "timeout"
) -> float | None:
    """A time limit of this database, unless a flag or a variable gives one for all.

    Raises:
        UsageError: it is not a duration.
    """
    own, general = target.settings.get(name), options.origin(name)
    stronger = general in SETTINGS[name].flags or general.startswith("environment")
    if own is None or stronger:
        return None
    return duration(str(own), config.where(*target.path, name))


def limits(target: Target, config: Config, options: Options) -> Limits:
    """How long this database may keep us waiting.

    Raises:
        UsageError: one is not a duration.
    """
    connect = own_limit(target, config, options, "connect_timeout") or options.connect_timeout
    lock = own_limit(target, config, options, "lock_timeout") or options.lock_timeout
    return Limits(connect, lock)


def may_write(target: Target, config: Config, options: Options) -> None:
    """See that a database may be changed.

    Raises:
        RefusedError: it is a replica, only read, or protected and not named.
    """
    if target.role == "replica":
        raise RefusedError(f"{target.name} is a replica and only read", "use the primary")
    if target.settings.get("read_only"):
        where = config.where(*target.path, "read_only")
        raise RefusedError(f"{target.name} is only read ({where} says so)")
    if target.settings.get("protected") and options.confirm != target.name:
        raise RefusedError(f"{target.name} is protected", f"add --confirm {target.name}")
