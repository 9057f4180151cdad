"""Tables that nobody mapped: their relationships and names, whatever a schema looks like."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy
from servers._server import Database
from servers.program import Finished
from sqlalchemy import (
    Connection,
    column,
    create_engine,
    event,
    exc,
    exists,
    func,
    literal_column,
    select,
)

from sqlsess_cli.core.filters.paths import Path, resolve
from sqlsess_cli.core.filters.scope import Scope
from sqlsess_cli.core.models.catalog import Catalog
from sqlsess_cli.core.models.describe import facts_of
from sqlsess_cli.core.models.entity import Entity
from sqlsess_cli.dialects._base import find
from sqlsess_cli.errors import UsageError

Run = Callable[..., Finished]


@dataclass
class Reflected:
    """A database as the program sees it through one connection.

    Attributes:
        connection: its.
        catalog: what was reflected so far.
        statements: all that were sent since it was made.
    """

    connection: Connection
    catalog: Catalog = field(default_factory=Catalog)
    statements: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Entity:
        hooks = find(self.connection.dialect.name)
        return self.catalog.find(name, lambda: self.connection, hooks)

    def every(self) -> dict[str, Any]:
        """Every table and view, in full."""
        hooks = find(self.connection.dialect.name)
        found = map(facts_of, self.catalog.list(lambda: self.connection, hooks))
        return {facts["model"]: facts for facts in found}

    def links(self, name: str) -> dict[str, tuple[str, str]]:
        """The relationships of a table: where each leads, and to how many."""
        facts = facts_of(self[name])["relationships"]
        return {item["name"]: (item["target"], item["cardinality"]) for item in facts}

    def count(self, table: str, path: str) -> int:
        """How many rows of a table a path leads somewhere from."""
        entity = self[table]
        scope = Scope.root(entity)
        place = resolve(Path.of(path), scope)
        if place.lists:
            first, *beyond = place.lists
            some = exists(first.related(literal_column("1"), beyond))
            return self.connection.scalar(
                select(func.count()).select_from(entity.origin).where(some)
            )
        value = place.expression
        return self.connection.scalar(scope.extended(select(func.count(value))))


@pytest.fixture
def reflect() -> Iterator[Callable[..., Reflected]]:
    with ExitStack() as stack:
        yield lambda database: stack.enter_context(reflecting(database))


@contextmanager
def reflecting(database: Database) -> Iterator[Reflected]:
    engine = create_engine(database.url)
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("error", exc.SAWarning)
        found = Reflected(connection)
        event.listen(
            connection, "before_cursor_execute",
            lambda _connection, _cursor, sql, *_: found.statements.append(sql),
        )  # fmt: skip
        yield found
    engine.dispose()


ONE, ONES, MANY, MANYS = "many-to-one", "one-to-one", "one-to-many", "many-to-many"


# --- what relationships are called, and where they lead

RAILS = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(20));
CREATE TABLE profiles (user_id INTEGER PRIMARY KEY REFERENCES users (id), bio VARCHAR(20));
CREATE TABLE passports (id INTEGER PRIMARY KEY, user_id INTEGER UNIQUE REFERENCES users (id));
CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES users (id),
    editor_id INTEGER REFERENCES users (id), title VARCHAR(20));
CREATE TABLE tags (id INTEGER PRIMARY KEY, name VARCHAR(20));
CREATE TABLE posts_tags (post_id INTEGER NOT NULL REFERENCES posts (id),
    tag_id INTEGER NOT NULL REFERENCES tags (id));
CREATE TABLE likes (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id),
    post_id INTEGER NOT NULL REFERENCES posts (id));
CREATE TABLE bookmarks (user_id INTEGER NOT NULL REFERENCES users (id),
    post_id INTEGER NOT NULL REFERENCES posts (id), PRIMARY KEY (user_id, post_id));
CREATE TABLE comments (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id),
    post_id INTEGER REFERENCES posts (id), body VARCHAR(20));
CREATE TABLE follows (follower_id INTEGER NOT NULL REFERENCES users (id),
    followed_id INTEGER NOT NULL REFERENCES users (id));
INSERT INTO users VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cyd');
INSERT INTO profiles VALUES (1, 'x');
INSERT INTO passports VALUES (7, 2), (8, NULL);
INSERT INTO posts VALUES (1, 1, NULL, 'one'), (2, 1, 3, 'two');
INSERT INTO tags VALUES (1, 'red'), (2, 'blue');
INSERT INTO posts_tags VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO likes VALUES (1, 2, 1), (2, 3, 1);
INSERT INTO follows VALUES (1, 2), (3, 2);
"""


