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
from pathlib import Path

import pytest
from servers import rogue_mysql as my
from servers import rogue_postgresql as pg
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
        done = run(*words, "--url", rogue.url(), timeout=SOON)
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
        done = run(*QUERY, "--url", rogue.url(), timeout=SOON)
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
    yield RoguePostgreSQL(answer=lambda sql: [pg.DONE] if "pg_type" in sql else [pg.row(RED), pg.DONE])


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
            return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
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
    assert time.monotonic() - began < SOON
    assert "Traceback" not in told.err
    assert not ACTIVE.search(told.err), told.err
    return told


@pytest.mark.usefixtures("untidy")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
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
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_dialogue_that_is_bent(home: Path, kind: Kind, seed: int) -> None:
    for number in range(75):
        told = tried(kind(bend=mutated(1000 * seed + number)), home)
        assert told.code in {0, 7, *UNDERSTOOD}, (number, told)
        assert told.code in {0, 7} or plain(told), (number, told)
