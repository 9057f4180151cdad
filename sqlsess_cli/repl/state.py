"""What a console remembers from line to line, and what its prompt says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from sqlsess_cli.app import App
    from sqlsess_cli.repl.console import Console

_NARROW = 60  # columns, below which the prompt speaks in short words


class Proposed(Protocol):
    """Something that can be typed for the last word of a line; see the command line's own."""

    @property
    def word(self) -> str:
        """It; of a file what is typed of its name."""

    @property
    def text(self) -> str:
        """How it is written."""

    @property
    def back(self) -> int:
        """How many characters before the cursor it replaces."""

    @property
    def shown(self) -> str:
        """What of it is new to a reader."""

    @property
    def summary(self) -> str:
        """What it is."""

    @property
    def file(self) -> bool:
        """It stands for all names of files."""


class Verbs(Protocol):
    """The command line, for lines that are verbs."""

    @property
    def names(self) -> list[str]:
        """What they are called."""

    def invoke(self, words: list[str], app: App) -> None:
        """Run one command line."""

    def summary(self, name: str) -> str:
        """What a verb does, in a line."""

    def proposals(self, app: App, line: str) -> Sequence[Proposed]:
        """What can be typed at the end of a line."""


@dataclass(slots=True)
class Settings:
    """What meta-commands set.

    Attributes:
        flags: shared flags of every line, such as the format.
        variables: of `:name` parameters.
        writing: changes are allowed.
        sandbox: they are all undone.
        timing: how long each line took is told.
        last: the latest statement, for a command that repeats it.
        depth: of files that include each other.
        drafted: what the next prompt begins with.
    """

    flags: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    writing: bool = False
    sandbox: bool = False
    timing: bool = False
    last: str = ""
    depth: int = 0
    drafted: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """Where the console stands, for its prompt.

    Attributes:
        name: of the database, with its role.
        protected: it is said to be.
        mode: "read-only", "writing" or "sandbox".
        transaction: one is open.
        pending: how many rows are changed in it.
        state: "open", "lost" or "failed".
    """

    name: str
    protected: bool
    mode: str
    transaction: bool
    pending: int
    state: str

    @classmethod
    def of(cls, console: Console) -> Self:
        """Where it stands."""
        target, held, settings = console.target, console.held, console.settings
        role = f":{target.role}" if target.role == "replica" else ""
        mode = "writing" if settings.writing else "read-only"
        return cls(
            f"{target.name}{role}", bool(target.settings.get("protected")),
            "sandbox" if settings.sandbox else mode,
            held is not None, held.rows if held else 0,
            "lost" if console.lost else held.state if held else "open",
        )  # fmt: skip

    def words(self, width: int) -> str:
        """All of it in words, which are short where the screen is narrow."""
        short = width < _NARROW
        parts = [self.name]
        if self.protected:
            parts.append("PROTECTED")
        parts.append(_SHORT[self.mode] if short else self.mode)
        if self.state != "open":
            parts.append(self.state.upper())
        elif self.transaction:
            parts.append(f"*{self.pending}" if short else f"{self.pending} uncommitted")
        return " ".join(parts)


class Failed(Exception):
    """A part of a command failed, and told so."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    @classmethod
    def unless_done(cls, code: int) -> None:
        """Go on after an exit code of 0.

        Raises:
            Failed: it was another one.
        """
        if code:
            raise cls(code)


_SHORT: Mapping[str, str] = {"read-only": "ro", "writing": "rw", "sandbox": "sb"}
