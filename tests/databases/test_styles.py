"""Every way to map a class, asked on every database, and held against plain SQLAlchemy."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from applications import styles
from applications.agreement import Agreement, as_record, console, entity_of
from applications.styles import cells, names
from applications.styles.attributes import Book, Shelf
from applications.styles.classes import Box, Match, Referee
from applications.styles.composites import Drawing, Line
from applications.styles.concrete import Account, Building, House, Shop, Street
from applications.styles.declarative import Course, Owner, Student
from applications.styles.inheritance import (
    Animal,
    Car,
    Company,
    Document,
    Dog,
    Engineer,
    Garage,
    Manager,
    Person,
    SeniorEngineer,
    Sport,
    Tool,
    Trailer,
    Vehicle,
)
from applications.styles.keys import Bag, Flight, Seat
from applications.styles.names import Größe, Order, Sign  # noqa: PLC2403  a class of any name
from applications.styles.names import Line as OrderLine
from applications.styles.relations import Deck, Node, Post, Tag, User
from applications.styles.selectables import AddressUser, Somebody
from applications.styles.sqlmodels import Club, Hero
from servers._server import Database, Server
from servers.program import Finished
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Mapper, Session

from sqlsess_cli.core.models.describe import facts_of
from sqlsess_cli.core.queries.asked import Query
from sqlsess_cli.core.queries.select import select_from
from sqlsess_cli.errors import UsageError
from sqlsess_cli.result import Unreadable

Made = Callable[[str], Engine]


@pytest.fixture(scope="module")
def made(
    server_of: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """`made("mariadb")`: a database with all styles, made when it is first asked for."""
    engines: dict[str, Engine] = {}
    with ExitStack() as stack:

        def get(kind: str) -> Engine:
            if kind not in engines:
                database = stack.enter_context(server_of(kind).fresh())
                engines[kind] = engine = create_engine(database.url)
                stack.callback(engine.dispose)
                with Session(engine) as session, session.begin():
                    styles.create(session.connection())
                    styles.fill(session, str(trap(tmp_path_factory)))
            return engines[kind]

        yield get


def trap(factory: pytest.TempPathFactory) -> Path:
    return factory.getbasetemp() / "trap"


@pytest.fixture
def sprung(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that is there once somebody has unpickled what he should not have."""
    return trap(tmp_path_factory)


@pytest.fixture
def engine(made: Made, kind: str) -> Engine:
    return made(kind)


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def mapped() -> list[Mapper[Any]]:
    return sorted(styles.mappers(), key=lambda item: item.class_.__name__)


IN_PYTHON = ("initial", "maker", "anywhere")  # attributes of Book that no SQL can compute
IN_SCHEMA = (names.Paper, names.Crate)


def test_every_class_agrees_with_its_objects(engine: Engine) -> None:
    wrong: list[str] = []
    for mapper in mapped():
        if mapper.class_ in (*IN_SCHEMA, cells.Cell, cells.Coded):
            continue
        with Session(engine) as session, console(url_of(engine)) as asked:
            wrong += Agreement.of(
                asked, session, mapper.class_, in_python=IN_PYTHON
            ).disagreements()
    assert not wrong, "\n".join([f"{len(wrong)}:", *wrong])


# --- questions in the console's words, and the same of an object in Python

Case = tuple[type, str, Callable[[Any], Any]]


def has(items: Iterable[Any], wanted: str, at: str = "name") -> bool:
    """Whether one of the objects has this name."""
    return any(getattr(item, at, None) == wanted for item in items)


