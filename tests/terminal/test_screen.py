"""What a person sees: tables that fit their terminal, in colour where that is wanted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from servers._server import Database
from servers.program import Finished
from servers.pseudoterminal import PseudoTerminal
from wcwidth import wcswidth

STUDENTS = ("query", "students", "--db", "demo")
BOLD, DIM = b"\x1b[1m", b"\x1b[2m"


def test_a_table_as_a_person_expects_it(pty: Callable[..., PseudoTerminal]) -> None:
    terminal = pty(*STUDENTS)
    assert terminal.code == 0
    assert terminal.screen() == [
        " first_name │ last_name │ course    │ score",
        "────────────┼───────────┼───────────┼───────",
        " Ada        │ Lovelace  │ Analysis  │   9.5",
        " Alan       │ Turing    │ Logic     │   9.0",
        " Edgar      │ Codd      │ Relations │   8.5",
        " Emmy       │ Noether   │ Algebra   │  10.0",
        " Grace      │ Hopper    │ Compilers │  9.25",
        " Kurt       │ Gödel     │ Logic     │     ∅",
        "(6 rows)",
    ]


def test_what_streams_looks_as_what_is_drawn(pty: Callable[..., PseudoTerminal]) -> None:
    drawn = pty(*STUDENTS, size=(60, 40))
    streamed = pty(*STUDENTS, "--no-pager", size=(60, 9))
    assert drawn.code == streamed.code == 0
    assert drawn.screen()[-8:] == streamed.screen()[-8:]
    for terminal in (drawn, streamed):
        assert [terminal.raw.count(code) > 0 for code in (BOLD, DIM)] == [True, True]


@pytest.mark.parametrize(
    ("condition", "count"), [("score>100", "(0 rows)"), ("course=Algebra", "(1 row)")]
)
def test_rows_are_counted(pty: Callable[..., PseudoTerminal], condition: str, count: str) -> None:
    terminal = pty(*STUDENTS, condition)
    assert terminal.code == 0
    assert "first_name" in terminal.screen()[0]
    assert terminal.screen()[-1] == count


def test_quiet_counts_nothing(pty: Callable[..., PseudoTerminal]) -> None:
    terminal = pty(*STUDENTS, "-q", "-n", "1")
    assert terminal.code == 0
    assert terminal.screen()[-1].startswith(" Ada")


# --- colour


@pytest.mark.parametrize(
    ("words", "env", "colored"),
    [
        ((), {}, True),
        ((), {"TERM": "dumb"}, False),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, True),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ((), {"SQLSESS_COLOR": "never"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "always"), {"TERM": "dumb"}, True),
    ],
)
def test_colour_on_a_terminal(
    pty: Callable[..., PseudoTerminal],
    words: tuple[str, ...],
    env: dict[str, str],
    colored: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    terminal = pty(*STUDENTS, *words, env=env)
    assert terminal.code == 0
    assert (BOLD in terminal.raw) == (DIM in terminal.raw) == (b"\x1b" in terminal.raw) == colored


@pytest.mark.parametrize(
    ("words", "env", "colored"),
    [
        (("-f", "table"), {}, False),
        (("-f", "table"), {"FORCE_COLOR": "1"}, True),
        (("-f", "table", "--color", "always"), {}, True),
        (("-f", "table", "--color", "always", "-o", "/dev/stderr"), {}, False),
        ((), {"FORCE_COLOR": "1"}, False),
        (("-f", "csv", "--color", "always"), {}, False),
        (("-f", "json", "--color", "always"), {}, False),
    ],
)
def test_colour_in_a_pipe(
    run: Callable[..., Finished],
    words: tuple[str, ...],
    env: dict[str, str],
    colored: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    done = run(*STUDENTS, *words, env=env)
    assert done.code == 0
    assert (b"\x1b" in done.out_bytes + done.err_bytes) == colored


def test_errors_are_red_for_people_only(
    pty: Callable[..., PseudoTerminal], run: Callable[..., Finished]
) -> None:
    words = ("query", "nobody", "--db", "demo")
    terminal = pty(*words)
    assert terminal.code == 2
    assert b"\x1b[31merror: " in terminal.raw
    assert "\x1b" not in run(*words).err
    assert "\x1b[31merror: " in run(*words, env={"FORCE_COLOR": "1"}).err


# --- width


@pytest.mark.parametrize("width", [20, 30, 40, 60])
def test_a_narrow_terminal_shows_everything(pty: Callable[..., PseudoTerminal], width: int) -> None:
    terminal = pty(*STUDENTS, "--no-pager", size=(width, 60))
    assert terminal.code == 0
    screen = terminal.screen()
    assert all(wcswidth(line) <= width for line in screen)
    shown = "".join("".join(screen).split())
    for name in ("Lovelace", "Compilers", "Gödel", "9.25", "∅"):
        assert name in shown
    assert screen[-1] == "(6 rows)"


def test_long_cells_are_folded_and_rules_part_the_rows(
    pty: Callable[..., PseudoTerminal],
) -> None:
    text = "select 1 as id, 'the quick brown fox jumps over it' as text union all select 2, 'x'"
    terminal = pty("sql", text, "--db", "demo", size=(30, 24))
    assert terminal.code == 0
    assert terminal.screen() == [
        " id │ text",
        "────┼─────────────────────────",
        "  1 │ the quick brown fox",
        "    │ jumps over it",
        "────┼─────────────────────────",
        "  2 │ x",
        "(2 rows)",
    ]


def test_many_columns_turn_on_their_side(pty: Callable[..., PseudoTerminal]) -> None:
    columns = ", ".join(f"{n} as column_{n}" for n in range(12))
    terminal = pty("sql", f"select {columns}", "--db", "demo", size=(60, 24))
    assert terminal.code == 0
    assert terminal.screen()[0].startswith("─[ 1 ]──")
    assert terminal.screen()[1:13] == [f"column_{n:<2} │ {n}" for n in range(12)]


def test_the_environment_may_say_how_wide(pty: Callable[..., PseudoTerminal]) -> None:
    columns = ", ".join(f"{n} as column_{n}" for n in range(12))
    words = ("sql", f"select {columns}", "--db", "demo", "--no-pager")
    terminal = pty(*words, size=(60, 40), env={"COLUMNS": "300", "LINES": "20"})
    assert terminal.code == 0
    assert b"column_10" in bytes(terminal.raw).splitlines()[0]


def test_wide_and_combining_letters_keep_the_columns(
    pty: Callable[..., PseudoTerminal], database: Database
) -> None:
    words = [
        "plain",
        "日本語",
        "café",
        "cafe\u0301",
        "👍🏽",
        "👨‍👩‍👧",
        "🇩🇪",
        "한국어",
        "ﬁ",
        "ไทย",
        "नमस्ते",
        "مرحبا",
    ]
    database.execute("CREATE TABLE w (id INTEGER PRIMARY KEY, a VARCHAR(20), b VARCHAR(20))")
    for number, word in enumerate(words):
        database.execute(f"INSERT INTO w VALUES ({number}, '{word}', '|')")
    for size in ((60, 40), (60, 8)):
        terminal = pty("query", "w", "--url", database.url, "--no-pager", size=size)
        assert terminal.code == 0
        lines = [line.rstrip() for line in bytes(terminal.raw).decode().splitlines()]
        rows = [line for line in lines if line.endswith("│ |")]
        assert len(rows) == len(words)
        assert len({wcswidth(row.partition("│ |")[0]) for row in rows}) == 1


def test_a_terminal_of_no_size_is_a_usual_one(pty: Callable[..., PseudoTerminal]) -> None:
    terminal = pty(*STUDENTS, "--no-pager", size=(0, 0))
    assert terminal.code == 0
    assert b"Lovelace" in terminal.raw
    assert b"-[ 1 ]" not in terminal.raw
