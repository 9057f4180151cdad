"""Chinook and employees with no models at all: tables and views as the database has them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from servers._server import Database
from servers.program import Finished

Run = Callable[..., Finished]

CHINOOK = {
    "album", "artist", "customer", "employee", "genre", "invoice", "invoiceline", "mediatype",
    "playlist", "playlisttrack", "track",
}  # fmt: skip
EMPLOYEES = {
    "department": "table", "dept_emp": "table", "dept_manager": "table", "employee": "table",
    "salary": "table", "title": "table",
    "current_dept_emp": "view", "dept_emp_latest_date": "view",
}  # fmt: skip
QUOTE = {"sqlite": '"', "mariadb": "`", "postgresql": '"'}


def described(run: Run, database: Database, *names: str) -> dict[str, dict[str, Any]]:
    """What `models` tells, by name in lower case without underscores, as the samples differ."""
    done = run("models", *names, "--url", database.url, "-f", "jsonl")
    assert (done.code, done.err) == (0, ""), done
    found = [json.loads(line) for line in done.out.splitlines()]
    return {plain(item["model"]): item for item in found}


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def asked(run: Run, database: Database, format_: str, *words: str) -> str:
    done = run("query", *words, "--url", database.url, "-f", format_)
    assert (done.code, done.err) == (0, ""), done
    return done.out


def spelled(value: Any) -> str:
    """A driver's value as CSV has it; NULL is empty there."""
    if isinstance(value, datetime | date | Decimal | int | float):
        return str(value)
    return value or ""


# --- what there is


def test_every_table_of_chinook_is_described(run: Run, chinook: Database):
    found = described(run, chinook)
    assert set(found) == CHINOOK
    assert {item["kind"] for item in found.values()} == {"table"}
    keys = {name: [plain(key) for key in item["primary_key"]] for name, item in found.items()}
    assert keys["track"] == ["trackid"]
    assert keys["playlisttrack"] == ["playlistid", "trackid"]
    columns = {plain(item["name"]): item for item in found["track"]["columns"]}
    kinds = {name: item["kind"] for name, item in columns.items()}
    assert kinds == {
        "trackid": "integer", "name": "text", "albumid": "integer", "mediatypeid": "integer",
        "genreid": "integer", "composer": "text", "milliseconds": "integer", "bytes": "integer",
        "unitprice": "decimal",
    }  # fmt: skip
    assert columns["name"]["nullable"] is False
    assert columns["composer"]["nullable"] is True
    assert [plain(key) for key in columns["albumid"]["foreign_key"]] == ["album.albumid"]
    refers = {
        (plain(item["columns"][0]), plain(item["refers_to"][0]))
        for item in found["customer"]["constraints"] + found["employee"]["constraints"]
        if item["type"] == "foreign key"
    }
    assert refers == {("supportrepid", "employee.employeeid"), ("reportsto", "employee.employeeid")}


def test_tables_and_views_of_employees_are_told_apart(run: Run, employees: Database):
    found = described(run, employees)
    kinds = {item["model"]: item["kind"] for item in found.values()}
    assert kinds.pop("audit", "table") == "table"  # for PostgreSQL's triggers only
    assert kinds == EMPLOYEES
    assert found["deptemp"]["primary_key"] == ["emp_no", "dept_no"]
    assert found["title"]["primary_key"] == ["emp_no", "title", "from_date"]
    assert found["currentdeptemp"]["primary_key"] == []
    names = [column["name"] for column in found["currentdeptemp"]["columns"]]
    assert names == ["emp_no", "dept_no", "from_date", "to_date"]


# --- what is in it

WHOLE = [
    ("chinook", "ARTIST"), ("chinook", "tRACK"), ("chinook", "Invoice"), ("chinook", "CUSTOMER"),
    ("employees", "Dept_Emp"), ("employees", "employee"), ("employees", "CURRENT_DEPT_EMP"),
    ("employees", "dept_emp_latest_date"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "name"), WHOLE)
def test_a_table_or_view_is_printed_whole_whatever_case_it_is_named_in(
    run: Run, kind: str, sample: Callable[[str, str], Database], data: str, name: str
):
    database, mark = sample(data, kind), QUOTE[kind]
    [model] = described(run, database, name).values()
    names = [column["name"] for column in model["columns"]]
    assert plain(model["model"]) == plain(name)
    columns = ", ".join(f"{mark}{column}{mark}" for column in names)
    rows = database.rows(f"SELECT {columns} FROM {mark}{model['table']}{mark}")
    expected = sorted([spelled(cell) for cell in row] for row in rows)
    header, *found = csv.reader(io.StringIO(asked(run, database, "csv", name), newline=""))
    assert header == names
    assert sorted(found) == expected
    lines = [json.loads(line, parse_float=Decimal) for line in
             asked(run, database, "jsonl", name).splitlines()]  # fmt: skip
    assert sorted([spelled_of_json(cell) for cell in line.values()] for line in lines) == expected
    assert asked(run, database, "raw", name, "--count") == f"{len(rows)}\n"


def spelled_of_json(value: Any) -> str:
    """A moment has a T in JSON."""
    text = spelled(value)
    moment = len(text) >= len("2024-01-01T00:00:00") and text[4] == "-" and text[10] == "T"
    return text.replace("T", " ") if moment else text


def test_a_part_of_a_view_in_every_shape(run: Run, employees: Database):
    words = ("current_dept_emp", "dept_no=d005", "--order", "emp_no", "--limit", "2")
    words += ("-c", "emp_no", "-c", "dept_no")
    first, second = employees.rows(
        "SELECT emp_no FROM current_dept_emp WHERE dept_no = 'd005' ORDER BY emp_no LIMIT 2"
    )
    one, two = first[0], second[0]
    shapes = {
        "tsv": f"emp_no\tdept_no\n{one}\td005\n{two}\td005\n",
        "csv": f"emp_no,dept_no\n{one},d005\n{two},d005\n",
        "json": f'[{{"emp_no": {one}, "dept_no": "d005"}},\n'
        f'{{"emp_no": {two}, "dept_no": "d005"}}]\n',
        "jsonl": f'{{"emp_no":{one},"dept_no":"d005"}}\n{{"emp_no":{two},"dept_no":"d005"}}\n',
        "raw": f"{one}\td005\n{two}\td005\n",
        "sql": "INSERT INTO current_dept_emp (emp_no, dept_no) VALUES\n"
        f"({one}, 'd005'),\n({two}, 'd005');\n",
        "table": f" emp_no │ dept_no\n────────┼─────────\n  {one} │ d005\n  {two} │ d005\n",
        "vertical": f"─[ 1 ]{'─' * 26}\nemp_no  │ {one}\ndept_no │ d005\n"
        f"─[ 2 ]{'─' * 26}\nemp_no  │ {two}\ndept_no │ d005\n",
    }
    for name, expected in shapes.items():
        assert asked(run, employees, name, *words) == expected, name


def test_columns_are_found_in_another_case(run: Run, chinook: Database):
    column = "artist_id" if chinook.kind == "postgresql" else "artistid"
    found = asked(run, chinook, "raw", "artist", f"{column.upper()}=1", "-c", "NAME")
    assert found == "AC/DC\n"
