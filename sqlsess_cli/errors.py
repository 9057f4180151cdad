"""What can go wrong, in the user's words: each error knows its exit code and what to try next."""

from __future__ import annotations

from enum import IntEnum
from signal import Signals
from typing import ClassVar


class ExitCode(IntEnum):
    """The exit statuses of the program; docs/exit-codes.md is the contract with scripts."""

    DONE = 0
    NEGATIVE = 1
    USAGE = 2
    CONFIG = 3
    CONNECT = 4
    REJECTED = 5
    REFUSED = 6
    PARTIAL = 7
    UNKNOWN = 8
    BUG = 70
    OUTPUT = 74
    TIMEOUT = 124
    HUNG_UP = 141


class SqlsessError(Exception):
    """Something the user can understand and act on.

    Args:
        message: what failed and where, one line, without a password in it.
        hint: what to try, one line, or nothing.
        details: further facts for `--errors json` (sqlstate, file, line, database …).
    """

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, message: str, hint: str = "", **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = {name: value for name, value in details.items() if value is not None}


class NegativeAnswer(SqlsessError):
    """The question was answered, and the answer is no; without a message the exit code says it."""

    exit_code = ExitCode.NEGATIVE


class UsageError(SqlsessError):
    """An option, a reference or a filter makes no sense; nothing was sent."""

    exit_code = ExitCode.USAGE


class ConfigError(SqlsessError):
    """The configuration, the models or the installation cannot be used; nothing was sent."""

    exit_code = ExitCode.CONFIG


class ConnectError(SqlsessError):
    """The database could not be reached, or the connection was lost before COMMIT was sent."""

    exit_code = ExitCode.CONNECT


class RejectedError(SqlsessError):
    """The database or the model rejected the statement or the data."""

    exit_code = ExitCode.REJECTED


class RefusedError(SqlsessError):
    """Our own guard refused: read-only, protected, untrusted, nobody to ask."""

    exit_code = ExitCode.REFUSED


class PartialError(SqlsessError):
    """Some of it was done and some was not, as reported."""

    exit_code = ExitCode.PARTIAL


class UnknownOutcome(SqlsessError):
    """It may be committed or not."""

    exit_code = ExitCode.UNKNOWN


class LostAnswer(UnknownOutcome):
    """The connection was lost while COMMIT was under way; the server may be asked again."""


class OutputError(SqlsessError):
    """The answer could not be written."""

    exit_code = ExitCode.OUTPUT


class StarvedError(OutputError):
    """There was no memory left to make the answer of."""

    def __init__(self) -> None:
        hint = "a stream needs little: csv or jsonl, and cells of a bearable size"
        super().__init__("there is not enough memory for this", hint)

    @staticmethod
    def means(error: BaseException) -> bool:
        """Whether another error is about that, in the words of whoever did not get any."""
        words = ("can't start new thread", "failed to map segment", "Cannot allocate memory")
        return isinstance(error, MemoryError) or any(item in str(error) for item in words)


class HungUp(Exception):
    """The reader of our output went away (a closed pipe, a pager that was quit)."""


class Interrupted(BaseException):
    """A signal asked us to stop.

    No KeyboardInterrupt: on one psycopg waits until the server has answered, and a frozen server
    never does. For everybody else it is as good a reason to give the connection up.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = Signals(signum)

    @property
    def exit_code(self) -> int:
        """128 + the signal's number, as a shell would report it; 124 for the time limit."""
        return ExitCode.TIMEOUT if self.signum is Signals.SIGALRM else 128 + self.signum
