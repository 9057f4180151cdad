"""What comes from a database, a file name or a server can neither act on a terminal nor hide."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers.program import ROOT, Finished
from servers.pseudoterminal import PseudoTerminal

FORMATS = sorted(path.stem for path in Path(ROOT, "sqlsess_cli/formats").glob("[!_]*.py"))
OURS = re.compile(rb"\x1b\[(?:\d+(?:;\d+)*)?m")  # colour: the only escape sequences that we send
C1_AND_BIDI = re.compile(
    "[\x80-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)

CELLS = {
    "clipboard": "\x1b]52;c;cm0gLXJmIH4K\x07",
    "title": "\x1b]0;owned\x1b\\",
    "clear": "\x1b[2J\x1b[Hwiped",
    "csi": "\x9b31mred\x85",
    "answer": "\x1b[6n\x1bZ\x05",
    "markup": "[/b][red]x[/red][link=http://e]y[/link]",
    "emoji": ":heart: 10:heart:20",
    "bidi": "user\u202e\u2066nimda\u2069",
    "zero": "pay\u200bpal\u00ad\ufeff",
    "tag": "a\U000e0041\U000e0042b",
    "newline": "one\ntwo\r\nthree\rfour",
    "tab": "a\tb",
    "vertical": "a\x0bb\x0cc",
    "back": "rm -rf\b\b\b\b\b\bls",
    "delete": "a\x7fb",
    "percent": "100% %s %(x)s {0}",
    "fold": "│ ─┼─ ∅",
    "backslash": r"C:\new\x1b",
    "quote": 'it\'s "so"; -- x',
}


def hostile(database: Database) -> None:
    """A table of them, in a database, where text is what the client sends."""
    database.execute("CREATE TABLE cells (name VARCHAR(20) PRIMARY KEY, value VARCHAR(200))")
    nul = {} if database.kind == "postgresql" else {"nul": "a\0b"}
    for name, value in {**CELLS, **nul}.items():
        database.execute(f"INSERT INTO cells VALUES ('{name}', {literal(database.kind, value)})")


def literal(kind: str, value: str) -> str:
    data = value.encode().hex()
    return {
        "sqlite": f"CAST(X'{data}' AS TEXT)",
        "mariadb": f"CONVERT(X'{data}' USING utf8mb4)",
        "postgresql": f"convert_from('\\x{data}', 'UTF8')",
    }[kind]


def inert(terminal: PseudoTerminal) -> str:
    """Only our own escape sequences were sent; what they leave is text, and it is returned."""
    text = OURS.sub(b"", bytes(terminal.raw)).decode()
    assert re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text) == []
    assert C1_AND_BIDI.findall(text) == []
    assert "\r" not in text.replace("\r\n", "\n")  # the terminal itself makes these
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_cell_cannot_act(
    pty: Callable[..., PseudoTerminal], database: Database, format_: str
) -> None:
    hostile(database)
    words = ("query", "cells", "--url", database.url, "-f", format_, "--order", "name")
    terminal = pty(*words, "--no-pager", size=(100, 60))
    assert terminal.code == 0
    shown = inert(terminal)
    for word in ("wiped", "nimda", "pal", "[red]x[/red]", ":heart:", "100% %s"):
        legible = shown.replace("\\[", "[").replace("\\]", "]")  # as Markdown has it
        assert word in legible
    assert "❤" not in shown


def test_a_cell_is_spelled_so_that_it_can_be_read(
    pty: Callable[..., PseudoTerminal], database: Database
) -> None:
    hostile(database)
    words = ("query", "cells", "--url", database.url, "-f", "vertical", "--no-header")
    terminal = pty(*words, "--no-pager", size=(100, 80))
    assert terminal.code == 0
    lines = inert(terminal).splitlines()
    shown = [line.partition("│ ")[2] for line in lines]
    for spelled in (
        r"\x1b]52;c;cm0gLXJmIH4K\x07",
        r"\x9b31mred\x85",
        r"user\u202e\u2066nimda\u2069",
        r"pay\u200bpal\xad\ufeff",
        r"a\U000e0041\U000e0042b",
        r"one\ntwo\r\nthree\rfour",
        r"a\tb",
        r"a\x0bb\x0cc",
        r"a\x7fb",
        "[/b][red]x[/red][link=http://e]y[/link]",
        ":heart: 10:heart:20",
        r"C:\new\x1b",
    ):
        assert spelled in shown


def test_a_cell_cannot_fake_a_row(pty: Callable[..., PseudoTerminal], database: Database) -> None:
    value = "x\n2 │ y\r\n─[ 2 ]──\n(9 rows)"
    database.execute(
        "CREATE TABLE cells (id INTEGER PRIMARY KEY, value VARCHAR(100))",
        f"INSERT INTO cells VALUES (1, {literal(database.kind, value)})",
    )
    for format_ in ("table", "vertical", "tsv", "markdown"):
        terminal = pty("query", "cells", "--url", database.url, "-f", format_)
        assert terminal.code == 0
        lines = inert(terminal).splitlines()
        assert not any(line.lstrip().startswith(("2 │", "(9")) for line in lines)
        assert sum("y" in line for line in lines) == 1


NAMES = [
    "\x1b[31mred",
    "a\nb",
    "[bold]c",
    "d\u202ee",
    "f\x07",
    ":heart:",
    'g"h',
    "i`j",
    "k%sl",
    " ",
]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_name_cannot_act(
    pty: Callable[..., PseudoTerminal], fresh: Callable[[str], Database], format_: str
) -> None:
    database = fresh("sqlite")
    quoted = ['"' + name.replace('"', '""') + '"' for name in NAMES]
    table = '"t\x1b]0;x\x07\n[b]"'
    columns = ", ".join(f"{name} TEXT DEFAULT 'v'" for name in quoted)
    database.execute(f"CREATE TABLE {table} ({columns})", f"INSERT INTO {table} DEFAULT VALUES")
    words = ("--url", database.url, "-f", format_, "--no-pager")
    terminal = pty("sql", f"SELECT * FROM {table}", *words, size=(200, 40))
    assert terminal.code == 0
    inert(terminal)
    if format_ not in ("table", "vertical", "json"):
        return
    for more in ((), ("t\x1b]0;x\x07\n[b]",)):
        terminal = pty("models", *more, *words, size=(200, 60))
        assert terminal.code == 0
        inert(terminal)


# --- what is told


def test_an_error_of_the_server_cannot_act(
    pty: Callable[..., PseudoTerminal], database: Database
) -> None:
    for text in ('SELECT * FROM "x\x1b]0;t\x07\nrolled back: y"', "SELECT '\x1b[31m' +", "\x1b[5m"):
        quoted = text.replace('"', "`") if database.kind == "mariadb" else text
        terminal = pty("sql", quoted, "--url", database.url)
        assert terminal.code in {2, 5, 6}
        told = inert(terminal).splitlines()
        assert [line for line in told if line.startswith("rolled back: y")] == []


def test_a_statement_that_is_echoed_cannot_act(pty: Callable[..., PseudoTerminal]) -> None:
    terminal = pty("sql", "SELECT '\x1b]0;t\x07\u202e' AS a", "--db", "demo", "--show-sql")
    assert terminal.code == 0
    inert(terminal)


@pytest.mark.parametrize(
    "words",
    [
        ("sql", "@{}"),
        ("query", "students", "--db", "{}"),
        ("query", "students", "--db", "demo", "-f", "{}"),
        ("query", "{}", "--db", "demo"),
        ("query", "students", "--db", "demo", "-c", "{}"),
        ("query", "students", "{}", "--db", "demo"),
        ("query", "students", "--db", "demo", "-o", "no/{}"),
        ("query", "students", "--db", "demo", "-C", "{}"),
        ("query", "students", "--db", "demo", "-m", "{}.py"),
        ("query", "students", "--url", "sqlite:///{}.db"),
        ("query", "students", "--url", "{}://x"),
        ("query", "students", "--db", "demo", "--isolation", "{}"),
        ("query", "students", "--db", "demo", "--timeout", "{}"),
        ("query", "students", "--db", "demo", "-P", "{}"),
        ("trust", "{}"),
        ("{}",),
        ("db", "{}"),
        ("query", "--{}"),
    ],
)
def test_a_word_of_the_command_line_cannot_fake_an_outcome(
    run: Callable[..., Finished], words: tuple[str, ...]
) -> None:
    """File names come from others too: a message shows one as it is spelled, on its own line."""
    evil = "x\x1b]0;t\x07\u202e\ncommitted: 1 row changed on y"
    done = run(*(word.format(evil) for word in words))
    assert done.code in {2, 3, 4, 74}
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    assert [line for line in done.err.splitlines() if line.startswith("committed")] == []
