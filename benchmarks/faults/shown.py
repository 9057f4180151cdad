"""Data that drives a terminal, and data that does not arrive as it is."""

from __future__ import annotations

import re

from benchmarks.faults.seen import Seen, fault, judged
from benchmarks.faults.trial import Trial

DRIVING = {
    "ESC": "\x1b[41m", "OSC 52": "\x1b]52;c;aGk=\x07", "C1": "\x9b41m"
}  # fmt: skip
HIDING = {"bidi override": "\u202e", "zero width space": "\u200b"}
SPELLED = re.compile(rb"\\x1[bB]|\\u001[bB]|\\e|\^\[|\\x9[bB]|\xe2\x90\x9b")
SELECT = "SELECT b FROM t"


def filled(trial: Trial, text: str) -> None:
    """One row with this text, put there by another client."""
    quoted = text.replace("\\", "\\\\") if trial.kind == "mariadb" else text
    quoted = quoted.replace("'", "''")
    trial.database.execute("DELETE FROM t", f"INSERT INTO t VALUES (1, '{quoted}')")


def reads(trial: Trial, sql: str) -> list[str]:
    """Arguments for a query; a peer's are those for anything."""
    return ["sql", sql] if trial.ours else trial.tool.once(sql)


def drawn(trial: Trial, sql: str) -> bytes:
    """What a terminal gets."""
    terminal = trial.terminal(reads(trial, sql))
    terminal.wait(15)
    return bytes(terminal.raw)


@fault(1, "a cell with ESC, OSC 52 or C1, on a terminal")
def escapes(trial: Trial) -> Seen:
    """Each of them in one cell."""
    filled(trial, "a" + "".join(f"{text}b" for text in DRIVING.values()))
    raw = drawn(trial, SELECT)
    passed = [name for name, text in DRIVING.items() if text.encode() in raw]
    if passed:
        return Seen("BAD", f"{', '.join(passed)} sent as it is")
    return Seen("ok", "spelled") if SPELLED.search(raw) else Seen("part", "dropped, unseen")


@fault(2, "bidi override and zero width, on a terminal")
def unseen(trial: Trial) -> Seen:
    """What shows a text in another order, or hides in it."""
    filled(trial, "".join(f"a{text}b" for text in HIDING.values()))
    raw = drawn(trial, SELECT)
    passed = [name for name, text in HIDING.items() if text.encode() in raw]
    return judged(not passed, f"{', '.join(passed)} sent as it is" if passed else "spelled")


@fault(3, "escapes in the text of an error")
def errors(trial: Trial) -> Seen:
    """A server says the name of a table that is not there, as it was typed."""
    quote = "`" if trial.kind == "mariadb" else '"'
    title = "\x1b]0;owned\x07"
    raw = drawn(trial, f"SELECT * FROM {quote}no{title}thing{quote}")
    if b"thing" not in raw:
        return Seen("BAD", "the error does not name it")
    passed = title.encode() in raw
    return judged(not passed, "sent as they are" if passed else "spelled")


VALUES = {
    "colour": "a\x1b[31mb\x1b[0m", "tab": "a\tb", "line end": "a\nb", "quotes": "a\"b'c\\d",
    "empty": "", "NULL as text": "NULL", "blank": " a ", "NUL": "a\0b",
}  # fmt: skip


@fault(4, "what is piped equals the data")
def piped(trial: Trial) -> Seen:
    """One cell after another; NULL has to be different from any text."""
    cells: dict[str, bytes] = {}
    for number, (name, text) in enumerate(VALUES.items()):
        if name != "NUL" or trial.kind != "postgresql":
            add(trial, number, text)
            cells[name] = cell(trial, number)
    trial.database.execute("INSERT INTO t VALUES (99, NULL)")
    null = cell(trial, 99)
    filled_up = trial.tool.sheet is None  # blanks at the end cannot be told from the frame's
    changed = [
        name
        for name, said in cells.items()
        if (VALUES[name].rstrip(" ") if filled_up else VALUES[name]) not in readings(said)
    ]
    same = [name for name, said in cells.items() if said == null]
    if changed:
        return Seen("BAD", f"changed: {', '.join(changed)}")
    return Seen("part", f"NULL is as: {', '.join(same)}") if same else Seen("ok", "equal")


def add(trial: Trial, number: int, text: str) -> None:
    """A row, in hexadecimal, so that no quoting is in the way."""
    code = text.encode().hex()
    made = {
        "sqlite": f"CAST(x'{code}' AS TEXT)",
        "mariadb": f"CONVERT(UNHEX('{code}') USING utf8mb4)",
        "postgresql": f"convert_from(decode('{code}', 'hex'), 'UTF8')",
    }[trial.kind]
    trial.database.execute(f"INSERT INTO t VALUES ({number}, {made})")


def cell(trial: Trial, number: int) -> bytes:
    """One cell as it is piped for a program, below its heading."""
    arguments = reads(trial, f"SELECT b FROM t WHERE a = {number}")
    done = trial.run([*(trial.tool.sheet or []), *arguments])
    _, _, rest = done.out_bytes.partition(b"\n")
    if trial.tool.sheet is None:
        return framed(done.out_bytes)
    return rest.removesuffix(b"\n").removesuffix(b"\r")


def framed(table: bytes) -> bytes:
    """The only cell of a table in a frame, without the blanks that fill it up."""
    found = re.search(rb"\n\|-+\|\n(.*)\n\+-+\+\n", table, re.DOTALL)
    lines = found[1].split(b"\n") if found else []
    return b"\n".join(line.removeprefix(b"| ").removesuffix(b"|").rstrip(b" ") for line in lines)


def readings(said: bytes) -> set[str]:
    """What a cell means, as CSV or as text with backslashes."""
    text = said.decode(errors="replace")
    escapes = {"t": "\t", "n": "\n", "0": "\0", "\\": "\\"}
    unescaped = re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[0]), text)
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return {text[1:-1].replace('""', '"')} if quoted else {text, unescaped}


@fault(5, "a cell of 5 MB in a piped table")
def large(trial: Trial) -> Seen:
    """By default, without a word about formats."""
    text = {
        "sqlite": "replace(hex(zeroblob(2500000)), '0', 'x')", "mariadb": "repeat('x', 5000000)",
        "postgresql": "repeat('x', 5000000)",
    }[trial.kind]  # fmt: skip
    done = trial.run(reads(trial, f"SELECT {text} AS b"))
    came = done.out_bytes.count(b"x")
    if came >= 5_000_000:
        return Seen("ok", "whole")
    return Seen("BAD", f"cut to {came:,} characters, exit {done.code}")
