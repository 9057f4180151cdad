"""A statement as text that can be sent as it stands: its values written into it."""

from __future__ import annotations

from copy import copy
from typing import Any

from sqlalchemy import Dialect, Select, exc
from sqlalchemy.sql.compiler import SQLCompiler


def as_text(statement: Select[Any], dialect: Dialect) -> str:
    """The statement in a dialect's SQL, its values as literals.

    A value that has no literal in that dialect stays a parameter, and is told in a comment.
    """
    told = copy(dialect)
    # The parameter style of a driver may have every percent sign doubled.
    told.paramstyle, told.positional = "named", False
    told.identifier_preparer = told.preparer(told)
    try:
        return str(statement.compile(dialect=told, compile_kwargs={"literal_binds": True}))
    except (exc.CompileError, NotImplementedError):
        compiled = statement.compile(dialect=told, compile_kwargs={"render_postcompile": True})
        assert isinstance(compiled, SQLCompiler)  # noqa: S101  what a Select becomes
        values = (f"-- :{name} = {value!r}\n" for name, value in compiled.params.items())
        return f"{''.join(values)}{compiled}"
