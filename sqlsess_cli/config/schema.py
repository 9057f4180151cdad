"""Which keys a configuration may have, of which type, and which of them run something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlsess_cli.config.sources import Path, Tree
from sqlsess_cli.errors import UsageError
from sqlsess_cli.nearest import did_you_mean
from sqlsess_cli.options import duration


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may hold.

    Attributes:
        types: TOML types it may have.
        keys: the keys of the table it holds; None is a table whose keys are not ours to know.
        names: it holds tables named by the user, each with `keys`.
        items: the type of everything in the array or table it holds.
        choices: the only texts it may hold.
        read: what its text must pass, with the key's name for the message; raises UsageError.
        executes: it makes us import code or start a program.
    """

    types: tuple[type, ...]
    keys: Mapping[str, Key] | None = None
    names: bool = False
    items: type | None = None
    choices: tuple[str, ...] = ()
    read: Callable[[str, str], object] | None = None
    executes: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration: at which key, what, and what to try."""

    path: Path
    message: str
    hint: str = ""


_TEXT, _FLAG, _TABLE = Key((str,)), Key((bool,)), Key((dict,))
_DURATION = Key((str, int, float), read=duration)
_MODELS = Key((str, list), items=str, executes=True)
_FACTORY = Key(
    (str, dict)
)  # a text imports code, and so does a class_ in the table: see executes()

PASSWORD = {
    "env": _TEXT,
    "file": _TEXT,
    "command": Key((list,), items=str, executes=True),
    "prompt": _FLAG,
}
DATABASE = {
    "url": _TEXT,
    "password": Key((str, dict), PASSWORD),
    "factory": _FACTORY,
    "engine": _TABLE,
    "connect": _TABLE,
    "models": _MODELS,
    "isolation": _TEXT,
    "timeout": _DURATION,
    "connect_timeout": _DURATION,
    "lock_timeout": _DURATION,
    "tls": Key((str,), choices=("verify", "insecure", "off")),
    "tls_ca": _TEXT,
    "read_only": _FLAG,
    "protected": _FLAG,
}
GROUP = {
    "primary": _TEXT,
    "replicas": Key((list,), items=str),
    "reads": Key((str,), choices=("primary", "replica", "replica-first")),
}
OUTPUT = {
    "terminal": _TEXT,
    "pipe": _TEXT,
    "null": _TEXT,
    "color": Key((str,), choices=("auto", "always", "never")),
    "pager": _FLAG,
}
_TEXTS = Key((str, list), items=str)
QUERY = {
    "about": _TEXT,
    "model": _TEXT,
    "where": _TEXTS,
    "columns": _TEXTS,
    "include": _TEXTS,
    "group_by": _TEXTS,
    "having": _TEXTS,
    "order": _TEXTS,
    "limit": Key((int,)),
    "offset": Key((int,)),
    "distinct": _FLAG,
    "params": _TABLE,
    "sql": _TEXT,
}
_SHARED = {
    "default": _TEXT,
    "models": _MODELS,
    "sys_path": Key((list,), items=str, executes=True),
    "factory": _FACTORY,
    "timeout": _DURATION,
    "connect_timeout": _DURATION,
    "lock_timeout": _DURATION,
    "no_input": _FLAG,
    "output": Key((dict,), OUTPUT),
    "alias": Key((dict,), items=str),
    "db": Key((dict,), DATABASE, names=True),
    "group": Key((dict,), GROUP, names=True),
    "query": Key((dict,), QUERY, names=True),
}
TOP = {**_SHARED, "version": Key((int,)), "profile": Key((dict,), _SHARED, names=True)}

_TYPE_NAMES = {str: "text", bool: "true or false", int: "a number", float: "a number",
               list: "an array", dict: "a table"}  # fmt: skip


def problems(tree: Tree, keys: Mapping[str, Key] = TOP, path: Path = ()) -> Iterator[Problem]:
    """Everything in `tree` that is not as declared, in the order written."""
    for name, value in tree.items():
        here = (*path, name)
        key = keys.get(name)
        if key is None:
            table = f"[{'.'.join(path)}]" if path else "the top level"
            hint = did_you_mean(name, keys) or f"known: {', '.join(sorted(keys))}"
            yield Problem(here, f"unknown key {name!r} in {table}", hint)
        elif found := _wrong(value, key, here):
            yield found
        elif isinstance(value, dict) and key.keys is not None:
            yield from _below(value, key, here)


def _wrong(value: object, key: Key, path: Path) -> Problem | None:
    """What is wrong with the value of a key that may be there, apart from what is below it."""
    dotted = ".".join(path)
    if type(value) not in key.types:
        wanted = " or ".join(dict.fromkeys(_TYPE_NAMES[item] for item in key.types))
        return Problem(path, f"{dotted} must be {wanted}")
    if key.choices and value not in key.choices:
        hint = f"one of: {', '.join(key.choices)}"
        return Problem(path, f"{dotted} cannot be {value!r}", hint)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if key.items and not all(isinstance(item, key.items) for item in inside):
        return Problem(path, f"everything in {dotted} must be {_TYPE_NAMES[key.items]}")
    if any("\0" in item for item in (value, *inside) if isinstance(item, str)):
        return Problem(path, f"{dotted} holds a NUL character")  # no path, word or name can
    if key.read is not None:
        try:
            key.read(str(value), dotted)
        except UsageError as error:
            return Problem(path, error.message, error.hint)
    return None


def _below(value: Tree, key: Key, path: Path) -> Iterator[Problem]:
    if not key.names:
        yield from problems(value, key.keys or {}, path)
        return
    for name, table in value.items():
        if isinstance(table, dict):
            yield from problems(table, key.keys or {}, (*path, name))
        else:
            example = f"[{'.'.join(path)}.{name}]"
            yield Problem((*path, name), f"{'.'.join((*path, name))} must be a table", example)


def executes(tree: Tree, keys: Mapping[str, Key] = TOP, path: Path = ()) -> Iterator[Path]:
    """The keys of `tree` that make us import code or start a program."""
    for name, value in tree.items():
        key, here = keys.get(name), (*path, name)
        if key is None:
            continue
        if key.executes or (name == "factory" and _imports(value)):
            yield here
        elif isinstance(value, dict) and key.keys is not None:
            tables = value.items() if key.names else [("", value)]
            for label, table in tables:
                if isinstance(table, dict):
                    yield from executes(table, key.keys, (*here, label) if label else here)


def _imports(factory: object) -> bool:
    """A factory given by name, or with classes given by name, is imported."""
    if isinstance(factory, dict):
        return not {"class_", "query_cls", "binds"}.isdisjoint(factory)
    return True
