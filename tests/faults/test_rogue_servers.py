"""A server that means harm gets no file, no password and no terminal, and breaks nothing."""

from __future__ import annotations

import gc
import itertools
import random
import re
import shlex
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from servers import rogue_mysql as my
from servers import rogue_postgresql as pg
from servers._server import Database
from servers.fleet import Fleet
from servers.inside import Told, run_inside
from servers.program import Finished, Program
from servers.pseudoterminal import PseudoTerminal
from servers.rogue import Bend, Rogue, Wire
from servers.rogue_mysql import RogueMySQL
from servers.rogue_postgresql import RoguePostgreSQL

Run = Callable[..., Finished]
Kind = Callable[..., Rogue]

QUERY = ("sql", "select a from t")
OTHERS = (QUERY, ("query", "t", "a=1"), ("models",), ("db", "ping"),
          ("sql", "insert into t values (1)", "--write"))  # fmt: skip
KINDS = [pytest.param(RogueMySQL, id="mysql"), pytest.param(RoguePostgreSQL, id="postgresql")]
UNDERSTOOD = {4, 5}  # lost or never there; rejected
UNRAISED = "ignore::pytest.PytestUnraisableExceptionWarning"
SOON = 5.0  # seconds
RED = "\x1b[31mred\x9b\u202e\r\n"  # drives a terminal
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
ROOMY = 400_000  # KiB of addresses: several times what a stream needs


def asked(sql: str) -> bool:
    """Whether a statement is the user's, or fetches for it."""
    return sql.endswith("from t") or sql.startswith("FETCH")


def when_asked(answer: Iterator[bytes] | list[bytes], usual: Callable[..., object]) -> object:
    """An honest server, but for what it answers the user."""
    return lambda sql: answer if asked(sql) else usual(sql)


def plain(told: Finished | Told) -> bool:
    """One clear error, which cannot drive a terminal, and the outcome."""
    lines = [line for line in told.err.splitlines() if line.startswith("error: ")]
    return len(lines) == 1 and not ACTIVE.search(told.err)


# --- a file


REPLIES = {
    "to everything": lambda path: RogueMySQL(answer=my.file_request(path)),
    "to a statement": lambda path: RogueMySQL(
        answer=lambda sql: (my.usual if OURS.search(sql) else my.file_request(path))(sql)
    ),
    "at login": lambda path: RogueMySQL(login=[b"\xfb" + path.encode()]),
}
OURS = re.compile("^(SET|START|SAVEPOINT|RELEASE|SHOW VAR|COMMIT|ROLLBACK)|@@|VERSION")


@pytest.mark.parametrize("when", REPLIES)
@pytest.mark.parametrize("words", OTHERS, ids=" ".join)
def test_no_file_is_sent(run: Run, tmp_path: Path, when: str, words: tuple[str, ...]) -> None:
    (tmp_path / "diary").write_text("dear diary")
    with REPLIES[when](str(tmp_path / "diary")) as rogue:
        done = run(*words, "--url", rogue.url())
    assert b"dear diary" not in rogue.heard
    assert (done.code, plain(done)) == (4, True)


def test_a_commit_that_is_answered_by_a_wish_for_one_is_unknown(run: Run) -> None:
    wish = my.file_request("/etc/hostname")
    with RogueMySQL(answer=lambda sql: (wish if sql == "COMMIT" else my.usual)(sql)) as rogue:
        done = run("sql", "insert into t values (1)", "--write", "--url", rogue.url())
    assert (done.code, plain(done)) == (8, True)
    assert done.err.splitlines()[-1] == f"unknown: {rogue.where} may have committed or not"


@pytest.mark.parametrize("option", ["local_infile=1", "local_infile=0", "allow_local_infile=true"])
def test_no_url_allows_it(run: Run, option: str) -> None:
    with RogueMySQL() as rogue:
        done = run(*QUERY, "--url", rogue.url(f"?{option}"))
    assert (done.code, rogue.greeted) == (3, 0)


# --- the password


