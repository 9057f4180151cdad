"""JSON and JSON lines as they are read, object by object, with the line of what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlsess_cli.errors import UsageError

_BLANK = re.compile(r"[ \t\r\n]*")


def parsed(text: str, where: str) -> Any:
    """The value that JSON text is; numbers with a fraction keep all their digits.

    Raises:
        UsageError: it is no JSON.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not JSON: {error}") from None


def objects(text: str, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a text, each with where it stands: one, a list of them, or one a line.

    Raises:
        UsageError: it is no JSON, or not of objects.
    """
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_refused)
    at, number, line, seen = _after_blanks(text, 0), 0, 1, 0
    while at < len(text):
        line, seen = line + text.count("\n", seen, at), at
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            shown = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            wrong = error.lineno if isinstance(error, json.JSONDecodeError) else line
            raise UsageError(f"{where}:{wrong}: not JSON: {shown}") from None
        for item in document if isinstance(document, list) else [document]:
            number += 1
            place = f"{where}:{line}, object {number}"
            if not isinstance(item, dict):
                raise UsageError(f"{place}: not an object", '{"name": "value"}')
            yield place, item
        at = _after_blanks(text, at)


def _after_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