def fill(database: Database, script: str) -> Database:
    """Run statements; MariaDB reads REFERENCES of a column, and makes a key of it."""
    database.execute(*(sql for sql in script.split(";") if sql.strip()))
    return database


def test_a_schema_as_rails_and_django_make_it(database: Database, reflect: Any) -> None:
    found = reflect(fill(database, RAILS))
    assert found.links("posts") == {
        "author": ("users", ONE), "editor": ("users", ONE),
        "bookmarks": ("bookmarks", MANY), "comments": ("comments", MANY),
        "likes": ("likes", MANY), "posts_tags": ("posts_tags", MANY),
        "users_by_bookmarks": ("users", MANYS), "users_by_likes": ("users", MANYS),
        "tags": ("tags", MANYS),
    }  # fmt: skip
    assert found.links("users") == {
        "bookmarks": ("bookmarks", MANY), "comments": ("comments", MANY),
        "follows_by_follower": ("follows", MANY), "follows_by_followed": ("follows", MANY),
        "likes": ("likes", MANY), "passports": ("passports", ONES),
        "posts_by_author": ("posts", MANY), "posts_by_editor": ("posts", MANY),
        "profiles": ("profiles", ONES),
        "posts_by_bookmarks": ("posts", MANYS), "posts_by_likes": ("posts", MANYS),
        "users_by_follower": ("users", MANYS), "users_by_followed": ("users", MANYS),
    }  # fmt: skip
    assert found.links("comments") == {"user": ("users", ONE), "post": ("posts", ONE)}
    assert found.links("profiles") == {"user": ("users", ONE)}
    counts = {
        ("posts", "author.name"): 2, ("posts", "editor.name"): 1, ("posts", "tags"): 2,
        ("users", "posts_by_editor"): 1, ("users", "posts_by_likes"): 2,
        ("users", "users_by_followed"): 1, ("users", "users_by_follower"): 2,
        ("users", "users_by_followed.posts_by_author"): 1,
        ("users", "profiles.bio"): 1, ("users", "passports.id"): 1, ("tags", "posts.author"): 2,
        ("comments", "users.name"): 0, ("posts", "author_id.name"): 2,
    }  # fmt: skip
    assert {key: found.count(*key) for key in counts} == counts


