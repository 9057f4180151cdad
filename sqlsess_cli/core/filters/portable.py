"""Expressions that each database writes in its own way, so that they mean the same."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import types as sqltypes
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from sqlsess_cli.dialects._base import find

_PLACE = re.compile(r"\{(\d)\}")


class Portable(FunctionElement[Any]):
    """A call that becomes the SQL that `Dialect.functions` has for its name.

    Attributes:
        name: which.
    """

    inherit_cache = False  # its name is no part of SQLAlchemy's key

    def __init__(
        self, name: str, *arguments: ColumnElement[Any], type_: sqltypes.TypeEngine[Any]
    ) -> None:
        super().__init__(*arguments)
        self.name = name
        self.type = type_


def either(name: str, usual: ColumnElement[Any], other: ColumnElement[Any]) -> Portable:
    """A condition with a second way to say it, for the databases that need that.

    It has no type: SQLAlchemy would compare a Boolean call with 1 where there is no such type,
    and then no index helps.
    """
    return Portable(name, usual, other, type_=sqltypes.NullType())


@compiles(Portable)
def _written(element: Portable, compiler: SQLCompiler, **options: Any) -> str:
    template = find(compiler.dialect.name).functions[element.name]
    arguments = list(element.clauses)
    # Only what the template has: a value that stands nowhere must not be sent either.
    return _PLACE.sub(lambda match: compiler.process(arguments[int(match[1])], **options), template)
