"""What is measured: sections, each with a reference and the command lines compared to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from benchmarks.data import USERS, counted
from benchmarks.databases import WIDE, Database
from benchmarks.environments import OURS, Environments
from benchmarks.measure import Command
from benchmarks.peers import MODELS, PROGRAMS, TOOLS, Question, located

NAMES = ("start", "query", "models", "table", "export", "first", "warm")

# Of start-up: the tool, its environment (None: of the system), its words for --version and --help,
# and the variable that asks for completions. hsql answers that too, but ends with an error.
STARTED = (
    ("sqlsess", OURS, "--version", "--help", "_SQLSESS_COMPLETE"),
    ("hsql", "harlequin", "--version", "--help", ""),
    ("sqlite-utils", "sqlite-utils", "--version", "--help", "_SQLITE_UTILS_COMPLETE"),
    ("litecli", "litecli", "--version", "--help", "_LITECLI_COMPLETE"),
    ("pgcli", "pgcli", "--version", "--help", "_PGCLI_COMPLETE"),
    ("mycli", "mycli", "--version", "--help", "_MYCLI_COMPLETE"),
    ("sql2csv", "csvkit", "--version", "--help", ""),
    ("sqlite3", None, "-version", "", ""),  # 3.40 ends with an error after -help
    ("mariadb", None, "--version", "--help", ""),
    ("psql", None, "--version", "--help", ""),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured.

    Attributes:
        table: rows of the table that is drawn.
        exports: rows of the exports; the last of them is also that of the section "first".
        rounds: pairs for each section.
        pairs: for exports, by rows: pairs of ours, and of others.
    """

    table: int
    exports: tuple[int, ...]
    rounds: dict[str, int]
    pairs: dict[int, tuple[int, int]]


FULL = Scale(
    10_000, (100_000, 1_000_000), {"start": 15, "query": 9, "models": 5, "table": 5, "first": 2},
    {100_000: (3, 1), 1_000_000: (2, 1)},
)  # fmt: skip
QUICK = Scale(
    10_000, (100_000,), {"start": 5, "query": 5, "models": 3, "table": 2, "first": 2},
    {100_000: (2, 1)},
)  # fmt: skip
TINY = Scale(
    200, (500,), {"start": 1, "query": 1, "models": 1, "table": 1, "first": 1}, {500: (1, 1)}
)


@dataclass(frozen=True, slots=True)
class Case:
    """A row of a section: a tool, and how it is run; no command when it is not installed."""

    tool: str
    role: str
    command: Command | None


@dataclass(frozen=True, slots=True)
class Section:
    """Command lines that do the same, and the one that the others are compared to.

    Attributes:
        name: one of NAMES.
        about: what is done.
        place: the database, or nothing.
        rows: how many.
        reference: compared to.
        cases: the rows.
        rounds: how many pairs.
        others: how many for tools that are not ours.
        asked: whose answer is read back and compared with the source.
        sends: say how many statements each sends.
        before: what is run once, before anything is measured.
    """

    name: str
    about: str
    place: str
    rows: int
    reference: Case
    cases: list[Case]
    rounds: int
    others: int
    asked: Question | None = field(default=None)
    sends: bool = False
    before: Command | None = None


def sections(
    names: list[str], found: list[Database], places: Environments, scale: Scale
) -> Iterator[Section]:
    """Everything there is to measure, in order."""
    if "start" in names:
        yield from _start(places, scale)
        yield _named_at_a_tab(places, scale)
    for database in found:
        if database.missing:
            continue
        if "query" in names:
            yield _query(database, places, scale)
        if "models" in names:
            yield _filtered(database, places, scale)
            yield _related(database, places, scale)
        if "table" in names:
            yield _table(database, places, scale)
        if "export" in names:
            yield from _exports(database, places, scale)
        if "first" in names:
            yield _first(database, places, scale)
        if "warm" in names:
            yield from _warm(database, places, scale)


def _warm(database: Database, places: Environments, scale: Scale) -> Iterator[Section]:
    from benchmarks.warm import warm

    yield warm(_query(database, places, scale), places)
    yield warm(_table(database, places, scale), places)
    most = (item for item in _exports(database, places, scale) if item.rows == scale.exports[-1])
    yield warm(next(item for item in most if item.about == "csv, events"), places)


