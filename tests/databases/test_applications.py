"""Applications as their developers have them: `init` finds what is there, and everything works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from servers._server import Database
from servers.program import ROOT, Finished, Program
from sqlalchemy.engine import make_url

PROJECTS = Path(ROOT) / "tests" / "applications" / "projects"
Asked = tuple[Sequence[str], list[str]]


@dataclass(frozen=True)
class Application:
    """A project under tests/applications/projects, and what is to be seen in it.

    Attributes:
        name: its directory.
        seed: the words after `python` by which its developer fills a database.
        written: the settings that `init` writes, a line each.
        told: lines of what it tells.
        by_hand: what a person would write instead.
        models: its mapped classes.
        asked: words of `query`, and the lines of the answer.
        shown: facts of `db show`.
        point: how its developer names a database: a file with a text in it, or a variable.
    """

    name: str
    seed: Sequence[str]
    written: Sequence[str]
    told: Sequence[str]
    by_hand: str
    models: Sequence[str]
    asked: Sequence[Asked]
    shown: Mapping[str, object] = field(default_factory=dict)
    point: Callable[[Path, str], dict[str, str]] = lambda _folder, _url: {}


def in_dotenv(folder: Path, url: str) -> dict[str, str]:
    (folder / ".env").write_text(f"DATABASE_URL={url}\n")
    return {}


def in_ini(folder: Path, url: str) -> dict[str, str]:
    """With a password in it, which goes into no file of ours."""
    ini = folder / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlite:///heroes.db", url.replace("%", "%%")))
    return {"DB_PASSWORD": make_url(url).password or ""}


def in_variable(name: str) -> Callable[[Path, str], dict[str, str]]:
    return lambda _folder, url: {name: url}


APPLICATIONS = [
    Application(
        name="fastapi",
        seed=["-m", "app.seed"],
        point=in_dotenv,
        written=['models = ["app.models"]', 'factory = "app.db:SessionLocal"'],
        told=[
            (
                "models: app.models (src/app/models/booking.py:9 maps 1 class, "
                "src/app/models/guest.py:7 maps 1 class, src/app/models/room.py:9 maps 1 class)"
            ),
            "factory: app.db:SessionLocal (src/app/db.py:21)",
            "url: that of the factory's own engine (src/app/db.py:20)",
        ],
        by_hand='models = "app.models"\n[db.main]\nfactory = "app.db:SessionLocal"\n',
        models=["app.models.booking:Booking", "app.models.guest:Guest", "app.models.room:Room"],
        asked=[
            (
                ["Guest", "bookings.room.price > 200", "-c", "name,count(bookings)"],
                ["name\tcount(bookings)", "Ada\t2"],
            ),
            (
                ["Booking", "guest.name=Alan", "-c", "arrival,room.price"],
                ["arrival\troom.price", "2026-07-01\t80.00"],
            ),
        ],
        shown={
            "factory": "app.db:SessionLocal",
            "session_class": "app.db.AppSession",
            "session_info": {"service": "bookings"},
            "session_arguments": {"autoflush": False, "expire_on_commit": True},
            "models": 3,
        },
    ),
    Application(
        name="flask",
        seed=["-m", "flask", "--app", "wsgi", "seed"],
        point=in_variable("BLOG_DATABASE"),
        written=['models = ["blog.models"]', 'url = "${BLOG_DATABASE:-sqlite:///blog.db}"'],
        told=[
            "models: blog.models (blog/models.py:10 maps 3 classes)",
            "url: ${BLOG_DATABASE:-sqlite:///blog.db} (config.py:8)",
        ],
        by_hand='models = "blog.models"\n[db.main]\nurl = "${BLOG_DATABASE:-sqlite:///blog.db}"\n',
        models=["blog.models:Author", "blog.models:Post", "blog.models:Tag"],
        asked=[
            (
                ["post", "tags.word=proofs", "author.name=Ada", "-c", "title,author.name"],
                ["title\tauthor.name", "Notes\tAda"],
            ),
            (["Author", "count(posts) = 1", "-c", "name"], ["name", "Kurt"]),
        ],
        shown={"factory": "sessionmaker", "models": 3},
    ),
    Application(
        name="sqlmodel",
        seed=["-m", "heroes.seed"],
        point=in_ini,
        written=[
            'models = ["heroes.missions.models", "heroes.teams.models"]',
            'url = "sqlite:///heroes.db"',
        ],
        told=[
            "models: heroes.missions.models (heroes/missions/models.py:6 maps 1 class)",
            "models: heroes.teams.models (heroes/teams/models.py:11 maps 2 classes)",
        ],
        by_hand='models = "heroes/*/models.py"\n[db.main]\nurl = "${HEROES:-sqlite:///heroes.db}"\n',
        models=[
            "heroes.missions.models:Mission",
            "heroes.teams.models:Hero",
            "heroes.teams.models:Team",
        ],
        asked=[
            (
                ["hero", "team.city=Vienna", "-c", "name,team.name"],
                ["name\tteam.name", "Kurt\tLogic"],
            ),
            (["Mission", "leader.team is null", "-c", "goal"], ["goal", "Break the cipher"]),
        ],
        shown={"models": 3},
    ),
    Application(
        name="script",
        seed=["inventory.py", "init"],
        point=in_variable("INVENTORY"),
        written=[
            'models = ["inventory.py"]',
            'url = "${INVENTORY:-sqlite:///inventory.db}"',
            'factory = "inventory:Session"',
        ],
        told=[
            "models: inventory.py (inventory.py:14 maps 2 classes)",
            "factory: inventory:Session (inventory.py:10)",
            "url: ${INVENTORY:-sqlite:///inventory.db} (inventory.py:9)",
        ],
        by_hand='models = "inventory.py"\n[db.main]\nurl = "${INVENTORY:-sqlite:///inventory.db}"\n',
        models=["inventory:Shelf", "inventory:Tool"],
        asked=[
            (
                ["tools", "shelf.place like '%door'"],
                ["id\tname\tpieces\tshelf_id", "1\thammer\t2\t1"],
            ),
            (["Shelf", "tools.pieces > 5", "-c", "place"], ["place", "back wall"]),
        ],
        shown={"factory": "inventory:Session", "models": 2},
    ),
]
named = pytest.mark.parametrize("app", APPLICATIONS, ids=[app.name for app in APPLICATIONS])


@dataclass(frozen=True)
class Checkout:
    """A copy of a project, where its developer works.

    Attributes:
        folder: where it is.
        program: ours, started in it.
        env: what the developer has exported.
    """

    folder: Path
    program: Program
    env: Mapping[str, str]

    def sqlsess(self, *words: str, cwd: str = ".") -> Finished:
        return self.program.run(*words, cwd=str(self.folder / cwd), env=self.env)

    def settings(self) -> list[str]:
        """The lines of the configuration that say something."""
        lines = (self.folder / "sqlsess.toml").read_text().splitlines()
        return [line for line in lines if line and not line.startswith(("#", "["))]


@pytest.fixture
def checkout(folder: Path, program: Program) -> Callable[..., Checkout]:
    """`checkout(app, url)`: a copy of a project, filled by its own program."""

    def make(app: Application, url: str) -> Checkout:
        shutil.copytree(PROJECTS / app.name, folder, dirs_exist_ok=True)
        env = app.point(folder, url) if url else {}
        theirs = {"PYTHONPATH": str(folder / "src") if (folder / "src").is_dir() else str(folder)}
        done = subprocess.run(
            [sys.executable, *app.seed], cwd=folder, check=False, capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], **theirs, **env},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return Checkout(folder, program, env)

    return make


def is_right(here: Checkout, app: Application, *words: str, cwd: str = ".") -> None:
    """Models are found, and questions across relationships answered as the project would."""
    mapped = here.sqlsess("models", "-f", "tsv", *words, cwd=cwd)
    assert [line.partition("\t")[0] for line in mapped.out.splitlines()[1:]] == app.models, mapped
    for question, lines in app.asked:
        answer = here.sqlsess("query", *question, "-f", "tsv", *words, cwd=cwd)
        assert (answer.code, answer.out.splitlines()) == (0, lines), answer


@named
def test_it_works_by_what_init_finds(
    app: Application, database: Database, checkout: Callable[..., Checkout]
) -> None:
    here = checkout(app, database.url)
    made = here.sqlsess("init")
    assert made.code == 0, made
    assert len(here.settings()) <= 3
    assert set(app.told) <= set(made.err.splitlines()), made
    if app.point is not in_ini:
        assert here.settings() == app.written
    elif here.env["DB_PASSWORD"]:
        assert here.env["DB_PASSWORD"] not in (here.folder / "sqlsess.toml").read_text()
        told = "the password is not written: set the environment variable DB_PASSWORD"
        assert told in made.err
    is_right(here, app)
    shown = here.sqlsess("db", "show", "-f", "json")
    facts = json.loads(shown.out)
    assert shown.code == 0, shown
    assert facts["url"].replace("+pysqlite", "") == database.safe_url
    assert {key: facts[key] for key in app.shown} == app.shown


@named
def test_it_works_by_three_lines_of_a_person(
    app: Application, database: Database, checkout: Callable[..., Checkout]
) -> None:
    here = checkout(app, database.url)
    (here.folder / "hand.toml").write_text(app.by_hand)
    assert app.by_hand.count("\n") == 3
    here.env.update({"HEROES": database.url} if app.name == "sqlmodel" else {})
    is_right(here, app, "-C", "hand.toml")


@pytest.mark.parametrize("app", APPLICATIONS[1:], ids=[app.name for app in APPLICATIONS[1:]])
def test_a_relative_file_is_that_of_the_project_wherever_one_stands(
    app: Application, checkout: Callable[..., Checkout]
) -> None:
    here = checkout(app, "")
    (here.folder / "deep" / "down").mkdir(parents=True)
    assert here.sqlsess("init").code == 0
    assert here.settings() == app.written
    is_right(here, app, cwd="deep/down")
    assert list((here.folder / "deep" / "down").iterdir()) == []


@named
def test_init_runs_nothing_of_a_project(
    app: Application, checkout: Callable[..., Checkout], tmp_path: Path
) -> None:
    here = checkout(app, "" if app.name != "fastapi" else f"sqlite:///{tmp_path}/any.db")
    for path in here.folder.rglob("*.py"):
        path.write_text(f"{path.read_text()}\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n")
    assert here.sqlsess("init").code == 0
    assert len(here.settings()) >= 2
    assert not (tmp_path / "ran").exists()
    here.sqlsess("models")
    assert (tmp_path / "ran").exists()  # so it would have been seen
