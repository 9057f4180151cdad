"""The line that is edited: prompt_toolkit, with what Enter means here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory, ConditionalAutoSuggest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import ThreadedCompleter
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import DynamicLexer, Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.defaults import create_output
from prompt_toolkit.styles import Style

from sqlsess_cli.errors import Interrupted
from sqlsess_cli.inert import inert
from sqlsess_cli.repl.complete import LineCompleter
from sqlsess_cli.repl.history import FileOfLines, place
from sqlsess_cli.repl.reader import is_whole, reading_of
from sqlsess_cli.repl.state import Status

if TYPE_CHECKING:
    from sqlsess_cli.repl.console import Console
    from sqlsess_cli.repl.loading import Loading

_COLOURED = 20_000  # characters, above which a text is not highlighted or completed
_MENU = 6  # lines that are kept free below the prompt
_STYLE = Style.from_dict(
    {
        "prompt": "bold",
        "prompt.writing": "bold ansiyellow",
        "prompt.danger": "bold ansired",
        "continuation": "ansibrightblack",
    }
)


class Editor:
    """Asks a person for the next text.

    Args:
        console: whose prompt it shows.
        loading: what is loaded once the prompt is on the screen.
        vi: lines are edited as vi does.
    """

    def __init__(self, console: Console, loading: Loading, *, vi: bool) -> None:
        self._console = console
        self._loading = loading
        self._lexer: Lexer | None = None
        self._histories: dict[str, History] = {}
        small = Condition(lambda: len(self._session.default_buffer.text) < _COLOURED)
        coloured = console.app.terminal.colored(stderr=True)
        self._session: PromptSession[str] = PromptSession(
            message=self._prompt,
            prompt_continuation=self._continuation,
            multiline=True,
            history=self._history(),
            auto_suggest=ConditionalAutoSuggest(AutoSuggestFromHistory(), small),
            completer=ThreadedCompleter(LineCompleter(console)),
            complete_while_typing=small,
            lexer=DynamicLexer(self._lexing),
            key_bindings=self._bindings(),
            editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
            enable_open_in_editor=True,
            tempfile_suffix=".sql",
            reserve_space_for_menu=_MENU,
            style=_STYLE,
            color_depth=None if coloured else ColorDepth.DEPTH_1_BIT,
            output=create_output(sys.stderr),  # standard output is for answers
        )
        self._session.app.after_render += lambda _: loading.start()

    def ask(self) -> str:
        """The next text that has an end.

        Raises:
            Interrupted: a signal came.
            KeyboardInterrupt: Ctrl-C: the line was given up.
            EOFError: Ctrl-D on an empty line, or the terminal is gone.
        """
        drafted, self._console.settings.drafted = self._console.settings.drafted, ""
        session = self._session
        session.default_buffer.history = session.history = self._history()
        with self._console.app.interrupts.heard(by=self._leave):
            return session.prompt(default=drafted, handle_sigint=False)

    def _leave(self, signum: int) -> bool:
        """Have the prompt end with a signal; False when it is not there."""
        app = self._session.app
        if not app.is_running or app.loop is None:
            return False

        def leave() -> None:
            if app.is_running and not app.is_done:
                app.exit(exception=Interrupted(signum))

        app.loop.call_soon_threadsafe(leave)
        return True

    def _history(self) -> History:
        path = place(self._console.target.name, self._console.app.environ)
        if path not in self._histories:
            self._histories[path] = FileOfLines(path)
        return self._histories[path]

    def _prompt(self) -> StyleAndTextTuples:
        status = Status.of(self._console)
        width = self._console.terminal.size()[0]
        danger = status.protected or status.state != "open"
        style = "danger" if danger else "writing" if status.mode == "writing" else ""
        return [(f"class:prompt.{style}" if style else "class:prompt", inert(status.words(width))),
                ("", "> ")]  # fmt: skip

    @staticmethod
    def _continuation(width: int, _line: int, _wrapped: int) -> StyleAndTextTuples:
        return [("class:continuation", "> ".rjust(width))]

    def _lexing(self) -> Lexer:
        """SQL in colour, as soon as the lexer is loaded, and while the text is not long."""
        if not self._loading.done or len(self._session.default_buffer.text) > _COLOURED:
            return SimpleLexer()
        if self._lexer is None:
            from pygments.lexers.sql import SqlLexer

            self._lexer = PygmentsLexer(SqlLexer)
        return self._lexer

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add("enter", filter=has_focus(DEFAULT_BUFFER))
        def entered(event: KeyPressEvent) -> None:
            self._entered(event.current_buffer)

        @bindings.add("escape", "enter", filter=has_focus(DEFAULT_BUFFER))
        def another_line(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        return bindings

    def _entered(self, buffer: Buffer) -> None:
        """Take the completion that is chosen, send a text that has an end, or begin a line."""
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None
            return
        lexical = reading_of(self._console.dialect)
        if is_whole(buffer.text, lexical, self._console.is_line):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")