def _start(places: Environments, scale: Scale) -> Iterator[Section]:
    nothing = Case("python -c pass", "floor", _python(places, "pass"))
    for about in ("--version", "--help", "completion"):
        cases = []
        for name, environment, version, manual, variable in STARTED:
            role = "ours" if environment == OURS else "peer" if environment else "native"
            word = {"--version": version, "--help": manual}.get(about, variable)
            if word:
                command = _completing(name, word) if word == variable else Command([name, word])
                cases.append(_case(name, role, environment, command, places))
        modules = ("click",) if about != "--version" else ("sqlalchemy.orm",)
        cases += [_importing(places, module) for module in modules]
        rounds = scale.rounds["start"]
        yield Section("start", about, "", 0, nothing, [nothing, *cases], rounds, rounds)


def _completing(name: str, variable: str) -> Command:
    """What the script for bash, ours or click's, asks for after `NAME --he` and a Tab."""
    if name == OURS:
        return Command([name, "--he"], {variable: "bash"}, "--he")
    env = {variable: "bash_complete", "COMP_WORDS": f"{name} --he", "COMP_CWORD": "1"}
    return Command([name], env, "plain,--help")


def _named_at_a_tab(places: Environments, scale: Scale) -> Section:
    """What a Tab proposes among 1,000 tables of 50 columns, that a command has seen before."""
    path = os.path.join(os.path.dirname(places.folder), "data", WIDE)
    typed = {"a table": ["query", "table_99"], "a column": ["query", "table_500", "column_4"]}
    cases = []
    for name, words in typed.items():
        asked = ["sqlsess", "--url", f"sqlite:///{path}", *words]
        env = {"_SQLSESS_COMPLETE": "bash", "_SQLSESS_LINE": " ".join(asked)}
        command = Command(asked, env, words[-1])
        cases.append(_case(f"sqlsess, {name}", "ours", OURS, command, places))
    seen = _case(
        "", "ours", OURS, Command(["sqlsess", "models", "--url", f"sqlite:///{path}"]), places
    )
    nothing = Case("python -c pass", "floor", _python(places, "pass"))
    cases.append(_importing(places, "click"))
    rounds = scale.rounds["start"]
    return Section(
        "names", "1,000 tables", "", 0, nothing, cases, rounds, rounds, before=seen.command
    )


def _query(database: Database, places: Environments, scale: Scale) -> Section:
    script = "ten_lines.py"
    reference = Case("the ten-line script", "floor", _program(places, script, database.url))
    plain = ["sqlsess", "query", "students", "--url", database.url]
    others = _asked(database, Question("table", "students"), places)
    cases = [
        reference,
        _case("sqlsess query", "ours", OURS, Command([*plain, "-m", MODELS]), places),
        _case("sqlsess query, reflected", "ours", OURS, Command(plain), places),
        *(case for case in others if case.role != "ours"),
    ]
    if database.kind == "mariadb":
        off = _program(places, script, f"{database.url}?ssl_disabled=true")
        cases.append(Case("the ten-line script, TLS off", "floor", off))
    cases.append(_importing(places, "sqlalchemy.orm"))
    rounds = scale.rounds["query"]
    return Section("query", "6 rows", database.kind, 6, reference, cases, rounds, rounds)


def _filtered(database: Database, places: Environments, scale: Scale) -> Section:
    """Conditions and columns of a mapped class, and the SELECT that they mean."""
    common = ["--url", database.url, "-f", "csv"]
    condition = "user_id < 5000 and kind in ('view', 'click')"
    columns = "id, ts, amount, note"
    typed = f"SELECT {columns} FROM events WHERE {condition} ORDER BY id"
    asked = ["sqlsess", "query", "events", condition, "-c", columns, "--order", "id", *common]
    loop = _program(places, "core_loop.py", database.url)
    reference = Case("bare Core loop", "floor", loop)
    cases = [
        reference,
        _case("sqlsess sql", "ours", OURS, Command(["sqlsess", "sql", typed, *common]), places),
        _case("sqlsess query", "ours", OURS, Command([*asked, "-m", MODELS]), places),
        _case("sqlsess query, reflected", "ours", OURS, Command(asked), places),
    ]
    rounds, rows = scale.rounds["models"], scale.exports[-1]
    return Section(
        "models", "a filter", database.kind, rows, reference, cases, rounds, rounds, sends=True
    )


