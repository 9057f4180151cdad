from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlsess_cli.inert import inert, inert_stream, is_inert

ACTING = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
anything = st.text(st.characters(), max_size=30) | st.binary().map(
    lambda data: data.decode("utf-8", "surrogateescape")
)


def test_every_character_that_acts_or_hides_is_spelled():
    passed = [
        f"U+{code:04X}"
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ACTING and inert(chr(code)) == chr(code)
    ]
    assert passed == []


@pytest.mark.parametrize("name", ["COMBINING GRAPHEME JOINER", "HANGUL FILLER",
                                  "BRAILLE PATTERN BLANK", "VARIATION SELECTOR-1",
                                  "VARIATION SELECTOR-16", "VARIATION SELECTOR-256",
                                  "MONGOLIAN FREE VARIATION SELECTOR ONE"])  # fmt: skip
def test_what_is_not_seen_is_spelled(name: str):
    assert inert(f"a{unicodedata.lookup(name)}b").startswith(("a\\u", "a\\U"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("\u202eabc", "\\u202eabc"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("back\\slash", "back\\slash"),
        ("back\\slash\0", "back\\\\slash\\x00"),
        ("a\u200db", "a\\u200db"),
    ],
)
def test_spelling(text: str, expected: str):
    assert inert(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "plain", "naïve Grüße", "日本語", "Ελλάδα", "🙂", "👨\u200d👩\u200d👧", "❤\ufe0f",
     "1\ufe0f\u20e3", "🏳\ufe0f\u200d🌈", "👩🏽\u200d💻", "e\u0301", "a\xa0b"],
)  # fmt: skip
def test_what_people_write_stays(text: str):
    assert inert(text) is text
    assert is_inert(text)
    assert inert_stream(text) == text


def test_a_selector_is_kept_once():
    """A chain of them could carry a message that nobody sees."""
    assert inert("❤\ufe0f\ufe0f\ufe0e") == "❤\ufe0f\\ufe0f\\ufe0e"
    assert inert("a\ufe0f") == "a\\ufe0f"


@given(anything)
def test_the_result_is_inert_and_final(text: str):
    assert is_inert(inert(text))
    assert inert(inert(text)) == inert(text)
    assert is_inert(text) == (inert(text) == text)


@given(st.lists(anything))
def test_what_holds_for_joined_texts_holds_for_each(texts: list[str]):
    assert is_inert(" ".join(texts)) == all(map(is_inert, texts))


@given(anything, anything)
def test_no_two_texts_look_alike_where_something_was_spelled(one: str, other: str):
    if not is_inert(one) and not is_inert(other):
        assert (inert(one) == inert(other)) == (one == other)


@given(anything)
def test_a_stream_keeps_its_layout(text: str):
    found = inert_stream(text)
    assert found.count("\n") == text.count("\n")
    assert found.count("\t") == text.count("\t")
    assert is_inert(found.replace("\n", "").replace("\t", ""))
    assert inert_stream("a\\b\n\t\x1b") == "a\\b\n\t\\x1b"
