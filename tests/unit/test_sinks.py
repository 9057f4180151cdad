from __future__ import annotations

import os
import resource
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from itertools import repeat
from pathlib import Path
from threading import Thread

import pytest

from sqlsess_cli.errors import HungUp, OutputError
from sqlsess_cli.pager import Pager
from sqlsess_cli.sinks import FileSink, PagedSink, Sink, StreamSink, encoded


class Slow:
    """A stream that takes three bytes at a time."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: memoryview) -> int:
        self.data += data[:3]
        return min(3, len(data))


def fill(sink: Sink, texts: Iterable[str], error: BaseException | None = None) -> None:
    """Write an answer, and maybe fail before its end."""
    with sink:
        for text in texts:
            sink.write(text)
        if error:
            raise error


# --- text as bytes


def test_undecodable_bytes_come_back_as_they_were():
    assert encoded("é\udcff") == "é".encode() + b"\xff"


def test_half_a_pair_is_spelled_and_harms_no_other_byte():
    assert encoded("\ud800é\udcff") == b"\\ud800" + "é".encode() + b"\xff"


# --- a stream


def test_a_stream_that_takes_little_gets_all():
    raw = Slow()
    StreamSink(raw, "output").write("Grüße, 日本\n")
    assert raw.data.decode() == "Grüße, 日本\n"


def test_a_terminal_sees_controls_spelled():
    raw = Slow()
    StreamSink(raw, "output", visible=True).write("a\tb\\\x1b[2J\n")
    assert raw.data == b"a\tb\\\\x1b[2J\n"


def test_a_closed_stream_is_an_error():
    with pytest.raises(OutputError, match="cannot write to standard output: it is closed"):
        StreamSink(None, "standard output").write("x")


def test_a_reader_that_left_is_no_error():
    read, write = os.pipe()
    os.close(read)
    with FileIO(write, "w") as stream, pytest.raises(HungUp):
        StreamSink(stream, "output").write("x")


def test_a_full_disk_is_an_error():
    with (
        open("/dev/full", "wb", buffering=0) as stream,
        pytest.raises(OutputError, match="cannot write to output: No space left on device"),
    ):
        StreamSink(stream, "output").write("x")


# --- a file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "answer.csv"
    with FileSink(str(path)) as sink:
        sink.write("a\n")
        sink.write("é\udcff\n")
        assert not path.exists()
    assert path.read_bytes() == b"a\n" + "é".encode() + b"\xff\n"
    assert names(tmp_path) == ["answer.csv"]


@pytest.mark.parametrize("error", [OutputError("x"), KeyboardInterrupt(), HungUp()])
def test_after_any_exception_nothing_is_left(tmp_path: Path, error: BaseException):
    with pytest.raises(type(error)):
        fill(FileSink(str(tmp_path / "answer.csv")), ["a\n"], error)
    assert names(tmp_path) == []


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path: Path):
    path = tmp_path / "answer.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        fill(FileSink(str(path)), ["new"], KeyboardInterrupt())
    assert path.read_text() == "old"
    with FileSink(str(path)) as sink:
        sink.write("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_the_older_file_s_mode_is_kept_from_the_start(tmp_path: Path):
    path = tmp_path / "secret.csv"
    path.touch(0o600)
    with FileSink(str(path)) as sink:
        sink.write("x")
        assert {stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()} == {0o600}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with FileSink(str(tmp_path / "link")) as sink:
        sink.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_nobody_can_prepare_the_name_we_write_to(tmp_path: Path):
    (tmp_path / "victim").write_text("precious")
    (tmp_path / f"answer.csv.{os.getpid()}.part").symlink_to("victim")
    with pytest.raises(OutputError):
        FileSink(str(tmp_path / "answer.csv"))
    assert (tmp_path / "victim").read_text() == "precious"


def test_a_folder_that_is_missing(tmp_path: Path):
    with pytest.raises(OutputError, match=r"no/answer.csv: No such file or directory") as caught:
        FileSink(str(tmp_path / "no" / "answer.csv"))
    assert caught.value.hint == "nothing was left there"


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(OutputError, match="Is a directory"):
        FileSink(str(tmp_path))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can be larger than `size`: to the program it is a disk that becomes full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_becomes_full_leaves_nothing(tmp_path: Path):
    path = str(tmp_path / "answer.csv")
    with room_for(10), pytest.raises(OutputError, match=r"answer.csv: File too large"):
        fill(FileSink(path), ["x" * 8, "x" * 8])
    assert names(tmp_path) == []


def test_the_folder_vanished_meanwhile(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    sink = FileSink(str(folder / "answer.csv"))
    (part,) = folder.iterdir()
    part.unlink()
    folder.rmdir()
    with pytest.raises(OutputError, match="No such file or directory"):
        sink.__exit__(None)


def test_a_device_is_written_directly():
    with FileSink("/dev/null") as sink:
        sink.write("x")
    with (
        pytest.raises(OutputError, match="cannot write to /dev/full: No space left"),
        FileSink("/dev/full") as sink,
    ):
        sink.write("x")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_fifo_is_written_directly(tmp_path: Path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    found: list[str] = []
    reader = Thread(target=lambda: found.append(path.read_text()))
    reader.start()
    with FileSink(str(path)) as sink:
        sink.write("a\n")
    reader.join()
    assert found == ["a\n"]
    assert stat.S_ISFIFO(path.stat().st_mode)


# --- a pager


class Screen:
    """A terminal that keeps what it was shown."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None: ...