ODD = """
CREATE TABLE category (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES category (id));
CREATE TABLE Staff (StaffId INTEGER PRIMARY KEY, ReportsTo INTEGER REFERENCES Staff (StaffId));
CREATE TABLE team (id INTEGER PRIMARY KEY, name VARCHAR(20));
CREATE TABLE game (id INTEGER PRIMARY KEY, home_team_id INTEGER REFERENCES team (id),
    away_team_id INTEGER REFERENCES team (id), team VARCHAR(20));
CREATE TABLE customer (id INTEGER PRIMARY KEY, invoice INTEGER);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer (id));
CREATE TABLE country (code VARCHAR(2) PRIMARY KEY);
CREATE TABLE city (id INTEGER PRIMARY KEY, country_code VARCHAR(2) REFERENCES country (code),
    fk_twin INTEGER REFERENCES city (id));
CREATE TABLE person (emp_no INTEGER PRIMARY KEY, sku VARCHAR(9) NOT NULL UNIQUE);
CREATE TABLE salary (emp_no INTEGER REFERENCES person (emp_no), boss_emp_no INTEGER
    REFERENCES person (emp_no), person_sku VARCHAR(9) REFERENCES person (sku));
CREATE TABLE album (albumid INTEGER PRIMARY KEY);
CREATE TABLE song (id INTEGER PRIMARY KEY, albumid INTEGER REFERENCES album (albumid),
    "ALBUM_ID" INTEGER REFERENCES album (albumid), "idAlbum" INTEGER REFERENCES album (albumid));
CREATE TABLE dog (id INTEGER PRIMARY KEY REFERENCES category (id));
INSERT INTO category VALUES (1, NULL), (2, 1), (3, 1);
INSERT INTO Staff VALUES (1, NULL), (2, 1);
INSERT INTO customer VALUES (1, 5), (2, 6);
INSERT INTO invoice VALUES (1, 1), (2, 1);
INSERT INTO person VALUES (1, 'a'), (2, 'b');
INSERT INTO salary VALUES (1, 2, 'b'), (2, NULL, NULL)
"""


def test_names_that_clash_or_tell_little(database: Database, reflect: Any) -> None:
    script = ODD if database.kind != "mariadb" else ODD.replace('"', "`")
    found = reflect(fill(database, script))
    staff = "Staff" if database.kind != "postgresql" else "staff"
    boss = "ReportsTo" if database.kind != "postgresql" else "reportsto"
    expected = {
        "category": {
            "parent": ("category", ONE), "children": ("category", MANY), "dog": ("dog", ONES),
        },
        staff: {
            f"{boss}_{staff}": (staff, ONE), f"{staff}_by_{boss}": (staff, MANY),
        },
        "game": {"home_team": ("team", ONE), "away_team": ("team", ONE)},
        "team": {"game_by_home_team": ("game", MANY), "game_by_away_team": ("game", MANY)},
        "invoice": {"customer_row": ("customer", ONE)},
        "customer": {"invoice_by_customer": ("invoice", MANY)},
        "city": {
            "country": ("country", ONE), "twin": ("city", ONE), "city_by_twin": ("city", MANY),
        },
        "salary": {
            "emp": ("person", ONE), "boss": ("person", ONE), "person": ("person", ONE),
        },
        "song": {
            "album": ("album", ONE), "ALBUM_ID_album": ("album", ONE),
            "idAlbum_album": ("album", ONE),
        },
        "dog": {"category": ("category", ONE)},
    }  # fmt: skip
    assert {name: found.links(name) for name in expected} == expected
    counts = {
        ("category", "parent.id"): 2, ("category", "children"): 1,
        ("category", "children.children"): 0, (staff, f"{boss}.{staff}Id"): 1,
        (staff, f"{staff}_by_{boss}"): 1, ("invoice", "customer.invoice"): 2,
        ("customer", "invoice_by_customer"): 1, ("salary", "person.emp_no"): 1,
        ("salary", "boss.sku"): 1, ("salary", "emp.sku"): 2,
    }  # fmt: skip
    assert {key: found.count(*key) for key in counts} == counts


TENANTS = """
CREATE TABLE tenant (id INTEGER PRIMARY KEY);
CREATE TABLE account (tenant_id INTEGER NOT NULL REFERENCES tenant (id), id INTEGER NOT NULL,
    parent_id INTEGER, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES account (tenant_id, id));
CREATE TABLE bill (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, owner_id INTEGER,
    payer_id INTEGER, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, payer_id) REFERENCES account (tenant_id, id));
CREATE TABLE club (name VARCHAR(20), year INTEGER, PRIMARY KEY (name, year));
CREATE TABLE game (id INTEGER PRIMARY KEY, home_name VARCHAR(20), home_year INTEGER,
    away_name VARCHAR(20), away_year INTEGER, score INTEGER,
    FOREIGN KEY (home_name, home_year) REFERENCES club (name, year),
    FOREIGN KEY (away_name, away_year) REFERENCES club (name, year));
CREATE TABLE venue (id INTEGER PRIMARY KEY, name VARCHAR(20), year INTEGER,
    FOREIGN KEY (name, year) REFERENCES club (name, year));
INSERT INTO tenant VALUES (1), (2);
INSERT INTO account VALUES (1, 1, NULL), (1, 2, 1), (2, 1, NULL);
INSERT INTO bill VALUES (1, 1, 1, 2), (2, 1, 1, NULL)
"""


