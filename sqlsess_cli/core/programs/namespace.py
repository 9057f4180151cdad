"""What a program finds without importing it: the session, the models, and what selects them."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import sqlalchemy
from sqlalchemy.orm import Mapper, Session, joinedload, selectinload

from sqlsess_cli.errors import UsageError

Find = Callable[[str], object]


def main_module(
    session: Session, mappers: Sequence[Mapper[Any]], find: Find | None, file: str | None
) -> ModuleType:
    """The module that a program runs in.

    Args:
        session: the one of the transaction.
        mappers: the mapped classes.
        find: the class of a table of this name, for programs without models.
        file: where the program is.
    """
    module = ModuleType("__main__", None)
    names = vars(module)
    if file is not None:
        names["__file__"] = file
    classes, unclear = named_classes(mappers)
    names.update(classes)
    # After the classes: a program that selects must find what it selects with.
    names.update(session=session, select=sqlalchemy.select, func=sqlalchemy.func, sa=sqlalchemy)
    names.update(joinedload=joinedload, selectinload=selectinload)  # what --n-plus-one proposes
    names["__builtins__"] = _Builtins(unclear, find)
    return module


def named_classes(
    mappers: Sequence[Mapper[Any]],
) -> tuple[dict[str, type], dict[str, list[str]]]:
    """Classes by their names; where several have one, by their modules' too.

    Returns:
        The classes (`app.models:Student` as `Student`, or as `app_models_Student`), and the names
        that mean more than one, with what to say instead.
    """
    by_name: dict[str, list[type]] = {}
    for mapper in mappers:
        by_name.setdefault(mapper.class_.__name__, []).append(mapper.class_)
    classes = {name: found[0] for name, found in by_name.items() if len(found) == 1}
    unclear = {}
    for name, found in by_name.items():
        if len(found) > 1:
            longer = {f"{item.__module__.replace('.', '_')}_{name}": item for item in found}
            classes.update(longer)
            unclear[name] = sorted(longer)
    return classes, unclear


class _Builtins(dict[str, Any]):
    """Python's own names, and those that are looked up when nothing else is called so.

    Python asks here last, after the program's own names: so a table is only looked for when a name
    would be an error.
    """

    def __init__(self, unclear: dict[str, list[str]], find: Find | None) -> None:
        super().__init__(vars(builtins))
        self._unclear = unclear
        self._find = find

    def __missing__(self, name: str) -> object:
        if name in self._unclear:
            several = " or ".join(self._unclear[name])
            raise NameError(f"{name!r} means more than one model: {several}", name=name)
        if self._find is None or name.startswith("__"):
            raise KeyError(name)
        try:
            self[name] = found = self._find(name)
        except UsageError as error:
            more = f"; {error.hint}" if error.hint.startswith("did") else ""
            reason = f"name {name!r} is not defined, and {error.message}{more}"
            raise NameError(reason, name=name) from None
        return found