class Paged:
    """A screen of five lines, and a pager that is a shell script."""

    def __init__(self, folder: Path, script: str) -> None:
        self.screen = Screen()
        self.program = folder / "pager"
        self.program.write_text(f"#!/bin/sh\ncd {folder}\n{script}\n")
        self.program.chmod(0o755)
        self.started = 0

    def start(self) -> Sink:
        self.started += 1
        return Pager([str(self.program)], os.environ, visible=False)

    def sink(self) -> PagedSink:
        return PagedSink(self.screen, 5, self.start)


def test_one_screen_needs_no_pager(tmp_path: Path):
    paged = Paged(tmp_path, "cat > seen")
    with paged.sink() as sink:
        sink.write("a\nb\n")
        sink.write("c\nd\ne\n")
        assert paged.screen.text == ""  # it may still turn out to be longer
    assert paged.screen.text == "a\nb\nc\nd\ne\n"
    assert paged.started == 0


def test_more_goes_to_the_pager_all_of_it(tmp_path: Path):
    paged = Paged(tmp_path, "cat > seen")
    with paged.sink() as sink:
        for number in range(1000):
            sink.write(f"{number}\n")
    assert (tmp_path / "seen").read_text() == "".join(f"{number}\n" for number in range(1000))
    assert (paged.screen.text, paged.started) == ("", 1)


def test_the_pager_gets_it_as_it_comes(tmp_path: Path):
    paged = Paged(tmp_path, "head -n 1 > first; cat > rest")
    with paged.sink() as sink:
        sink.write("1\n2\n3\n4\n5\n6\n")
        end = time.monotonic() + 20
        while time.monotonic() < end and not (tmp_path / "rest").exists():
            time.sleep(0.01)
        assert (tmp_path / "first").read_text() == "1\n"


def test_text_without_lines_is_not_held_for_ever(tmp_path: Path):
    paged = Paged(tmp_path, "cat > seen")
    with paged.sink() as sink:
        for _ in range(10):
            sink.write("x" * 999 + "\0")
        assert paged.started == 1
    assert (tmp_path / "seen").stat().st_size == 10_000


def test_a_person_who_leaves_the_pager_stops_the_writing(tmp_path: Path):
    paged = Paged(tmp_path, "read line; exit 0")
    with pytest.raises(HungUp):
        fill(paged.sink(), repeat("line\n" * 1000))


def test_we_wait_until_the_person_leaves(tmp_path: Path):
    paged = Paged(tmp_path, "cat > seen; sleep 0.2; touch left")
    with paged.sink() as sink:
        sink.write("x\n" * 10)
    assert (tmp_path / "left").exists()


def test_without_a_pager_all_goes_to_the_screen():
    screen = Screen()
    with PagedSink(screen, 2, lambda: None) as sink:
        for text in ("a\n", "b\n", "c\n", "d\n"):
            sink.write(text)
    assert screen.text == "a\nb\nc\nd\n"


def test_after_an_exception_nothing_that_was_held_is_shown(tmp_path: Path):
    paged = Paged(tmp_path, "cat > seen")
    with pytest.raises(KeyboardInterrupt):
        fill(paged.sink(), ["a\n"], KeyboardInterrupt())
    assert (paged.screen.text, paged.started) == ("", 0)
