"""Which URL a project has, by its code, its settings and alembic.ini."""

from __future__ import annotations

import pytest
from unit.config.discovery.test_project import USER, Look, seen, told, url, urls

__all__ = ["seen"]

START = "import os\nfrom pathlib import Path\nfrom sqlalchemy import create_engine\n"

# What stands in app/db.py before and in create_engine(…), and the URL that is written.
ENGINES = {
    "a text": ("", "'sqlite:///app.db'", "sqlite:///app.db"),
    "with a dot": ("", "'sqlite:///./app.db'", "sqlite:///./app.db"),
    "absolute": ("", "'sqlite:////srv/app.db'", "sqlite:////srv/app.db"),
    "by its name": ("", "url='mysql+pymysql://ada@h/d'", "mysql+pymysql://ada@h/d"),
    "a constant": ("URL = 'sqlite:///a.db'", "URL", "sqlite:///a.db"),
    "put together": ("F = 'a.db'\nURL = f'sqlite:///{F}'", "URL", "sqlite:///a.db"),
    "added": ("F = 'a.db'", "'sqlite:///' + F", "sqlite:///a.db"),
    "beside the file": (
        "HERE = os.path.abspath(os.path.dirname(__file__))",
        "'sqlite:///' + os.path.join(HERE, 'a.db')",
        "sqlite:///app/a.db",
    ),
    "by a Path": (
        "HERE = Path(__file__).resolve().parent.parent",
        "f'sqlite:///{HERE / \"a.db\"}'",
        "sqlite:///a.db",
    ),
    "by the parents of a Path": (
        "HERE = Path(__file__).parents[2]",
        "f'sqlite:///{HERE}/a.db'",
        "sqlite:///../a.db",
    ),
    "a variable": ("", "os.environ['DATABASE_URL']", "${DATABASE_URL}"),
    "a variable, or nothing": ("", "os.getenv('DB')", "${DB}"),
    "a variable with a default": (
        "", "os.environ.get('DB', 'sqlite:///a.db')", "${DB:-sqlite:///a.db}",
    ),
    "a variable, or else": ("", "os.getenv('DB') or 'sqlite:///a.db'", "${DB:-sqlite:///a.db}"),
    "imported getenv": ("from os import getenv", "getenv('DB')", "${DB}"),
    "imported environ": ("from os import environ", "environ['DB']", "${DB}"),
    "mended": ("", "os.environ['DB'].replace('postgres://', 'postgresql://', 1)", "${DB}"),
    "made a text": ("", "str(os.environ['DB'])", "${DB}"),
    "a default with a password": ("", "os.getenv('DB', 'mysql://a:secret@h/d')", "${DB}"),
    "a default that is none": ("", "os.getenv('DB', '')", "${DB}"),
    "a password": ("", "'mysql://ada:se%40cret@h/d'", "mysql://ada:${DB_PASSWORD}@h/d"),
    "a password in the options": (
        "", "'mysql://h/d?user=a&password=secret'", "mysql://h/d?user=a&password=${DB_PASSWORD}",
    ),
    "a dollar": ("", "'mysql://h/d$x'", "mysql://h/d$$x"),
    "for an event loop": ("", "'postgresql+asyncpg://ada@h/d'", "postgresql+psycopg://ada@h/d"),
    "a file for an event loop": ("", "'sqlite+aiosqlite:///a.db'", "sqlite:///a.db"),
    "MySQL for an event loop": ("", "'mysql+asyncmy://ada@h/d'", "mysql+pymysql://ada@h/d"),
    "an example": ("", "'driver://user:pass@localhost/dbname'", None),
    "an example of a database": ("", "'postgresql://user:password@localhost:5432/dbname'", None),
    "what is to be filled in": ("", "'postgresql://<user>@<host>/<db>'", None),
    "in memory": ("", "'sqlite://'", None),
    "in memory, by name": ("", "'sqlite:///:memory:'", None),
    "no database": ("", "'redis://localhost'", None),
    "no URL": ("", "'what'", None),
    "a NUL": ("", "'mysql://h/\\0'", None),
    "a line feed": ("", "'mysql://h/d\\nmodels = 7'", None),
    "what runs": ("", "open('url').read()", None),
    "a variable with a strange name": ("", "os.environ['A}${B']", None),
    "round in a circle": ("A = B\nB = A", "A", None),
    "doubled and doubled": (
        "\n".join(["A = 'sqlite:///' + 'a' * 1", "B = A + A", *["B = B + B"] * 40]), "B", None,
    ),
    "doubled by other names": (
        "\n".join(["A0 = 'sqlite:///a'", *[f"A{n + 1} = A{n} + A{n}" for n in range(40)]]), "A40", None,
    ),
    "far too long": (f"A = 'sqlite:///{'a' * 5000}'", "A + A", None),
}  # fmt: skip