CONDITIONS: Sequence[Case] = [
    # columns under other names, and a foreign key that stands for what it refers to
    (Student, "course.title=Logic", lambda o: o.course and o.course.title == "Logic"),
    (Student, "course_cid.title = 'Logic'", lambda o: o.course and o.course.title == "Logic"),
    (Student, "NAME = 'Ada'", lambda o: o.name == "Ada"),
    (Course, "students.score > 5", lambda o: any((s.score or 0) > 5 for s in o.students)),
    (Owner, "has(cars, note = 'red') and cars.plate = 'B 2'", lambda o: o.name == "Ada"),
    # expressions, deferred columns, hybrids
    (Book, "twice > 300", lambda o: (o.twice or 0) > 300),
    (Book, "loud = 'EMMA'", lambda o: o.title == "Emma"),
    (Book, "text=spice", lambda o: o.text == "spice"),
    (Book, "dear", lambda o: o.dear),
    (Book, "not dear", lambda o: not o.dear),
    (Book, "euros > 5", lambda o: o.euros > 5),
    (Book, "any_case=DUNE", lambda o: o.title == "Dune"),
    (Book, "any_case = 'eMMa'", lambda o: o.title == "Emma"),
    (Shelf, "held > 1", lambda o: o.held > 1),
    # synonyms of columns, of synonyms, of relationships
    (Book, "heading = 'Emma'", lambda o: o.heading == "Emma"),
    (Book, "place.label=high", lambda o: o.place and o.place.label == "high"),
    (Shelf, "volumes.title=Emma", lambda o: has(o.volumes, "Emma", "title")),
    (Shelf, "count(VOLUMES) = 2", lambda o: len(o.volumes) == 2),
    (Shelf, "has(volumes, dear)", lambda o: any(book.dear for book in o.books)),
    (Shelf, "volumes is null", lambda o: not o.books),
    # association proxies: to a column, to objects, through a dictionary, to a proxy
    (Book, "shelf_label=high", lambda o: o.shelf_label == "high"),
    (Shelf, "titles=Dune", lambda o: "Dune" in o.titles),
    (Shelf, "titles like 'F%'", lambda o: any(title[0] == "F" for title in o.titles)),
    (Book, "remarks=thin", lambda o: "thin" in o.remarks.values()),
    (Book, "authors.name=Ada", lambda o: has(o.authors.values(), "Ada")),
    (Book, "has(authors, name = 'Bob')", lambda o: has(o.authors.values(), "Bob")),
    (Book, "author_names=Ada", lambda o: "Ada" in o.author_names.values()),
    (Shelf, "remarks=clear", lambda o: any("clear" in book.remarks.values() for book in o.books)),
    (User, "liked.title=First", lambda o: has(o.liked, "First", "title")),
    (User, "liked is null", lambda o: not o.liked),
    (User, "liked is not null", lambda o: bool(o.liked)),
    (User, "following.liked is not null", lambda o: any(user.liked for user in o.following)),
    (User, "liked.author.name=Bob", lambda o: any(post.author.name == "Bob" for post in o.liked)),
    # composites
    (Line, "start.x = 1", lambda o: o.start.x == 1),
    (Line, "begin.y = 7", lambda o: o.start.y == 7),
    (Line, "end.y > start.y", lambda o: o.end.y > o.start.y),
    (Line, "span.low is null", lambda o: o.span.low is None),
    (Line, "span.high=5", lambda o: o.span.high == 5),
    (Line, "colour.green = 2 and pair.red = 1", lambda _: True),
    (Line, "Start.X = 1", lambda o: o.start.x == 1),
    (Drawing, "lines.start.x = 1", lambda o: any(line.start.x == 1 for line in o.lines)),
    (Drawing, "has(lines, start.x = 1 and end.y = 9)", lambda o: o.title == "cat"),
    # inheritance
    (Person, "company.name=Steel", lambda o: o.company and o.company.name == "Steel"),
    (Person, "type=manager", lambda o: o.type == "manager"),
    (Person, "company.engineers.language=sql", lambda o: o.company and o.company.name == "Wood"),
    (Engineer, "language=python", lambda o: o.language == "python"),
    (Engineer, "boss.name=Max", lambda o: o.boss and o.boss.name == "Max"),
    (Engineer, "boss.company.name = company.name", lambda o: o.name == "Eve"),
    (Engineer, "tools.name=saw", lambda o: has(o.tools, "saw")),
    (SeniorEngineer, "boss.staff.tools.name=hammer", lambda _: True),
    (SeniorEngineer, "years > 5 and language = 'sql' and type = 'senior'", lambda _: True),
    (Manager, "staff.company.name=Wood", lambda o: o.name == "Max"),
    (Manager, "count(staff) = 2", lambda o: len(o.staff) == 2),
    (Tool, "engineer.boss.company.name=Steel", lambda o: o.engineer is not None),
    (Tool, "engineer.company.name=Wood", lambda o: o.engineer and o.engineer.name == "Sam"),
    (Company, "engineers.boss.budget=100", lambda o: o.name in {"Steel", "Wood"}),
    (Company, "has(engineers, language = 'sql' and tools.name = 'saw')",
     lambda o: o.name == "Wood"),
    (Company, "people.type=person", lambda o: any(p.type == "person" for p in o.people)),
    (Car, "tows.load=500", lambda o: o.tows and o.tows.load == 500),
    (Sport, "garage.cars.doors=5", lambda o: o.garage is not None),
    (Trailer, "towed_by.doors=2", lambda o: any(car.doors == 2 for car in o.towed_by)),
    (Garage, "cars.doors=2", lambda o: any(car.doors == 2 for car in o.cars)),
    (Garage, "best.top=300", lambda o: o.best and o.best.top == 300),
    (Garage, "vehicles.kind=3", lambda o: any(item.kind == 3 for item in o.vehicles)),
    (Animal, "hunters.prey.legs = 0", lambda o: o.id == 1),
    (Dog, "prey.prey.legs = 0", lambda o: o.prey.prey.legs == 0),
    (Document, "size=long", lambda o: o.size == "long"),
    (Building, "type=house", lambda o: isinstance(o, House)),
    (Building, "floors > 1", lambda o: (o.floors or 0) > 1),
    (Shop, "street.shops.sells=hats", lambda o: o.street is not None),
    (Street, "has(shops, floors = 1)", lambda o: o.name == "Main"),
    (Account, "type=deposit", lambda o: o.name == "saved"),
    # trees, many to many, two ways to one table, custom joins
    (Node, "parent.parent.name=root", lambda o: o.name == "leaf"),
    (Node, "children.children.name=leaf", lambda o: o.name == "root"),
    (Node, "below.name=leaf", lambda o: has(o.below, "leaf")),
    (Node, "parent.children.name = name", lambda o: o.parent is not None),
    (Node, "dynamic.name=leaf", lambda o: o.name == "left"),
    (Node, "write_only.name=leaf", lambda o: o.name == "left"),
    (User, "following.following.name = name", lambda o: o.name in {"Ada", "Bob"}),
    (User, "followers.profile.motto=count", lambda o: any(f.profile for f in o.followers)),
    (User, "written.tags.name=news", lambda o: any(has(post.tags, "news") for post in o.written)),
    (User, "used_tags.name=fun", lambda o: o.name == "Ada"),
    (User, "count(used_tags) = 2", lambda o: o.name == "Ada"),
    (User, "longest.words > 300", lambda o: o.longest and o.longest.words > 300),
    (User, "longest.title = 'Second' and longest.editor is null", lambda o: o.name == "Ada"),
    (User, "sum(written.words) > 500", lambda o: sum(p.words for p in o.written) > 500),
    (Post, "author.name = 'Ada' and editor.name = 'Bob'", lambda o: o.id == 1),
    (Post, "fans.name=Bob", lambda o: has(o.fans, "Bob")),
    (Post, "author.longest.title = title", lambda o: o.id in {2, 3}),
    (Post, "likes.stars > 4", lambda o: any(like.stars > 4 for like in o.likes)),
    (Tag, "posts.author.written.title=Second", lambda o: o.name != "unused"),
    (Deck, "alike.deck_id is null", lambda o: any(c.deck_id is None for c in o.alike)),
    (Deck, "first.suit=spades", lambda o: o.first and o.first.suit == "spades"),
    # keys of several columns
    (Bag, "seat.flight.gate=A1", lambda o: o.seat is not None),
    (Flight, "seats.bags.kilos > 20", lambda o: any(b.kilos > 20 for s in o.seats for b in s.bags)),
    (Seat, "flight.day = date '2024-02-29'", lambda o: o.day.day == 29),
    (Bag, "seat is null", lambda o: o.seat is None),
    # names
    (Order, "group=all", lambda o: o.group == "all"),
    (Order, "lines.percent = 50 and where = 3", lambda o: o.id == 1),
    (OrderLine, "question=so?", lambda o: o.question == "so?"),
    (OrderLine, "order.user=Ada", lambda o: o.order is not None),
    (Größe, "oberteil.名前=大", lambda o: o.oberteil is not None),
    (Größe, "LÄNGE > 5", lambda o: o.länge > 5),
    (Sign, "\"first name\" = 'Ada'", lambda o: o.id == 1),
    (Sign, '"and" = 7 and "a.b" is null', lambda o: o.id == 2),
    (Sign, "mixed = 1 and mixed_up = 2", lambda _: True),
    # other makes of classes
    (Match, "goals.scorer.team.name=Reds", lambda o: o.id == 1),
    (Referee, "matches.home.players.name=Ann", lambda o: o.name == "Rey"),
    (Box, "inside.inside.name=attic", lambda o: o.inside and o.inside.name == "trunk"),
    (Hero, "clubs.heroes.name = 'Day' and wage = 10.5", lambda o: o.name == "Night"),
    (Club, "heroes.friend.secret=Ada", lambda o: o.name == "Foxes"),
    (AddressUser, "email like 'cyd@%' and name = 'Cyd'", lambda _: True),
    (Somebody, "counted.many=1", lambda o: o.counted.many == 1),
]  # fmt: skip

