"""Where a project's databases are: every URL that it mentions, the likeliest first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlsess_cli.config.discovery import alembic
from sqlsess_cli.config.discovery.addresses import Address, address
from sqlsess_cli.config.discovery.code import Code
from sqlsess_cli.config.discovery.flask import instance_of
from sqlsess_cli.config.discovery.sessions import Factory, engines
from sqlsess_cli.config.discovery.source import (
    Source,
    argument,
    assigned,
    called,
    last_name,
    text_of,
)
from sqlsess_cli.config.discovery.tree import Tree
from sqlsess_cli.config.discovery.values import Reader, Value

_FLASK = "SQLALCHEMY_DATABASE_URI"
_NAME = re.compile(
    r"(?:a?sync_)?(?:sqlalchemy_)?(?:database|db|postgres(?:ql)?|pg|mysql|mariadb|sqlite|sqlalchemy)"
    r"_(?:a?sync_)?(?:database_)?(?:url|uri|dsn)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Databases:
    """What was found.

    Attributes:
        named: the databases to write, by name; the first is the default.
        others: further URLs, which were not chosen.
        unknown: engines whose URL cannot be told by reading.
    """

    named: dict[str, Address]
    others: list[Address]
    unknown: list[str]


def databases_of(tree: Tree, code: Code, reader: Reader, factory: Factory | None) -> Databases:
    """The databases of a project.

    Args:
        tree: its files.
        code: the same, parsed.
        reader: evaluates its expressions.
        factory: the factory that was chosen: its engine's URL comes first.
    """
    made = list(engines(code, reader))
    unknown = [engine.at for engine in made if engine.url is None]
    in_code = [address(factory.engine.url)] if factory and factory.engine else []
    in_code += [address(value, "") for value in _flask(code, reader)]
    in_code += [address(engine.url) for engine in made]
    in_code += [address(value) for value in _settings(code, reader)]
    in_code += [address(value) for value in _environment(code, reader)]
    written = alembic.urls(tree)
    in_ini = {item: address(Value(item.url, at=item.at), item.folder) for item in written}
    several = {item.section: found for item, found in in_ini.items() if found}
    found = _unique([*in_code, *in_ini.values()])
    if len(several) > 1 and not any(alembic.is_main(item) for item in in_ini if in_ini[item]):
        chosen = list(several.values())
        named = several  # alembic's own names for several databases
    else:
        chosen = found[:1]
        named = {"primary": found[0]} if found else {}
    return Databases(named, [item for item in found if item not in chosen], unknown)


def _unique(found: list[Address | None]) -> list[Address]:
    """Each URL once, where it is said first."""
    unique: dict[str, Address] = {}
    for item in found:
        if item is not None:
            unique.setdefault(item.url, item)
    return list(unique.values())


def _flask(code: Code, reader: Reader) -> Iterator[Value]:
    """What Flask-SQLAlchemy is configured with: relative files are in the instance directory."""
    for source, value in _said(code, _FLASK):
        found = reader.value(source, value)
        if found is not None:
            text = found.text or ""
            if re.match(r"sqlite:///[^/\0:]", text):
                text = text.replace("sqlite:///", f"sqlite:///{instance_of(code)}/", 1)
            yield replace(found, text=text or None)


def _said(code: Code, name: str) -> Iterator[tuple[Source, ast.expr]]:
    """What is assigned to a configuration's key, in each way to say it; not in tests' classes."""
    for source in code.sources:
        tests = {id(inner) for node in source.classes.values() if "test" in node.name.lower()
                 for inner in ast.walk(node)}  # fmt: skip
        for node in source.nodes:
            value = None if id(node) in tests else _given(node, name)
            if value is not None:
                yield source, value


def _given(node: ast.AST, name: str) -> ast.expr | None:
    """The value that one statement, or one argument, gives to a configuration's key."""
    if isinstance(node, ast.keyword) and node.arg == name:
        return node.value
    if isinstance(node, ast.Call) and called(node) == "setdefault":
        return argument(node, "", 1) if text_of(argument(node, "")) == name else None
    if isinstance(node, ast.Assign):
        keys = [text_of(item.slice) for item in node.targets if isinstance(item, ast.Subscript)]
        if name in keys:
            return node.value
    return assigned(node).get(name) if isinstance(node, ast.stmt) else None


def _settings(code: Code, reader: Reader) -> Iterator[Value]:
    """The fields of pydantic's settings that are called as a database's URL is."""
    for source, node in code.classes():
        if code.derives(source, node, "BaseSettings"):
            for item in node.body:
                name = last_name(item.target) if isinstance(item, ast.AnnAssign) else ""
                if _NAME.fullmatch(name) and (value := reader.setting(name)) is not None:
                    yield value


def _environment(code: Code, reader: Reader) -> Iterator[Value]:
    """Variables of such names that are read anywhere, and what alembic's env.py sets."""
    for source in [*code.sources, *code.environments]:
        for node in source.nodes:
            found = None
            if called(node) == "set_main_option" and isinstance(node, ast.Call):
                if text_of(argument(node, "")) == "sqlalchemy.url":
                    found = reader.value(source, argument(node, "", 1))
            elif _NAME.fullmatch(_key(node)):
                read = reader.value(source, node) if isinstance(node, ast.expr) else None
                found = read if read and read.variable else None
            if found is not None:
                yield found


def _key(node: ast.AST) -> str:
    """What a call or a subscript asks for by a text: `getenv("X")`, `environ["X"]`."""
    if isinstance(node, ast.Call):
        return text_of(argument(node, "")) or ""
    return (text_of(node.slice) or "") if isinstance(node, ast.Subscript) else ""
