"""Generated SQL: any text at all, and scripts of which we know what they are made of."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from sqlsess_cli.sql.lexical import Lexical

from .cases import LEXICALS

# What opens, closes, escapes, names or ends something somewhere; any order of them is a test.
ATOMS = [
    "'", '"', "`", "''", '""', "``", "[", "]", "\\", "\\'", "E'", "e'", "U&'", 'U&"', "N'", "x'",
    "$", "$$", "$a$", "$1", "a$b", "--", "-- ", "-", "#", "/*", "*/", "/*!", "/*!50001", "/*M!",
    ";", ";;", "//", "\\G", "\\g", "\\.", "\n", "\r", "\r\n", " ", "\t", "\x0b", "\0", "\x7f",
    ":", "::", ":a", ":b", ":=", "(", ")", ".", ",", "@", "%", "%s", "{", "?", "1", "5e", "é",
    "a", "e", "\xa0", "\ufeff", "\udc80", "delimiter ", "DELIMITER //\n", "copy ", "from stdin",
    "create ", "or replace ", "temp ", "trigger ", "procedure ", "function ", "rule ", "event ",
    "begin ", "not ", "atomic ", "end", "end;", "case ", "if ", "then ", "loop ", "select ", "as ",
]  # fmt: skip

unhurried = settings(deadline=None)  # a busy machine is no failure

lexicals = st.sampled_from(list(LEXICALS.values()))
hostile = st.lists(st.sampled_from(ATOMS) | st.text(max_size=3), max_size=40).map("".join)


def quoted(quote: str, *, backslash: bool = False) -> st.SearchStrategy[str]:
    """Something in quotes, its content any, its quotes doubled (and backslashes, if they count)."""

    def enclose(content: str) -> str:
        inner = content.replace(quote, quote * 2)
        return quote + (inner.replace("\\", "\\\\") if backslash else inner) + quote

    return contents.map(enclose)


contents = st.lists(st.sampled_from(ATOMS) | st.text("ab é'\";:", max_size=3), max_size=6).map(
    lambda parts: "".join(parts).replace("\0", "").replace("\udc80", "")
)


def string_literals(lexical: Lexical) -> st.SearchStrategy[str]:
    """String literals in every spelling the database has."""
    styles = [quoted("'", backslash=lexical.backslash_escapes)]
    if lexical.double_quotes == "string":
        styles.append(quoted('"', backslash=True))
    if "E" in lexical.prefixes:
        styles.append(quoted("'", backslash=True).map(lambda text: "E" + text))
    if lexical.dollar_quotes:
        styles.append(
            contents.filter(lambda text: "$" not in text).map(lambda text: f"$é${text}$é$")
        )
    return st.one_of(styles)


def comments(lexical: Lexical) -> st.SearchStrategy[str]:
    """Comments in every style the database has."""
    blocks = contents.map(lambda text: text.replace("/", "").replace("!", "").replace("M", ""))
    lines = contents.map(lambda text: text.replace("\n", "").replace("\r", ""))
    styles = [blocks.map("/* {} */".format), lines.map("-- {}\n".format)]
    if lexical.nested_comments:
        styles.append(blocks.map("/* /* {} */ ; */".format))
    if lexical.hash_comments:
        styles.append(lines.map("#{}\n".format))
    return st.one_of(styles)


@st.composite
def queries(draw: st.DrawFn, lexical: Lexical) -> str:
    """A SELECT that every database of the kind can run: literals and comments, hard ones."""
    gaps = st.just(" ") | comments(lexical)
    columns = draw(st.lists(string_literals(lexical), min_size=1, max_size=3))
    separator = draw(gaps) + "," + draw(gaps)
    return "select" + draw(gaps) + separator.join(columns)