COLUMNS: Sequence[Case] = [
    (Book, "place.label", lambda o: o.shelf and o.shelf.label),
    (Book, "shelf_id.label", lambda o: o.shelf and o.shelf.label),
    (Book, "shelf_label", lambda o: o.shelf and o.shelf.label),
    (Book, "text", lambda o: o.text),
    (Book, "count(authors)", lambda o: sum(a is not None for a in o.authors.values())),
    (Book, "max(remarks)", lambda o: max(o.remarks.values(), default=None)),
    (Shelf, "sum(volumes.price)", lambda o: sum(b.price for b in o.books) if o.books else None),
    (Shelf, "min(titles)", lambda o: min(o.titles, default=None)),
    (Line, "start.x", lambda o: o.start.x),
    (Line, "begin.y + end.y", lambda o: o.start.y + o.end.y),
    (Line, "pair.most", lambda o: o.most),
    (Drawing, "max(lines.end.y)", lambda o: max(line.end.y for line in o.lines)),
    (Tool, "engineer.boss.company.name", lambda o: o.engineer and o.engineer.boss.company.name),
    (Tool, "engineer.type", lambda o: o.engineer and o.engineer.type),
    (Engineer, "boss.budget", lambda o: o.boss and o.boss.budget),
    (Bag, "seat.flight.gate", lambda o: o.seat and o.seat.flight.gate),
    (Post, "editor.longest.title",
     lambda o: o.editor and o.editor.longest and o.editor.longest.title),
    (User, "count(liked)", lambda o: len(o.liked)),
    (Node, "parent.parent.name", lambda o: o.parent and o.parent.parent and o.parent.parent.name),
    (Node, "count(parent.children)", lambda o: len(o.parent.children) if o.parent else 0),
]  # fmt: skip

