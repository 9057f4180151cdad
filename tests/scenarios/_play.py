"""Plays a scenario: runs its steps, compares, and in writing mode renews what is expected."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scenarios._align import Pair, align, difference
from scenarios._parse import SPECIAL, Block, File, Scenario, Step, plain
from servers._server import Database
from servers.program import Finished, Program

PICTURES = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {127: 0x2421}
IN_CELL = {9: "␉", 10: "␊"}


@dataclass
class Player:
    """One scenario at one place.

    Attributes:
        scenario: what to play.
        program: a shell in the scenario's directory; `sqlsess` is on its PATH.
        databases: by kind.
        kind: the one that `${URL}` and a bare `sql>` mean.
        writing: renew instead of failing.
    """

    scenario: Scenario
    program: Program
    databases: dict[str, Database]
    kind: str | None = None
    writing: bool = False
    renewed: list[tuple[Step, list[str]]] = field(default_factory=list)

    def play(self) -> None:
        """Run all steps.

        Raises:
            AssertionError: something else came than was expected; the text shows the difference.
        """
        __tracebackhide__ = True  # the message says it all
        self.names = dict(self._names())
        for step in self.scenario.steps:
            if isinstance(step, File):
                self._write_file(step)
            else:
                self._play_step(step)
        if self.renewed:
            self._renew()

    def _names(self) -> Iterator[tuple[str, str]]:
        """What `${NAME}` stands for."""
        for kind, database in self.databases.items():
            for suffix in (f"_{kind.upper()}", *([""] if kind == self.kind else [])):
                yield f"SAFE_URL{suffix}", database.safe_url
                yield f"URL{suffix}", database.url
                yield f"WHERE{suffix}", database.where
                yield f"DB{suffix}", database.name
                yield f"PORT{suffix}", str(database.server.port)
        yield "KIND", self.kind or ""
        yield "DIR", self.program.folder
        yield "HOME", self.program.home

    def fill(self, text: str) -> str:
        """Put known names in place; all others belong to the shell or to the configuration."""
        return re.sub(r"\$\{(\w+)\}", lambda found: self.names.get(found[1], found[0]), text)

    def template(self, line: str) -> str:
        """The opposite: what changes from run to run becomes a name again."""
        for name, value in sorted(self.names.items(), key=lambda item: (-len(item[1]), item[0])):
            if name != "KIND" and value not in ("", "0"):
                bare = name.removesuffix(f"_{(self.kind or '').upper()}")
                line = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"${{{bare}}}", line)
        return line

    def _write_file(self, file: File) -> None:
        path = os.path.join(self.program.folder, file.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.writelines(self.fill(line) + "\n" for line in file.lines)

    def _play_step(self, step: Step) -> None:
        __tracebackhide__ = True
        done = self._ask(step) if step.query else self._run(step)
        out = self._compare(step.stdout, done.out_bytes)
        err = self._compare(step.stderr, done.err_bytes)
        good = all(pair.good for pair in out + err) and done.code == step.code
        if good:
            return
        if not self.writing:
            raise AssertionError("\n".join(self._report(step, done, out, err)))
        self.renewed.append((step, list(self._new_lines(step, done, out, err))))

    def _run(self, step: Step) -> Finished:
        return self.program.run(
            self.fill(step.text),
            env={**self.scenario.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"},
            input=self.fill(plain(step.stdin)) if step.stdin.given else None,
            timeout=self.scenario.timeout,
            traceback=any("Traceback" in line for line in step.stderr.lines),
        )

    @property
    def bin(self) -> str:
        """The folder where `sqlsess` lies, beside the scenario's own."""
        return os.path.join(os.path.dirname(self.program.folder), "bin")

    def _ask(self, step: Step) -> Finished:
        """Run a statement by an independent driver; its rows as text."""
        kind = step.kind or self.kind
        if kind not in self.databases:
            raise AssertionError(f"{self.scenario.path}:{step.line}: no database of kind {kind}")
        rows = self.databases[kind].rows(self.fill(step.text))
        text = "".join("\t".join(map(cell_text, row)) + "\n" for row in rows)
        return Finished((step.text,), 0, text.encode(), b"")

    def _compare(self, block: Block, data: bytes) -> list[Pair]:
        if block.anything:
            return []
        expected = ["" if line == "\\" else line for line in block.lines]
        return align(expected, [self.fill(line) for line in expected], written(data))

    def _report(
        self, step: Step, done: Finished, out: list[Pair], err: list[Pair]
    ) -> Iterator[str]:
        """Where, what, and the difference."""
        yield f"{self.scenario.path}:{step.line}: {self.scenario.title}"
        yield f"{'sql>' if step.query else '$'} {self.fill(step.text)}"
        for name, pairs in (("stdout", out), ("stderr", err)):
            if lines := difference(pairs):
                yield f"[{name}]  (- expected, + actual)"
                yield from lines
        if done.code != step.code:
            yield f"- [exit {step.code}]"
            yield f"+ [exit {done.code}]"
            if step.stderr.anything and done.err_bytes:
                yield done.err

    def _new_lines(
        self, step: Step, done: Finished, out: list[Pair], err: list[Pair]
    ) -> Iterator[str]:
        """What the file should say."""
        if step.stdout.anything:
            yield "[stdout *]"
        else:
            if step.stdin.given and out:
                yield "[stdout]"
            yield from self._merged(out)
        if step.stderr.anything:
            yield "[stderr *]"
        elif lines := list(self._merged(err)):
            yield "[stderr]"
            yield from lines
        if done.code or step.code_given:
            yield f"[exit {done.code}]"

    def _merged(self, pairs: list[Pair]) -> list[str]:
        """Expected lines that hold are kept with their placeholders; the rest is what came."""
        lines = [
            pair.expected if pair.good else self.template(pair.actual)
            for pair in pairs
            if pair.good or pair.actual is not None
        ]
        for number in range(len(lines) - 1, -1, -1):
            if lines[number]:
                break
            lines[number] = "\\"
        return lines

    def _renew(self) -> None:
        with open(self.scenario.path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        for step, new in reversed(self.renewed):
            lines[step.first : step.last] = new
        with open(self.scenario.path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))


def written(data: bytes) -> list[str]:
    """Output in the spelling of a scenario file."""
    if not data:
        return []
    text = data.decode(errors="backslashreplace").translate(PICTURES)
    lines = text.removesuffix("\n").split("\n")
    lines = [
        f"\\{line}" if SPECIAL.match(line) or re.fullmatch(r"\\+", line) else line for line in lines
    ]
    return lines if text.endswith("\n") else [*lines, "[no newline]"]


def cell_text(cell: object) -> str:
    """One cell of an independent answer."""
    if cell is None:
        return "NULL"
    if isinstance(cell, bytes):
        return "0x" + cell.hex()
    return str(cell).translate(IN_CELL)
