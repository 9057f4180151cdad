"""The file that lines are kept in: what is kept, for whom, and what is read of a damaged one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sqlsess_cli.repl import history
from sqlsess_cli.repl.history import FileOfLines, is_kept, place


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("select 1;", True), ("select\n2;", True), (" select 1;", False), ("", False),
        ("alter user a identified by 'x';", False), ("create role a PASSWORD 'x'", False),
        (r"\connect mysql://root:geheim@db/x", False), (r"\connect mysql://root@db/x", True),
        ("insert into api_keys values (1)", False), ("x" * 100_000, False),
    ],
)  # fmt: skip
def test_what_is_kept(line: str, *, kept: bool) -> None:
    assert is_kept(line) == kept


def test_lines_are_written_at_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    before = os.umask(0)
    try:
        kept = FileOfLines(str(path))
        kept.append_string("select 'ä\u2028';\nselect 2;")
        kept.append_string(" hidden")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(FileOfLines(str(path)).load_history_strings()) == ["select 'ä\u2028';\nselect 2;"]


def test_a_damaged_file_gives_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b'"one"\n\xff\xfe\n{"a": 1}\n"two"\n"thr')
    kept = FileOfLines(str(path))
    assert list(kept.load_history_strings()) == ["two", "one"]
    kept.store_string("four")
    assert next(iter(kept.load_history_strings())) == "four"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "other")
    FileOfLines(str(tmp_path / "link")).store_string("select 1;")
    assert not (tmp_path / "other").exists()


def test_a_large_file_is_halved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    monkeypatch.setattr(history, "_LARGEST", 20)
    path.write_text('"a"\n"b"\n"c"\n"d"\n"e"\n"f"\n"g"\n"h"\n')
    list(FileOfLines(str(path)).load_history_strings())
    assert path.read_text() == '"e"\n"f"\n"g"\n"h"\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_database_has_its_own(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    assert place("../../etc/x", environ) == f"{tmp_path}/sqlsess/history/..%2F..%2Fetc%2Fx"
    assert place("..", environ) == f"{tmp_path}/sqlsess/history/_.."
    assert place("demo", {**environ, "SQLSESS_HISTFILE": "/h"}) == "/h"