Tree = Mapping[str, Any]
INCLUDES: Sequence[tuple[type, str, Tree]] = [
    (Company, "engineers.tools,engineers.boss,people",
     {"people": {}, "engineers": {"boss": {}, "tools": {}}}),
    (Garage, "cars.tows,best", {"best": {}, "cars": {"tows": {}}}),
    (Flight, "seats.bags", {"seats": {"bags": {}}}),
    (User, "written.tags.posts.author,longest,followers",
     {"written": {"tags": {"posts": {"author": {}}}}, "longest": {}, "followers": {}}),
    (Node, "parent.parent,children.children",
     {"parent": {"parent": {}}, "children": {"children": {}}}),
    (Post, "likes.user.profile,editor", {"likes": {"user": {"profile": {}}}, "editor": {}}),
    (Hero, "clubs.heroes.friend", {"clubs": {"heroes": {"friend": {}}}}),
    (Referee, "matches.goals.scorer.team", {"matches": {"goals": {"scorer": {"team": {}}}}}),
    (Street, "shops.street", {"shops": {"street": {}}}),
]  # fmt: skip


def test_conditions_across_relationships(engine: Engine) -> None:
    wrong = []
    with Session(engine) as session, console(url_of(engine)) as ask:
        for class_, condition, holds in CONDITIONS:
            about = Agreement.of(ask, session, class_)
            expected = [item for item in about.objects if holds(item)]
            assert expected, f"{condition}: a question that nothing answers proves little"
            wrong += about.which(condition, expected)
    assert not wrong, "\n".join(wrong)


