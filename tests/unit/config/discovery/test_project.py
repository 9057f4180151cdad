"""Projects in every shape, looked at: what is found, what is said, and what is left alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from sqlsess_cli.config.discovery import tree
from sqlsess_cli.config.discovery.project import Project, look

Look = Callable[[Mapping[str, str | bytes]], Project]

USER = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n"


@pytest.fixture
def seen(tmp_path: Path) -> Look:
    """`seen({"app/models.py": "…"})`: what is found in a project of these files."""

    def make(files: Mapping[str, str | bytes]) -> Project:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return look(str(tmp_path))

    return make


def urls(project: Project) -> dict[str, str]:
    return {name: item.url for name, item in project.databases.items()}


def url(project: Project) -> str | None:
    return urls(project).get("primary")


def told(project: Project, text: str) -> bool:
    return any(text in line for line in project.told)


# --- which classes are mapped

MAPPED = {
    "declarative base": USER,
    "declarative_base()": "from sqlalchemy.orm import declarative_base\nB = declarative_base()\n"
    "class A(B): pass\n",
    "of the old place": "from sqlalchemy.ext.declarative import declarative_base as make\n"
    "import sqlalchemy.orm\nB = sqlalchemy.orm.declarative_base()\nclass A(B): pass\n",
    "annotated base": "from sqlalchemy.orm import declarative_base\nfrom typing import Any\n"
    "B: Any = declarative_base()\nclass A(B): pass\n",
    "a registry": "from sqlalchemy.orm import registry\nreg = registry()\n@reg.mapped\nclass A: pass\n",
    "a registry's dataclass": "from sqlalchemy.orm import registry\nreg = registry()\n"
    "@reg.mapped_as_dataclass(kw_only=True)\nclass A: pass\n",
    "imperative": "from sqlalchemy.orm import registry\nclass A: pass\n"
    "def start(table):\n    registry().map_imperatively(A, table)\n",
    "as_declarative": "from sqlalchemy.orm import as_declarative\n@as_declarative()\nclass B: pass\n"
    "class A(B): pass\n",
    "SQLModel": "import sqlmodel\nclass A(sqlmodel.SQLModel, table=True): pass\n",
    "SQLModel above": "from sqlmodel import SQLModel as S\nclass B(S): x: int\nclass A(B, table=True): pass\n",
    "Flask-SQLAlchemy": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nclass A(db.Model): pass\n",
    "a base that cannot be read": "from company.orm import Base\nclass A(Base):\n    __tablename__ = 'a'\n",
    "with a generic mixin": f"{BASE}class M: pass\nclass A(M, Base): pass\n",
    "under a condition": f"{BASE}import sys\nif sys.version_info > (3,):\n    class A(Base): pass\n",
    "in a try": f"{BASE}try:\n    class A(Base): pass\nexcept ImportError:\n    pass\n",
    "a byte order mark and CRLF": b"\xef\xbb\xbf" + USER.replace("\n", "\r\n").encode(),
    "Latin-1, and says so": b"# coding: latin-1\n# \xe9t\xe9\n" + USER.encode(),
}


@pytest.mark.parametrize("text", MAPPED.values(), ids=MAPPED.keys())
def test_a_mapped_class_is_seen(text: str | bytes, seen: Look) -> None:
    assert seen({"app/models.py": text}).models == ["app.models"]


NOT_MAPPED = {
    "only a base": BASE,
    "abstract": f"{BASE}class A(Base):\n    __abstract__ = True\n",
    "an SQLModel without a table": "from sqlmodel import SQLModel\nclass A(SQLModel): pass\n",
    "a class read from a mapped one": "from sqlmodel import SQLModel\nclass A(SQLModel, table=False): pass\n",
    "pydantic's": "import sqlalchemy\nfrom pydantic import BaseModel\nclass Base(BaseModel): pass\nclass A(Base): pass\n",
    "Django's": "from django.db import models\nclass A(models.Model): pass\n",
    "a mixin with a table's name": "import sqlalchemy\nclass M:\n    __tablename__ = 'a'\n",
    "text that looks so": f"x = '''{USER}'''",
    "a syntax error": USER + "\nclass (:\n",
    "not UTF-8": USER.encode() + b'x = "\xff"\n',
    "NUL characters": USER.encode() + b"\0",
    "nested too deeply": USER + "x = " + "(" * 5000 + ")" * 5000,
    "bases in a circle": "import sqlalchemy\nclass A(B, B, B): pass\nclass B(A, A, A): pass\n",
    "names in a circle": "import sqlalchemy\nA = B\nB = A\nclass C(A): pass\n",
    "a module that imports itself": "from app.models import Base\nclass C(Base): pass\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", NOT_MAPPED.values(), ids=NOT_MAPPED.keys())
def test_what_maps_nothing_is_not(text: str | bytes, seen: Look) -> None:
    project = seen({"app/models.py": text})
    assert project.models == []
    assert told(project, "models: none found")


def test_a_file_that_cannot_be_parsed_is_named(seen: Look) -> None:
    project = seen({"app/models.py": USER, "app/database.py": "import sqlalchemy ("})
    assert project.models == ["app.models"]
    assert told(project, "cannot parse app/database.py")


def test_a_long_line_of_bases_comes_to_an_end(seen: Look) -> None:
    chain = "".join(f"class C{n}(C{n + 1}): pass\n" for n in range(3000))
    assert seen({"models.py": f"import sqlalchemy\n{chain}"}).models == []


# --- by which name a module is imported

PLACES = {
    "a file here": ({"models.py": USER}, ["models.py"], []),
    "a package": ({"app/__init__.py": "", "app/models.py": USER}, ["app.models"], []),
    "a namespace": ({"app/models.py": USER}, ["app.models"], []),
    "src": ({"src/app/__init__.py": "", "src/app/models.py": USER}, ["app.models"], []),
    "a namespace in src": ({"src/app/models.py": USER}, ["app.models"], []),
    "src that is a package": (
        {"src/models.py": USER, "main.py": "from src.models import User  # sqlalchemy"},
        ["src.models"], [],
    ),
    "below another directory": (
        {
            "backend/app/__init__.py": "",
            "backend/app/models.py": USER,
            "backend/app/main.py": "from app.models import User",
        },
        ["app.models"], ["backend"],
    ),
    "a namespace that others import from inside": (
        {"api/models.py": USER, "api/database.py": "from models import Base"},
        ["models"], ["api"],
    ),
    "where pyproject.toml says": (
        {"lib/app/models.py": USER, "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['lib']"},
        ["app.models"], ["lib"],
    ),
    "where pyproject.toml's setuptools says": (
        {"lib/app/models.py": USER,
         "pyproject.toml": "[tool.setuptools.packages.find]\nwhere = ['./lib']"},
        ["app.models"], ["lib"],
    ),
    "where pyproject.toml is not TOML": (
        {"app/models.py": USER, "pyproject.toml": "[tool"}, ["app.models"], [],
    ),
    "where pyproject.toml is strange": (
        {"app/models.py": USER, "pyproject.toml": "tool = 7"}, ["app.models"], [],
    ),
    "a package of models, which imports none": (
        {"app/models/__init__.py": "", "app/models/a.py": USER, "app/models/b.py": USER},
        ["app.models"], [],
    ),
    "a package of models, without its own file": (
        {"app/models/a.py": USER, "app/models/b.py": USER}, ["app.models"], [],
    ),
    "a package of models that maps in its own file": (
        {"app/__init__.py": "", "app/models/__init__.py": USER}, ["app.models"], [],
    ),
    "one in each package": (
        {"app/shop/models.py": USER, "app/users/models.py": USER},
        ["app.shop.models", "app.users.models"], [],
    ),
    "a base elsewhere, imported by dots": (
        {"app/__init__.py": "", "app/db/__init__.py": "from .base import *\n",
         "app/db/base.py": BASE, "app/things.py": "from .db import Base\nclass A(Base): pass\n"},
        ["app.things"], [],
    ),
    "a base elsewhere, through its module": (
        {"app/db.py": BASE, "app/things.py": "from app import db\nclass A(db.Base): pass\n"},
        ["app.things"], [],
    ),
    "a base elsewhere, through the whole path": (
        {"app/db.py": BASE, "app/things.py": "import app.db\nclass A(app.db.Base): pass\n"},
        ["app.things"], [],
    ),
    "an instance of SQLAlchemy elsewhere": (
        {"blog/__init__.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
         "blog/models.py": "from . import db\nclass A(db.Model): pass\n"},
        ["blog.models"], [],
    ),
    "a name that no import can say": ({"my-app/models.py": USER}, ["models"], ["my-app"]),
    "a file that no import can say": ({"app/2024-models.py": USER}, ["app/2024-models.py"], []),
    "inside a package": ({"__init__.py": "", "models.py": USER}, ["models.py"], []),
}  # fmt: skip


@pytest.mark.parametrize(("files", "models", "sys_path"), PLACES.values(), ids=PLACES.keys())
def test_a_module_is_named_as_the_project_imports_it(
    files: dict[str, str], models: list[str], sys_path: list[str], seen: Look
) -> None:
    project = seen(files)
    assert (project.models, project.sys_path) == (models, sys_path)


ELSEWHERE = [
    "venv/lib/models.py", ".venv/lib/models.py", "node_modules/x/models.py", "tests/models.py",
    "app/tests/models.py", "app/test_models.py", "conftest.py", ".hidden/models.py",
    "build/lib/app/models.py", "own-env/lib/models.py", "vendored/models.py",
    "migrations/versions/models.py", "site-packages/x/models.py",
]  # fmt: skip


@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_is_not_the_projects_own_is_left_out(path: str, seen: Look) -> None:
    marks = {"own-env/pyvenv.cfg": "", "vendored/.git/HEAD": "",
             "migrations/env.py": "", "migrations/script.py.mako": ""}  # fmt: skip
    assert seen({**marks, path: USER}).models == []


# --- what lies in wait


def test_links_in_a_circle_are_not_followed(seen: Look, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "again").symlink_to(tmp_path)
    (tmp_path / "self.py").symlink_to("self.py")
    assert seen({"app/models.py": USER}).models == ["app.models"]


def test_a_pipe_is_not_waited_for(seen: Look, tmp_path: Path) -> None:
    for name in ("models.py", "alembic.ini", "pyproject.toml", ".env"):
        os.mkfifo(tmp_path / name)
    assert seen({"app/models.py": USER}).models == ["app.models"]


def test_names_that_a_line_cannot_hold_are_left_out(seen: Look, tmp_path: Path) -> None:
    seen({'x\nmodels = "os"/models.py': USER, "a\x1b[2J.py": USER})
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text(USER)
    assert look(str(tmp_path)).models == []


@contextmanager
def ordinary() -> Iterator[None]:
    """Be an account that permissions apply to."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_what_may_not_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "secret").mkdir()
        (folder / "models.py").write_text(USER)
        (folder / "other.py").write_text(USER)
        (folder / "secret").chmod(0)
        (folder / "other.py").chmod(0)
        with ordinary():
            project = look(name)
    assert project.models == ["models.py"]
    assert told(project, "cannot read secret: Permission denied")
    assert told(project, "cannot read other.py: Permission denied")


