"""One command on several databases: one answer with a first column that names each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Protocol

from sqlsess_cli.emit import Answers
from sqlsess_cli.errors import NegativeAnswer, PartialError, SqlsessError
from sqlsess_cli.result import DATABASE, Block, Column, Result

_DB = Column("db", "text")


class Context(Protocol):
    """A command line for one of its databases; what the App is."""

    @property
    def database_name(self) -> str:
        """What the database is called in the first column."""

    def conclude(self) -> None:
        """Tell how its transaction ended."""

    def failed(self, error: SqlsessError) -> None:
        """Tell why it failed, and how its transaction ended."""


class FanOut:
    """A command on several databases.

    Args:
        ask: the command.
        contexts: one for each database.
    """

    def __init__(self, ask: Callable[[Any], Answers], contexts: Sequence[Context]) -> None:
        self.ask = ask
        self.contexts = contexts
        self.current: Context | None = None  # whose outcome has not been told yet
        self.failures = 0
        self.negative: NegativeAnswer | None = None

    def answers(self) -> Answers:
        """The answers of every database in turn; one may fail, and the rest go on.

        Raises:
            SqlsessError: all failed; the last of the errors, which was not told yet.
        """
        for context in self.contexts:
            self.current = context
            try:
                yield from _labelled(self.ask(context), context)
                context.conclude()
            except NegativeAnswer as answer:
                self.negative = answer
            except SqlsessError as error:
                self.failures += 1
                if self.failures == len(self.contexts):
                    raise
                context.failed(error)
        self.current = None

    def conclude(self) -> None:
        """Tell how all of them together ended, now that what they answered is written.

        Raises:
            PartialError: some failed; each was told.
            NegativeAnswer: none failed, and of one the answer is no.
        """
        if self.failures:
            count = f"{self.failures} of {len(self.contexts)}"
            raise PartialError(f"{count} databases failed")
        if self.negative is not None:
            raise self.negative


def joined(answers: Answers) -> Answers:
    """Answers with columns of the same names that follow each other, as one.

    What is known of a column's values may differ: a driver tells more or less of them.
    """
    with closing(answers):
        current = next(answers, None)
        while current is not None:
            chain = _Chain(current, answers)
            yield replace(current, blocks=chain.blocks())
            current = chain.following


class _Chain:
    """The rows of one answer and of those after it whose columns have the same names."""

    def __init__(self, first: Result, answers: Answers) -> None:
        self.first = first
        self.answers = answers
        self.following: Result | None = None

    def blocks(self) -> Iterator[Block]:
        current: Result | None = self.first
        while current is not None and _names(current) == _names(self.first):
            yield from current.blocks
            current = next(self.answers, None)
        self.following = current


def _names(result: Result) -> list[str]:
    return [column.name for column in result.columns]


def _labelled(answers: Answers, context: Context) -> Answers:
    """Answers with a first column that names their database."""
    for result in answers:
        watch = _Watch()
        # Asked for now: until it answers, a group has not chosen among its replicas.
        name = context.database_name
        named = next(iter(result.columns), None) is DATABASE  # it names its database itself
        columns = result.columns if named else (_DB, *result.columns)
        blocks = watch.blocks(result.blocks, () if named else (name,))
        yield replace(result, columns=columns, blocks=blocks, insert=None)
        if watch.error is not None:
            answers.throw(watch.error)


class _Watch:
    """Keeps an error that ended a stream of rows, so that the next database's rows can follow."""

    def __init__(self) -> None:
        self.error: SqlsessError | None = None

    def blocks(self, blocks: Iterator[Block], label: tuple[str, ...]) -> Iterator[Block]:
        try:
            for block in blocks:
                yield [(*label, *row) for row in block]
        except SqlsessError as error:
            self.error = error
