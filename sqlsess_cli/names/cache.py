"""The file that names are kept in: written whole or not at all, and believed in nothing.

A line that says what it is, one of facts, one that lists the models and one that lists the tables;
then one for each model and one for each table. At a Tab only those lines of models are parsed that
the typed path crosses; those of the tables are for completion of SQL. Whatever is wrong with it,
it is as if there were none: names are a convenience, and the next command writes it anew.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlsess_cli.names.entries import Attribute, Model

_FORMAT = b"sqlsess names 2"
_LARGEST = 64 << 20  # bytes; 1,000 tables of 50 columns are 2 million
_MOST = 50  # files that are kept; the oldest goes

Files = Sequence[tuple[str, int, int]]  # path, time of change, size


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a file's names as a whole.

    Attributes:
        files: those that the names are of, as they were then.
        whole: all that there is to know of every model is in it.
    """

    files: Files = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Cache:
    """The names of one file.

    Attributes:
        facts: what is said of them as a whole.
        models: every model, in order.
        lines: of each model, its attributes as JSON; empty where they are not known.
        tables: by full name, each table and view as `names.sql.stored` writes it.
    """

    facts: Facts
    models: Sequence[Model]
    lines: Sequence[bytes]
    tables: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str) -> Cache | None:
        """What a file holds; None if it cannot be read, or is not ours."""
        # What is parsed may be anything, and nested as deeply.
        with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
            head, facts, models, tables, *lines = _content(path).split(b"\n")
            said = json.loads(facts)
            files = [(str(name), int(changed), int(size)) for name, changed, size in said["files"]]
            listed = [Model.of_json(item) for item in json.loads(models)]
            names = [str(name) for name in json.loads(tables)]
            if head == _FORMAT and len(lines) == len(listed) + len(names):
                cut = len(listed)
                by_name = dict(zip(names, lines[cut:], strict=True))
                return cls(Facts(files, bool(said["whole"])), listed, lines[:cut], by_name)
        return None

    def attributes(self, model: Model) -> Sequence[Attribute]:
        """What a path can name on a model; nothing if that is not known."""
        return parsed(self.lines[self.models.index(model)])

    def by_name(self) -> dict[str, bytes]:
        """The lines, by the full names of their models."""
        return {model.name: text for model, text in zip(self.models, self.lines, strict=True)}

    def write(self, path: str) -> None:
        """Put it in the place of what is there.

        Raises:
            OSError: it cannot be written.
        """
        facts = {"files": self.facts.files, "whole": self.facts.whole}
        index = [model.as_json() for model in self.models]
        said = (json.dumps(item).encode() for item in (facts, index, [*self.tables]))
        head = (_FORMAT, *said)
        folder = os.path.dirname(path)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _make_room(folder, path)
        temporary = f"{path}.{os.getpid()}"
        try:
            with open(os.open(temporary, _NEW, 0o600), "wb") as file:
                file.write(b"\n".join([*head, *self.lines, *self.tables.values()]))
            os.replace(temporary, path)
        finally:
            with suppress(OSError):
                os.unlink(temporary)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW


def line(attributes: Sequence[Attribute]) -> bytes:
    """Attributes as one line."""
    return json.dumps([item.as_json() for item in attributes], separators=(",", ":")).encode()


def parsed(text: bytes) -> Sequence[Attribute]:
    """The attributes of a line; nothing if it is none."""
    with suppress(ValueError, TypeError, RecursionError):
        return [Attribute.of_json(item) for item in json.loads(text or b"[]")]
    return ()


def folder(environ: Mapping[str, str]) -> str | None:
    """Where such files are; None if the user wants none."""
    from sqlsess_cli.config.sources import xdg
    from sqlsess_cli.options import is_on

    if is_on(environ.get("SQLSESS_NO_CACHE", "")):
        return None
    return os.path.join(xdg("CACHE", environ), "names")


def _content(path: str) -> bytes:
    """What a file of ours holds: not a pipe that would wait, nor one of another user's.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not of ours.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        about = os.fstat(file.fileno())
        mine = stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid()
        if not mine or about.st_size > _LARGEST:
            raise ValueError(path)
        return file.read(_LARGEST)


def _make_room(folder: str, path: str) -> None:
    """Remove the file that was written longest ago, where there are many."""
    with suppress(OSError):
        there = [item for item in os.scandir(folder) if item.path != path and item.is_file()]
        there.sort(key=lambda item: item.stat().st_mtime, reverse=True)
        for item in there[_MOST - 1 :]:
            os.unlink(item.path)
