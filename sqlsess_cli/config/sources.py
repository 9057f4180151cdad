"""Configuration files: found, read, and able to say on which line a key stands."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlsess_cli.errors import ConfigError

Path = tuple[str, ...]
Tree = dict[str, Any]

PROJECT_FILE, PYPROJECT = "sqlsess.toml", "pyproject.toml"
_LARGEST = 256 * 1024  # bytes; a configuration is never longer, and deep nesting is bounded by it

_HEADER = re.compile(r"\s*\[\[?\s*(?P<keys>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""\s*(?P<keys>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)


@dataclass(frozen=True, slots=True)
class Source:
    """One configuration file.

    Attributes:
        path: where it is.
        tree: its keys; for pyproject.toml those below [tool.sqlsess].
        text: the file's text, to find lines in.
        consented: naming the file, or owning the place where it lies, is consent to what it runs.
    """

    path: str
    tree: Tree = field(repr=False)  # it may hold a password
    text: str = field(repr=False)
    consented: bool

    @property
    def prefix(self) -> Path:
        """The table that our keys are below."""
        return ("tool", "sqlsess") if os.path.basename(self.path) == PYPROJECT else ()

    @property
    def digest(self) -> str:
        """SHA-256 of what the file says, apart from its layout and comments."""
        import hashlib  # costs a Tab more than all that is read there

        canonical = json.dumps(self.tree, sort_keys=True, default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def where(self, path: Path = ()) -> str:
        """`FILE:LINE` of a key, or of the nearest table that holds it."""
        name = os.path.relpath(self.path)
        name = name if not name.startswith("..") else self.path
        wanted, lines = self.prefix + path, dict(self._lines())
        while wanted and wanted not in lines:
            wanted = wanted[:-1]
        return f"{name}:{lines[wanted]}" if wanted else name

    def _lines(self) -> Iterator[tuple[Path, int]]:
        """Every table header and key with its line, first mention last so that it wins."""
        table: Path = ()
        found: list[tuple[Path, int]] = []
        for number, line in enumerate(self.text.splitlines(), 1):
            if match := _HEADER.match(line):
                table = _split_keys(match["keys"])
                found.append((table, number))
            elif match := _KEY.match(line):
                found.append((table + _split_keys(match["keys"]), number))
        return reversed(found)


def _split_keys(dotted: str) -> Path:
    """The parts of a dotted TOML key, unquoted, by the TOML parser itself."""
    parts: list[str] = []
    try:
        tree: object = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return (dotted,)
    while isinstance(tree, dict):
        [(part, tree)] = tree.items()
        parts.append(part)
    return tuple(parts)


def read(path: str, *, consented: bool) -> Source:
    """Read one file.

    Raises:
        ConfigError: it cannot be read, or is not TOML; names the line.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ConfigError(
                f"{path} is larger than {_LARGEST // 1024} KiB", "is it the right file?"
            )
        text = data.decode("utf-8-sig")
        tree = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}", "name another with -C"
        ) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text", "save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_malformed(path, str(error)), "the syntax is TOML") from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply", "the syntax is TOML") from error
    for key in ("tool", "sqlsess") if os.path.basename(path) == PYPROJECT else ():
        tree = tree.get(key, {})
        if not isinstance(tree, dict):
            raise ConfigError(f"{path}: [tool.sqlsess] is not a table")
    return Source(os.path.abspath(path), tree, text, consented)


def _malformed(path: str, message: str) -> str:
    """`FILE:LINE:COLUMN: reason` from the TOML parser's "reason (at line 3, column 5)"."""
    match = re.search(r"(.*) \(at line (\d+), column (\d+)\)", message)
    if match is None:
        return f"{path}: {message}"
    return f"{path}:{match[2]}:{match[3]}: {match[1][0].lower()}{match[1][1:]}"


def find_project_file(start: str, home: str) -> str | None:
    """The nearest project file, from `start` up to the repository's root or the home directory.

    Raises:
        ConfigError: a directory has both a sqlsess.toml and a [tool.sqlsess].
    """
    folder = os.path.abspath(start)
    while True:
        ours = os.path.join(folder, PROJECT_FILE)
        shared = os.path.join(folder, PYPROJECT)
        found = [path for path in (ours, shared) if _configures(path)]
        if len(found) > 1:
            raise ConfigError(
                f"{ours} and [tool.sqlsess] in {shared} both configure this project",
                "keep one of them",
            )
        if found:
            return found[0]
        parent = os.path.dirname(folder)
        if folder in (parent, home) or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


def _configures(path: str) -> bool:
    """Whether a file is ours: by name, or by a table of ours in pyproject.toml."""
    if not os.path.isfile(path):
        return False
    if os.path.basename(path) == PROJECT_FILE:
        return True
    with open(path, "rb") as file:  # parsed only when it names us: most do not
        return re.search(rb"^\s*\[\s*tool\s*\.\s*sqlsess", file.read(), re.MULTILINE) is not None


def user_file(environ: Mapping[str, str]) -> str:
    """The user's own file, whether it exists or not."""
    return os.path.join(xdg("CONFIG", environ), "config.toml")


def xdg(kind: str, environ: Mapping[str, str]) -> str:
    """Our directory of a kind (CONFIG, STATE, DATA, CACHE) by the XDG rules, be it there or not."""
    below = {
        "CONFIG": ".config", "STATE": ".local/state", "DATA": ".local/share", "CACHE": ".cache"
    }[kind]  # fmt: skip
    home = environ.get("HOME") or os.path.expanduser("~")
    base = environ.get(f"XDG_{kind}_HOME", "")
    return os.path.join(base if os.path.isabs(base) else os.path.join(home, below), "sqlsess")
