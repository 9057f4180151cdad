"""The filter language as far as a Tab needs it: which tokens can follow, and the words they are.

The grammar itself (`core/filters/filter.lark`) takes a parser that is too slow to start for a Tab.
A test compares the two at every token of many texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKEN = re.compile(
    r"""\s+
      | (?P<STRING>'(?:[^']|'')*') | (?P<QUOTED>"(?:[^"]|"")+")
      | (?P<NUMBER>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<PARAMETER>:[^\W\d]\w*) | (?P<NAME>[^\W\d]\w*)
      | (?P<COMPARE><=|>=|<>|!=|==|=|<|>) | (?P<SIGN>[+-]) | (?P<FACTOR>[*/%])
      | (?P<LPAR>\() | (?P<RPAR>\)) | (?P<COMMA>,) | (?P<DOT>\.)""",
    re.VERBOSE,
)

# Tokens that are spelled as names are, and are such where the grammar wants no keyword.
KEYWORDS: Mapping[str, str] = {
    "and": "_AND", "or": "_OR", "not": "_NOT", "is": "_IS", "in": "_IN", "null": "_NULL",
    "between": "_BETWEEN", "like": "LIKE", "ilike": "LIKE", "true": "TRUE", "false": "FALSE",
    "distinct": "_DISTINCT", "has": "_HAS",
}  # fmt: skip

_OPERAND = frozenset("NAME QUOTED STRING NUMBER PARAMETER TRUE FALSE _NULL _HAS LPAR SIGN".split())
_ARITHMETIC = frozenset({"SIGN", "FACTOR"})
_JOINS = frozenset({"_AND", "_OR"})

# What can come in each state. What ends a condition depends on the brackets that it stands in.
NEXT: Mapping[str, frozenset[str]] = {
    "condition": _OPERAND | {"_NOT"},
    "arguments": _OPERAND | {"_NOT", "_DISTINCT", "RPAR"},
    "value": _OPERAND,
    "path": frozenset({"NAME", "QUOTED"}),
    "compare": _ARITHMETIC | _JOINS
    | {"COMPARE", "_IS", "_IN", "_NOT", "_BETWEEN", "LIKE"},
    "compared": _ARITHMETIC | _JOINS,
    "low": _ARITHMETIC | {"_AND"},
    "done": _JOINS,
    "is": frozenset({"_NOT", "_NULL"}),
    "is not": frozenset({"_NULL"}),
    "not": frozenset({"_IN", "_BETWEEN", "LIKE"}),
    "in": frozenset({"LPAR"}),
    "item": _ARITHMETIC | {"COMMA", "RPAR"},
    "distinct": _ARITHMETIC | {"RPAR"},
    "list": frozenset({"COMMA", "RPAR"}),
    "column": _ARITHMETIC,
}  # fmt: skip
ENDS = frozenset({"compare", "compared", "done"})  # states in which a condition is whole

# What is proposed for the tokens that are no names, with a blank where something has to follow.
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
_BEFORE_OPERAND = {"_NOT": ("not ",)}
_AFTER_OPERAND = {
    "COMPARE": tuple(f"{sign} " for sign in OPERATORS),
    "LIKE": ("like ", "ilike "),
    "_IN": ("in (",),
    "_BETWEEN": ("between ",),
    "_IS": ("is null", "is not null"),
    "_NOT": ("not in (", "not like ", "not ilike ", "not between "),
    "_AND": ("and ",),
    "_OR": ("or ",),
}
_AFTER_IS = {"_NOT": ("not null",), "_NULL": ("null",)}
_AFTER_IN = {"LPAR": ("(",)}
PROPOSED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "condition": _BEFORE_OPERAND,
    "arguments": {**_BEFORE_OPERAND, "_DISTINCT": ("distinct ",)},
    "compare": _AFTER_OPERAND,
    "compared": _AFTER_OPERAND,
    "low": _AFTER_OPERAND,
    "done": _AFTER_OPERAND,
    "is": _AFTER_IS,
    "is not": _AFTER_IS,
    "not": _AFTER_OPERAND,
    "in": _AFTER_IN,
}

# What can be called, and what it is of. `core/filters` says what they do; a test compares.
FUNCTIONS = tuple(
    "abs coalesce contains current_date date day endswith hour length lower month now round"
    " startswith trim upper year".split()
)
AGGREGATES = tuple("avg count max min sum".split())
NO_ARGUMENTS = ("current_date", "now")


def words(state: str) -> list[str]:
    """What is proposed in a state, apart from names and values."""
    known = PROPOSED.get(state, {})
    return [word for token, said in known.items() if token in NEXT[state] for word in said]