MYSQL_WISHES = {
    "clear": RogueMySQL(login=[my.switch_to(b"mysql_clear_password"), my.OK]),
    "clear from the start": RogueMySQL(plugin=b"mysql_clear_password"),
    "dialog": RogueMySQL(login=[my.switch_to(b"dialog", b"\x02Password: "), my.OK]),
    "another question": RogueMySQL(login=[my.switch_to(b"dialog", b"\x02PIN, please: "), my.OK]),
    "old": RogueMySQL(login=[my.switch_to(b"mysql_old_password", b"12345678"), my.OK]),
    "sha256": RogueMySQL(login=[my.switch_to(b"sha256_password", my.SALT + b"\0"), my.OK]),
    "unknown": RogueMySQL(login=[my.switch_to(b"no_such_plugin"), my.OK]),
    "twice": RogueMySQL(
        login=[
            my.switch_to(b"mysql_native_password", my.SALT + b"\0"),
            my.switch_to(b"mysql_clear_password"),
            my.OK,
        ]
    ),
}


@pytest.mark.parametrize("wish", MYSQL_WISHES)
def test_mysql_gets_no_password_in_clear(run: Run, wish: str) -> None:
    with MYSQL_WISHES[wish] as rogue:
        done = run(*QUERY, "--url", rogue.url())
    assert my.PASSWORD.encode() not in rogue.heard
    assert (done.code, done.out) == (4, "")
    assert plain(done)
    assert done.err.splitlines()[-1] == f"rolled back: nothing was sent to {rogue.where}"


@pytest.fixture
def certified(fleet: Fleet) -> tuple[ssl.SSLContext, str]:
    """What a server encrypts with, and the authority that vouches for it."""
    folder = fleet.wish("tls", "openssl").result()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
    return context, f"{folder}/ca.pem"


@pytest.mark.parametrize(("tls", "sent"), [("insecure", False), ("verify", True)])
def test_only_a_server_that_is_verified_gets_it(
    run: Run, certified: tuple[ssl.SSLContext, str], folder: Path, tls: str, *, sent: bool
) -> None:
    """Some accounts, of PAM and LDAP, need it."""
    context, authority = certified
    login = [my.switch_to(b"mysql_clear_password"), my.OK]
    with RogueMySQL(tls=context, login=login) as rogue:
        (folder / "c.toml").write_text(
            f'[db.x]\nurl = "{rogue.url()}"\ntls = "{tls}"\ntls_ca = "{authority}"\n'
        )
        done = run(*QUERY, "-C", "c.toml", "--db", "x")
    assert (done.code == 0) is sent
    assert ("in clear" in done.err) is not sent


def test_postgresql_gets_no_password_in_clear(run: Run) -> None:
    with RoguePostgreSQL(login=pg.CLEARTEXT) as rogue:
        done = run(*QUERY, "--url", rogue.url())
        assert pg.PASSWORD.encode() not in rogue.heard
        assert (done.code, done.out) == (4, "")
        assert plain(done)
        assert "require_auth" in done.err
        done = run(*QUERY, "--url", rogue.url("?require_auth=password"))  # somebody wrote it down
        assert (done.code, pg.PASSWORD.encode() in rogue.heard) == (0, True)


def test_a_challenge_is_answered_without_the_password(run: Run) -> None:
    """Servers of old ask for md5; what is sent is of no use but there."""
    with RoguePostgreSQL(login=pg.MD5) as rogue:
        assert run(*QUERY, "--url", rogue.url()).code == 0
    assert pg.PASSWORD.encode() not in rogue.heard


@pytest.mark.parametrize("kind", KINDS)
def test_tls_that_was_asked_is_not_done_without(run: Run, folder: Path, kind: Kind) -> None:
    with kind() as rogue:
        (folder / "c.toml").write_text(f'[db.x]\nurl = "{rogue.url()}"\ntls = "verify"\n')
        done = run(*QUERY, "-C", "c.toml", "--db", "x")
    assert done.code == 4
    assert "SSL" in done.err
    assert b"me\0" not in rogue.heard  # not even the user's name


# --- escapes


