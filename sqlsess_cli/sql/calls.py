"""The names in a statement that stand where a function's name would."""

from __future__ import annotations

from collections.abc import Iterator

from sqlsess_cli.sql.scan import tokens
from sqlsess_cli.sql.statement import Statement


def called(statement: Statement) -> Iterator[str]:
    r"""Every name before a parenthesis, in lower case and without its quotes.

    One spelled by code points, such as `U&"lo\005fexport"`, is given as it is written.
    """
    before = ""
    for kind, at, end in tokens(statement.text, statement.lexical):
        if kind in {"space", "comment"}:
            continue
        mark = statement.text[at:end]
        if mark == "(" and before:
            yield before
        before = ""
        if kind in {"word", "name"}:
            before = mark.strip('"`[]').lower()