def test_columns_across_relationships(engine: Engine) -> None:
    wrong = []
    with Session(engine) as session, console(url_of(engine)) as ask:
        for class_, column, value in COLUMNS:
            about = Agreement.of(ask, session, class_)
            wrong += about.values(column, [value(item) for item in about.objects])
    assert not wrong, "\n".join(wrong)


def test_includes_nest(engine: Engine) -> None:
    wrong = []
    with Session(engine) as session, console(url_of(engine)) as ask:
        for class_, include, tree in INCLUDES:
            about = Agreement.of(ask, session, class_)
            found = ask.objects(class_, include=include, order=",".join(about.entity.key))
            expected = [as_record(item, about.entity, tree) for item in about.objects]
            if found != expected:
                wrong.append(f"{class_.__name__} -i {include}\n  {found}\n  {expected}")
    assert not wrong, "\n".join(wrong)


# A question, how its refusal begins, and how the hint does.
REFUSED = [
    (Book, "initial=D", "Book.initial is computed in Python", "the hybrid has no SQL: give it one"),
    (Book, "maker = 'press'", "Book.maker is computed in Python", "the hybrid has no SQL"),
    (Book, "anywhere=1", "Book.anywhere is computed in Python", "the hybrid has no SQL"),
    (Book, "longer=1", "Book has no attribute 'longer'", "longer is Python code of the class"),
    (Book, "shown=1", "Book has no attribute 'shown'", "shown is Python code of the class"),
    (Book, "price_in_cents=1", "Book has no attribute 'price_in_cents'", "did you mean 'price'?"),
    (Book, "title.label=1", "Book.title is no relationship", "its relationships: shelf, notes"),
    (Book, "volumes=1", "Book has no attribute 'volumes'", ""),
    (Book, "shelf.volumes=1", "shelf.volumes is a relationship", "say shelf.volumes.id or"),
    (Line, "start=1", "start has several fields", "one of: start.x, start.y"),
    (Line, "begin=1", "start has several fields", "one of: start.x, start.y"),
    (Line, "start.z=1", "start has no field 'z'", "known: x, y"),
    (Person, "language=sql", "Person has no attribute 'language'", "Engineer and SeniorEngineer"),
    (Vehicle, "top=1", "Vehicle has no attribute 'top'", "Sport has it"),
    (Student, "course_id=1", "Student has no attribute 'course_id'", "did you mean 'course_cid'?"),
]  # fmt: skip


@pytest.mark.parametrize(("class_", "condition", "message", "hint"), REFUSED)
def test_what_no_database_can_answer_is_refused(
    class_: type, condition: str, message: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        select_from(entity_of(class_), Query((condition,)))
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)