def test_composite_keys(database: Database, reflect: Any) -> None:
    found = reflect(fill(database, TENANTS))
    expected = {
        "account": {
            "tenant": ("tenant", ONE), "parent": ("account", ONE),
            "children": ("account", MANY), "bill_by_owner": ("bill", MANY),
            "bill_by_payer": ("bill", MANY),
        },
        "bill": {"owner": ("account", ONE), "payer": ("account", ONE)},
        "game": {"home": ("club", ONE), "away": ("club", ONE)},
        "club": {
            "game_by_home": ("game", MANY), "game_by_away": ("game", MANY),
            "venue": ("venue", MANY),
        },
        "venue": {"club": ("club", ONE)},
    }  # fmt: skip
    assert {name: found.links(name) for name in expected} == expected
    counts = {
        ("account", "parent.id"): 1, ("account", "children"): 1, ("bill", "owner.id"): 2,
        ("bill", "payer.parent.id"): 1, ("account", "bill_by_owner"): 2,
        ("account", "bill_by_payer"): 1, ("tenant", "account.children"): 1,
    }  # fmt: skip
    assert {key: found.count(*key) for key in counts} == counts


def test_tables_that_refer_to_each_other(database: Database, reflect: Any) -> None:
    cyclic = "CREATE TABLE hen (id INTEGER PRIMARY KEY, egg_id INTEGER{})"
    database.execute(
        cyclic.format(" REFERENCES egg (id)" if database.kind == "sqlite" else ""),
        "CREATE TABLE egg (id INTEGER PRIMARY KEY, hen_id INTEGER REFERENCES hen (id))",
    )
    if database.kind != "sqlite":
        database.execute("ALTER TABLE hen ADD FOREIGN KEY (egg_id) REFERENCES egg (id)")
    database.execute("INSERT INTO hen VALUES (1, NULL)", "INSERT INTO egg VALUES (1, 1)")
    found = reflect(database)
    assert found.links("hen") == {"egg": ("egg", ONE), "egg_by_hen": ("egg", MANY)}
    assert found.links("egg") == {"hen": ("hen", ONE), "hen_by_egg": ("hen", MANY)}
    assert found.count("hen", "egg_by_hen.hen.egg_by_hen") == 1


# --- what a table or view is

HOSTILE = (
    "id", "metadata", "registry", "_sa_registry", "_sa_instance_state", "__class__", "__class___",
    "__init__", "__dict__", "__mapper__", "__table__", "__doc__", "__eq__", "__name__", "__mro__",
    "__clause_element__", "_aliased_insp", "mro", "class", "select", "Größe", "日本", "a b", "a.b",
    "50%", "%s", ":name", "a'b", "a`b", "a[b]", "x;y", "back\\slash", "keys", "type", "*",
)  # fmt: skip
# Up to SQLAlchemy 2.0.5x and 2.1.0 the compiler took such a name for a parameter where one is "?".
PERCENT = "%(x)s"
if PERCENT in str(select(column(PERCENT)).compile(dialect=create_engine("sqlite://").dialect)):
    HOSTILE += (PERCENT,)


def quoted(database: Database, name: str) -> str:
    mark = "`" if database.kind == "mariadb" else '"'
    return mark + name.replace(mark, mark * 2) + mark