@pytest.mark.parametrize(("before", "given", "wanted"), ENGINES.values(), ids=ENGINES.keys())
def test_the_url_of_an_engine(before: str, given: str, wanted: str | None, seen: Look) -> None:
    project = seen({"app/db.py": f"{START}{before}\nengine = create_engine({given})\n"})
    assert url(project) == wanted
    assert not any("secret" in line for line in project.told)
    assert told(project, "url: none found") == (wanted is None)


def test_an_engine_that_a_function_makes(seen: Look) -> None:
    text = f"{START}def connect():\n    url = os.environ['SHOP']\n    return create_engine(url)\n"
    assert url(seen({"db.py": text})) == "${SHOP}"


def test_an_engine_that_cannot_be_told_is_named(seen: Look) -> None:
    project = seen({"db.py": f"{START}engine = create_engine(open('url').read())\n"})
    assert told(project, "db.py:4 makes an engine; its URL cannot be told by reading")


def test_what_is_changed_or_left_out_is_said(seen: Look) -> None:
    text = f"{START}create_engine('postgresql+asyncpg://ada:secret@h/d')\n"
    project = seen({"db.py": text})
    assert told(project, "postgresql+asyncpg needs an event loop: postgresql+psycopg is written")
    assert told(project, "the password is not written: set the environment variable DB_PASSWORD")
    text = f"{START}create_engine(os.getenv('DB', 'mysql://a:secret@h/d'))\n"
    assert told(seen({"db.py": text}), "the default of DB is not written: it has a password")


# --- settings

PYDANTIC = (
    "from pydantic_settings import BaseSettings, SettingsConfigDict\nfrom pydantic import Field\n"
)
USING = f"{START}from app.settings import settings\nengine = create_engine(settings.database_url)\n"
SETTINGS = {
    "by its name": ("    database_url: str", "${DATABASE_URL}"),
    "with a default": ("    database_url: str = 'sqlite:///a.db'", "${DATABASE_URL:-sqlite:///a.db}"),
    "with a prefix": (
        "    model_config = SettingsConfigDict(env_prefix='SHOP_')\n    database_url: str",
        "${SHOP_DATABASE_URL}",
    ),
    "with a prefix as it once was": (
        "    class Config:\n        env_prefix = 'SHOP_'\n    database_url: str",
        "${SHOP_DATABASE_URL}",
    ),
    "with an alias": (
        "    database_url: str = Field('sqlite:///a.db', validation_alias='DB')",
        "${DB:-sqlite:///a.db}",
    ),
    "with several aliases": (
        "    database_url: str = Field(validation_alias=AliasChoices('DB', 'URL'))", "${DB}",
    ),
    "computed": ("    @property\n    def database_url(self): return self.host", None),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "wanted"), SETTINGS.values(), ids=SETTINGS.keys())
def test_the_url_of_settings(fields: str, wanted: str | None, seen: Look) -> None:
    settings = f"{PYDANTIC}class Settings(BaseSettings):\n{fields}\nsettings = Settings()\n"
    assert url(seen({"app/settings.py": settings, "app/db.py": USING})) == wanted


def test_settings_that_nobody_is_seen_to_use(seen: Look) -> None:
    text = f"{PYDANTIC}class Common(BaseSettings): pass\nclass Mine(Common):\n    redis_url: str\n"
    assert (
        url(seen({"settings.py": f"{text}    async_database_url: str\n"}))
        == "${ASYNC_DATABASE_URL}"
    )


def test_a_variable_in_dotenv_is_pointed_at(seen: Look) -> None:
    files = {
        "db.py": f"{START}create_engine(os.environ['SHOP'])\n",
        ".env": "A=1\nexport SHOP=x:secret\n",
    }
    project = seen(files)
    assert told(project, "SHOP stands in .env:2, which sqlsess does not read: export it")
    assert not told(project, "secret")


FLASK = {
    "assigned": ("SQLALCHEMY_DATABASE_URI = 'sqlite:///a.db'", "sqlite:///instance/a.db"),
    "in a class": ("class Config:\n    SQLALCHEMY_DATABASE_URI = 'mysql://h/d'", "mysql://h/d"),
    "set": ("app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///a.db'", "sqlite:///instance/a.db"),
    "set in a function": (
        "def create_app():\n    app = Flask(__name__)\n"
        "    app.config.from_mapping(SQLALCHEMY_DATABASE_URI=os.environ['DB'])",
        "${DB}",
    ),
    "by a default": (
        "app.config.setdefault('SQLALCHEMY_DATABASE_URI', 'mysql://h/d')",
        "mysql://h/d",
    ),
    "not the tests'": (
        "class TestConfig:\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///t.db'\n"
        "class Config:\n    SQLALCHEMY_DATABASE_URI = 'mysql://h/d'",
        "mysql://h/d",
    ),
    "an instance directory elsewhere": (
        "app = Flask(__name__, instance_path='/srv/x')\nSQLALCHEMY_DATABASE_URI = 'sqlite:///a.db'",
        "sqlite:////srv/x/a.db",
    ),
    "in the instance directory": (
        "app = Flask(__name__)\napp.config.from_mapping(SQLALCHEMY_DATABASE_URI=os.environ.get('DB')"
        " or 'sqlite:///' + os.path.join(app.instance_path, 'a.db'))",
        "${DB:-sqlite:///instance/a.db}",
    ),
}


