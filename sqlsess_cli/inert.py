"""Text that cannot act: every invisible or controlling character spelled out."""

from __future__ import annotations

import re

_EMOJI = "\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"

# Characters that str.isprintable() lets pass though nothing is drawn for them: joiners, fillers,
# the blank braille pattern, and the variation selectors that can carry a hidden message.
_UNSEEN = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0000-\U000e0fff"
)

_SUSPECT = re.compile(
    # C0, DEL, C1, soft hyphen, then every format, separator, surrogate and private-use character
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    f"\U000f0000-\U0010ffff{_UNSEEN}]"
)
# How some emoji are written: a zero-width joiner between two, one selector of its look after one.
# Anywhere else these hide.
_JOINED = re.compile(
    f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])|(?<=[{_EMOJI}0-9#*\xa9\xae])[\ufe0e\ufe0f]"
)

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def is_inert(text: str) -> bool:
    """Nothing in the text needs to be spelled; so also nothing in the texts it was joined of."""
    if text.isascii() and text.isprintable():
        return True
    if not _SUSPECT.search(text):
        return True
    joined = sum(1 for _ in _JOINED.finditer(text))
    return joined > 0 and len(_SUSPECT.findall(text)) == joined


def inert(text: str) -> str:
    r"""The text with control, bidi, zero-width and unprintable characters spelled as escapes.

    A newline becomes `\n`, ESC `\x1b`, U+202E `\u202e`; an undecodable byte (a surrogate escape)
    `\xff`. Where anything was escaped, a backslash of the text itself is doubled.
    """
    if is_inert(text):
        return text
    keep = {match.start() for match in _JOINED.finditer(text)}
    return "".join(char if index in keep else _spell(char) for index, char in enumerate(text))


def inert_stream(text: str) -> str:
    """The same for text whose own newlines and tabs are layout: they and backslashes stay."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    joined = {match.start() for match in _JOINED.finditer(text)}
    return "".join(
        char if char in "\n\t\\" or index in joined else _spell(char)
        for index, char in enumerate(text)
    )


def _spell(char: str) -> str:
    if char == "\\":
        return "\\\\"
    if not _SUSPECT.match(char):
        return char
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
