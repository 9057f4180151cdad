"""What raw and raw0 share: values with nothing added to them."""

from __future__ import annotations

from sqlsess_cli.formats._columns import Values, plain, texts


def bare(values: Values, null: str) -> Values:
    """The values as they print; bytes are the bytes themselves."""
    easy = plain(values, null)
    if easy is not None:
        return easy
    found = texts([_decoded(value) for value in values])
    return [null if text is None else text for text in found]


def _decoded(value: object) -> object:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "surrogateescape")  # sinks.encoded undoes it
    return value
