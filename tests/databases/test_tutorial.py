"""The tutorial's database and file as it writes them, its two ways to a session included."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from servers._server import ADMIN, Server
from servers.program import Finished

Run = Callable[..., Finished]

MODELS = """
import sqlalchemy as db
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import sessionmaker

Base = declarative_base()


# DEFINE THE ENGINE (CONNECTION OBJECT)
engine = db.create_engine("URL")


# CREATE THE TABLE MODEL TO USE IT FOR QUERYING
class Students(Base):

    __tablename__ = 'students'

    first_name = db.Column(db.String(50), primary_key=True)
    last_name = db.Column(db.String(50), primary_key=True)
    course = db.Column(db.String(50))
    score = db.Column(db.Float)


# BOUND AT ONCE
Session = sessionmaker(bind=engine)

# CONFIGURED LATER
Later = sessionmaker()
Later.configure(bind=engine)

# NEVER CONFIGURED BY ITSELF
Open = sessionmaker()
"""
STUDENTS = [
    (
        "CREATE TABLE students (first_name VARCHAR(50), last_name VARCHAR(50), course VARCHAR(50),"
        " score FLOAT, PRIMARY KEY (first_name, last_name))"
    ),
    "INSERT INTO students VALUES ('Ashu', 'Rana', 'Physics', 7.5), ('Mia', 'Rana', 'Maths', NULL)",
    "INSERT INTO students VALUES ('Ashu', 'Sharma', 'Maths', 9)",
]
ALL = (
    "first_name\tlast_name\tcourse\tscore\n"
    "Ashu\tRana\tPhysics\t7.5\nAshu\tSharma\tMaths\t9.0\nMia\tRana\tMaths\t\\N\n"
)
SORTED = ("--order", "first_name", "--order", "last_name")


def filled(server: Server, name: str, *statements: str) -> str:
    """Make a database, fill it, and give its URL."""
    server.create(name)
    with closing(server.connect(name)) as connection:
        for statement in statements:
            connection.cursor().execute(statement)
    return server.url(name, ADMIN)


@pytest.fixture
def geeks(kind: str, server_of: Callable[[str], Server]) -> Iterator[str]:
    """The URL of the tutorial's database."""
    server = server_of(kind)
    # Its name is what it is, so that workers that share a server take turns.
    with open(f"{server.directory}/Geeks4Geeks.turn", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            yield filled(server, "Geeks4Geeks", *STUDENTS)
        finally:
            server.drop("Geeks4Geeks")


@pytest.fixture
def project(folder: Path, geeks: str) -> Path:
    """A folder with the tutorial's file."""
    (folder / "models.py").write_text(MODELS.replace("URL", geeks))
    return folder


@pytest.mark.usefixtures("project")
def test_the_file_and_a_url_are_enough(run: Run, geeks: str, kind: str):
    assert geeks.startswith({"mariadb": "mysql+pymysql://"}.get(kind, kind))
    assert "/Geeks4Geeks" in geeks
    done = run("query", "students", "-m", "models.py", "--url", geeks, *SORTED)
    assert (done.code, done.out, done.err) == (0, ALL, "")


@pytest.mark.parametrize("table", ["sqlsess.toml", "pyproject.toml"])
def test_the_primary_database_of_a_project(run: Run, project: Path, geeks: str, table: str):
    prefix = "tool.sqlsess." if table == "pyproject.toml" else ""
    top = "[tool.sqlsess]\n" if prefix else ""
    (project / table).write_text(
        f'{top}models = "models.py"\ndefault = "primary"\n'
        f'[{prefix}factory]\ninfo = {{ app = "tutorial" }}\n'
        f'[{prefix}db.primary]\nurl = "{geeks}"\n'
    )
    assert run("trust", "-q").code == 0
    for words in (("--db", "primary"), ()):
        done = run("query", "students", *words, *SORTED)
        assert (done.code, done.out, done.err) == (0, ALL, "")
    # Both parts of its key are known, and both are needed to name one object.
    done = run(
        "query", "students", "first_name=Ashu", "last_name=Rana", "-c", "course", "-f", "raw"
    )
    assert done.out == "Physics\n"
    assert (
        '"primary_key": ["first_name","last_name"]' in run("models", "students", "-f", "json").out
    )


def test_the_three_ways_to_a_session(run: Run, project: Path, geeks: str):
    (project / "sqlsess.toml").write_text(f"""
[db.at_once]
factory = "models:Session"
[db.later]
factory = "models:Later"
[db.open]
factory = "models:Open"
url = "{geeks}"
[db.ours]
models = "models.py"
url = "{geeks}"
""")
    assert run("trust", "-q").code == 0
    for name in ("at_once", "later", "open", "ours"):
        done = run("query", "students", "--db", name, *SORTED)
        assert (done.code, done.out, done.err) == (0, ALL, ""), name
    # Committed through each: what the one writes the others read.
    for number, name in enumerate(("at_once", "later", "open", "ours")):
        done = run("sql", f"update students set score = {number} where last_name = 'Sharma'",
                   "--write", "--db", name)  # fmt: skip
        assert (done.code, done.err) == (0, f"committed: 1 row changed on {name}\n")
        seen = run("query", "students", "last_name=Sharma", "-c", "score", "-f", "raw",
                   "--db", "ours")  # fmt: skip
        assert seen.out == f"{number}.0\n"


def test_two_databases_in_one_configuration(
    run: Run, project: Path, geeks: str, server_of: Callable[[str], Server], kind: str
):
    server = server_of("sqlite" if kind != "sqlite" else "mariadb")
    name = f"Geeks_and_{kind}"
    try:
        other = filled(
            server, name, STUDENTS[0], "INSERT INTO students VALUES ('Only', 'One', '', 1)"
        )
        (project / "sqlsess.toml").write_text(
            f'models = ["models"]\n[db.primary]\nurl = "{geeks}"\n[db.second]\nurl = "{other}"\n'
        )
        assert run("trust", "-q").code == 0
        done = run("query", "students", "--count", "--db", "primary", "--db", "second")
        assert (done.code, done.out) == (0, "db\tcount\nprimary\t3\nsecond\t1\n")
        done = run("query", "students", "course != 'Maths'", "--db", "[ps]*", "-f", "csv")
        assert done.out == (
            "db,first_name,last_name,course,score\n"
            'primary,Ashu,Rana,Physics,7.5\nsecond,Only,One,"",1.0\n'
        )
        done = run("query", "students", "--count")
        assert done.code == 2
        assert "--db primary or --db second" in done.err
    finally:
        server.drop(name)
