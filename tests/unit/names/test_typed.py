"""Words as bash has them: taken out of their quotes, and written back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlsess_cli.commands._typed import Typed, joined, typed


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["x", "b"], [Typed("x"), Typed("b")]),
        (["--db", "=", "ma"], [Typed("--db=ma", "", 5)]),
        (["--db", "=", "school", ":", "re"], [Typed("--db=school:re", "", 12)]),
        (["--db", "="], [Typed("--db=", "", 5)]),
        (["x", "--db", "=", ""], [Typed("x"), Typed("--db=", "", 5)]),
        (["a b"], [Typed("a b")]),
        (["'a  b'"], [Typed("a  b")]),
        (['"a $b'], [Typed("a $b", '"')]),
        (["'a'\\''b"], [Typed("a'b", "'", 2)]),
        (["'a '\\''b'\\''c"], [Typed("a 'b'c", "'", 5)]),
        (["course", "=", '"Lo'], [Typed("course=Lo", '"', 7)]),
        (["a", "=", "'b c'"], [Typed("a=b c", "", 2)]),
        (["x='a"], [Typed("x=a", "'", 2)]),
        (['"a\\"b\\c'], [Typed('a"b\\c', '"')]),
        (["a\\ b\\(c"], [Typed("a b(c")]),
        ([""], [Typed("")]),
    ],
)  # fmt: skip
def test_words_are_taken_out_of_their_quotes(words: list[str], found: list[Typed]) -> None:
    line = f"sqlsess {''.join(f'{word} ' if word == 'x' else word for word in words)}"
    assert [typed(*part) for part in joined(words, line)] == found


@pytest.mark.parametrize(
    ("words", "line", "found"),
    [
        (["query", ":", "b"], "sqlsess query :b", [("query", 0), (":b", 1)]),
        (["query", ":"], "sqlsess query :", [("query", 0), (":", 1)]),
        (["query", ":", "b", ""], "sqlsess query :b ", [("query", 0), (":b", 1), ("", 0)]),
        (["-d", "x", "a", "=", "b"], "sqlsess -d x a=b", [("-d", 0), ("x", 0), ("a=b", 2)]),
        (["query", "abcdef"], "sqlsess query abc", [("query", 0), ("abc", 0)]),
        (["query", "query"], "sqlsess query ", [("query", 0), ("", 0)]),
        ([""], "sqlsess ", [("", 0)]),
        (["query", "ab", ""], "", [("query", 0), ("ab", 0), ("", 0)]),
    ],
)
def test_words_that_stand_apart_are_told_from_parts_of_one(
    words: list[str], line: str, found: list[tuple[str, int]]
) -> None:
    assert joined(words, line) == found


@given(
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=12),
    st.sampled_from(["", "'", '"']),
)
def test_what_is_written_is_read_again(word: str, quote: str) -> None:
    written = quote + Typed("", quote).written(word, ends=False)
    assert typed(written).text == word


def test_what_is_written_means_the_word_to_bash(installed: Callable[[str], str]) -> None:
    words = ["$(x) `y`", "it's", 'a"b', "a\\b", "~", "#x", "{a,b}", "a;b|c&d", "*?[x]", "!x", " a "]
    lines = [
        Typed("", quote).written(word, ends=True) for word in words for quote in ("", "'", '"')
    ]
    quoted = [
        f"{quote}{line}{'' if line.endswith(quote) else quote}" if quote else line
        for line, quote in zip(lines, ["", "'", '"'] * len(words), strict=True)
    ]
    script = f"printf '%s\\n' {' '.join(quoted)}"
    shell = [installed("bash"), "--norc", "-c", script]
    told = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    assert told.split("\n")[:-1] == [word for word in words for _ in range(3)]


def test_bash_does_not_look_for_its_history() -> None:
    assert not Typed("", '"').can_hold("a!b")
    assert Typed("", '"').can_hold("a != b")
    assert Typed("", "'").can_hold("a!b")
