"""Nothing that a user writes reaches the SQL text: values are bound, names are the model's."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from language.filters import Filters
from language.world import CLASSES, Base
from sqlalchemy import inspect as mapping_of
from sqlalchemy.dialects import mysql, postgresql, sqlite

from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.select import select_from
from sqlsess_cli.dialects._base import find
from sqlsess_cli.errors import UsageError

TEXTS = 1200
DIALECTS: list[Any] = [
    sqlite.dialect(paramstyle="named"), mysql.dialect(paramstyle="named"),
    postgresql.dialect(paramstyle="named"),
]  # fmt: skip

CANARY, NUMBER = "zq7canary", "73194628"
HOSTILE = (
    CANARY, f"'{CANARY}'", f'"{CANARY}"', NUMBER, f"{NUMBER}.5", f"{NUMBER}e3", f":{CANARY}",
    f"{CANARY}('{CANARY}')", f"date '{CANARY}'", f"-- {CANARY}", f"/* {CANARY} */", f"; {CANARY}",
    f"union select {CANARY}", f"' or '{CANARY}'='", f"\\'{CANARY}", f"`{CANARY}`", f"[{CANARY}]",
    f"$${CANARY}$$", f"0x{NUMBER}", f"%({CANARY})s", "%s", "?", "{0}", "::", f"id.{CANARY}",
    "(", ")", "'", '"', ",", ".", "=", " and ", " or ", " not ", " in (", " like ", " is null",
    "\n", "\t", "\0", "\x1b", "漢", "\u202e", "has(", "count(", "distinct ", "coalesce(",
)  # fmt: skip

# What SQLAlchemy and our own templates may write.
WORDS = set(
    "select from where and or not in is null between like ilike escape exists as join left outer"
    " inner on order by asc desc true false distinct glob lower upper trim abs round coalesce"
    " count sum avg min max cast param anon concat"
    # the types that PostgreSQL's parameters are cast to
    " varchar integer bigint smallint boolean date timestamp without time zone mood".split()
)
SIGNS = {*"()+-*/%=<>,.!|", "::"}
TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|::|--|:?[^\W\d]\w*|\d+(?:\.\d+)?|[^\w\s]",
    re.DOTALL,
)


def allowed(dialect: Any) -> set[str]:
    """Every token that the SQL of one database may have, without the numbers after names."""
    ours = {
        token for text in find(dialect.name).functions.values() for token in TOKEN.findall(text)
    }
    tables = Base.metadata.tables.values()
    names = {name for table in tables for name in (table.name, *table.columns.keys())}
    functions = set(find(dialect.name).functions)
    return {item.lower() for item in (*WORDS, *ours, *names, *functions, "'!'", "1")}


ALLOWED = {dialect.name: allowed(dialect) for dialect in DIALECTS}


def strange(sql: str, dialect: Any) -> list[str]:
    """The tokens of a statement that came from nowhere."""
    known = ALLOWED[dialect.name]
    found = []
    for token in TOKEN.findall(sql):
        plain = token.lower()
        if plain[:1] in ('"', "`"):
            plain = plain[1:-1]
        plain = re.sub(r"(?:_\d+)+$", "", re.sub(r"^:(?=\w)", "", plain))
        if plain not in SIGNS and plain not in known:
            found.append(token)
    return found


def spoilt(words: list[str], random: Random) -> list[str]:
    """The words with something hostile in some places."""
    made = []
    for word in words:
        text = word
        for _ in range(random.choice((0, 1, 1, 2))):
            parts = re.findall(r"'(?:[^']|'')*'|\w+|\s+|.", text, re.DOTALL)
            at = random.randrange(len(parts) + 1)
            keep = parts[at + 1 :] if random.random() < 0.6 else parts[at:]
            text = "".join([*parts[:at], random.choice(HOSTILE), *keep])
        made.append(text)
    return made


def canaries(text: str, random: Random) -> str:
    """The same filter with every literal made a canary, where its type takes one."""
    text = re.sub(r"'(?=[^'\d][^']*')", f"'{CANARY}", text)
    return re.sub(r"(?<![\w:.'])\d+(?![\w.'])", NUMBER, text) if random.random() < 0.5 else text


@pytest.mark.parametrize("seed", range(4))
def test_no_token_of_the_user_is_in_the_sql(seed: int) -> None:
    compiled = bound = 0
    for number in range(TEXTS // 4):
        random = Random(f"canary {seed} {number}")
        filters = Filters(random)
        name = filters.pick(*CLASSES)
        words = filters.words(filters.condition(name, 2))
        words = [canaries(word, random) for word in words]
        words = spoilt(words, random) if random.random() < 0.6 else words
        parameters = dict.fromkeys([*filters.parameters, CANARY], random.choice(HOSTILE))
        query = Query(words, order=[random.choice(("id", CANARY, "count()"))] * (number % 2),
                      parameters=parameters)  # fmt: skip
        try:
            statement, _ = select_from(Entity.of(mapping_of(CLASSES[name])), query)
        except UsageError:
            continue
        compiled += 1
        for dialect in DIALECTS:
            made = statement.compile(dialect=dialect)
            assert strange(str(made), dialect) == [], (words, parameters, str(made))
            assert CANARY not in str(made)
            bound += CANARY in str(made.params) or NUMBER in str(made.params)
    # It is no proof unless many filters were understood, and their canaries were bound.
    assert compiled > TEXTS / 4 * 0.2
    assert bound > compiled