def colored(kind: Kind) -> Iterator[Rogue]:
    """Servers that say something red in each place that has words."""
    if kind is RogueMySQL:
        yield RogueMySQL(version=b"5.7.1-" + RED.encode())
        yield RogueMySQL(version=RED.encode())
        yield RogueMySQL(answer=when_asked([my.error(RED.encode())], my.usual))
        yield RogueMySQL(login=[my.error(RED.encode(), 1045)])
        yield RogueMySQL(login=[my.switch_to(b"dialog", RED.encode()), my.OK])
        yield RogueMySQL(login=[my.switch_to(RED.encode()), my.OK])
        yield RogueMySQL(answer=lambda sql: my.rows([RED], (RED,)) if asked(sql) else my.usual(sql))
        return
    said = RED.encode()
    for letter in (b"E", b"N"):
        told = [pg.problem(letter, said, said), pg.DONE][: 1 if letter == b"E" else 2]
        yield RoguePostgreSQL(answer=when_asked(told, pg.usual))
        yield RoguePostgreSQL(before=lambda told=told: told)
    yield RoguePostgreSQL(settings={**pg.SETTINGS, b"server_version": said, b"TimeZone": said})
    yield RoguePostgreSQL(settings={**pg.SETTINGS, b"client_encoding": said})
    yield RoguePostgreSQL(column=RED)
    red = [pg.row(RED), pg.DONE]
    yield RoguePostgreSQL(answer=lambda sql: red if asked(sql) else pg.usual(sql))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_it_says_drives_a_terminal(
    pty: Callable[..., PseudoTerminal], kind: Kind
) -> None:
    for number, rogue in enumerate(colored(kind)):
        with rogue:
            for words in (QUERY, ("db", "ping"))[: 1 if number > 1 else 2]:
                terminal = pty(*words, "--url", rogue.url(), "--no-pager", env={"NO_COLOR": "1"})
                assert terminal.wait() in {0, *UNDERSTOOD, 7}, (number, terminal.text)
                shown = terminal.raw.decode().replace("\r\n", "\n")
                assert not ACTIVE.search(shown), (number, shown)
                assert "Traceback" not in shown


# --- words that are cut off, and words that are wrong


def mutated(seed: int) -> Bend:
    """Change, cut or lengthen one message in three."""
    chance = random.Random(seed)

    def bend(data: bytes) -> bytes:
        if chance.random() > 1 / 3:
            return data
        place = chance.randrange(len(data))
        how = chance.randrange(4)
        if how == 0:  # another byte
            return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
        if how == 1:  # a bit
            bit = 1 << chance.randrange(8)
            return data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
        if how == 2:
            return data[:place] + data[place + chance.randrange(1, 9) :] or b"\0"
        return data[:place] + chance.randbytes(chance.randrange(1, 300)) + data[place:]

    return bend


@pytest.fixture
def untidy() -> Iterator[None]:
    """Connections that are lost are left lying about: the program ends with them, and we do not."""
    yield
    gc.collect()


def tried(rogue: Rogue, home: Path) -> Told:
    began = time.monotonic()
    with rogue:
        words = (*QUERY, "--no-input", "--url", rogue.url("?connect_timeout=1"))
        told = run_inside(*words, environ={"HOME": str(home), "PATH": ""})
    assert time.monotonic() - began < 2 * SOON
    assert "Traceback" not in told.err
    assert not ACTIVE.search(told.err), told.err
    return told


@pytest.mark.usefixtures("untidy")
@pytest.mark.filterwarnings("ignore::ResourceWarning", UNRAISED)
@pytest.mark.parametrize("kind", KINDS)
def test_a_dialogue_that_ends_anywhere(home: Path, kind: Kind) -> None:
    whole = kind()
    assert tried(whole, home) == Told(0, "a\n1\n2\n", "")
    rest = b"" if kind is RogueMySQL else pg.message(b"C", b"ROLLBACK\0") + pg.READY
    for limit in range(1, whole.sent):
        told = tried(kind(limit=limit), home)
        if told.code == 0:  # all that was asked for had come, and only the farewell had not
            assert told.out == "a\n1\n2\n"
            assert limit >= whole.sent - len(rest) - 50
        else:
            assert (told.code, plain(told)) == (4, True), (limit, told)


@pytest.mark.usefixtures("untidy")
@pytest.mark.filterwarnings("ignore::ResourceWarning", UNRAISED)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_dialogue_that_is_bent(home: Path, kind: Kind, seed: int) -> None:
    for number in range(75):
        rogue = kind(bend=mutated(1000 * seed + number))
        rogue.patience = 0.2
        told = tried(rogue, home)
        assert told.code in {0, 7, *UNDERSTOOD}, (number, told)
        assert told.code in {0, 7} or plain(told), (number, told)


# --- words without end


def without_end(kind: Kind, cell: str = "x" * 60_000) -> Rogue:
    """Rows, and no last one."""
    if kind is RogueMySQL:
        endless = lambda: itertools.chain(  # noqa: E731
            [b"\x01", my.column("a"), my.EOF], itertools.repeat(my.row(cell))
        )
        return RogueMySQL(answer=lambda sql: endless() if asked(sql) else my.usual(sql))
    some = [*[pg.row(cell)] * 400, pg.DONE]
    answer = lambda sql: some if sql.startswith("FETCH") else pg.usual(sql)  # noqa: E731
    return RoguePostgreSQL(endless=True, answer=answer)


