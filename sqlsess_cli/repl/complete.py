"""What a menu proposes at the cursor: SQL, commands, words of verbs, names of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from sqlsess_cli.foreign import Foreign
from sqlsess_cli.inert import inert
from sqlsess_cli.names.sql.propose import proposals
from sqlsess_cli.repl.line import LineApp
from sqlsess_cli.repl.table import METAS, split_name

if TYPE_CHECKING:
    from sqlsess_cli.repl.console import Console
    from sqlsess_cli.repl.state import Proposed

# The verb whose argument is the same as that of a command of the console.
_LIKE = {"d": "models", "connect": "db show", "c": "db show", "use": "db show"}
_MOST = 200  # proposals of SQL: nobody reads more
_LONGEST = 20_000  # characters of a text for which anything is proposed


class LineCompleter(Completer):
    """Proposes what can be typed; run in a thread, and given up when a key is pressed.

    Args:
        console: whose commands, verbs and names.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._paths = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """What can stand at the cursor."""
        line = document.text_before_cursor
        if len(document.text) > _LONGEST:
            return
        stripped = line.lstrip()
        if stripped.startswith("\\"):
            yield from self._command(stripped[1:], complete_event)
        elif " " in stripped and "\n" not in stripped and self._console.is_line(stripped):
            yield from self._verb(stripped)
        elif stripped:
            if not line.endswith("\n") and len(stripped.split()) == 1 and stripped == line.strip():
                yield from self._names(stripped, bare=True)
            yield from self._sql(document)

    def _sql(self, document: Document) -> Iterator[Completion]:
        """What SQL can go on with, from names that are known; nothing is asked."""
        console, at = self._console, document.cursor_position
        schema = console.names.schema(console)
        uses = console.names.uses
        for item in proposals(document.text, at, schema, console.dialect, uses)[:_MOST]:
            shown, meta = inert(item.display), inert(item.meta)
            yield Completion(item.text, item.start - at, shown, meta)

    def _command(self, typed: str, event: CompleteEvent) -> Iterator[Completion]:
        name, argument = split_name(typed)
        if " " not in typed:
            yield from self._names(typed, bare=False)
        elif name in METAS and METAS[name].files:
            yield from self._paths.get_completions(Document(argument.lstrip("| ")), event)
        elif name in METAS:
            if name in _LIKE:
                yield from self._verb(f"{_LIKE[name]} {typed.partition(' ')[2].lstrip()}")
        else:
            yield from self._verb(typed)

    def _names(self, typed: str, *, bare: bool) -> Iterator[Completion]:
        """Names of commands that begin so; of verbs those that may stand without a backslash."""
        known = {} if bare else {name: item.summary for name, item in METAS.items()}
        verbs = self._console.verbs
        for name in verbs.names:
            if not bare or self._console.is_line(name):
                known.setdefault(name, verbs.summary(name))
        for name in sorted(known, key=lambda item: (len(item) > 2, item)):
            if name.startswith(typed) and name != typed:
                yield Completion(name, -len(typed), display_meta=known[name])

    def _verb(self, line: str) -> Iterator[Completion]:
        here = LineApp(self._console, self._console.flags)
        found: Sequence[Proposed] = ()
        with Foreign():  # whatever is wrong with what is typed so far, there is nothing to propose
            found = self._console.verbs.proposals(here, line)
        for item in found:
            if item.file:
                yield from self._paths.get_completions(Document(item.word), CompleteEvent())
            else:
                yield Completion(item.text, -item.back, item.shown, item.summary)