def _related(database: Database, places: Environments, scale: Scale) -> Section:
    """Objects with those that they refer to."""
    loops = {
        name: _program(places, "objects_loop.py", how, database.url)
        for name, how in (("the naive loop", "lazy"), ("the loop with selectinload", "selectin"))
    }
    cases = [Case(name, "floor", command) for name, command in loops.items()]
    asked = ["sqlsess", "query", "users", "-i", "visits", "--order", "id", "-f", "jsonl"]
    asked += ["--url", database.url, "-m", MODELS]
    cases.append(_case("sqlsess query --include", "ours", OURS, Command(asked), places))
    rounds, rows = scale.rounds["models"], counted(USERS, scale.exports[-1])
    return Section(
        "models", "related objects", database.kind, rows, cases[0], cases, rounds, rounds,
        sends=True,
    )  # fmt: skip


def _program(places: Environments, name: str, *words: str) -> Command:
    """One of our programs for comparison, in our environment."""
    return Command([places.python, os.path.join(PROGRAMS, name), *words])


def _table(database: Database, places: Environments, scale: Scale) -> Section:
    cases = _asked(database, Question("table", "events", scale.table), places)
    reference = next(case for case in cases if case.role == "native")
    one = _named("sqlsess query", _asked(database, Question("table", "events", 1), places))
    cases.append(Case("sqlsess query, 1 row", "floor", one.command))
    cases.append(_importing(places, "sqlalchemy.orm"))
    rounds = scale.rounds["table"]
    return Section(
        "table", "-f table", database.kind, scale.table, reference, cases, rounds, rounds
    )


def _exports(database: Database, places: Environments, scale: Scale) -> Iterator[Section]:
    for rows, table, shape in product(scale.exports, ("events", "kinds"), ("csv", "jsonl")):
        question = Question(shape, table, rows)
        cases = _asked(database, question, places)
        reference = _named("bare driver loop", cases)
        ours, others = scale.pairs[rows]
        if table == "kinds" and rows > 100_000:  # the others were seen at fewer rows
            cases = [case for case in cases if case.role == "ours"]
            ours = 1
        about = f"{shape}, {table}"
        yield Section(
            "export", about, database.kind, rows, reference, cases, ours, others, question
        )


def _first(database: Database, places: Environments, scale: Scale) -> Section:
    """The whole export, and the same read by `head -n 1`."""
    rows = scale.exports[-1]
    cases = _asked(database, Question("csv", "events", rows), places)
    cases = [case for case in cases if case.role != "peer"]
    whole = _named("sqlsess sql", cases)
    reference = Case("sqlsess sql, to the end", "floor", whole.command)
    headed = [Case(case.tool, case.role, case.command and _headed(case.command)) for case in cases]
    headed.append(_importing(places, "sqlalchemy.orm"))
    rounds = scale.rounds["first"]
    about = "csv | head -n 1"
    return Section("first", about, database.kind, rows, reference, headed, rounds, rounds)


def _asked(database: Database, question: Question, places: Environments) -> list[Case]:
    """A case for each command line of each tool that knows the database."""
    tools = [tool for tool in TOOLS if database.kind in tool.kinds]
    return [
        _case(name, tool.role, tool.environment, Command(words), places)
        for tool in tools
        for name, words in tool.ask(database, question)
    ]


def _case(
    tool: str, role: str, environment: str | None, command: Command, places: Environments
) -> Case:
    """A case whose command's first word is the name of a program."""
    words = located(list(command.words), environment, places)
    return Case(tool, role, words and replace(command, words=words))


def _named(tool: str, cases: list[Case]) -> Case:
    return next(case for case in cases if case.tool == tool)


def _python(places: Environments, code: str) -> Command:
    return Command([places.python, "-c", code])


def _importing(places: Environments, module: str) -> Case:
    """What cannot be avoided."""
    return Case(f"import {module}, alone", "floor", _python(places, f"import {module}"))


def _headed(command: Command) -> Command:
    return Command(["sh", "-c", '"$@" | head -n 1', "sh", *command.words], command.env)