@pytest.mark.parametrize("table", ["select", "a b", "a.b", "Ta'ble", "50%", "größe", "metadata"])
def test_names_of_any_kind(database: Database, reflect: Any, table: str) -> None:
    name = quoted(database, table)
    # MariaDB's own driver of this test takes % as it is only without parameters, as here.
    columns = ", ".join(f"{quoted(database, item)} INTEGER" for item in HOSTILE[1:])
    marks = ", ".join(str(number) for number in range(len(HOSTILE)))
    database.execute(
        f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, {columns})",
        f"INSERT INTO {name} VALUES ({marks})",
        f"CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES {name} (id))",
        "INSERT INTO child VALUES (1, 0)",
    )
    found = reflect(database)
    entity = found[table]
    values = {item: entity.attribute(entity.origin, item) for item in entity.columns}
    [row] = found.connection.execute(select(*values.values()))
    assert list(row) == list(range(len(HOSTILE)))
    named = [column.name for column in entity.table.columns]
    assert named == list(HOSTILE)
    changed = {column: name for column, name in zip(named, values, strict=True) if column != name}
    assert changed.pop("__class__") == "__class____"
    ours = {column: column.lstrip("_") for column in changed if column.startswith(("_sa_", "_al"))}
    assert changed == {column: ours.get(column, f"{column}_") for column in changed}
    assert found.links("child") == {"parent": (table, ONE)}
    assert found.links(table) == {"child": ("child", MANY)}
    alias = found["child"].links.get("parent")
    assert alias is not None
    assert found.count("child", "parent.metadata") == 1
    assert found.count("child", "parent.__class____") == 1
    assert found.count(table, "child.parent") == 1


def test_views(database: Database, reflect: Any) -> None:
    database.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
        "INSERT INTO t VALUES (1, 5), (2, 6)",
        "CREATE TABLE keyless (a INTEGER, b INTEGER)",
        "CREATE VIEW v AS SELECT id, n + 1 AS m FROM t",
        "CREATE VIEW broken AS SELECT id FROM t" if database.kind == "postgresql"
        else "CREATE VIEW broken AS SELECT keyless.a FROM keyless",
    )  # fmt: skip
    if database.supports("materialized views"):
        database.execute("CREATE MATERIALIZED VIEW m AS SELECT id FROM t")
    if database.kind != "postgresql":  # it does not let a view break
        database.execute("DROP TABLE keyless", "CREATE TABLE keyless (b INTEGER)")
    found = reflect(database)
    kinds = {"t": "table", "keyless": "table", "v": "view", "broken": "view"}
    if database.supports("materialized views"):
        kinds["m"] = "materialized view"
    assert {name: facts["kind"] for name, facts in found.every().items()} == kinds
    fresh = reflect(database)
    assert fresh["v"].kind == "view"
    assert fresh["v"].key == ()
    assert fresh.count("v", "m") == 2
    assert fresh.links("v") == {}
    assert {name: fresh[name].kind for name in kinds if name != "broken"} == {
        name: kind for name, kind in kinds.items() if name != "broken"
    }


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])  # PostgreSQL lets no view break
def test_a_view_that_is_broken_is_listed_and_says_why_it_cannot_be_read(
    database: Database, run: Run
) -> None:
    database.execute(
        "CREATE TABLE t (a INTEGER)", "CREATE VIEW v AS SELECT a FROM t", "DROP TABLE t",
        "CREATE TABLE u (a INTEGER)",
    )  # fmt: skip
    listed = run("models", "--db", database.url)
    assert (listed.code, listed.out.splitlines()[1:]) == (0, ["u\ttable\t1", "v\tview\t\\N"])
    assert run("models", "--db", database.url, "-f", "jsonl").out.count('"kind"') >= 2
    for command in ("query", "models"):
        failed = run(command, "v", "--db", database.url)
        assert failed.code == 5
        assert "t" in failed.err.partition("\n")[0]