def test_a_synonym_is_included_and_a_proxy_told(engine: Engine) -> None:
    with console(url_of(engine)) as ask:
        found = ask.objects(Shelf, "label=low", columns="label", include="volumes(title)")
        assert found == [{"label": "low", "books": [{"title": "Faust"}]}]
        with pytest.raises(UsageError) as caught:
            ask.objects(Book, include="authors(name)")
        assert caught.value.hint == "it stands for notes.writer"


def test_every_class_is_described() -> None:
    for mapper in mapped():
        entity = entity_of(mapper.class_)
        facts = facts_of(entity)
        assert json.dumps(facts, default=str)
        assert [item["name"] for item in facts["columns"]] == list(entity.columns)
        assert facts["primary_key"] == list(entity.key)
        assert facts["model"] == f"{mapper.class_.__module__}:{mapper.class_.__name__}"
        assert {item["name"] for item in facts["relationships"]} == {*mapper.relationships.keys()}
        parent = (facts["inheritance"] or {}).get("parent")
        above = mapper.inherits
        assert parent == (above and f"{above.class_.__module__}:{above.class_.__name__}")


def test_hybrids_and_proxies_are_described() -> None:
    others = facts_of(entity_of(Book))["other_attributes"]
    kinds = {item["name"]: (item["type"], *item["of"]) for item in others}
    assert kinds["dear"] == kinds["initial"] == kinds["anywhere"] == ("hybrid",)
    assert kinds["longer"] == ("hybrid method",)
    assert kinds["authors"] == ("proxy", "notes.writer")
    assert kinds["place"] == ("synonym", "shelf")
    assert kinds["heading"] == ("synonym", "title")
    assert "_any_case" not in kinds
    [start] = [item for item in facts_of(entity_of(Line))["other_attributes"]
               if item["name"] == "start"]  # fmt: skip
    assert start["of"] == ["x1", "y1"]


def test_hybrids_make_groups(engine: Engine) -> None:
    with Session(engine) as session, console(url_of(engine)) as ask:
        books = Agreement.of(ask, session, Book).objects
        for name in ("dear", "euros"):
            counted = Counter(float(getattr(book, name)) for book in books)
            found = ask.rows(Book, columns=f"{name},count()", group_by=name, order=name)
            assert {float(value): number for value, number in found} == counted


# --- cells


def test_a_bad_cell_spoils_itself_only(engine: Engine) -> None:
    with console(url_of(engine)) as ask:
        rows = ask.rows(cells.Cell, columns="id,price,many", order="id")
        prices = [row[1] for row in rows]
        assert [(row[0], row[2]) for row in rows] == [(1, 4), (2, 2), (cells.BAD, 1)]
        assert prices[:2] == [10.5, None]
        assert isinstance(prices[2], Unreadable)
        assert prices[2].raw == -5
        assert prices[2].reason == "ValueError: -5 is below nothing"
        count, first = ask.transaction.unreadable["price"]
        assert (count, first.raw) == (1, -5)


def test_a_pickle_is_never_unpickled(engine: Engine, sprung: Path) -> None:
    with console(url_of(engine)) as ask:
        found = ask.rows(cells.Cell, f"id={cells.BAD}", columns="pickled")
        ask.rows(cells.Cell)
        ask.rows(cells.Coded, include="cells")
    assert pickle.dumps(cells.Trap(str(sprung))) == found[0][0]
    assert not sprung.exists()
    pickle.loads(found[0][0])
    assert sprung.exists(), "the trap would not have told"
    sprung.unlink()


CELLS = [
    ("price=10.50", [1]),
    ("price > 10", [1]),
    ("price = 10.50", [1]),
    ("price in (10.50, 3)", [1]),
    ("words=a,b", [1]),
    ("state=NEW", [1]),
    ("state=n", [1]),
    ("state=FRESH", [1]),
    ("state in ('OPEN', 'o')", [2]),
    ("level=HIGH", [1]),
    ("size=big", [1]),
    ("key=123e4567-e89b-12d3-a456-426614174000", [1]),
    ("raw=00ff", [1]),
    ("total=40", [1]),
    ("made=here", [1, 2, 3]),
    ("coded_key=1", [1, 2]),
    ("coded.key=1", [1, 2]),
    ("coded.name=one", [1, 2]),
    ("data is not null", [1]),
    ("pickled is not null", [3]),
]


