"""Lines from a pipe, from a file and from -e: what is run, what is answered, where it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from repl.conftest import Play, names
from servers._server import Database
from servers.program import Finished

Run = Callable[..., Finished]


@pytest.fixture
def demo(run: Run) -> Callable[..., Finished]:
    """`demo("select 1;")`: run lines in the demo."""

    def script(*lines: str, flags: tuple[str, ...] = (), **options: object) -> Finished:
        text = "".join(f"{line}\n" for line in lines)
        return run("repl", "--db", "demo", *flags, input=text, **options)

    return script


def test_statements_and_verbs_are_run_in_turn(demo: Callable[..., Finished]) -> None:
    done = demo(
        "-- a comment; with a semicolon", "select 'a;b' as x,", "  2 as y; select 3 as z;",
        "query students first_name=Ada -c last_name", r"\query students first_name=Ada -c score",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert done.out == "x\ty\na;b\t2\nz\n3\nlast_name\nLovelace\nscore\n9.5\n"


def test_a_last_statement_needs_no_end(demo: Callable[..., Finished]) -> None:
    assert demo("select 1 as a").out == "a\n1\n"


@pytest.mark.parametrize("ending", [r"\g", r" \g", ";", "\n;"])
def test_ends_of_a_statement(demo: Callable[..., Finished], ending: str) -> None:
    assert demo(f"select 1 as a{ending}").out == "a\n1\n"


@pytest.mark.parametrize("ending", [r"\G", r"\gx"])
def test_a_row_as_a_block_of_lines(demo: Callable[..., Finished], ending: str) -> None:
    assert "a │ 1" in demo(f"select 1 as a{ending}").out


def test_a_backslash_in_a_string_is_data(demo: Callable[..., Finished]) -> None:
    done = demo(r"select '\g' as a;", flags=("-f", "raw"))
    assert done.out == "\\g\n"


def test_the_first_that_fails_ends_it(demo: Callable[..., Finished]) -> None:
    done = demo("select 1 as a;", "select nope;", "select 2 as b;")
    assert (done.code, done.out) == (5, "a\n1\n")
    assert done.err.splitlines()[-1] == "stopped: at line 2 of standard input"


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (r"\connet x", 2, "did you mean"),
        (r"\pset formt csv", 2, "did you mean 'format'?"),
        (r"\connect nowhere", 2, "no database is called 'nowhere'"),
        (r"\i nowhere.sql", 2, "cannot read nowhere.sql"),
        (r"\! touch x", 6, "from a terminal only"),
        (r"select 1 \g | cat", 6, "from a terminal only"),
        (r"\o | cat", 6, "from a terminal only"),
        (r"\e", 6, "from a terminal only"),
        (r"\commit", 2, "no transaction is open"),
        (r"\g", 2, "there is no statement yet"),
        (r"\query students 'a", 2, "close the quote"),
        (r"\repl", 2, "this is the console already"),
        (r"\unset a", 2, "no variable is called 'a'"),
        (r"\du", 2, "SQLite has no roles to list"),
        (r"\rollback", 2, "no transaction is open"),
        ("select :a;", 2, "the parameter :a has no value"),
        ("copy t from stdin;", 2, "COPY of standard input"),
    ],
)
def test_what_cannot_be_done_is_told(
    demo: Callable[..., Finished], line: str, code: int, told: str
) -> None:
    done = demo(line, "select 1;")
    assert (done.code, done.out) == (code, "")
    assert told in done.err


def test_lines_of_the_command_line(run: Run) -> None:
    words = ("-e", "select 1 as a;", "-e", "query students -n 1 -c course")
    done = run("shell", "--db", "demo", *words)
    assert (done.code, done.out) == (0, "a\n1\ncourse\nAnalysis\n")
    assert run("repl", "--db", "demo", "-e", "select nope", "-e", "select 1").out == ""


def test_variables_are_bound_not_spliced(demo: Callable[..., Finished]) -> None:
    done = demo(r"\set a 'x'' or 1=1'", "select :a as a;", "select 2 as b, null as c \\gset n_",
                "select :n_b + 1 as d;", r"\set")  # fmt: skip
    assert (done.code, done.out) == (0, "a\nx or 1=1\nd\n3\n")
    assert done.err == "a = x or 1=1\nn_b = 2\n"


def test_files_are_included_and_written(demo: Callable[..., Finished], folder: Path) -> None:
    (folder / "more.sql").write_text("select 2 as b;\n\\echo from the file\n")
    done = demo(r"\o out.txt", "select 1 as a;", r"\i more.sql", r"\o", "select 3 as c;",
                r"select 4 as d \g four.csv", "query students -n 1 -c score > 1.json")  # fmt: skip
    assert (done.code, done.out) == (0, "c\n3\n")
    assert (folder / "out.txt").read_text() == "a\n1\nb\n2\nfrom the file\n"
    assert (folder / "four.csv").read_text() == "d\n4\n"
    assert json.loads((folder / "1.json").read_text()) == [{"score": 9.5}]


def test_a_file_that_includes_itself_ends(demo: Callable[..., Finished], folder: Path) -> None:
    (folder / "loop.sql").write_text("\\i loop.sql\n")
    done = demo(r"\i loop.sql")
    assert done.code == 2
    assert "too deeply" in done.err


def test_how_answers_look(demo: Callable[..., Finished]) -> None:
    done = demo(r"\pset format csv", r"\pset null -", "select null as a, 1 as b;",
                r"\pset format", r"\timing on", "select 1 as a;")  # fmt: skip
    assert done.out == "a,b\n-,1\na\n1\n"
    assert "time: " in done.err


def test_python_finds_the_models(demo: Callable[..., Finished]) -> None:
    done = demo(r"\py select(Students.last_name).where(Students.score > 9.2)", r"\py 6 * 7")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "42"
    assert "Lovelace" in done.out


def test_bare_words_of_other_clients(demo: Callable[..., Finished]) -> None:
    done = demo("show tables;", "use demo", "exit;", "select 1;")
    assert (done.code, done.out) == (0, "table\nstudents\n")


def test_a_server_text_is_never_a_line(demo: Callable[..., Finished]) -> None:
    done = demo(r"select '\q' as a, char(10) || '\q' as b \gset", "select :a as a, 1 as b;")
    assert (done.code, done.out) == (0, "a\tb\n\\\\q\t1\n")


def test_every_command_has_help(demo: Callable[..., Finished]) -> None:
    shown = demo(r"\?", "help").out
    for name in (r"\begin", r"\gset", r"\connect", r"\watch"):
        assert shown.count(f"{name} ") == 2
    assert "--order" in demo(r"\? query").out


def test_what_there_is(play: Play, students: Database) -> None:
    done = play(r"\dt", r"\di", r"\dv", r"\d students", r"\dn")
    assert done.code == 0
    assert done.out.startswith("table\nstudents\n")
    assert "name\tVARCHAR(20)" in done.out


@pytest.mark.needs("accounts")
def test_databases_and_roles(play: Play, students: Database) -> None:
    done = play(r"\l", r"\du")
    assert done.code == 0
    assert students.name in done.out


def test_going_to_another_database(
    play: Play, students: Database, fresh: Callable[[str], Database]
) -> None:
    other = fresh(students.kind)
    other.execute("CREATE TABLE t (a INTEGER)")
    done = play(rf"\connect {other.url}", "INSERT INTO t VALUES (1);", flags=("--write",))
    assert done.code == 0
    assert other.value("SELECT count(*) FROM t") == 1
    changes = "INSERT INTO t VALUES (2);"
    done = play(r"\write on", rf"\connect {other.url}", changes)
    assert done.code == 6, "what was allowed on one database is not on another"
    refused = play(r"\begin", "DELETE FROM students;", rf"\c {other.url}", flags=("--write",))
    assert "the open transaction has changes" in refused.err
    assert names(students) == ["Ada", "Alan"]


def test_a_watched_statement_is_sent_again(demo: Callable[..., Finished]) -> None:
    done = demo(r"select 1 as a \watch 0.01 3")
    assert (done.code, done.out) == (0, "a\n1\n" * 3)


def test_a_protected_database_is_named_to_be_changed(
    run: Run, students: Database, folder: Path
) -> None:
    (folder / "sqlsess.toml").write_text(f'[db.live]\nurl = "{students.url}"\nprotected = true\n')
    lines = "\\write on\nDELETE FROM students;\n"
    done = run("repl", "--db", "live", input=lines)
    assert (done.code, "live is protected" in done.err) == (6, True)
    assert run("repl", "--db", "live", "--confirm", "live", input=lines).code == 0
    assert names(students) == []


def test_a_line_may_name_another_database(
    run: Run, students: Database, fresh: Callable[[str], Database], folder: Path
) -> None:
    other = fresh(students.kind)
    urls = {"one": students.url, "two": other.url}
    toml = "".join(f'[db.{name}]\nurl = "{url}"\n' for name, url in urls.items())
    (folder / "sqlsess.toml").write_text(toml)
    done = run("repl", "--db", "one", input="\\dt\nmodels --db two\n\\c two\n\\dt\n\\c one\n\\dt\n")
    assert (done.code, done.out.count("students")) == (0, 2)


def test_parameters_of_the_command_line_are_variables(demo: Callable[..., Finished]) -> None:
    done = demo("select 1 as a;", "select :x as x;", flags=("-p", "x=a=b"))
    assert (done.code, done.out) == (0, "a\n1\nx\na=b\n")
    assert demo("select 1;", flags=("-p", "x:=1")).code == 2


def test_each_line_has_the_time_limit(demo: Callable[..., Finished]) -> None:
    numbers = "with recursive s(i) as (select 1 union all select i + 1 from s)"
    long = f"{numbers} select count(*) from s;"
    done = demo("select 1 as a;", long, flags=("--timeout", "1s"))
    assert (done.code, done.out) == (124, "a\n1\n")


def test_where_its_answer_goes_is_said_line_by_line(demo: Callable[..., Finished]) -> None:
    assert demo("select 1;", flags=("-o", "x.csv")).code == 2


@pytest.mark.needs("accounts")
def test_what_the_server_says_is_told(play: Play, students: Database) -> None:
    done = play("DROP TABLE IF EXISTS nowhere;", flags=("--write",))
    told = {
        "mariadb": f"note: Unknown table '{students.name}.nowhere'",
        "postgresql": 'notice: table "nowhere" does not exist, skipping',
    }
    assert done.err.splitlines()[0] == told[students.kind]
