"""Names of models at a Tab, in the shells: of a mapped application, and of reflected databases."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from contracts._shells import BASH, SCRIPTS, START, bash_words
from servers._server import APP_PASSWORD, Database
from servers.program import ROOT, Finished
from servers.pseudoterminal import PseudoTerminal

CONFIG = f"""
default = "main"
models = ["applications.shop"]
sys_path = ["{ROOT}/tests"]
alias = {{ purchase = "Order" }}

[db.main]
url = "sqlite:///shop.db"

[db.music]
url = "sqlite:///music.db"
models = ["music.py"]

[group.all]
primary = "main"
replicas = ["music"]

[query.best]
model = "Product"
about = "what sells best"

[query.raw]
sql = "select 1"
"""

MUSIC = """
from sqlalchemy import Boolean, Column, Enum, Integer
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

class Song(Base):
    __tablename__ = "song"
    id = Column(Integer, primary_key=True)
    mood = Column(Enum("in love", "it's", "ok", name="mood"))
    live = Column(Boolean)
"""

Ask = Callable[..., list[str]]


@pytest.fixture
def project(folder: Path, run: Callable[..., Finished]) -> Path:
    """Two databases with models of their own, which two commands have come to know."""
    (folder / "sqlsess.toml").write_text(CONFIG)
    (folder / "music.py").write_text(MUSIC)
    assert run("trust").code == 0
    for name in ("main", "music"):
        assert run("models", "--db", name).code == 0
    return folder


def bash(ask: Ask, typed: str) -> set[str]:
    return set(ask("bash", "--norc", "-c", BASH, "bash", *bash_words(typed)))


def fish(ask: Ask, typed: str) -> set[str]:
    script = f"source {SCRIPTS}/sqlsess.fish; complete -C $argv[1]"
    return {line.partition("\t")[0] for line in ask("fish", "--no-config", "-c", script, typed)}


# What is typed, and what each shell gets; bash a word from where it takes words apart.
CASES = [
    ("query Car", {"Cart", "CartItem", "CardPayment"}, None),
    ("query order_i", {"order_items"}, None),
    ("query applications.shop.stock:St", {"applications.shop.stock:Stock"}, {"Stock"}),
    ("query purch", {"purchase"}, None),
    ("query :b", {":best"}, {"best"}),
    ("models Customer Supp", {"Supplier"}, None),
    ("erd Tag War", {"Warehouse"}, None),
    ("get Ware", {"Warehouse"}, None),
    ("query --db music S", {"Song"}, None),
    ("query --db all:music S", {"Song"}, None),
    ("query --db all:re", {"all:replica"}, {"replica"}),
    ("query Order ship_to", {"ship_to_id=", "ship_to."}, None),
    ("query purchase ship_to.ci", {"ship_to.city="}, None),
    ("query :best suppl", {"supplier_id=", "supplier."}, None),
    ("query Order customer.orders.items.qu", {"customer.orders.items.quantity="}, None),
    ("query Order state=", {f"state={x}" for x in ("new", "paid", "sent", "done", "cancelled")},
     {"new", "paid", "sent", "done", "cancelled"}),
    ("query Order state=p", {"state=paid"}, {"paid"}),
    ("query Song --db music live=", {"live=true", "live=false"}, {"true", "false"}),
    ("get Order numb", {"number="}, None),
    ("query Order -c id,stat", {"id,state"}, None),
    ("query Order -c id,max(shipments.tr", {"id,max(shipments.tracking"},
     {"id,max\\(shipments.tracking"}),
    ("query Order --columns=id,numb", {"--columns=id,number"}, {"id,number"}),
    ("query Order --group-by stat", {"state"}, None),
    ("query Order --order number:d", {"number:desc"}, {"desc"}),
    ("query Order --order number:desc:", {"number:desc:nullsfirst", "number:desc:nullslast"},
     {"nullsfirst", "nullslast"}),
    ("query Order --order number:desc,stat", {"number:desc,state"}, {"desc,state"}),
    ("query Order -i it", {"items"}, None),
    ("query Order -i customer,items.pro", {"customer,items.product"}, None),
    ("query Order -i items(qu", {"items(quantity"}, {"items\\(quantity"}),
    ("query Order --where numb", {"number="}, None),
    ("query Order --having coun", {"count("}, {"count\\("}),
    ("insert Ware", {"Warehouse"}, None),
    ("insert Order ship_to", {"ship_to_id=", "ship_to."}, None),
    ("insert Order ship_to.ci", {"ship_to.city="}, None),
    ("insert Order state=p", {"state=paid"}, {"paid"}),
    ("insert Order item", set(), set()),
    ("update Order numb", {"number="}, None),
    ("update Order 7 --set numb", {"number="}, None),
    ("update Order 7 --set ship_to.ci", {"ship_to.city="}, None),
    ("update Order 7 --set=state=p", {"--set=state=paid"}, {"paid"}),
    ("update Order 7 --unset ship_to", {"ship_to_id", "ship_to"}, None),
    ("update Order 7 --link pay", {"payments."}, None),
    ("update Order 7 --unlink payments.am", {"payments.amount="}, None),
    ("update Order 7 --where numb", {"number="}, None),
    ("delete Order numb", {"number="}, None),
    ("sql :", {":raw"}, {"raw"}),
    ("query Nothing x", set(), set()),
    ("query Order nothing.x", set(), set()),
]  # fmt: skip


def test_bash_proposes(ask: Ask) -> None:
    expected = {typed: parts or found for typed, found, parts in CASES}
    assert {typed: bash(ask, f"sqlsess {typed}") for typed in expected} == expected


def test_fish_proposes(ask: Ask) -> None:
    expected = {typed.replace("(", "\\("): found for typed, found, _ in CASES}
    assert {typed: fish(ask, f"sqlsess {typed}") for typed in expected} == expected


EXPRESSIONS = [
    ("number > 8 and numb", {"number"}),
    ("number > '8' an", {"and "}),
    ("number ", {
        "= ", "!= ", "< ", "<= ", "> ", ">= ", "like ", "ilike ", "in (", "between ", "is null",
        "is not null", "not in (", "not like ", "not ilike ", "not between ", "and ", "or ",
    }),
    ("number is ", {"null", "not null"}),
    ("number not ", {"in (", "like ", "ilike ", "between "}),
    ("number = 'x' ", {"and ", "or "}),
    ("state = 'c", {"'cancelled'"}),
    ("state in ('new', 'c", {"'cancelled'"}),
    ("has(items, qu", {"quantity"}),
    ("count(pay", {"payments."}),
    ("id > 1 or customer.orders.numb", {"customer.orders.number"}),
    ("id > 1 and sta", {"state", "startswith("}),
    ("number = 8 8", set()),
]  # fmt: skip


def words(told: str) -> set[str]:
    return {line.split("\t")[1] for line in told.splitlines()}


def quoted(typed: str, quote: str) -> str:
    """A text as it is typed, its quote left open."""
    if quote:
        return quote + (typed.replace("'", "'\\''") if quote == "'" else typed)
    return "".join(f"\\{char}" if char in " ()'<>" else char for char in typed)


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_an_expression_goes_on(run: Callable[..., Finished], project: Path, quote: str) -> None:
    """The protocol, which is all that zsh sees: the word in any quotes, whole proposals back."""
    for typed, found in EXPRESSIONS:
        told = run("query", "Order", quoted(typed, quote), env={"_SQLSESS_COMPLETE": "zsh"})
        assert told.err == ""
        begun = max((len(_common(typed, word)) for word in found), default=0)
        before = typed[: len(typed) - begun]
        assert words(told.out) == {before + word for word in found}, typed


def _common(typed: str, word: str) -> str:
    """The longest beginning of a word that a text ends with."""
    ends = (word[:end] for end in range(len(word), -1, -1))
    return next(end for end in ends if typed.endswith(end))


def test_summaries_tell_types_and_targets(run: Callable[..., Finished], project: Path) -> None:
    told = run("query", "Order", "", env={"_SQLSESS_COMPLETE": "zsh"}).out
    said = {line.split("\t")[2]: line.split("\t")[3] for line in told.splitlines()}
    assert said["number="] == "VARCHAR(20)"
    assert said["state="] == "enum"
    assert said["customer."] == "→ Customer"
    assert said["items."] == "→ Item (many)"


def test_values_are_written_as_the_language_has_them(
    run: Callable[..., Finished], project: Path
) -> None:
    ask = {"_SQLSESS_COMPLETE": "zsh"}
    assert words(run("query", "--db", "music", "Song", "mood=i", env=ask).out) == {
        "mood=in love", "mood=it's",
    }  # fmt: skip
    assert words(run("query", "--db", "music", "Song", "\"mood = 'i", env=ask).out) == {
        "mood = 'in love'", "mood = 'it''s'",
    }  # fmt: skip


# --- a person at a terminal

KEYS = [
    "sqlsess query Ord\tcustomer.ord\tsta\tsen\t --to-sql -f raw\r",
    'sqlsess query Ord\t"customer.orders.state = \'sen\t" --to-sql -f raw\r',
]


@pytest.mark.parametrize("name", START)
@pytest.mark.parametrize("keys", KEYS)
def test_a_condition_is_typed_with_tabs_and_runs(
    typed: Callable[[str], PseudoTerminal], name: str, keys: str
) -> None:
    terminal = typed(name)
    for part in keys.split("\t")[:-1]:
        terminal.send(f"{part}\t")
        terminal.wait_for(part.rpartition(" ")[2].rpartition(".")[2])
    terminal.send(keys.rsplit("\t", maxsplit=1)[-1])
    terminal.wait_for("EXISTS", seconds=30)
    assert "sent" in terminal.text


# --- reflected


@pytest.fixture
def cached(home: Path) -> Callable[[], list[Path]]:
    """The files of names."""
    return lambda: sorted((home / ".cache" / "sqlsess" / "names").glob("*"))


ASK = {"_SQLSESS_COMPLETE": "zsh"}


def test_a_database_is_known_by_what_was_asked_of_it(
    run: Callable[..., Finished], chinook: Database, cached: Callable[[], list[Path]]
) -> None:
    def proposed(*typed: str) -> set[str]:
        done = run("query", "--url", chinook.url, *typed, env=ASK)
        assert (done.code, done.err) == (0, "")
        return {word.casefold().replace("_", "") for word in words(done.out)}

    assert proposed("") == set()
    assert run("query", "Album", "--url", chinook.url, "-n", "1", "Artist.Name=Queen").code == 0
    assert proposed("Al") == {"album"}
    assert proposed("Album", "Artist.N") == {"artist.name="}
    # To find a table by a name in another case all of them are listed.
    assert ("track" in proposed("")) == (chinook.kind == "postgresql")
    assert run("models", "--url", chinook.url).code == 0
    assert len(proposed("")) == 11
    assert proposed("Track", "Album.Artist.Album.Tit") == {"album.artist.album.title="}
    assert "playlist.playlistid=" in proposed("Track", "Playlist.Pl")
    before = [(path.stat().st_ino, path.stat().st_mtime_ns) for path in cached()]
    for asked in (["models"], ["query", "Album", "-n", "1"], ["query", "Genre", "-n", "1"]):
        assert run(*asked, "--url", chinook.url).code == 0
    assert [(path.stat().st_ino, path.stat().st_mtime_ns) for path in cached()] == before


def test_bulk_tells_the_same_names_as_the_tables_one_by_one(
    run: Callable[..., Finished], chinook: Database, cached: Callable[[], list[Path]]
) -> None:
    assert run("models", "--url", chinook.url).code == 0
    [path] = cached()
    _, _, models, _, *lines = path.read_text().split("\n")
    names = [item[0] for item in json.loads(models)]
    # The models' lines come first, the tables' after them.
    listed = dict(zip(names, map(json.loads, lines[: len(names)]), strict=True))
    told = json.loads(run("models", "--url", chinook.url, "-f", "json").out)
    assert {
        item["model"]: [[column["name"], column["kind"]] for column in item["columns"]]
        + [[link["name"], "many" if link["many"] else "one", link["target"]]
           for link in item["relationships"]]
        for item in told
    } == {
        name: [entry[: 3 if entry[1] in ("one", "many") else 2] for entry in entries]
        for name, entries in listed.items()
    }  # fmt: skip


@pytest.mark.needs("schemas")
def test_a_table_of_a_schema_is_named_with_it(
    run: Callable[..., Finished], database: Database
) -> None:
    script = "create schema other; create table other.thing (id integer primary key)"
    made = run("sql", script, "--write", "--url", database.url)
    assert made.code == 0, made
    assert run("models", "--url", database.url).code == 0
    assert words(run("query", "--url", database.url, "oth", env=ASK).out) == {"other.thing"}
    assert words(run("query", "--url", database.url, "other.thing", "", env=ASK).out) == {"id="}


def test_no_secret_and_no_host_is_in_the_cache(
    run: Callable[..., Finished], database: Database, cached: Callable[[], list[Path]]
) -> None:
    run("sql", "create table thing (id integer primary key)", "--write", "--url", database.url)
    assert run("models", "--url", database.url).code == 0
    [path] = cached()
    assert path.stat().st_mode & 0o777 == 0o600
    for secret in (APP_PASSWORD, "127.0.0.1", database.url):
        assert secret not in path.name + path.read_text()


# --- when there is nothing to propose


@pytest.mark.parametrize("kind_of_harm", ["truncated", "garbage", "a directory", "huge"])
def test_a_damaged_cache_proposes_nothing(
    run: Callable[..., Finished], project: Path, cached: Callable[[], list[Path]], kind_of_harm: str
) -> None:
    for path in cached():
        content = path.read_bytes()
        path.unlink()
        if kind_of_harm == "a directory":
            path.mkdir()
        else:
            harm = {"truncated": content[: len(content) // 3], "garbage": b"\0\n" * 900}
            path.write_bytes(harm.get(kind_of_harm, content))
        if kind_of_harm == "huge":
            os.truncate(path, 1 << 34)
    for typed in (["query", ""], ["query", "Order", "sta"], ["query", "Order", "-c", ""]):
        done = run(*typed, env=ASK)
        assert (done.code, done.err) == (0, "")
        assert {line for line in words(done.out) if line not in ("purchase", ":best")} == set()
    assert run("query", "Order", "--to-sql", "-f", "raw").code == 0  # and no command minds


def test_a_file_that_is_not_trusted_names_nothing(
    run: Callable[..., Finished], project: Path
) -> None:
    assert words(run("query", "Order", "stat", env=ASK).out) == {"state="}
    with (project / "sqlsess.toml").open("a") as file:
        file.write('\n[db.third]\nurl = "sqlite://"\nmodels = ["other"]\n')
    assert words(run("query", "Order", "stat", env=ASK).out) == set()
    assert run("trust").code == 0
    assert words(run("query", "Order", "stat", env=ASK).out) == {"state="}


def test_no_cache_is_kept_where_none_is_wanted(
    run: Callable[..., Finished], folder: Path, home: Path
) -> None:
    off = {"SQLSESS_NO_CACHE": "1"}
    assert run("query", "students", "--db", "demo", env=off).code == 0
    assert not (home / ".cache").exists()
    assert run("query", "students", "--db", "demo").code == 0
    assert words(run("query", "--db", "demo", "S", env=ASK).out) == {"Students"}
    assert words(run("query", "--db", "demo", "S", env={**ASK, **off}).out) == set()


def test_a_cache_that_cannot_be_written_is_not_told_of(
    run: Callable[..., Finished], home: Path
) -> None:
    (home / ".cache").write_text("a file where a directory would be")
    done = run("query", "students", "--db", "demo", "-n", "1", "-f", "jsonl")
    assert (done.code, done.err) == (0, "")


def test_models_are_described_anew_when_a_file_changes(
    run: Callable[..., Finished], project: Path
) -> None:
    file = project / "music.py"
    file.write_text(MUSIC.replace("live = ", "alive = "))
    assert words(run("query", "--db", "music", "Song", "l", env=ASK).out) >= {"live="}
    assert run("models", "--db", "music").code == 0
    assert "live=" not in words(run("query", "--db", "music", "Song", "l", env=ASK).out)
    assert words(run("query", "--db", "music", "Song", "al", env=ASK).out) == {"alive="}
    file.unlink()
    assert words(run("query", "--db", "music", "Song", "al", env=ASK).out) == set()
