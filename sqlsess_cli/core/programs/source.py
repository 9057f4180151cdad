"""A program of the user's: a file, text of the command line or of standard input, or a function."""

from __future__ import annotations

import ast
import linecache
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

from sqlalchemy.orm import Session

from sqlsess_cli.core.filters.caret import pointed
from sqlsess_cli.core.models.load import import_object
from sqlsess_cli.core.places import COMMAND_LINE, STANDARD_INPUT, place
from sqlsess_cli.core.programs.call import called
from sqlsess_cli.errors import UsageError

_FUNCTION = re.compile(r"[^\s:]+:[A-Za-z_][\w.]*")


@dataclass(frozen=True, slots=True)
class Program:
    """What is run.

    Attributes:
        argv: what `sys.argv` is meanwhile.
        call: runs it, in the module that is `__main__`; gives its answer.
        file: its `__file__`, if it has one.
        folder: where it may import from, besides where everything may.
    """

    argv: tuple[str, ...]
    call: Callable[[Session, ModuleType], object]
    file: str | None = None
    folder: str = ""


def of_text(text: str, words: Sequence[str]) -> Program:
    """Code of the command line; its last expression is its answer.

    Raises:
        UsageError: it is not Python.
    """
    tree = _parsed(text, COMMAND_LINE)
    last: CodeType | None = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        expression = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
        last = compile(expression, COMMAND_LINE, "eval", dont_inherit=True)
    body = compile(tree, COMMAND_LINE, "exec", dont_inherit=True)
    _remember(COMMAND_LINE, text)

    def call(_session: Session, module: ModuleType) -> object:
        exec(body, vars(module))  # noqa: S102  the user's own code is what is asked for
        return None if last is None else eval(last, vars(module))  # noqa: S307  as above

    return Program(("-c", *words), call, folder=os.getcwd())


def of_input(text: str, words: Sequence[str]) -> Program:
    """A program that was read from standard input.

    Raises:
        UsageError: it is not Python.
    """
    _remember(STANDARD_INPUT, text)
    return Program(("-", *words), _executing(_parsed(text, STANDARD_INPUT), STANDARD_INPUT),
                   folder=os.getcwd())  # fmt: skip


def of_file(path: str, words: Sequence[str]) -> Program:
    """A program in a file.

    Raises:
        UsageError: it cannot be read, or is not Python.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        hint = "" if "." in path else "such as fix.py, -c CODE, or module:function"
        raise UsageError(f"cannot read {path}: {reason}", hint) from error
    full = os.path.abspath(path)
    call = _executing(_parsed(data, full), full)
    return Program((path, *words), call, full, os.path.dirname(os.path.realpath(full)))


def of_function(name: str, words: Sequence[str]) -> Program:
    """A function of a module: `module:function`, or `file.py:function`.

    Raises:
        ConfigError: it cannot be imported.
        UsageError: it is no function, or the words are not what it takes.
    """
    function: Any = import_object(name, os.getcwd(), name)
    if not callable(function):
        raise UsageError(f"{name} is a {type(function).__name__}, and cannot be called")
    return Program((name, *words), called(function, name, words))


def is_function(word: str) -> bool:
    """Whether a word names a function, and not a file."""
    return _FUNCTION.fullmatch(word) is not None and not os.path.exists(word)


def _executing(tree: ast.Module, filename: str) -> Callable[[Session, ModuleType], None]:
    code = compile(tree, filename, "exec", dont_inherit=True)

    def call(_session: Session, module: ModuleType) -> None:
        exec(code, vars(module))  # noqa: S102  the user's own code is what is asked for

    return call


def _parsed(source: str | bytes, filename: str) -> ast.Module:
    try:
        tree = ast.parse(source, filename)
        compile(tree, filename, "exec", dont_inherit=True)  # some mistakes are only seen here
    except SyntaxError as error:
        problem = f"{place(filename, error.lineno)}: {type(error).__name__}: {error.msg}"
        line = (error.text or "").rstrip("\n").expandtabs(1)
        raise UsageError(
            pointed(problem, line, _column(error, line)) if line else problem
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:  # a NUL, half a character, too deep
        raise UsageError(f"{place(filename, 1)}: not Python: {error}") from error
    return tree


def _column(error: SyntaxError, line: str) -> int:
    return min(max((error.offset or 1) - 1, 0), len(line))


def _remember(filename: str, text: str) -> None:
    """Let tracebacks show the lines of what is in no file."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