def test_too_many_files_in_one_directory_are_said(
    seen: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MOST_FILES", 3)
    project = seen({f"m{number}.py": USER for number in range(5)})
    assert project.models == ["m0.py", "m1.py", "m2.py"]
    assert told(project, "only the first 2000 directories and 3 Python files were looked at")


def test_no_more_than_so_much_is_read(seen: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_READ", 100_000)
    files = {f"app/m{number}.py": "#" * 60_000 for number in range(3)}
    assert told(seen(files), "there is too much Python to read: none from app/m1.py on")


def test_a_huge_tree_is_looked_at_in_part_and_that_is_said(
    seen: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MOST_FOLDERS", 20)
    for number in range(30):
        (tmp_path / f"d{number:02}").mkdir()
    project = seen({"models.py": USER, "d29/models.py": USER})
    assert project.models == ["models.py"]
    assert told(project, "only the first 20 directories")


def test_no_more_than_so_much_is_parsed(seen: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_BYTES", 1 << 20)
    files = {f"app/m{number}.py": USER + "#" * 300_000 for number in range(5)}
    project = seen({"models.py": USER, **files})
    assert len(project.models) == 4
    assert told(project, "there is too much Python to read: none from app/m3.py on")


def test_a_file_that_a_program_wrote_is_not_read(seen: Look) -> None:
    assert seen({"models.py": USER, "data.py": USER + "#" * (1 << 20)}).models == ["models.py"]


def test_many_faults_are_not_all_told(seen: Look) -> None:
    project = seen({f"m{number}.py": "import sqlalchemy (" for number in range(9)})
    assert sum("cannot parse" in line for line in project.told) == 4
    assert project.told[-1] == "and 5 more"