def test_values_that_the_database_computes(database: Database, reflect: Any) -> None:
    database.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER DEFAULT 3 NOT NULL, "
        "b INTEGER GENERATED ALWAYS AS (a * 2) STORED)",
        "INSERT INTO t (id) VALUES (1)",
    )
    found = reflect(database)
    facts = {item["name"]: item for item in facts_of(found["t"])["columns"]}
    assert "3" in facts["a"]["server_default"]
    assert (facts["a"]["nullable"], facts["b"]["nullable"]) == (False, True)
    assert "2" in facts["b"]["computed"]["expression"]
    assert facts["b"]["computed"]["stored"] is True
    assert found.count("t", "b") == 1


def test_a_thousand_columns(database: Database, reflect: Any) -> None:
    columns = ", ".join(f"c{number} INTEGER" for number in range(999))
    database.execute(f"CREATE TABLE wide (id INTEGER PRIMARY KEY, {columns})")
    found = reflect(database)
    assert len(found["wide"].columns) == 1000
    assert found.connection.execute(select(found["wide"].origin)).all() == []


def test_no_columns_at_all(fresh: Callable[[str], Database], run: Run) -> None:
    database = fresh("postgresql")
    database.execute("CREATE TABLE nothing ()", "CREATE TABLE t (id INTEGER)")
    listed = run("models", "--db", database.url)
    assert listed.out.splitlines()[1:] == ["nothing\ttable\t0", "t\ttable\t1"]
    assert '"columns":[]' in run("models", "--db", database.url, "-f", "jsonl").out
    failed = run("query", "nothing", "--db", database.url)
    assert failed.code == 2
    assert "no columns" in failed.err


# --- where tables are


def test_partitions(fresh: Callable[[str], Database], reflect: Any) -> None:
    database = fresh("postgresql")
    database.execute(
        "CREATE TABLE shop (id INTEGER PRIMARY KEY)",
        "CREATE TABLE sale (id INTEGER, day DATE, shop_id INTEGER REFERENCES shop (id), "
        "PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE sale_2 PARTITION OF sale FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        "CREATE TABLE line (id INTEGER PRIMARY KEY, sale_id INTEGER, sale_day DATE, "
        "FOREIGN KEY (sale_id, sale_day) REFERENCES sale (id, day))",
        "INSERT INTO shop VALUES (1), (2)",
        "INSERT INTO sale VALUES (1, '2024-05-01', 1), (2, '2025-05-01', 1)",
        "INSERT INTO line VALUES (1, 2, '2025-05-01')",
    )
    found = reflect(database)
    assert found.links("shop") == {"sale": ("sale", MANY)}
    assert found.links("line") == {"sale": ("sale", ONE)}
    assert found.links("sale") == {"shop": ("shop", ONE), "line": ("line", MANY)}
    assert found.links("sale_1") == {"shop": ("shop", ONE)}
    assert found.count("shop", "sale.line") == 1
    kinds = {name: facts["kind"] for name, facts in found.every().items()}
    assert kinds == {
        "line": "table", "sale": "table", "sale_1": "partition", "sale_2": "partition",
        "shop": "table",
    }  # fmt: skip


@pytest.mark.needs("schemas")
def test_one_name_in_two_schemas(database: Database, reflect: Any) -> None:
    database.execute(
        "CREATE SCHEMA x",
        'CREATE SCHEMA "Y z"',
        "CREATE TABLE person (id INTEGER PRIMARY KEY)",
        "CREATE TABLE x.person (id INTEGER PRIMARY KEY, boss_id INTEGER REFERENCES x.person (id), "
        "twin_id INTEGER REFERENCES person (id))",
        'CREATE TABLE "Y z".note (person_id INTEGER REFERENCES x.person (id))',
        "CREATE TABLE x.note (person_id INTEGER REFERENCES x.person (id))",
        "INSERT INTO person VALUES (7)",
        "INSERT INTO x.person VALUES (1, NULL, 7), (2, 1, NULL)",
        "INSERT INTO x.note VALUES (2)",
    )
    found = reflect(database)
    assert found.links("person") == {"person": ("x.person", MANY)}
    assert found.links("x.person") == {
        "boss": ("x.person", ONE), "twin": ("person", ONE),
        "note": ("Y z.note", MANY), "x_note": ("x.note", MANY),
        "person_by_boss": ("x.person", MANY),
    }  # fmt: skip
    assert found["public.person"] is found["person"]
    assert found["X.PERSON"] is found["x.person"]
    assert found.links("Y z.note") == {"person": ("x.person", ONE)}
    assert found.count("x.person", "twin.id") == 1
    assert found.count("x.person", "x_note") == 1
    assert found.count("x.person", "person_by_boss") == 1
    assert found.count("person", "person.x_note.person") == 0
    assert sorted(found.every()) == ["Y z.note", "person", "x.note", "x.person"]


@pytest.mark.needs("schemas")
def test_the_search_path_is_what_need_not_be_said(database: Database, reflect: Any) -> None:
    database.execute(
        "CREATE SCHEMA x",
        "CREATE TABLE x.a (id INTEGER PRIMARY KEY)",
        "CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES x.a (id))",
    )
    found = reflect(database)
    found.connection.exec_driver_sql("SET search_path = public, x")
    assert found.links("b") == {"a": ("a", ONE)}
    assert found.links("a") == {"b": ("b", MANY)}
    assert sorted(found.every()) == ["a", "b"]


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])  # SQLite takes a name in any case
def test_names_that_differ_in_case_only(database: Database, reflect: Any) -> None:
    database.execute(
        f"CREATE TABLE {quoted(database, 'item')} (id INTEGER PRIMARY KEY)",
        f"CREATE TABLE {quoted(database, 'Item')} (id INTEGER PRIMARY KEY, item_id INTEGER "
        f"REFERENCES {quoted(database, 'item')} (id))",
    )
    found = reflect(database)
    assert found.links("Item") == {"item": ("item", ONE)}
    assert found.links("item") == {"Item": ("Item", MANY)}
    with pytest.raises(UsageError, match="more than one"):
        found["ITEM"]


