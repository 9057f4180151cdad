"""What is known of one begin() block, and the one true line about how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from sqlalchemy import Connection

from sqlsess_cli.core.transaction.reach import Reach
from sqlsess_cli.dialects._base import Dialect
from sqlsess_cli.dialects._marks import Mark
from sqlsess_cli.errors import SqlsessError
from sqlsess_cli.result import Unreadable

INFO = "sqlsess"  # the key of Session.info that holds the Transaction
OWN = "sqlsess_own"  # execution option: a statement about the transaction itself, of ours
RAW = "sqlsess_raw"  # execution option: the cursor's values are read by us

Phase = Literal["connect", "execute", "commit", "over"]
Outcome = Literal[
    "open", "read", "committed", "rolled back", "partly committed", "unknown",
    "pending", "undone", "lost",
]  # fmt: skip


@dataclass(slots=True)
class Series:
    """Statements of which each is a transaction of its own.

    Attributes:
        count: how many there are.
        committed: how many of them were, before the one that is under way.
        rows: how many rows these changed.
        where: the place of the one that is under way.
    """

    count: int
    committed: int = 0
    rows: int = 0
    where: str = ""

    def line(self, name: str, outcome: Outcome) -> str:
        """What became of them; nothing where the transaction alone tells it."""
        rows = f"{self.rows} row{'' if self.rows == 1 else 's'} changed"
        if self.committed == self.count:
            return f"committed: {self.count} of {self.count} statements, {rows} on {name}"
        here = f"statement {self.committed + 1}" + f" at {self.where}" * bool(self.where)
        if outcome == "unknown":
            before = f"{self.committed} of {self.count} statements before it are committed"
            return f"unknown: {name} may have committed {here} or not; {before}"
        if not self.committed or outcome == "partly committed":
            return ""
        done = f"{self.committed} of {self.count} statements, {rows} on {name}"
        return f"committed: {done}, stopped at {self.where or here}"


@dataclass(slots=True)
class Transaction:
    """What is known of one begin() block while it runs, and what became of it.

    Attributes:
        database: its name.
        hooks: how its database differs.
        write: it may change data; otherwise it is read-only at the database, and rolled back.
        echo: shows each statement as it is sent.
        forbids_writing: the flag or variable that does, if one does.
        lock_timeout: seconds to wait for a lock; None is the database's habit.
        waiting: tells that we have been waiting for one for a while.
        phase: how far it has come.
        outcome: how it ended.
        statements: how many statements of the user's were executed.
        rows: how many rows they changed, as the database counts.
        changed: a statement was executed that may have changed data.
        committed_itself: the database committed on its own, as some do at each definition (DDL).
        defining: a statement is under way that makes such a database commit.
        opaque: a statement was sent that may have ended the transaction out of our sight.
        doubtful: what became of it cannot be told.
        not_undone: after the rollback, the server kept what was written to some tables.
        connections: those that take part.
        prepared: names of two-phase transactions whose first phase is behind them.
        unreadable: by column, how many cells its mapped type could not read, and the first.
        inside: the command's own block is running.
        undone: the connections that were rolled back while it ran: a flush failed, or the
            application's code did it.
        dry: it is executed to see what it does, and rolled back.
        aside: what is sent now is ours, and none of the command's statements.
        reach: where the statements of a dry run can lead, once something is sent there.
        undoable: the statements of a dry run that are known to lead to nothing that stays.
        mark: what the server can be asked for it by, once COMMIT's answer was lost.
        answer_lost: it was, and the server says that it has committed.
        done: what it did to objects, in words; nothing where rows were counted.
        series: the statements that it is one of, when each is committed by itself.
        held: it outlives the command that began it, and is lent to one after another; `outcome` is
            then what became of the latest: "pending", "undone", or "lost" with the connection.
        sandbox: whatever is done in it is to be undone.
        hear: tells what the server says beside its answers, if anybody wants to know.
        checkpoint: raises Interrupted if a signal was held off.
        cancels: stop what each of its connections is waiting for.
        started: when, in seconds of the monotonic clock.
    """

    database: str
    hooks: Dialect
    write: bool
    echo: Callable[[str], None] | None = None
    forbids_writing: str = ""
    lock_timeout: float | None = None
    waiting: Callable[[], None] = lambda: None
    phase: Phase = "connect"
    outcome: Outcome = "open"
    statements: int = 0
    rows: int = 0
    changed: bool = False
    committed_itself: bool = False
    defining: bool = False
    opaque: bool = False
    doubtful: bool = False
    not_undone: bool = False
    connections: list[Connection] = field(default_factory=list)
    prepared: list[object] = field(default_factory=list)
    unreadable: dict[str, tuple[int, Unreadable]] = field(default_factory=dict)
    inside: bool = False
    undone: list[Connection] = field(default_factory=list)
    dry: bool = False
    aside: bool = False
    reach: dict[Connection, Reach] = field(default_factory=dict)
    undoable: set[tuple[Connection, str]] = field(default_factory=set)
    mark: Mark | None = None
    answer_lost: bool = False
    done: str = ""
    series: Series | None = None
    held: bool = False
    sandbox: bool = False
    hear: Callable[[str], None] | None = None
    checkpoint: Callable[[], None] = lambda: None
    cancels: list[Callable[[], None]] = field(default_factory=list)
    started: float = field(default_factory=monotonic)

    def detail(self) -> str:
        """Counts and time, for those who ask for more."""
        counted = f"{self.statements} statement{'' if self.statements == 1 else 's'}"
        return f"{self.database}: {counted} in {(monotonic() - self.started) * 1000:.0f} ms"

    def is_repeatable(self, error: SqlsessError) -> bool:
        """Whether others were in its way, and all of it was undone."""
        contended = error.details.get("sqlstate") in self.hooks.repeatable
        return contended and self.outcome == "rolled back"

    def spoilt(self, column: str, cell: Unreadable) -> None:
        """Remember that a cell could not be read: how many of its column, and the first."""
        count, first = self.unreadable.get(column, (0, cell))
        self.unreadable[column] = count + 1, first

    def cancel(self) -> None:
        """Stop, from another thread, whatever it waits for."""
        for item in self.cancels:
            item()

    def said(self) -> str:
        """What it did, in words."""
        counted = [self.done or f"{self.rows} row{'' if self.rows == 1 else 's'} changed"]
        if self.statements != 1 and not self.done:
            counted.append(f"{self.statements} statements")
        return ", ".join(counted)

    def line(self) -> str:
        """The one true line: what became of it; in one that goes on, of the latest command."""
        if self.outcome in ("pending", "undone", "lost"):
            return self._line_of_step()
        name = self.database
        if self.series is not None and (line := self.series.line(name, self.outcome)):
            return line
        if self.outcome == "committed":
            itself = " (the server commits at each definition)"
            lost = " (the answer to COMMIT was lost, and the server was asked again)"
            more = f"{itself * self.committed_itself}{lost * self.answer_lost}"
            return f"committed: {self.said()} on {name}{more}"
        if self.outcome == "partly committed":
            why = "the server commits at each definition; what followed was rolled back"
            if self.not_undone:
                why = "tables without transactions kept what was written; the rest was rolled back"
            return f"committed: in part on {name}: {why}"
        if self.outcome == "unknown":
            return f"unknown: {name} may have committed or not"
        reached = f"nothing was {'sent to' if self.phase == 'connect' else 'changed on'} {name}"
        tried = f"a dry run on {name}: {self.done}"
        return f"rolled back: {tried if self.dry and self.done else reached}"

    def _line_of_step(self) -> str:
        """What became of the latest command in a transaction that goes on."""
        if self.outcome == "pending":
            kept = "the sandbox of " * self.sandbox
            return f"pending: {self.said()} on {kept}{self.database}"
        if self.outcome == "undone":
            return f"undone: this changed nothing on {self.database}; the transaction goes on"
        return f"lost: nothing more is executed in this transaction on {self.database}"
