"""Which databases a command is for: a name, a role, a URL, a path or a pattern becomes targets."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.config.sources import Path, Tree
from sqlsess_cli.config.urls import checked, is_url, redacted
from sqlsess_cli.errors import ConfigError, UsageError
from sqlsess_cli.nearest import did_you_mean

DEMO = "demo"

Role = Literal["primary", "replica"]


@dataclass(frozen=True, slots=True)
class Target:
    """One database that a command is for.

    Attributes:
        name: what it is called in messages and in the `db` column.
        url: its URL, expanded; None when the application's own factory brings a bind.
        where: the flag, variable or line that says the URL.
        path: its table in the configuration, if it has one.
        settings: that table, expanded.
        role: a replica is only read.
        instead: what to try when it cannot be reached, for `reads = "replica-first"`.
    """

    name: str
    url: str | None = field(repr=False)  # it may hold a password, and so may the settings
    where: str
    path: Path = ()
    settings: Tree = field(default_factory=dict, repr=False)
    role: Role = "primary"
    instead: Target | None = None


def targets(
    config: Config, words: Sequence[str], where: str, *, write: bool, patterns: bool = True
) -> list[Target]:
    """The databases that words name, in order, each once.

    Args:
        config: where names are looked up.
        words: NAME[:ROLE], URL, PATH or GLOB.
        where: the flag or variable that said them, for messages.
        write: a group's primary is wanted, whatever it reads from.
        patterns: a word may be a GLOB.

    Raises:
        UsageError: no such name or role, no match, or a URL that makes no sense.
        ConfigError: a group, a variable or a URL in the configuration is not whole.
    """
    found = [
        target
        for word in words
        for target in _named(config, word, where, write=write, patterns=patterns)
    ]
    unique = {(target.path or target.url, target.role): target for target in found}
    return _told_apart(list(unique.values()))


def _told_apart(found: list[Target]) -> list[Target]:
    """The same, those of one name by their whole URLs."""
    counts = Counter((target.name, target.role) for target in found)
    return [
        replace(target, name=redacted(target.url))
        if target.url is not None and counts[target.name, target.role] > 1
        else target
        for target in found
    ]


def default_targets(config: Config, *, write: bool) -> list[Target]:
    """The databases of a command line that names none: `default`, or the only one there is.

    Raises:
        UsageError: there is neither.
        ConfigError: `default` names none that exists.
    """
    where, known = config.where("default"), list(config.get("db") or ())
    if (default := config.expanded("default")) is not None:
        try:
            return targets(config, [default], where, write=write)
        except UsageError as error:
            message = error.message.removeprefix(f"{where}: ")
            raise ConfigError(f"{where}: {message}", error.hint) from error
    if len(known) == 1:
        return [by_name(config, known[0])]
    hint = f"--db {' or --db '.join(known)}" if known else "--db NAME, or --url URL"
    raise UsageError("no database is named", f"{hint}; to look around: --db demo")


def names(config: Config) -> list[str]:
    """Every name that `--db` knows: databases, groups, and the demo."""
    return [*dict.fromkeys([*config.tree.get("db", {}), *config.tree.get("group", {}), DEMO])]


def roles(config: Config, name: str) -> list[str]:
    """Every role that a group has; nothing if there is no such group."""
    if config.get("group", name) is None:
        return []
    replicas = config.get("group", name, "replicas") or []
    return [*dict.fromkeys(["primary", *(["replica"] if replicas else []), *replicas])]


def _named(
    config: Config, word: str, where: str, *, write: bool, patterns: bool
) -> Iterator[Target]:
    if is_url(word) or re.match(r"[A-Za-z][\w+]+:.*/", word):
        yield by_url(word, where)
        return
    if re.match(r"[^/@]+:[^@]*@|[\w+]+:?/*[^/@:]*:[^@]*@", word) and not os.path.exists(word):
        raise UsageError(f"{where}: not a database URL", "it begins with mysql+pymysql:// or so")
    if word.startswith("file:") and not os.path.exists(word):
        problem = f"{where}: a file: URI is not a database URL"
        raise UsageError(problem, f"such as sqlite:///{word.removeprefix('file:')}")
    name, colon, role = word.partition(":")
    if config.get("group", name) is not None:
        yield _member(config, name, role if colon else "", write=write)
    elif config.get("db", word) is not None or word == DEMO:
        yield by_name(config, word)
    elif patterns and re.search(r"[*?\[]", word) and not os.path.isfile(word):
        matching = [item for item in config.tree.get("db", {}) if fnmatchcase(item, word)]
        if not matching:
            raise UsageError(f"no database matches {word!r}", _known(config))
        yield from (by_name(config, item) for item in matching)
    elif os.sep in word or word.endswith((".db", ".sqlite", ".sqlite3")) or os.path.isfile(word):
        yield by_url(f"sqlite:///{os.path.abspath(word)}", where, name=os.path.basename(word))
    elif colon and config.get("db", name) is not None:
        raise UsageError(f"{name!r} is a database, not a group, and has no role {role!r}")
    else:
        hint = did_you_mean(word, names(config)) or _known(config)
        raise UsageError(f"no database is called {word!r}", hint)


def by_url(url: str, where: str, name: str | None = None) -> Target:
    """The target of a URL given outright."""
    url = checked(url, where)
    if name is None:  # what is left of the URL without its driver, user and options
        shown = re.sub(r"^[^:]*:/*", "", redacted(url)).rpartition("@")[2].partition("?")[0]
        name = os.path.basename(shown) if url.startswith("sqlite") else shown
    return Target(name or redacted(url), url, where)


def by_name(config: Config, name: str) -> Target:
    """The target of a `[db.NAME]`, or the demo."""
    path = ("db", name)
    if name == DEMO and config.get(*path) is None:
        return Target(DEMO, None, "built-in", (), {})
    settings: Tree = config.expanded(*path)
    url = settings.get("url")
    if url is not None:
        url = _from_file(absolute(url, config.folder(*path, "url")), config.where(*path, "url"))
    elif not any(
        isinstance(item, str) for item in (settings.get("factory"), config.get("factory"))
    ):
        example = 'url = "mysql+pymysql://user@host/database"'
        raise ConfigError(f"{config.where(*path)}: [db.{name}] has no url", f"add {example}")
    return Target(name, url, config.where(*path, "url"), path, settings)


def _from_file(url: str, where: str) -> str:
    """A URL of the configuration, if it makes sense."""
    try:
        return checked(url, where)
    except UsageError as error:
        raise ConfigError(error.message, error.hint) from error


def _member(config: Config, name: str, role: str, *, write: bool) -> Target:
    """The database of a group that serves a role, or, without one, this kind of command."""
    primary, replicas, reads = _group(config, name)

    def replica(item: str) -> Target:
        return replace(by_name(config, item), role="replica")

    if role == "primary" or (not role and (write or reads == "primary")):
        return by_name(config, primary)
    if role in replicas:
        return replica(role)
    if role not in ("", "replica") or not replicas:
        known = ", ".join(roles(config, name))
        raise UsageError(f"group {name!r} has no role {role!r}", f"one of: {known}")
    last = by_name(config, primary) if reads == "replica-first" and not role else None
    for item in reversed(replicas):
        last = replace(replica(item), instead=last)
    return last or by_name(config, primary)


def _group(config: Config, name: str) -> tuple[str, list[str], str]:
    """A group's primary, its replicas, and what it reads from, if it is whole."""
    group, where = config.get("group", name), f"{config.where('group', name)}: [group.{name}]"
    primary, replicas, reads = (
        group.get("primary"),
        group.get("replicas", []),
        group.get("reads", "primary"),
    )
    if primary is None:
        raise ConfigError(f"{where} has no primary", 'such as primary = "main"')
    for item in [primary, *replicas]:
        if config.get("db", item) is None:
            problem = f"{where} names {item!r}, and there is no [db.{item}]"
            raise ConfigError(problem, did_you_mean(item, config.get("db") or ()))
    if reads != "primary" and not replicas:
        raise ConfigError(
            f"{where} reads from replicas, and has none", 'such as replicas = ["copy"]'
        )
    return primary, replicas, reads


def absolute(url: str, folder: str) -> str:
    """A relative SQLite path in a file means: relative to that file, wherever one stands."""
    match = re.match(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)", url)
    return f"{match[1]}{os.path.join(folder, match[2])}" if match else url


def _known(config: Config) -> str:
    return f"known: {', '.join(names(config))}; or give a URL or the path of a SQLite file"
