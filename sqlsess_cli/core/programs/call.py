"""A function is called with the words of the command line, read as its annotations say."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy.orm import Session

from sqlsess_cli.errors import UsageError
from sqlsess_cli.foreign import Foreign

SESSION = "session"  # the parameter that is given the session

_TRUTH = {"1": True, "true": True, "yes": True, "on": True,
          "0": False, "false": False, "no": False, "off": False}  # fmt: skip


def _truth(text: str) -> bool:
    return _TRUTH[text.lower()]


_READERS: Mapping[object, Callable[[str], object]] = {
    int: int,
    float: float,
    bool: _truth,
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    time: time.fromisoformat,
}


def called(
    function: Callable[..., object], name: str, words: Sequence[str]
) -> Callable[[Session, object], object]:
    """The call of a function, its arguments read and known to fit.

    Args:
        function: the user's.
        name: what the command line calls it.
        words: its arguments, but for the session.

    Raises:
        UsageError: it takes others, or a word is no value of its annotation.
    """
    if inspect.iscoroutinefunction(function):
        raise UsageError(f"{name} is asynchronous", "sqlsess works synchronously")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} does not tell what it takes") from error
    hints = _hints(function)
    given = list(words)
    first = list(_positional(signature, hints, given, name))
    keyword = SESSION in signature.parameters and _by_keyword(signature.parameters[SESSION])
    bound = first + [(word, False) for word in given]

    def call(session: Session, _module: object) -> object:
        positional = [session if is_session else value for value, is_session in bound]
        return function(*positional, **({SESSION: session} if keyword else {}))

    try:
        signature.bind(*bound, **({SESSION: None} if keyword else {}))
    except TypeError as error:
        raise UsageError(f"{name}: {error}", f"it is {name}{signature}") from error
    return call


def _by_keyword(parameter: inspect.Parameter) -> bool:
    return parameter.kind is inspect.Parameter.KEYWORD_ONLY


def _positional(
    signature: inspect.Signature, hints: Mapping[str, object], words: list[str], name: str
) -> Iterator[tuple[object, bool]]:
    """The positional arguments, each with whether it is the session; takes the words they need."""
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            continue
        kind = hints.get(parameter.name, str)
        if parameter.name == SESSION:
            yield None, True
        elif parameter.kind is parameter.VAR_POSITIONAL:
            yield from ((_read(word, kind, parameter.name, name), False) for word in words)
            words.clear()
        elif words:
            yield _read(words.pop(0), kind, parameter.name, name), False
        elif parameter.default is not parameter.empty:
            yield parameter.default, False
        else:
            return


def _read(word: str, kind: object, parameter: str, name: str) -> object:
    """A word as a value of an annotation; as it is, where that is no simple type."""
    options = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    simple = [item for item in options if item is not type(None)]
    reader = _READERS.get(simple[0]) if len(simple) == 1 else None
    if reader is None:
        return word
    try:
        return reader(word)
    except (ValueError, KeyError, InvalidOperation) as error:
        wanted = getattr(simple[0], "__name__", str(simple[0]))
        raise UsageError(f"{name}: {parameter} is not of type {wanted}: {word!r}") from error


def _hints(function: Callable[..., object]) -> Mapping[str, Any]:
    """Its annotations; none, where a name in them is not there at run time."""
    with Foreign():
        return get_type_hints(function)
    return {}
