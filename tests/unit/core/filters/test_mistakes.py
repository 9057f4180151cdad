"""Mistakes: the caret is under them, and no input makes the compiler fall over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from language.world import CLASSES
from servers.program import Finished
from sqlalchemy import inspect as mapping_of
from wcwidth import wcswidth

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.select import select_from
from sqlsess_cli.errors import UsageError


def compiled(*words: str, name: str = "Person", **parameters: str) -> None:
    select_from(Entity.of(mapping_of(CLASSES[name])), Query(words, parameters=parameters))


def refused(*words: str, name: str = "Person", **parameters: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        compiled(*words, name=name, **parameters)
    return caught.value


# A text, and its part that the caret is under.
CARETS = [
    ("score = 'x'", "'x'"),
    ("score = 1 and\n  nmae = 'x'", "nmae"),
    ("score = 1\nand name like 'a%'\nor boss.nmae = 1\nor good", "nmae"),
    ("name = '漢字漢字' and scroe = 1", "scroe"),
    ("name = '漢字'\n\tand scroe = 1", "scroe"),
    ("\t\tname = 'a\u0301' and scroe = 1", "scroe"),
    ("name\t=\t'a'\tand\tscroe = 1", "scroe"),
    ("name = '\x1b[31m' and scroe = 1", "scroe"),
    ("name = '\u202e' and scroe = 1", "scroe"),
    ("name = '\U0001f642' and scroe = 1", "scroe"),
    (f"name = '{'x' * 200}' and scroe = 1", "scroe"),
    (f"scroe = 1 or name = '{'x' * 200}'", "scroe"),
    ("team.title.x = 1", "title"),
    ("team.titel = 'x'", "titel"),
    ("has(orders, totl > 5)", "totl"),
    ("count(ordrs) > 5", "ordrs"),
    ("sum(orders.nmuber) > 5", "nmuber"),
    ("team = 5", "team"),
    ("orders.lines = 5", "lines"),
    ("name > 5 + good", "+"),
    ("score = 1 and name = score", "= score"),
    ("score in (1, 'x', 3)", "'x'"),
    ("score between 1 and 'x'", "'x'"),
    ("born between '2024-01-01' and '2024-02-30'", "'2024-02-30'"),
    ("lower(score) = 'x'", "score"),
    ("has(team, lower(budget) = 'x')", "budget"),
    ("name like score", "score"),
    (r"name like 'a\'", r"'a\'"),
    ("round(weight, 1.5) = 2", "1.5"),
    ("coalesce(score, 'x') = 2", "'x'"),
    ("mood < 'SAD'", "<"),
    ("mood = 'SED'", "'SED'"),
    ("seen = '2024-01-01T00:00+01:00'", "'2024-01-01T00:00+01:00'"),
    ("score % 2.5 = 1", "%"),
    ("score = 1e999", "1e999"),
    ("-name = 'a'", "-name"),
    ("count() > 5", "count"),
    ("sum(orders.total + staff.score) > 5", "sum"),
    ("contains(name) and good", "contains"),
    ("score = :none", ":none"),
]


@pytest.mark.parametrize(("text", "part"), CARETS)
def test_the_caret_is_under_the_mistake(text: str, part: str) -> None:
    _, shown, caret = refused(text).message.split("\n")
    before = len(caret) - 1
    assert caret == " " * before + "^"
    at = next(at for at in range(len(shown)) if wcswidth(shown[:at]) == before)
    assert shown[at:].startswith(part)


# What is meant by an unknown name, and what else could stand there.
HINTS = [
    ("scroe = 1", "did you mean 'score'"),
    ("boss.taem.title = 'x'", "did you mean 'team'"),
    ("orders.totel = 1", "did you mean 'total'"),
    ("Person.score = 1", "a path begins at Person: score"),
    ("people.score = 1", "a path begins at Person: score"),
    ("name = Ada", "a text has quotes: 'Ada'"),
    ("name like Ada", "a text has quotes: 'Ada'"),
    ("cuont(orders) = 1", "did you mean 'count'"),
    ("strtswith(name, 'a')", "did you mean 'startswith'"),
    ("score = null", "is null, or is not null"),
    ("score in (1, null)", "is null, or is not null"),
    ("score is 1", "expected null"),
    ("team = 'x'", "say team.id or team.title or team.budget"),
    ("count() = 1", "for groups there is --having"),
    ("mood = 'GLED'", "did you mean 'GLAD'"),
    ("born = dat '2024-01-01'", "did you mean 'date'"),
    ("seen - born = 1", "such as now() - interval '7 days'"),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_the_hint_says_what_was_meant(text: str, hint: str) -> None:
    assert refused(text).hint.startswith(hint)


def test_a_path_that_leads_to_many_is_no_column() -> None:
    entity = Entity.of(mapping_of(CLASSES["Person"]))
    with pytest.raises(UsageError, match="has many values") as caught:
        select_from(entity, Query(columns=["orders.total + 1"]))
    assert caught.value.hint.startswith("include them with -i orders, or count(orders)")


MANY = 200_000
MONSTERS = {
    "brackets": "(" * MANY,
    "closed brackets": f"{'(' * 5000}score = 1{')' * 5000}",
    "not": f"{'not ' * 4000}good",
    "minus": f"score = {'-' * 9000}1",
    "sum": f"score = {'1+' * 9000}1",
    "product": f"score = {'9*' * 9000}9",
    "calls": f"{'lower(' * 3000}name{')' * 3000} = 'x'",
    "aggregates": f"{'count(' * 3000}orders{')' * 3000} = 1",
    "has": f"{'has(staff,' * 1500}good{')' * 1500}",
    "has, and what cannot be nested": f"{'has(staff,' * 61}good{')' * 61}",
    "steps": f"{'boss.' * 3500}name = 'x'",
    "steps of a short form": f"{'boss.' * MANY}name=x",
    "digits": f"score = {'9' * 9999}",
    "digits of a short form": f"score={'9' * MANY}",
    "exponent": "score = 1e999999999",
    "small exponent": "score = 1e-999999999",
    "text": f"name = '{'x' * MANY}'",
    "open text": "'" + "x" * MANY,
    "quotes": "'" * 19_999,
    "double quotes": '"' * 19_999,
    "names": "a" * MANY,
    "points": "a." * 9999,
    "items": f"score in ({'1,' * MANY}1)",
    "spaces": " " * MANY,
    "lines": "\n" * 19_000 + "score",
    "and": f"{'good and ' * MANY}",
    "parameters": ":p" * 9999,
    "a wrong value": f"score={'x' * MANY}",
    "a wrong value with spaces": f"score={'x or ' * MANY}",
    "bytes that are no text": "name = '\udcff'",
    "bytes that are no text, short": "name=\udcff",
}


@pytest.mark.parametrize("text", MONSTERS.values(), ids=MONSTERS)
def test_what_is_too_much_is_refused(text: str) -> None:
    error = refused(text)
    assert len(error.message) < 500
    assert len(error.hint) < 500


def test_what_is_much_is_taken() -> None:
    compiled(f"name={'x y ' * MANY}")
    compiled("name = :long", long="x" * MANY)
    compiled(*["score = 1"] * 2000)
    compiled(f"score in ({'1, ' * 5000}1)")
    compiled(" or ".join(["score = 1"] * 1500))
    compiled(f"{'(' * 50}score = 1{')' * 50}")
    compiled(f"{'boss.' * 19}name = 'x'")


def test_a_megabyte_on_the_command_line(run: Callable[..., Finished]) -> None:
    words = ["name = 'x' and " * 8000] * 8  # a word may have 128 kB
    finished = run("query", "students", *words, "--db", "demo")
    assert finished.code == 2
    assert "a condition of 120,000 characters" in finished.err
