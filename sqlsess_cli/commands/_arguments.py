"""Words of the command line taken apart: lists and pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlsess_cli.errors import UsageError

_PIECE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),]|[^'"(),]+|['"]""")


def names(given: Iterable[str]) -> tuple[str, ...]:
    """Names that are separated by commas, or given one by one.

    A comma inside brackets or quotes separates nothing: `count(distinct a),round(b, 2)` are two.
    """
    return tuple(part for item in given for part in map(str.strip, _split(item)) if part)


def _split(text: str) -> Iterator[str]:
    depth, part = 0, ""
    for piece in _PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and depth <= 0:
            yield part
            part = ""
        else:
            part += piece
    yield part


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Texts by name, of `-p name=value`.

    Raises:
        UsageError: there is no name, or no text.
    """
    found = values(given)
    for name, value in found.items():
        if not isinstance(value, str):
            raise UsageError(f"-p {name}:= is for sql", f"-p {name}=TEXT is typed by the attribute")
    return {name: str(value) for name, value in found.items()}


def values(given: Iterable[str]) -> dict[str, object]:
    """Values by name: text of `-p name=value`, JSON of `-p name:=value`.

    Raises:
        UsageError: there is no name, or the value is not JSON.
    """
    found: dict[str, object] = {}
    for item in given:
        name, equals, value = item.partition("=")
        as_json = name.endswith(":")
        name = name.removesuffix(":")
        if not equals or not name.isidentifier():
            raise UsageError(f"-p {item}: not NAME=VALUE", "such as -p score=8, or -p score:=8")
        found[name] = _json(name, value) if as_json else value
    return found


def _json(name: str, text: str) -> object:
    from decimal import Decimal
    from json import loads

    def refuse(word: str) -> object:
        raise ValueError(word)

    try:
        return loads(text, parse_float=Decimal, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"-p {name}:={text}: not JSON: {error}", 'numbers, true, null, "text"'
        ) from None