def test_flasks_instance_directory_is_beside_its_package(seen: Look) -> None:
    files = {
        "src/blog/__init__.py": "from flask import Flask  # flask_sqlalchemy\napp = Flask(__name__)\n",
        "src/blog/config.py": "SQLALCHEMY_DATABASE_URI = 'sqlite:///a.db'\n",
    }
    assert url(seen(files)) == "sqlite:///src/instance/a.db"


@pytest.mark.parametrize(("text", "wanted"), FLASK.values(), ids=FLASK.keys())
def test_the_url_of_flask(text: str, wanted: str, seen: Look) -> None:
    assert url(seen({"app.py": f"import os\nfrom flask import Flask\n{text}\n"})) == wanted


# --- alembic.ini

INIS = {
    "a URL": ("[alembic]\nsqlalchemy.url = sqlite:///a.db\n", {"primary": "sqlite:///a.db"}),
    "CRLF and a mark": (
        "\ufeff[alembic]\r\nsqlalchemy.url=sqlite:///a.db\r\n",
        {"primary": "sqlite:///a.db"},
    ),
    "percent signs": (
        "[alembic]\nsqlalchemy.url = mysql://h/d?charset=a%%20b\n",
        {"primary": "mysql://h/d?charset=a%20b"},
    ),
    "here": (
        "[alembic]\nscript_location = %(here)s/m\nsqlalchemy.url = sqlite:///%(here)s/a.db\n",
        {"primary": "sqlite:///a.db"},
    ),
    "a password": (
        "[alembic]\nsqlalchemy.url = mysql://a:sec%%40ret@h/d\n",
        {"primary": "mysql://a:${DB_PASSWORD}@h/d"},
    ),
    "several databases": (
        "[alembic]\ndatabases = users, sales\n[users]\nsqlalchemy.url = mysql://h/u\n"
        "[sales]\nsqlalchemy.url = mysql://h/s\n",
        {"users": "mysql://h/u", "sales": "mysql://h/s"},
    ),
    "an example": ("[alembic]\nsqlalchemy.url = driver://user:pass@localhost/dbname\n", {}),
    "nothing": ("[alembic]\nsqlalchemy.url =\n", {}),
    "a variable of env.py": ("[alembic]\nsqlalchemy.url = mysql://%(USER)s@h/d\n", {}),
    "no section": ("sqlalchemy.url = mysql://a:secret@h/d\n", {}),
    "twice": (
        "[alembic]\nsqlalchemy.url = mysql://h/a\nsqlalchemy.url = mysql://h/b\n",
        {"primary": "mysql://h/b"},
    ),
}


@pytest.mark.parametrize(("text", "wanted"), INIS.values(), ids=INIS.keys())
def test_the_urls_of_alembic(text: str, wanted: dict[str, str], seen: Look) -> None:
    project = seen({"alembic.ini": text, "models.py": USER})
    assert urls(project) == wanted
    assert not told(project, "secret")
    assert project.models == ["models.py"]


def test_where_alembic_has_its_url(seen: Look) -> None:
    text = "# sqlalchemy.url = x\n[post]\n\n[alembic]\n# what\nsqlalchemy.url = mysql://h/d\n"
    assert told(seen({"alembic.ini": text}), "url: mysql://h/d (alembic.ini:6)")


def test_a_file_that_is_no_ini_is_named_without_its_lines(seen: Look) -> None:
    project = seen({"alembic.ini": "mysql://a:secret@h/d\n", "sub/alembic.ini": b"\xff"})
    assert told(project, "cannot read alembic.ini: line 1 is not as in an ini file")
    assert told(project, "cannot read sub/alembic.ini: it is not UTF-8 text")


def test_a_relative_file_is_relative_to_its_alembic_ini(seen: Look) -> None:
    project = seen({"backend/alembic.ini": "[alembic]\nsqlalchemy.url = sqlite:///a.db\n"})
    assert url(project) == "sqlite:///backend/a.db"


ENVIRONMENT = {
    "migrations/script.py.mako": "",
    "migrations/env.py": "from company.models import Base\nimport os\n"
    "target_metadata = Base.metadata\n"
    "config.set_main_option('sqlalchemy.url', os.environ['COMPANY'])\n",
}