def test_what_only_sqlite_has(fresh: Callable[[str], Database], reflect: Any) -> None:
    database, other = fresh("sqlite"), fresh("sqlite")
    other.execute(
        "CREATE TABLE far (id INTEGER PRIMARY KEY, up INTEGER REFERENCES FAR)",
        "INSERT INTO far VALUES (1, NULL), (2, 1)",
        "CREATE TABLE lost (id INTEGER REFERENCES nowhere, near INTEGER REFERENCES gone (id))",
    )
    database.execute(
        "CREATE TABLE Base (a TEXT PRIMARY KEY, b INTEGER) WITHOUT ROWID",
        "CREATE TABLE hard (id INTEGER PRIMARY KEY, base TEXT REFERENCES BASE) STRICT",
        "CREATE TABLE lost (id INTEGER PRIMARY KEY, gone_id INTEGER REFERENCES gone, "
        "away_id INTEGER REFERENCES away (id), base_id TEXT REFERENCES bAsE (A))",
        "CREATE VIRTUAL TABLE found USING fts5 (title, body)",
        "INSERT INTO found VALUES ('t', 'the body')",
        "INSERT INTO Base VALUES ('x', 1)",
        "INSERT INTO hard VALUES (1, 'x')",
        "INSERT INTO lost VALUES (1, 2, 3, 'x')",
    )
    found = reflect(database)
    path = other.url.partition(":///")[2]
    found.connection.exec_driver_sql('ATTACH DATABASE ? AS "the other"', (path,))
    assert found.links("hard") == {"base_row": ("Base", ONE)}
    assert found.links("BASE") == {"hard": ("hard", MANY), "lost": ("lost", MANY)}
    assert found.links("lost") == {"base": ("Base", ONE)}
    assert found.count("lost", "base.b") == 1
    assert found.count("base", "hard") == 1
    assert found["found"].columns == ("title", "body")
    assert found.count("found", "body") == 1
    assert found.links("the other.far")["up_far"] == ("the other.far", ONE)
    assert found.count("the other.FAR", "up.id") == 1
    assert found.count("the other.far", "far_by_up") == 1
    with pytest.raises(UsageError, match="away"):
        found.count("lost", "away.id")
    names = ["Base", "found", "hard", "lost", "the other.far", "the other.lost"]
    assert sorted(found.every()) == names