@pytest.fixture
def limited(program: Program) -> Callable[..., Finished]:
    """A command line in a shell with little memory; the exit code is that of the program."""
    shell = replace(program, words=("bash", "-c"))

    def run(line: str, kilobytes: int = ROOMY) -> Finished:
        name = " ".join(program.words)
        return shell.run(f"ulimit -v {kilobytes}; {name} {line}", timeout=20)

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_end_take_no_memory(limited: Callable[..., Finished], kind: Kind) -> None:
    with without_end(kind) as rogue:
        line = f"{shlex.join(QUERY)} --url '{rogue.url()}'"
        read = limited(f"{line} -f csv | head -1000 | wc -l; exit ${{PIPESTATUS[0]}}")
        late = limited(f"{line} -f csv --timeout 1 > /dev/null")
    assert (read.code, read.out.strip(), read.err) == (141, "1000", "")
    assert late.code == 124
    assert late.err.splitlines()[-1].startswith("rolled back: nothing was ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_of_rows_without_end_is_one_line(
    limited: Callable[..., Finished], kind: Kind
) -> None:
    with without_end(kind) as rogue:
        done = limited(f"{shlex.join(QUERY)} -f table --url '{rogue.url()}'", ROOMY // 2)
    assert (done.code, done.out) == (74, "")
    assert done.err == (
        "error: there is not enough memory for this\n"
        "hint: a stream needs little: csv or jsonl, and cells of a bearable size\n"
        f"rolled back: nothing was changed on {rogue.where}\n"
    )


ENDLESS = {
    "one cell": RogueMySQL(
        answer=lambda sql: (
            itertools.chain([b"\x01", my.column("a"), my.EOF], itertools.repeat(bytes(0xFFFFFF)))
            if asked(sql)
            else my.usual(sql)
        )
    ),
    "columns": RogueMySQL(
        answer=lambda sql: (
            itertools.chain([b"\xfd\xff\xff\xff"], itertools.repeat(my.column("a" * 200)))
            if asked(sql)
            else my.usual(sql)
        )
    ),
    "notices": RoguePostgreSQL(
        answer=lambda sql: (
            itertools.repeat(pg.problem(b"N", b"NOTICE", b"boo" * 1000))
            if asked(sql)
            else pg.usual(sql)
        )
    ),
    "rows at once": RoguePostgreSQL(
        answer=lambda sql: itertools.repeat(pg.row("x" * 60_000)) if asked(sql) else pg.usual(sql)
    ),
    "greeting": RogueMySQL(greeting=b"", bend=lambda _: b"\xff\xff\xff\0" + b"x" * 60_000),
    "settings": RoguePostgreSQL(
        before=lambda: itertools.chain(
            [pg.message(b"R", pg.OK)], itertools.repeat(pg.setting(b"x", b"y" * 1000))
        )
    ),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_whatever_has_no_end_ends(limited: Callable[..., Finished], what: str) -> None:
    with ENDLESS[what] as rogue:
        url = rogue.url("?connect_timeout=2")
        done = limited(f"{shlex.join(QUERY)} --timeout 2 --url '{url}'")
    assert done.code in {4, 74, 124}
    assert "Traceback" not in done.err
    # A driver that hears nothing at all is left behind, without a word.
    assert len(done.err.splitlines()) in {2, 3} or (done.code, done.err) == (124, ""), done.err


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_says_nothing_is_not_waited_for(run: Run, kind: Kind) -> None:
    with Silent() as rogue:
        url = kind.url(rogue, "?connect_timeout=2")
        began = time.monotonic()
        done = run(*QUERY, "--url", url, timeout=10)
    assert (done.code, plain(done)) == (4, True)
    assert 1 < time.monotonic() - began < SOON


class Silent(Rogue):
    """It takes everybody, and says nothing."""

    def talk(self, wire: Wire) -> None:
        wire.silence()

    def url(self, query: str = "") -> str:
        raise NotImplementedError


# --- memory


def test_too_little_memory_for_what_is_to_be_written(
    limited: Callable[..., Finished], database: Database
) -> None:
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    line = f"insert t - --yes --url '{database.url}' < <(head -c 900000000 /dev/zero)"
    done = limited(line)
    assert (done.code, done.out) == (74, "")
    assert done.err.startswith("error: there is not enough memory for this\nhint: ")
    assert "committed" not in done.err
    assert database.rows("SELECT a FROM t") == [(1,)]
