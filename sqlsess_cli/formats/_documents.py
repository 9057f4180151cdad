"""What json and jsonl share: one object per row, its keys rendered once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from json.encoder import encode_basestring
from math import isfinite
from types import NoneType
from typing import Any

from sqlsess_cli.formats._columns import Values, columns, filled, literal, texts
from sqlsess_cli.formats._values import JSON
from sqlsess_cli.result import Block, Column

# Valid in JSON's grammar but not in UTF-8 (lone surrogates), not in JavaScript (line separators),
# or not fit to be seen (DEL, C1). They occur only inside strings, where an escape may stand.
_controls = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def template(named: Sequence[Column], comma: str, colon: str) -> str:
    """One object, with %s for each value."""
    keys = (f"{literal(encode_basestring(key))}{colon}%s" for key in _unique(named))
    return f"{{{comma.join(keys)}}}"


def documents(form: str, named: Sequence[Column], block: Block) -> str:
    """The block's rows, each in the form of `template`."""
    turned = columns(block)
    for index, column in enumerate(named):
        if turned and (column.kind == "datetime" or column.fields):
            turned[index] = [_telling(value, column) for value in turned[index]]
    text = filled(form, map(_encoded, turned))
    if text.isascii() and "\x7f" not in text:
        return text
    return _controls.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _telling(value: Any, column: Column) -> Any:
    """A value whose dates and times are told apart from text, as deep as records go."""
    if column.kind == "records" and value:
        return [_telling(item, replace(column, kind="record")) for item in value]
    if column.kind == "record" and value:
        return {item.name: _telling(value[item.name], item) for item in column.fields}
    return _moment(value) if column.kind == "datetime" else value


def _moment(value: object) -> object:
    """A date and time that the database wrote: a datetime, unless Python has none such."""
    if type(value) is not str:
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


def _encoded(values: Sequence[Any]) -> Values:
    kinds = set(map(type, values))
    present = values
    if NoneType in kinds:
        kinds.discard(NoneType)
        present = [value for value in values if value is not None]
    if kinds == {str}:
        return ["null" if value is None else encode_basestring(value) for value in values]
    if kinds == {Decimal} and all(map(Decimal.is_finite, present)):
        return ["null" if text is None else text for text in texts(values)]
    if not _numbers(kinds, present):
        return [JSON[type(value)](value) for value in values]
    if present is values:
        return values
    return ["null" if value is None else value for value in values]


def _numbers(kinds: set[type], values: Sequence[Any]) -> bool:
    """All of them print as numbers of JSON."""
    if kinds == {float}:
        return isfinite(sum(values))  # one that is not finite would have spread
    return kinds <= {int}


def _unique(named: Sequence[Column]) -> list[str]:
    """The names; one that was there before gets the next free suffix, as in id, id_2."""
    taken = {column.name for column in named}
    keys: dict[str, None] = {}
    for name in (column.name for column in named):
        key = name
        if name in keys:
            key = next(free for n in count(2) if (free := f"{name}_{n}") not in taken)
            taken.add(key)
        keys[key] = None
    return list(keys)
