"""Names as text that any notation can hold: on one line, without what would act."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping


def one_line(text: str, escapes: Mapping[int, str]) -> str:
    """A text on one line, with what a notation gives a meaning to spelled as that wants it.

    Control characters become their pictures; what no file can hold becomes a replacement sign.
    """
    return "".join(map(_visible, text)).translate(escapes)


def spelled(letters: Iterable[str], how: str) -> dict[int, str]:
    """An escape for each letter, from a template for its number, such as `#{};`."""
    return {ord(letter): how.format(ord(letter)) for letter in letters}


def _visible(letter: str) -> str:
    if " " <= letter <= "~":
        return letter
    if ord(letter) < 32:
        return chr(0x2400 + ord(letter))
    strange = unicodedata.category(letter) in {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"}
    return "\N{REPLACEMENT CHARACTER}" if strange else letter