def test_types_of_ones_own(engine: Engine) -> None:
    with console(url_of(engine)) as ask:
        found = {word: ask.values(cells.Cell, word, columns="id", order="id") for word, _ in CELLS}
        assert found == dict(CELLS)
        shown = "words,state,level,size,total,coded.key,coded_key"
        assert ask.rows(cells.Cell, "id=1", columns=shown) == [
            (["a", "b"], "n", "HIGH", "big", 40, 1, 1)
        ]
        assert ask.values(cells.Cell, columns="tags", order="id") == [["x"], None, None]
        assert ask.rows(cells.Coded, key=("1",)) == [(1, "one")]
        nested = ask.objects(cells.Coded, include="cells(id)", order="name")
        assert [item["cells"] for item in nested] == [[{"id": 1}, {"id": 2}], []]


# --- schemas


@pytest.fixture
def archive(database: Database, kind: str) -> Iterator[dict[str, Any]]:
    """What the console has to know of where the schema's tables really are."""
    where = None if kind == "sqlite" else database.name if kind == "mariadb" else "Old Stuff"
    if kind == "postgresql":
        database.execute('create schema "Old Stuff"')
    options = {"schema_translate_map": {"archive": where}}
    engine = create_engine(database.url, execution_options=options)
    with Session(engine) as session, session.begin():
        names.Archive.metadata.create_all(session.connection())
        session.add_all(names.archived())
    engine.dispose()
    return options


def test_a_schema_is_translated(database: Database, archive: dict[str, Any]) -> None:
    with console(database.url, **archive) as ask:
        assert ask.rows(names.Paper, "box.id=1") == [(1, "Old", 1)]
        assert ask.values(names.Crate, columns="count(papers)", order="id") == [1, 0]
        assert ask.objects(names.Crate, "papers.title=Old", include="papers(title)") == [
            {"id": 1, "papers": [{"title": "Old"}]}
        ]


@pytest.mark.needs("schemas")
def test_a_schema_is_named(database: Database) -> None:
    database.execute("create schema archive")
    engine = create_engine(database.url)
    with Session(engine) as session, session.begin():
        names.Archive.metadata.create_all(session.connection())
        session.add_all(names.archived())
    with Session(engine) as session, console(database.url) as ask:
        for class_ in (names.Paper, names.Crate):
            assert Agreement.of(ask, session, class_).disagreements() == []
    engine.dispose()


# --- as a program


def test_the_program_knows_them_all(run: Callable[..., Finished], database: Database) -> None:
    package = str(Path(styles.__file__))
    engine = create_engine(database.url)
    with Session(engine) as session, session.begin():
        styles.create(session.connection())
        styles.fill(session, "trap")
    engine.dispose()
    said = run("models", "-m", package, "--url", database.url, "-f", "jsonl")
    listed = [json.loads(line)["model"].partition(".")[2] for line in said.out.splitlines()]
    assert listed == sorted(
        f"{item.class_.__module__}:{item.class_.__name__}".removeprefix("applications.styles.")
        for item in mapped()
    )
    found = run(
        "query", "cell", "-m", package, "--url", database.url, "-f", "json", "-c", "id,price"
    )
    assert found.code == 7
    assert "ValueError: -5 is below nothing" in found.err
    for words, code in (
        (["id=3"], 0),
        (["id=99"], 1),
        (["-n", "0"], 1),
        (["-c", "price,price"], 0),
    ):
        there = run("query", "cell", *words, "--exists", "-m", package, "--url", database.url)
        assert (there.code, there.out, there.err) == (code, "", "")
