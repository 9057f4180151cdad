"""What a Tab takes for possible is what the grammar takes, at every place of many texts."""

from __future__ import annotations

import pytest
from lark.exceptions import LarkError

from sqlsess_cli.core.filters.aggregates import AGGREGATES
from sqlsess_cli.core.filters.comparisons import HOLDS
from sqlsess_cli.core.filters.functions import FUNCTIONS
from sqlsess_cli.core.filters.parse import parser
from sqlsess_cli.names import language
from sqlsess_cli.names.scan import spot

TEXTS = [
    "score > 8 and not (last_name like 'St%') or a.b is not null and c is null",
    "a in (1, 'x', b + 2) and c not in (d) or e ilike :p and f not ilike 'x'",
    "x between 1 and 3 + b and not y not between 'a' and z or w not like 'v'",
    "count(distinct a.b) > 3 or has(marks, points > 8 and has(c.d)) and abs(- x) * 3 <= 2",
    "now() > date '2020-01-01' and (a = 1 or b) and coalesce(a, b > 3, not c) is null",
    "true or false = x and (a or b) is not null and null != 1 % 2 / y",
    "-a + b * (c - 3) != \"odd/name\".x and not not y == .5e3 <> '' <",
    "in = 1 and is > between and like or (or",
    "a > 1 < 2",
    "a b",
    "(a))",
    "a in b",
    "x is y",
    "round(a, 2) + 1",
]
STARTS = [("start", "condition"), ("column", "value")]


def prefixes(text: str) -> list[str]:
    """The text up to each of its blanks and brackets, and all of it."""
    return [f"{text[:at]} " for at in range(len(text) + 1) if text[at - 1 : at] in (*" (,)", "")]


def accepted(text: str, start: str) -> set[str] | None:
    parsing = parser().parse_interactive(text, start)
    try:
        parsing.exhaust_lexer()
    except LarkError:
        return None
    return set(parsing.accepts())


@pytest.mark.parametrize(("start", "ours"), STARTS)
@pytest.mark.parametrize("text", TEXTS)
def test_what_can_come_is_what_the_grammar_accepts(text: str, start: str, ours: str) -> None:
    for prefix in prefixes(text):
        theirs, found = accepted(prefix, start), spot(prefix, ours)
        if theirs is None or found is None:
            assert theirs is None, prefix
            assert found is None, prefix
            continue
        # What ends a text is nothing to type; what makes a name a call or a type follows it.
        follows = {"LPAR", "STRING"} if "NAME" not in theirs and found.state != "in" else set()
        assert theirs - {"$END", "DOT"} - follows == found.allowed, prefix


def test_the_words_are_those_of_the_language() -> None:
    assert set(language.FUNCTIONS) == {*FUNCTIONS, *HOLDS}
    assert set(language.AGGREGATES) == set(AGGREGATES)
    assert set(language.NO_ARGUMENTS) == {n for n, item in FUNCTIONS.items() if item.most == 0}


def test_every_keyword_of_the_grammar_is_known() -> None:
    spelled = {item.name for item in parser().terminals if item.pattern.flags}
    assert set(language.KEYWORDS.values()) == spelled
    for word, token in language.KEYWORDS.items():
        [pattern] = [item.pattern for item in parser().terminals if item.name == token]
        after = {"_HAS": "(", "_DISTINCT": " "}.get(token, "")
        assert parser().lex(f"x {word} ") if not after else pattern.to_regexp()


@pytest.mark.parametrize("state", language.NEXT)
def test_what_is_proposed_can_stand_there(state: str) -> None:
    """Each word that is proposed is read by the grammar where it is proposed."""
    before = {
        "condition": "", "arguments": "count(", "value": "x = ", "compare": "x ",
        "compared": "x = 1 ", "low": "x between 1 ", "done": "x is null ", "is": "x is ",
        "is not": "x is not ", "not": "x not ", "in": "x in ",
    }.get(state)  # fmt: skip
    for word in language.words(state):
        assert before is not None
        assert spot(before).state == state
        assert accepted(before + word, "start") is not None, before + word
        assert spot(before + word) is not None


def test_every_operator_is_proposed() -> None:
    [pattern] = [item.pattern for item in parser().terminals if item.name == "COMPARE"]
    spelled = set(pattern.to_regexp().replace("(?:", "").replace(")", "").split("|"))
    assert spelled - {"==", "<>"} == set(language.OPERATORS)  # two are said in two ways


@pytest.mark.parametrize(
    ("text", "at", "base", "beside", "quoted"),
    [
        ("score > 8 and na", 14, (), "", False),
        ("state = 'ne", 8, (), "state", True),
        ("state = ", 8, (), "state", False),
        ("a.state in ('x', 'n", 17, (), "a.state", True),
        ("not state != n", 13, (), "state", False),
        ("state + 1 = n", 12, (), "", False),
        ("state = a and oth", 14, (), "", False),
        ("has(marks, po", 11, ("marks",), "", False),
        ("has(a.b, has(c, x = 1 and d", 26, ("a.b", "c"), "", False),
        ("has(a.b, has(c, d)) and e", 24, (), "", False),
        ("count(ma", 6, (), "", False),
        ('x = 1 and "odd na', 10, (), "", False),
        ("x.", 0, (), "", False),
        ("a = b.c.d", 4, (), "a", False),
    ],
)
def test_the_end_of_a_text_is_told(
    text: str, at: int, base: tuple[str, ...], beside: str, *, quoted: bool
) -> None:
    found = spot(text)
    assert (found.at, found.base, found.beside, found.quoted) == (at, base, beside, quoted)


@pytest.mark.parametrize("text", ["score > 8", "a = :par", "a $ b", "a 'x", "a .b", "1 2 ", "$"])
def test_nothing_can_come_where_nothing_is_known(text: str) -> None:
    assert spot(text) is None
