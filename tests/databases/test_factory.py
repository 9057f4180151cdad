"""Every key of [factory], seen by its effect: on the application's code, or in the database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers._server import Database
from servers.program import Finished

Run = Callable[..., Finished]

# The application. Whatever its sessions are and do is noted down, a line of JSON for each thing.
APPLICATION = """
import json
import os

from sqlalchemy import Column, Engine, Integer, String, create_engine, event, inspect, select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, declarative_base, scoped_session, sessionmaker
from sqlalchemy.pool import NullPool

Base = declarative_base()


class Thing(Base):
    __tablename__ = "things"
    id = Column(Integer, primary_key=True)
    name = Column(String(20))


class Part(Base):
    __tablename__ = "parts"
    __table_args__ = {"schema": "tenant"}
    id = Column(Integer, primary_key=True)


def note(**facts):
    with open("seen", "a") as file:
        file.write(json.dumps(facts) + "\\n")


class Watched(Session):
    def __init__(self, *arguments, tenant=None, **named):
        super().__init__(*arguments, **named)
        self.tenant = tenant

    def close(self):
        note(what="close", tenant=self.tenant, info=self.info.get("note"))
        super().close()


class Adding(Session):
    "Has an object pending whenever something is executed."

    def execute(self, *arguments, **named):
        self.add(Thing(id=99, name="pending"))
        return super().execute(*arguments, **named)


class Remembering(Session):
    "Holds an object beyond the end of the transaction."

    def execute(self, *arguments, **named):
        if not hasattr(self, "held"):
            self.held = None
            self.held = self.get(Thing, 1)
        return super().execute(*arguments, **named)


class Reopening(Session):
    def close(self):
        super().close()
        try:
            self.begin().close()
            note(what="open again")
        except InvalidRequestError:
            note(what="closed for good")


@event.listens_for(Remembering, "after_transaction_end")
def ended(session, transaction):
    if transaction.parent is None and getattr(session, "held", None):
        note(what="end", expired=inspect(session.held).expired)


@event.listens_for(Session, "do_orm_execute")
def executing(state):
    info = {key: value for key, value in state.session.info.items() if type(key) is str}
    shown = {key: value for key, value in info.items() if not key.startswith("sqlsess")}
    note(what="execute", info=shown, marked=state.execution_options.get("mark"))


@event.listens_for(Engine, "commit_twophase")
def prepared(connection, xid, is_prepared):
    "What another connection sees while ours has prepared and not yet committed."
    if "WATCHER" not in os.environ:
        return
    kind = connection.dialect.name
    asked = "SELECT gid FROM pg_prepared_xacts" if kind == "postgresql" else "XA RECOVER"
    with create_engine(os.environ["WATCHER"], poolclass=NullPool).connect() as other:
        found = [row[-1] for row in other.execute(text(asked))]
    found = [name.decode() if isinstance(name, bytes) else name for name in found]
    note(what="prepared", found=[name for name in found if name == xid])
    if "FAILING" in os.environ:
        raise RuntimeError("the second phase fails")


Plain = sessionmaker()
Bound = sessionmaker(
    class_=Watched, info={"note": "the application's", "both": "the application's"}, tenant="acme"
)
Scoped = scoped_session(Bound)


@event.listens_for(Bound, "after_begin")
def begun(session, transaction, connection):
    note(what="begun", driver=connection.dialect.name)


def made():
    return Bound


def broken():
    raise KeyError("SCHOOL")


connected = None
if "CONNECTED" in os.environ:
    connected = create_engine(os.environ["CONNECTED"], poolclass=NullPool).connect()
    outer = connected.begin()
    connected.execute(text("INSERT INTO things VALUES (50, 'outer')"))


class Joining(Session):
    def close(self):
        super().close()
        note(what="outer", active=outer.is_active)


