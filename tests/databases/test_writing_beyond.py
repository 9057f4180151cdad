"""Values that a database has, and Python has no object for, are written as they are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from servers._server import Database
from servers.program import Finished

COLUMNS = {
    "postgresql": "day DATE, at TIMESTAMP, moment TIMESTAMPTZ, span INTERVAL",
    "mariadb": "day DATE, at DATETIME(3)",
}
ROWS = {
    "postgresql": [
        ("infinity", "-infinity", "infinity", "1 mon"),
        ("0044-03-15 BC", "0001-01-01 00:00:00 BC", "0044-03-15 12:30:00+00 BC",
         "-1 years -2 mons"),
        ("5874897-12-31", "294276-12-31 23:59:59.999999", "10000-01-01 00:00:00+00",
         "1 year 2 mons 3 days 04:05:06.789"),
        ("0001-01-01", "9999-12-31 23:59:59", "2024-02-29 12:30:00+02", "-1 days +02:03:04"),
        ("2024-02-29", "2024-02-29 00:00:00", "2024-02-29 12:30:00+02", "12:00:00"),
    ],
    "mariadb": [("0000-00-00", "0000-00-00 00:00:00.000"), ("2024-00-00", "2024-02-00 00:00:00")],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
@pytest.mark.parametrize("words", [(), ("--bulk",)], ids=["objects", "bulk"])
def test_what_json_has_is_written_again(
    database: Database, run: Callable[..., Finished], words: tuple[str, ...]
) -> None:
    kind, mariadb = database.kind, database.kind == "mariadb"
    for name in ("a", "b"):
        database.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, {COLUMNS[kind]})")
    for number, row in enumerate(ROWS[kind], 1):
        values = ", ".join(f"'{value}'" for value in row)
        lenient = "SET STATEMENT sql_mode = '' FOR " if mariadb else ""
        database.execute(f"{lenient}INSERT INTO a VALUES ({number}, {values})")
    url = f"{database.url}?init_command=SET+sql_mode%3D''" if mariadb else database.url
    told = run("query", "a", "-f", "json", "--url", url)
    done = run("insert", "b", "-", "--yes", *words, "--url", url, input=told.out)
    assert done.code == 0, done
    different = "SELECT count(*) FROM a JOIN b USING (id) WHERE {}"
    columns = [part.split()[0] for part in COLUMNS[kind].split(", ")]
    texts = " OR ".join(f"CAST(a.{name} AS CHAR(40)) <> CAST(b.{name} AS CHAR(40))"
                        for name in columns)  # fmt: skip
    assert database.value(different.format(texts)) == 0
    assert database.value("SELECT count(*) FROM b") == len(ROWS[kind])


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"], indirect=True)
def test_what_the_database_has_not_is_refused_by_it(
    database: Database, run: Callable[..., Finished]
) -> None:
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, day DATE)")
    done = run("insert", "t", "id=1", "day=infinity", "--url", database.url)
    assert (done.code, database.rows("SELECT * FROM t")) == (5, []), done
