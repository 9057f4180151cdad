"""Look at a project: its models, its factory, its databases, and what could not be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlsess_cli.config.discovery import alembic
from sqlsess_cli.config.discovery.addresses import Address
from sqlsess_cli.config.discovery.code import Code
from sqlsess_cli.config.discovery.databases import Databases, databases_of
from sqlsess_cli.config.discovery.models import Models, models_of
from sqlsess_cli.config.discovery.names import FOUND_ANYWAY
from sqlsess_cli.config.discovery.sessions import Factory, factories
from sqlsess_cli.config.discovery.tree import Tree, listed
from sqlsess_cli.config.discovery.values import Reader

_MOST = 4  # of one kind that are named in a message


@dataclass(frozen=True, slots=True)
class Project:
    """What was found, ready to be written and told.

    Attributes:
        models: for the key `models`.
        sys_path: for the key `sys_path`.
        factory: the application's own, if we can use it.
        databases: by name; none when the factory's own engine is all that is needed.
        told: what was found and where, one line each.
        others: what was found too and not chosen, for a comment in the file.
    """

    models: Sequence[str]
    sys_path: Sequence[str]
    factory: str
    databases: dict[str, Address]
    told: Sequence[str]
    others: Sequence[str]


def look(root: str) -> Project:
    """Read a project's files, and tell what they say; nothing in them is run.

    Args:
        root: its directory.
    """
    tree = listed(root)
    code = Code.of(tree)
    reader = Reader(code)
    models = models_of(code)
    made = factories(code, reader)
    usable = [item for item in made if item.name and not item.in_loop]
    factory = usable[0] if usable else None
    found = databases_of(tree, code, reader, factory)
    named, names = found.named, list(models.names)
    if factory and factory.bound and not _is_needed(factory, named):
        named = {}
    from_env = [] if names else list(dict.fromkeys(alembic.imported(code)))
    names += [module for module, _ in from_env]
    told = [
        *_told_models(models, from_env),
        *_told_factory(factory, made),
        *_told_databases(tree, factory, named, found),
        *tree.notes[:_MOST],
        *_more(tree.notes),
    ]
    paths = [*models.sys_path, *_root_of(code, factory, models.sys_path)]
    return Project(names, paths, factory.name if factory else "", named, told,
                   list(_others(usable[1:], found, named)))  # fmt: skip


def _is_needed(factory: Factory, named: dict[str, Address]) -> bool:
    """Whether a URL has to be written for a factory that has an engine.

    The application's own engine is the best there is. But a file that is relative to wherever the
    program stands would be another file elsewhere.
    """
    if len(named) != 1:
        return bool(named)
    [found] = named.values()
    return found.relative and not found.dotenv and factory.engine is not None


def _root_of(code: Code, factory: Factory | None, known: Sequence[str]) -> Iterator[str]:
    """The directory that the factory's module is imported from, if it is a further one."""
    if factory is not None:
        root = code.names[factory.at.rpartition(":")[0]].root
        if root not in (*FOUND_ANYWAY, *known):
            yield root


def _told_models(models: Models, from_env: list[tuple[str, str]]) -> Iterator[str]:
    for name, found in zip(models.names, models.where, strict=True):
        shown = ", ".join(str(item) for item in found[:_MOST])
        yield f"models: {name} ({shown}{', …' if len(found) > _MOST else ''})"
    for module, at in from_env:
        yield f"models: {module} ({at} takes target_metadata from it)"
    if not models.names and not from_env:
        yield 'models: none found, so tables are reflected; to name some: models = ["app.models"]'
    if models.sys_path:
        yield f"sys_path: {', '.join(models.sys_path)} (modules are imported from there)"


def _told_factory(factory: Factory | None, made: list[Factory]) -> Iterator[str]:
    if factory is not None:
        yield f"factory: {factory.name} ({factory.at})"
    for item in made:
        if item.in_loop and factory is None:
            yield f"factory: none; that of {item.at} is for an event loop, and sqlsess has none"
            return


def _told_databases(
    tree: Tree, factory: Factory | None, named: dict[str, Address], found: Databases
) -> Iterator[str]:
    for name, item in named.items():
        yield f"{'url' if len(named) == 1 else f'url of {name}'}: {item.url} ({item.at})"
        yield from item.notes
        yield from _told_dotenv(tree, item)
    if named:
        return
    if factory and factory.bound:
        engine = factory.engine
        yield f"url: that of the factory's own engine{f' ({engine.at})' if engine else ''}"
        return
    example = 'url = "mysql+pymysql://user@host/database"'
    yield f"url: none found, so that of ${{DATABASE_URL}}; or write it: {example}"
    for at in found.unknown[:_MOST]:
        yield f"{at} makes an engine; its URL cannot be told by reading"


def _told_dotenv(tree: Tree, item: Address) -> Iterator[str]:
    """A variable that lies in the project's .env, which sqlsess does not read."""
    variable = re.match(r"\$\{(\w+)", item.url)
    text = (tree.read(".env") or b"").decode(errors="replace") if variable else ""
    for number, line in enumerate(text.splitlines(), 1):
        if variable and re.match(rf"\s*(?:export\s+)?{variable[1]}\s*=", line):
            yield f"{variable[1]} stands in .env:{number}, which sqlsess does not read: export it"
            return


def _others(
    factories_left: Sequence[Factory], found: Databases, named: dict[str, Address]
) -> Iterator[str]:
    """What was not chosen, as it could be written."""
    for factory in factories_left[:_MOST]:
        yield f'factory = "{factory.name}" ({factory.at})'
    chosen = {item.url for item in named.values()}
    left = [item for item in [*found.named.values(), *found.others] if item.url not in chosen]
    for item in left[:_MOST]:
        yield f'url = "{item.url}" ({item.at})'


def _more(notes: Sequence[str]) -> Iterator[str]:
    if len(notes) > _MOST:
        yield f"and {len(notes) - _MOST} more"