def test_what_env_py_says_when_nothing_else_does(seen: Look) -> None:
    project = seen(ENVIRONMENT)
    assert project.models == ["company.models"]
    assert told(
        project, "models: company.models (migrations/env.py:3 takes target_metadata from it)"
    )
    assert url(project) == "${COMPANY}"
    assert seen({"app/models.py": USER}).models == ["app.models"]


def test_what_the_program_uses_wins_over_alembic(seen: Look) -> None:
    project = seen({
        "alembic.ini": "[alembic]\nsqlalchemy.url = mysql://h/d\n",
        "db.py": f"{START}create_engine(os.environ['DB'])\ncreate_engine('sqlite:///b.db')\n",
    })  # fmt: skip
    assert url(project) == "${DB}"
    assert list(project.others) == [
        'url = "sqlite:///b.db" (db.py:5)', 'url = "mysql://h/d" (alembic.ini:2)',
    ]  # fmt: skip


# --- factories

MADE = "from sqlalchemy.orm import scoped_session, sessionmaker, Session\n"
FACTORIES = {
    "bound": ("engine = create_engine(os.environ['DB'])\nS = sessionmaker(bind=engine)", "app.db:S", {}),
    "bound by place": ("engine = create_engine(os.environ['DB'])\nS = sessionmaker(engine)", "app.db:S", {}),
    "bound later": (
        "engine = create_engine(os.environ['DB'])\nS = sessionmaker()\nS.configure(bind=engine)", "app.db:S", {},
    ),
    "scoped": (
        "engine = create_engine(os.environ['DB'])\nS = scoped_session(sessionmaker(bind=engine))",
        "app.db:S", {},
    ),
    "typed": ("S: sessionmaker[Session] = sessionmaker[Session](bind=get())", "app.db:S", {}),
    "not bound": (
        "engine = create_engine(os.environ['DB'])\nS = sessionmaker()", "app.db:S", {"primary": "${DB}"},
    ),
    "a relative file": (
        "engine = create_engine('sqlite:///a.db')\nS = sessionmaker(engine)",
        "app.db:S", {"primary": "sqlite:///a.db"},
    ),
    "a file beside the code": (
        "engine = create_engine(f'sqlite:///{Path(__file__).parent}/a.db')\nS = sessionmaker(engine)",
        "app.db:S", {},
    ),
    "for an event loop": (
        "engine = create_async_engine(os.environ['DB'])\nS = async_sessionmaker(engine)",
        "", {"primary": "${DB}"},
    ),
    "for an event loop, as it once was": (
        "engine = create_async_engine(os.environ['DB'])\nS = sessionmaker(engine, class_=AsyncSession)",
        "", {"primary": "${DB}"},
    ),
    "on an engine for an event loop": (
        "engine = create_async_engine(os.environ['DB'])\nS = sessionmaker(engine)",
        "", {"primary": "${DB}"},
    ),
    "in a function": (
        "engine = create_engine(os.environ['DB'])\ndef make():\n    S = sessionmaker(engine)",
        "", {"primary": "${DB}"},
    ),
    "of two the likelier": (
        "engine = create_engine(os.environ['DB'])\nReporting = sessionmaker(engine)\n"
        "SessionLocal = sessionmaker(engine)",
        "app.db:SessionLocal", {},
    ),
    "of two the one that works": (
        "SessionLocal = async_sessionmaker(create_async_engine('x'))\nSync = sessionmaker(get())",
        "app.db:Sync", {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "factory", "found"), FACTORIES.values(), ids=FACTORIES.keys())
def test_the_factory(text: str, factory: str, found: dict[str, str], seen: Look) -> None:
    project = seen({"app/db.py": f"{START}{MADE}{text}\n"})
    assert (project.factory, urls(project)) == (factory, found)


def test_a_factory_for_an_event_loop_is_named(seen: Look) -> None:
    project = seen({"db.py": "S = async_sessionmaker(create_async_engine(url))\n"})
    assert told(project, "factory: none; that of db.py:1 is for an event loop")


def test_the_factories_that_were_not_chosen_are_named(seen: Look) -> None:
    project = seen({"app/db.py": f"{MADE}A = sessionmaker(x)\nSession = sessionmaker(y)\n"})
    assert project.factory == "app.db:Session"
    assert list(project.others) == ['factory = "app.db:A" (app/db.py:2)']


def test_a_factory_elsewhere_adds_its_directory(seen: Look) -> None:
    files = {"lib/core/db.py": f"{MADE}S = sessionmaker(x)\n", "main.py": "import core.models"}
    project = seen(files)
    assert (project.factory, project.sys_path) == ("core.db:S", ["lib"])