# --- what a person sees


def test_pages_fit_a_screen_of_80_columns(chinook: Database, run: Run) -> None:
    listed = run("models", "--db", chinook.url, "-f", "tsv", "--no-header").out.splitlines()
    names = [line.partition("\t")[0] for line in listed]
    shown = run("models", *names, "--db", chinook.url, "-f", "table").out.splitlines()
    assert len(names) == 11
    assert {line.partition(":")[0] for line in shown if ": " in line} >= set(names)
    assert [line for line in shown if len(line) > 80] == []


# --- what it costs


def thousand(database: Database, tables: int) -> Database:
    """Tables of which each refers to the one of half its number, made in one go."""
    made = ["CREATE TABLE t0 (id INTEGER PRIMARY KEY, name VARCHAR(20))"]
    made += [
        f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, name VARCHAR(20), up_id INTEGER, "
        f"FOREIGN KEY (up_id) REFERENCES t{n // 2} (id))"
        for n in range(1, tables)
    ]
    database.server.script(";\n".join(made) + ";", database.name, database.user)
    return database


def cost(found: Reflected, ask: Callable[[], Any]) -> int:
    before = len(found.statements)
    ask()
    return len(found.statements) - before


@pytest.fixture
def costs(reflect: Any) -> Callable[[Database], dict[str, int]]:
    def measured(database: Database) -> dict[str, int]:
        found = reflect(database)
        found.connection.execute(select(1))  # what SQLAlchemy asks of a connection once
        return {
            "a table": cost(found, lambda: found["t4"]),
            "a step": cost(found, lambda: resolve_in(found, "t4", "up.name")),
            "another": cost(found, lambda: resolve_in(found, "t4", "up.up.name")),
            "a step by its column": cost(found, lambda: resolve_in(found, "t9", "up_id.name")),
            "back": cost(found, lambda: resolve_in(found, "t4", "t8.name")),
            "names": cost(found, lambda: len(names_of(found))),
        }

    return measured


def resolve_in(found: Reflected, table: str, path: str) -> None:
    resolve(Path.of(path), Scope.root(found[table]))


def names_of(found: Reflected) -> Any:
    hooks = find(found.connection.dialect.name)
    return found.catalog.names(lambda: found.connection, hooks)


def test_one_table_of_a_thousand_is_reflected_alone(
    kind: str, fresh: Callable[[str], Database], costs: Any
) -> None:
    few, many = costs(thousand(fresh(kind), 10)), costs(thousand(fresh(kind), 1000))
    assert few == many
    # SQLAlchemy 2.0 asks PostgreSQL for every domain and enum with the first table, in one each.
    older = kind == "postgresql" and sqlalchemy.__version__.startswith("2.0.")
    most = {
        "a table": 5 if older else 3, "a step": 4, "another": 4, "a step by its column": 5,
        "back": 12, "names": 2,
    }  # fmt: skip
    assert all(many[name] <= most[name] for name in most), many


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_a_thousand_tables_are_described_in_bulk(
    kind: str, fresh: Callable[[str], Database], reflect: Any
) -> None:
    found = reflect(thousand(fresh(kind), 1000))
    facts = found.every()
    assert len(facts) == 1000
    assert [item["name"] for item in facts["t4"]["relationships"]] == ["up", "t8", "t9"]
    bulk = {"mariadb": 1010, "postgresql": 20}  # SHOW CREATE TABLE tells of one table
    assert len(found.statements) <= bulk[kind]
