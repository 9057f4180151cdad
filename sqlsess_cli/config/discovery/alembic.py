"""The URLs that alembic.ini has, and the modules that its env.py takes models from."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlsess_cli.config.discovery.code import Code
from sqlsess_cli.config.discovery.source import last_name
from sqlsess_cli.config.discovery.tree import Tree
from sqlsess_cli.config.discovery.values import HERE

_MAIN = "alembic"


@dataclass(frozen=True, slots=True)
class Written:
    """One `sqlalchemy.url`.

    Attributes:
        section: the section's name; the main one is "alembic".
        url: its value, `%` no longer doubled.
        at: `FILE:LINE`.
        folder: where the file lies, which relative paths are taken to be relative to.
    """

    section: str
    url: str
    at: str
    folder: str


def urls(tree: Tree) -> list[Written]:
    """What every alembic.ini says; those that cannot be read are noted in the tree."""
    found: list[Written] = []
    for path in tree.alembic:
        data = tree.read(path)
        if data is None:
            continue
        try:
            found += _in_file(path, data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            tree.notes.append(f"cannot read {path}: it is not UTF-8 text")
        except configparser.Error as error:
            tree.notes.append(f"cannot read {path}: {_reason(error)}")
    return found


def _reason(error: configparser.Error) -> str:
    """What is wrong, without the line itself, which may hold a password."""
    line = getattr(error, "lineno", None)
    lines = [number for number, _ in getattr(error, "errors", [])]
    at = line or (lines[0] if lines else None)
    return f"line {at} is not as in an ini file" if at else type(error).__name__


def _in_file(path: str, text: str) -> Iterator[Written]:
    folder = path.rpartition("/")[0]
    here = f"{HERE}/{folder}" if folder else HERE
    parser = configparser.ConfigParser({"here": here}, strict=False)
    parser.read_string(text)
    for section in parser.sections():
        if parser.has_option(section, "sqlalchemy.url"):
            try:
                url = parser.get(section, "sqlalchemy.url").strip()
            except configparser.InterpolationError:
                url = ""  # a variable that alembic's env.py puts in
            yield Written(section, url, f"{path}:{_line(text, section)}", folder)


def _line(text: str, section: str) -> int:
    """The line of the URL in a section."""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\[([^\]]+)\]", line):
            inside = header[1]
        elif inside == section and re.match(r"sqlalchemy\.url\s*[=:]", line, re.IGNORECASE):
            return number
    return 1


def is_main(item: Written) -> bool:
    """Whether this is the URL of a file with one database."""
    return item.section == _MAIN


def imported(code: Code) -> Iterator[tuple[str, str]]:
    """The module that an env.py takes its target_metadata from, and where it says so."""
    for source in code.environments:
        metadata = source.values.get("target_metadata")
        for node in ast.walk(metadata) if metadata is not None else ():
            if isinstance(node, ast.Name) and (origin := source.origins.get(last_name(node))):
                yield origin.module, source.at(node)