AtTheEnd = sessionmaker(class_=Joining, bind=connected)
"""

THINGS = "CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(20))"


class Application:
    """A project with the application's module and a configuration."""

    def __init__(self, folder: Path, run: Run, database: Database) -> None:
        self.folder, self.run, self.database = folder, run, database
        (folder / "app.py").write_text(APPLICATION)
        database.execute(THINGS, "INSERT INTO things VALUES (1, 'one'), (2, 'two')")

    def configured(self, text: str, **urls: str) -> None:
        """Write the configuration: its text, `{url}` put in place."""
        text = re.sub(
            r"\{(url\w*)\}", lambda found: {"url": self.database.url, **urls}[found[1]], text
        )
        (self.folder / "sqlsess.toml").write_text(f'models = ["app"]\n{text}')

    def sees(
        self, *words: str, code: int = 0, what: str = "", env: dict[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Run; what the application noted meanwhile."""
        seen = self.folder / "seen"
        seen.unlink(missing_ok=True)
        self.done = self.run(*words, "-C", "sqlsess.toml", env=env)
        assert self.done.code == code, self.done
        notes = (
            [json.loads(line) for line in seen.read_text().splitlines()] if seen.exists() else []
        )
        return [item for item in notes if what in ("", item["what"])]

    def shown(self, name: str) -> dict[str, Any]:
        """What `db show` says of a database."""
        done = self.run("db", "show", name, "-f", "json", "-C", "sqlsess.toml")
        assert done.code == 0, done
        shown: dict[str, Any] = json.loads(done.out)
        return shown


@pytest.fixture
def application(folder: Path, run: Run, database: Database) -> Application:
    return Application(folder, run, database)


# --- the arguments, one by one; each in [factory] and in [db.NAME.factory]

on_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
PLACES = ("factory", "db.main.factory")


def saying(place: str, line: str) -> str:
    return f'[db.main]\nurl = "{{url}}"\n[{place}]\n{line}\n'


@on_sqlite
@pytest.mark.parametrize("place", PLACES)
def test_class_is_the_applications_with_arguments_of_its_own(application: Application, place: str):
    application.configured(saying(place, 'class_ = "app.Watched"\ntenant = "acme"'))
    notes = application.sees("query", "Thing", "--count", what="close")
    assert notes
    assert {note["tenant"] for note in notes} == {"acme"}
    assert application.shown("main")["session_class"] == "app.Watched"


@pytest.mark.parametrize("place", PLACES)
def test_autoflush_sends_what_is_pending_first(application: Application, place: str):
    said = 'class_ = "app:Adding"\nautoflush = '
    application.configured(saying(place, f"{said}true"))
    application.sees("query", "Thing", "--count", code=6)
    application.configured(saying(place, f"{said}false"))
    application.sees("query", "Thing", "--count")
    assert application.done.out == "count\n2\n"


@on_sqlite
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("expires", [True, False])
def test_objects_expire_at_commit_if_they_shall(
    application: Application, place: str, *, expires: bool
):
    said = f'class_ = "app:Remembering"\nexpire_on_commit = {str(expires).lower()}'
    application.configured(saying(place, said))
    change = "update things set name = 'new' where id = 1"
    [note] = application.sees("sql", change, "--write", what="end")
    assert note["expired"] is expires


@on_sqlite
def test_objects_do_not_expire_unless_it_is_said(application: Application):
    application.configured(saying("factory", 'class_ = "app:Remembering"'))
    change = "update things set name = 'new' where id = 1"
    [note] = application.sees("sql", change, "--write", what="end")
    assert note["expired"] is False


def test_info_adds_up_from_the_application_to_the_database(application: Application):
    application.configured("""
factory = "app:Bound"
[db.main]
url = "{url}"
[db.main.factory.info]
both = "the database's"
own = { deep = [1, 2] }
""")
    [note] = application.sees("query", "Thing", "--count", what="execute")
    expected = {"note": "the application's", "both": "the database's", "own": {"deep": [1, 2]}}
    assert note["info"] == expected
    assert application.shown("main")["session_info"] == expected


def test_info_of_a_factory_named_for_the_database_is_nearer_than_that_for_all(
    application: Application,
):
    application.configured("""
[factory]
autoflush = false
info = { both = "for all", shared = 1 }
[db.main]
url = "{url}"
factory = "app:Bound"
""")
    [note] = application.sees("query", "Thing", "--count", what="execute")
    mine = "the application's"
    assert note["info"] == {"note": mine, "both": mine, "shared": 1}
    # Everything else of the application's factory is as the application made it.
    assert application.shown("main")["session_arguments"]["autoflush"] is True


def test_info_of_the_database_lies_over_that_of_the_whole_configuration(application: Application):
    application.configured("""
[factory.info]
both = "for all"
deep = { a = 1, b = 1 }
[db.main]
url = "{url}"
[db.main.factory.info]
both = "the database's"
deep = { b = 2 }
""")
    [note] = application.sees("query", "Thing", "--count", what="execute")
    assert note["info"] == {"both": "the database's", "deep": {"a": 1, "b": 2}}


@pytest.mark.needs("two-phase commit")
@pytest.mark.parametrize("place", PLACES)
def test_twophase_is_a_prepared_transaction_before_it_is_committed(
    application: Application, place: str
):
    change = ("sql", "insert into things values (3, 'three')", "--write")
    watching = {"WATCHER": application.database.url}
    application.configured(saying(place, "twophase = true"))
    [note] = application.sees(*change, what="prepared", env=watching)
    assert len(note["found"]) == 1
    assert application.database.value("SELECT count(*) FROM things") == 3
    assert "committed: 1 row changed on main" in application.done.err
    # Without it there is one phase only.
    application.configured(saying(place, "twophase = false"))
    assert (
        application.sees("sql", "delete from things", "--write", what="prepared", env=watching)
        == []
    )


@pytest.mark.needs("two-phase commit")
def test_a_transaction_of_two_phases_is_undone_when_it_fails(application: Application):
    application.configured(saying("factory", "twophase = true"))
    application.sees("sql", "delete from things; select nothing from things", "--write", code=5)
    assert application.done.err.splitlines()[-1] == "rolled back: nothing was changed on main"
    assert application.database.value("SELECT count(*) FROM things") == 2


@pytest.mark.needs("two-phase commit")
def test_what_was_prepared_and_not_committed_is_unknown(application: Application):
    application.configured(saying("factory", "twophase = true"))
    doing = {"WATCHER": application.database.url, "FAILING": "1"}
    change = ("sql", "insert into things values (3, 'three')", "--write")
    [note] = application.sees(*change, code=8, what="prepared", env=doing)
    assert application.done.err.splitlines()[-1] == "unknown: main may have committed or not"
    assert application.database.value("SELECT count(*) FROM things") == 2
    undo = {"mariadb": "XA ROLLBACK", "postgresql": "ROLLBACK PREPARED"}
    application.database.execute(f"{undo[application.database.kind]} '{note['found'][0]}'")


@pytest.mark.needs("two-phase commit")
def test_reading_has_no_second_phase_and_is_read_only(application: Application):
    application.configured(saying("factory", "twophase = true"))
    application.sees("query", "Thing", "--count")
    assert application.done.out == "count\n2\n"
    application.sees("sql", "delete from things", code=6)
    assert application.database.value("SELECT count(*) FROM things") == 2


@on_sqlite
def test_twophase_is_refused_where_nothing_can_be_prepared(application: Application):
    application.configured(saying("factory", "twophase = true"))
    application.sees("query", "Thing", "--count", code=3)
    assert "main: twophase needs a database that can PREPARE; SQLite cannot" in application.done.err


@on_sqlite
@pytest.mark.parametrize("place", PLACES)
def test_close_resets_only_decides_whether_a_session_lives_on(application: Application, place: str):
    for resets, seen in (("true", "open again"), ("false", "closed for good")):
        said = f'class_ = "app:Reopening"\nclose_resets_only = {resets}'
        application.configured(saying(place, said))
        notes = application.sees("query", "Thing", "--count")
        assert notes[-1] == {"what": seen}


@pytest.mark.parametrize("place", PLACES)
def test_execution_options_reach_the_statement(application: Application, place: str):
    here = {"sqlite": "main", "postgresql": "public"}.get(
        application.database.kind, application.database.name
    )
    application.database.execute("CREATE TABLE parts (id INTEGER PRIMARY KEY)")
    application.database.execute("INSERT INTO parts VALUES (7)")
    application.configured(
        saying(place, f'execution_options = {{ schema_translate_map = {{ tenant = "{here}" }} }}')
    )
    application.sees("query", "Part")
    assert application.done.out == "id\n7\n"
    assert (
        application.shown("main")["session_arguments"].get("execution_options")
        or (application.shown("main")["execution_options"])
    )


def test_execution_options_of_the_database_win(application: Application):
    application.configured("""
[factory.execution_options]
logging_token = "for all"
[db.main]
url = "{url}"
[db.main.factory]
execution_options = { logging_token = "the database's" }
""")
    said = json.dumps(application.shown("main"))
    assert "the database's" in said
    assert "for all" not in said


# --- a connection that the application has a transaction on


def joined(application: Application, mode: str) -> dict[str, str]:
    """Bind the factory to a connection on which the application has inserted a row."""
    said = f'join_transaction_mode = "{mode}"' if mode else ""
    application.configured(f'factory = "app:AtTheEnd"\n[db.app.factory]\n{said}\n')
    return {"CONNECTED": application.database.url}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("mode", "goes_on"),
    [("create_savepoint", True), ("rollback_only", False), ("control_fully", False), ("", False)],
)
def test_a_joined_transaction_goes_on_after_a_read_if_it_may(
    application: Application, mode: str, *, goes_on: bool
):
    notes = application.sees("query", "Thing", "--count", env=joined(application, mode))
    assert application.done.out == "count\n3\n"
    assert notes[-1] == {"what": "outer", "active": goes_on}


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
def test_a_joined_transaction_is_not_committed_by_reading(application: Application):
    application.sees("query", "Thing", "--count", env=joined(application, ""), code=6)
    assert application.done.err.startswith(
        "error: the factory is bound to a connection in a transaction, which reading would commit\n"
    )
    assert application.database.value("SELECT count(*) FROM things") == 2


def test_a_joined_transaction_is_committed_if_the_session_controls_it(application: Application):
    change = ("sql", "insert into things values (3, 'three')", "--write")
    for mode in ("", "rollback_only", "create_savepoint"):
        application.sees(*change, env=joined(application, mode), code=6)
        assert "in a transaction that the application ends" in application.done.err
        assert application.database.value("SELECT count(*) FROM things") == 2
    application.sees(*change, env=joined(application, "control_fully"))
    assert application.done.err == "committed: 1 row changed on app\n"
    found = application.database.rows("SELECT id FROM things ORDER BY id")
    assert found == [(1,), (2,), (3,), (50,)]


# --- binds


def test_binds_send_each_model_to_its_own_database(
    application: Application, fresh: Callable[[str], Database]
):
    other = fresh("sqlite" if application.database.kind != "sqlite" else "postgresql")
    other.execute(
        "CREATE TABLE teachers (id INTEGER PRIMARY KEY)", "INSERT INTO teachers VALUES (8)"
    )
    (application.folder / "more.py").write_text("""
import app
from sqlalchemy import Column, Integer

class Teacher(app.Base):
    __tablename__ = "teachers"
    id = Column(Integer, primary_key=True)
""")
    application.configured(
        """
[db.main]
models = "more"
url = "{url}"
[db.main.factory.binds]
"more:Teacher" = "other"
[db.other]
url = "{url_other}"
""",
        url_other=other.url,
    )
    application.sees("query", "Thing", "id > 0 and name = 'two'", "-d", "main")
    assert application.done.out == "id\tname\n2\ttwo\n"
    application.sees("query", "Teacher", "id = 8", "-d", "main", "-f", "sql")
    assert application.done.out == "INSERT INTO teachers (id) VALUES\n(8);\n"
    shown = application.shown("main")
    assert shown["binds"]["Teacher"].endswith(other.safe_url.removeprefix("sqlite"))
    assert shown["url"].endswith(application.database.safe_url.removeprefix("sqlite"))


def test_binds_name_a_database_that_there_is(application: Application):
    application.configured(saying("factory", 'binds = { "app:Thing" = "mian" }'))
    application.sees("query", "Thing", code=3)
    assert "sqlsess.toml:5: no database is called 'mian'" in application.done.err
    assert "hint: did you mean 'main'?" in application.done.err
    application.configured(saying("factory", 'binds = { "app:Thin" = "main" }'))
    application.sees("query", "Thing", code=3)
    assert "sqlsess.toml:5: no model is called 'app:Thin'" in application.done.err


# --- which place wins


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("clas_", "class_"), ("autoflsh", "autoflush"), ("expire_on_comit", "expire_on_commit"),
        ("inf", "info"), ("two_phase", "twophase"), ("join_transaction", "join_transaction_mode"),
        ("close_resets", "close_resets_only"), ("execution_option", "execution_options"),
        ("bind_s", "binds"), ("tenent", "tenant"),
    ],
)  # fmt: skip
@on_sqlite
def test_a_misspelt_key_names_its_line_and_the_nearest(
    application: Application, place: str, key: str, nearest: str
):
    application.configured(saying(place, f'class_ = "app:Watched"\n{key} = true'))
    application.sees("query", "Thing", code=3)
    message, hint, *_ = application.done.err.splitlines()
    assert message == f"error: sqlsess.toml:6: Session takes no argument {key!r}"
    assert hint.startswith(f"hint: did you mean {nearest!r}")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('autoflush = "no"', "autoflush must be true or false, not 'no'"),
        ("twophase = 1", "twophase must be true or false, not 1"),
        ("close_resets_only = 0", "close_resets_only must be true or false, not 0"),
        ('info = "x"', "info must be a table, not 'x'"),
        ("binds = []", "binds must be a table, not []"),
        ('execution_options = "x"', "execution_options must be a table, not 'x'"),
        ("class_ = 1", "class_ must be a dotted path such as app.db:Session, not 1"),
        ('class_ = "app:Nothing"', "app has no Nothing"),
        ('class_ = "app:note"', "app:note is not a class"),
        ('class_ = "apq:Watched"', "there is no module apq"),
        ('bind = "sqlite://"', "bind cannot be set in [factory]"),
        ("autocommit = false", "autocommit cannot be set in [factory]"),
    ],
)
@on_sqlite
def test_a_value_that_cannot_be_is_named_with_its_line(
    application: Application, line: str, problem: str
):
    application.configured(saying("factory", line))
    application.sees("query", "Thing", code=3)
    assert application.done.err.splitlines()[0] == f"error: sqlsess.toml:5: {problem}"


@on_sqlite
def test_a_mode_that_session_refuses_is_named_with_its_place(application: Application):
    application.configured(saying("factory", 'join_transaction_mode = "sometimes"'))
    application.sees("query", "Thing", code=3)
    assert application.done.err.startswith("error: sqlsess.toml:4: ")
    assert "sometimes" in application.done.err


@on_sqlite
def test_the_database_wins_over_the_whole_configuration_key_by_key(application: Application):
    application.configured("""
[factory]
class_ = "app:Watched"
tenant = "for all"
autoflush = false
expire_on_commit = true
[db.main]
url = "{url}"
[db.main.factory]
tenant = "the database's"
autoflush = true
[db.other]
url = "{url}"
""")
    for name, tenant in (("main", "the database's"), ("other", "for all")):
        notes = application.sees("query", "Thing", "--count", "-d", name, what="close")
        assert notes[-1]["tenant"] == tenant
    main, other = application.shown("main"), application.shown("other")
    assert main["session_arguments"] == {
        "autoflush": True, "expire_on_commit": True, "tenant": "the database's"
    }  # fmt: skip
    assert other["session_arguments"] == {
        "autoflush": False, "expire_on_commit": True, "tenant": "for all"
    }  # fmt: skip
    assert main["said_in"] == {
        "url": "sqlsess.toml:9", "factory": "sqlsess.toml:10", "models": "sqlsess.toml:1",
        "factory.class_": "sqlsess.toml:4", "factory.tenant": "sqlsess.toml:11",
        "factory.autoflush": "sqlsess.toml:12", "factory.expire_on_commit": "sqlsess.toml:7",
    }  # fmt: skip


# --- the application's own factory


@pytest.mark.parametrize("name", ["app:Bound", "app.Bound", "app:Scoped", "app:made"])
def test_the_applications_factory_brings_class_events_and_options(
    application: Application, name: str
):
    application.configured(f'[db.main]\nurl = "{{url}}"\nfactory = "{name}"\n')
    notes = application.sees("query", "Thing", "--count")
    driver = {"mariadb": "mysql"}.get(application.database.kind, application.database.kind)
    info = {"note": "the application's", "both": "the application's"}
    assert {"what": "begun", "driver": driver} in notes
    assert {"what": "execute", "info": info, "marked": None} in notes
    assert notes[-1] == {"what": "close", "tenant": "acme", "info": "the application's"}
    shown = application.shown("main")
    assert (shown["factory"], shown["session_class"]) == (name, "app.Watched")
    assert shown["said_in"]["factory"] == "sqlsess.toml:4"


@pytest.mark.parametrize(
    ("name", "problem", "hint"),
    [
        ("app:Watched", "app:Watched is a class, not a sessionmaker", 'class_ = "app:Watched"'),
        (
            "app:Base",
            "app:Base is a DeclarativeMeta, not a sessionmaker",
            "such as app.db:SessionLocal",
        ),
        ("app:broken", "cannot call app:broken: app.py:", "--debug"),
        ("app:Nothing", "app has no Nothing", ""),
        ("nowhere:Session", "there is no module nowhere", ""),
    ],
)
@on_sqlite
def test_what_is_no_factory_is_named(application: Application, name: str, problem: str, hint: str):
    application.configured(f'[db.main]\nurl = "{{url}}"\nfactory = "{name}"\n')
    application.sees("query", "Thing", code=3)
    assert f"error: sqlsess.toml:4: {problem}" in application.done.err
    assert hint in application.done.err


@on_sqlite
def test_a_class_cannot_be_given_to_a_factory_that_has_one(application: Application):
    application.configured(
        'factory = "app:Bound"\n' + saying("db.main.factory", 'class_ = "app:Adding"')
    )
    application.sees("query", "Thing", code=3)
    assert "sqlsess.toml:6: app:Bound has a class of its own" in application.done.err


def test_two_databases_share_a_factory_and_keep_their_binds(
    application: Application, fresh: Callable[[str], Database]
):
    other = fresh(application.database.kind)
    other.execute(THINGS)
    application.configured(
        """factory = "app:Plain"
[db.main]
url = "{url}"
[db.other]
url = "{url_other}"
[db.unbound]
""",
        url_other=other.url,
    )
    application.sees(
        "query", "Thing", "--count", "-d", "main", "-d", "other", "-d", "unbound", code=7
    )
    assert application.done.out == "db\tcount\nmain\t2\nother\t0\n"
    assert "sqlsess.toml:2: the factory has no bind" in application.done.err


def test_an_engine_of_the_application_creates_no_file_either(
    folder: Path, run: Callable[..., Finished]
) -> None:
    (folder / "own.py").write_text(
        "from sqlalchemy import create_engine\n"
        "from sqlalchemy.orm import sessionmaker\n"
        "Own = sessionmaker(create_engine('sqlite:///own.db'))\n"
    )
    (folder / "sqlsess.toml").write_text('[db.own]\nfactory = "own:Own"\n')
    done = run("sql", "select 1", "-C", "sqlsess.toml", "--db", "own")
    assert done.code == 4, done
    assert f"there is no SQLite file {folder}/own.db" in done.err
    assert not (folder / "own.db").exists()
    (folder / "own.db").touch()
    assert run("sql", "select 1", "-C", "sqlsess.toml", "--db", "own").code == 0
