"""Answers written as they come, while the transaction that gives them is still open."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from sqlsess_cli.config.profiles import Config
from sqlsess_cli.errors import ConfigError, HungUp, UsageError
from sqlsess_cli.formats._base import FORMATS, Style
from sqlsess_cli.formats._nested import flattened
from sqlsess_cli.options import Options
from sqlsess_cli.result import Block, Result
from sqlsess_cli.sinks import Sink
from sqlsess_cli.terminal import Terminal

Answers = Generator[Result, Any, None]


@dataclass(frozen=True, slots=True)
class Emitter:
    """Writes answers in the chosen format to the chosen place.

    Attributes:
        terminal: whom we write to.
        options: format, output and how it looks.
        config: what the user prefers for a terminal and for a pipe.
        notice: tells what is good to know.
        usual: the format of the command's own, when none is asked for.
    """

    terminal: Terminal
    options: Options
    config: Config
    notice: Callable[[str], None]
    usual: str | None = None

    def emit(self, answers: Answers, *, must_finish: bool) -> None:
        """Write every answer.

        Args:
            answers: what a command yields; it is closed, or told of the error, in any case.
            must_finish: a reader that hangs up stops the writing, but not the work.

        Raises:
            HungUp: the reader left, and there was no work to finish.
            SqlsessError: an answer failed, or could not be written.
        """
        format_ = self.format()
        path = self.options.output
        sink = self.terminal.sink(path, styled=format_.STYLED, paged=self.options.pager)
        with sink:
            try:
                with _Hearing(answers):
                    self._write(answers, format_, sink)
            except HungUp:
                if not must_finish:
                    answers.close()
                    raise
                for result in answers:
                    _exhaust(result)

    def _write(self, answers: Answers, format_: ModuleType, sink: Sink) -> None:
        style = self._style()
        for number, result in enumerate(answers):
            counter = _Counter()
            with closing(_closable(result)):
                if number and not format_.MANY:
                    name = format_.__name__.rpartition(".")[2]
                    raise UsageError(
                        f"{name} holds one answer, and here is another",
                        "-f jsonl or table holds several; or send one query at a time",
                    )
                counted = replace(result, blocks=counter.count(result.blocks))
                format_.write(counted if format_.NESTS else flattened(counted), sink, style)
            if style.terminal and format_.STYLED and not (self.options.quiet or result.single):
                from sqlsess_cli.formats._people import dim

                # A part of the answer, below its rows: they may be held back for a pager.
                rows = f"({counter.rows:,} row{'' if counter.rows == 1 else 's'})"
                sink.write(f"{dim(rows, style)}\n")

    def format(self) -> ModuleType:
        """The format: asked for, or by the file's suffix, or for where the answer goes."""
        if self.options.format:
            return FORMATS.load(self.options.format)
        path = self.options.output
        suffix = os.path.splitext(path or "")[1].lower()
        for name in FORMATS.names if suffix else ():
            module = FORMATS.load(name)
            if suffix == module.SUFFIX:
                return module
        if self.usual is not None:
            return FORMATS.load(self.usual)
        to_terminal = self.terminal.interactive and path in (None, "-")
        kind, default = ("terminal", "table") if to_terminal else ("pipe", "tsv")
        try:
            name = self.config.get("output", kind) or default
            module = FORMATS.load(name)
        except UsageError as error:
            where = self.config.where("output", kind)
            raise ConfigError(f"{where}: {error.message}", error.hint) from error
        if suffix:
            self.notice(f"{path} is written as {name}: no format has the suffix {suffix}")
        return module

    def _style(self) -> Style:
        width, height = self.terminal.size()
        to_terminal = self.terminal.interactive and self.options.output in (None, "-")
        return Style(
            terminal=to_terminal,
            width=width,
            height=height,
            color=self.terminal.colored() and self.options.output in (None, "-"),
            header=self.options.header,
            null=self.options.null,
        )


class _Counter:
    """Counts the rows that pass."""

    def __init__(self) -> None:
        self.rows = 0

    def count(self, blocks: Iterator[Block]) -> Iterator[Block]:
        for block in blocks:
            self.rows += len(block)
            yield block


def _closable(result: Result) -> Any:
    """The stream of rows, if it is one that must be closed."""
    return result.blocks if hasattr(result.blocks, "close") else _NOTHING


class _Nothing:
    def close(self) -> None:
        """Nothing is open."""


_NOTHING = _Nothing()


def _exhaust(result: Result) -> None:
    for _ in result.blocks:
        pass


@dataclass(frozen=True, slots=True)
class _Hearing:
    """Lets the block that is open in the command see why the writing of its answers ends."""

    answers: Answers

    def __enter__(self) -> None:
        """Nothing has ended yet."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """A reader that hung up is no end for work that must be finished."""
        if error is not None and not isinstance(error, HungUp):
            with suppress(StopIteration):
                self.answers.throw(error)
