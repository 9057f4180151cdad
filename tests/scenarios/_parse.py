"""Reads scenario files; the format is described in README.md beside this file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace

from servers.facts import KINDS, supports

HEADER = re.compile(r"(each|facts|needs|env|timeout): *(.*)")
QUERY = re.compile(r"sql(?: (\w+))?> (.*)")
MARK = re.compile(r"\[(stdin|stdout|stderr|exit \d+|no newline)( \*)?\]")
COMMENT = re.compile(r"#(?: |$)")
TITLE = re.compile(r"=== +(.+)")
FILE = re.compile(r"--- file +(\S+)")

# What a line of data has to be escaped for, and so must not be read as.
SPECIAL = re.compile(
    r"\\*(?:#( |$)|\$ |> |=== |--- file |\.\.\.$|\[(std|exit|no newline)|sql( \w+)?> )"
)
ESCAPED = re.compile(rf"\\(?={SPECIAL.pattern}|\\*$)")


class ScenarioError(Exception):
    """A scenario file does not make sense; the text says where."""


@dataclass
class Block:
    """Lines that a stream has to show, as they stand in the file; or anything at all."""

    lines: list[str] = field(default_factory=list)
    anything: bool = False
    given: bool = False

    def close(self) -> None:
        """Blank lines at the end only part it from what follows."""
        while self.lines and not self.lines[-1]:
            self.lines.pop()


@dataclass
class Step:
    """One command or query: `text`, and in `first:last` the lines that say what is expected."""

    line: int
    text: str
    kind: str | None = None
    query: bool = False
    stdin: Block = field(default_factory=Block)
    stdout: Block = field(default_factory=Block)
    stderr: Block = field(default_factory=Block)
    code: int = 0
    code_given: bool = False
    first: int = 0
    last: int = 0


@dataclass
class File:
    """A file to be written."""

    name: str
    lines: list[str]


@dataclass
class Scenario:
    """One scenario with the steps that its file puts before each."""

    path: str
    title: str
    settings: dict[str, list[str]]
    steps: list[Step | File]

    @property
    def each(self) -> list[str]:
        """The kinds to run on, one after the other; none: once, without `${URL}`."""
        words = " ".join(self.settings.get("each", [])).replace("all", " ".join(KINDS)).split()
        facts = ",".join(self.settings.get("facts", [])).split(",")
        return [kind for kind in words if supports(kind, *filter(None, map(str.strip, facts)))]

    @property
    def needs(self) -> list[str]:
        """The kinds wanted together."""
        return " ".join(self.settings.get("needs", [])).split()

    @property
    def environ(self) -> dict[str, str]:
        """Set for every command."""
        pairs = [item.partition("=") for item in self.settings.get("env", [])]
        return {name: text for name, _, text in pairs}

    @property
    def timeout(self) -> float:
        """Seconds for each command."""
        return float(self.settings.get("timeout", ["30"])[-1])


class Parser:
    """Walks down a file; `scenarios` holds what was found."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.at = 0
        self.common = Scenario(path, "", {}, [])
        self.scenario = self.common
        self.scenarios: list[Scenario] = []
        self.step: Step | None = None
        self.block: Block | None = None

    def parse(self) -> list[Scenario]:
        """All scenarios of the file, in order."""
        while self.at < len(self.lines):
            self._line(self.lines[self.at])
            self.at += 1
        self._end_step()
        if not self.scenarios:
            stem = os.path.splitext(os.path.basename(self.path))[0]
            return [replace(self.common, title=stem)]
        return self.scenarios

    def _fail(self, problem: str) -> ScenarioError:
        return ScenarioError(f"{self.path}:{self.at + 1}: {problem}")

    def _line(self, line: str) -> None:
        if COMMENT.match(line):
            return
        if found := TITLE.fullmatch(line):
            self._begin(found[1])
        elif found := FILE.fullmatch(line):
            self._file(found[1])
        elif line.startswith("$ "):
            self._start(Step(self.at + 1, line[2:]))
        elif found := QUERY.fullmatch(line):
            self._start(Step(self.at + 1, found[2], found[1], query=True))
        elif self.step is None:
            self._header(line)
        else:
            self._expected(line)

    def _begin(self, title: str) -> None:
        self._end_step()
        if title in [scenario.title for scenario in self.scenarios]:
            raise self._fail(f"a second scenario is called {title!r}")
        settings = {name: list(values) for name, values in self.common.settings.items()}
        self.scenario = Scenario(self.path, title, settings, list(self.common.steps))
        self.scenarios.append(self.scenario)

    def _header(self, line: str) -> None:
        found = HEADER.fullmatch(line)
        if found:
            name, value = found.groups()
            if name != "env" and self.scenario is not self.common:
                self.scenario.settings.pop(name, None)
            self.scenario.settings.setdefault(name, []).append(value)
        elif line.strip():
            raise self._fail(f"a header or a command should come, not {line!r}")

    def _file(self, name: str) -> None:
        self._end_step()
        lines: list[str] = []
        while (line := self._next()) != "---":
            lines.append(line[1:] if re.fullmatch(r"\\+---", line) else line)
        self.scenario.steps.append(File(name, lines))

    def _next(self) -> str:
        self.at += 1
        if self.at >= len(self.lines):
            raise self._fail("the file block has no end (---)")
        return self.lines[self.at]

    def _start(self, step: Step) -> None:
        self._end_step()
        while self.at + 1 < len(self.lines) and self.lines[self.at + 1].startswith("> "):
            step.text += "\n" + self._next()[2:]
        self.step, self.block = step, step.stdout
        step.first = step.last = self.at + 1
        self.scenario.steps.append(step)

    def _expected(self, line: str) -> None:
        found = MARK.fullmatch(line)
        if found and found[1] == "no newline":
            self.block.lines.append(line)
        elif found:
            self._mark(found[1], anything=bool(found[2]))
        elif line.startswith("[") and SPECIAL.match(line):
            raise self._fail(f"not a mark that exists: {line}")
        else:
            self.block.lines.append(line)
        if line:
            self.step.last = self.at + 1
        if self.block is self.step.stdin:
            self.step.first = self.step.last

    def _mark(self, name: str, *, anything: bool) -> None:
        step = self.step
        if name.startswith("exit "):
            step.code, step.code_given = int(name.split()[1]), True
            self.block = Block()  # nothing comes after it
            return
        self.block = {"stdin": step.stdin, "stdout": step.stdout, "stderr": step.stderr}[name]
        self.block.given, self.block.anything = True, anything

    def _end_step(self) -> None:
        if self.step is not None:
            for block in (self.step.stdin, self.step.stdout, self.step.stderr):
                block.close()
        self.step = self.block = None


def parse(path: str, text: str | None = None) -> list[Scenario]:
    """The scenarios of a file.

    Raises:
        ScenarioError: it does not make sense.
    """
    if text is None:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    return Parser(path, text).parse()


def plain(block: Block) -> str:
    """The text of a block that is input, its escapes undone."""
    lines = [ESCAPED.sub("", line, count=1) for line in block.lines]
    if block.lines and block.lines[-1] == "[no newline]":
        return "\n".join(lines[:-1])
    return "".join(f"{line}\n" for line in lines)
