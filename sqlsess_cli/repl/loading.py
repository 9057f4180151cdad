"""What is heavy is loaded behind the first prompt, while a person still types."""

from __future__ import annotations

import sys
from importlib import import_module
from threading import Thread

from sqlsess_cli.foreign import Foreign
from sqlsess_cli.repl.console import Console
from sqlsess_cli.repl.line import LineApp

_BRIEF = 0.0005  # seconds that the other thread has before the prompt may draw again
_MODULES = (
    "sqlsess_cli.core.script", "sqlsess_cli.core.transaction.held", "sqlsess_cli.formats.table",
    "sqlsess_cli.core.models.page", "pygments.lexers.sql",
)  # fmt: skip


class Loading:
    """Loads SQLAlchemy, the driver and the models in a thread; `wait` before any are used.

    What fails in it is not told: it fails again, and is, when a line needs it.

    Args:
        console: for whose database.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._thread: Thread | None = None
        self._usual = sys.getswitchinterval()

    def start(self) -> None:
        """Begin, if it has not begun yet."""
        if self._thread is None:
            sys.setswitchinterval(_BRIEF)
            self._thread = Thread(target=self._load, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until everything is loaded that can be."""
        if self._thread is not None:
            self._thread.join()

    @property
    def done(self) -> bool:
        """Whether it is over."""
        return self._thread is not None and not self._thread.is_alive()

    def _load(self) -> None:
        with Foreign():
            for name in _MODULES:
                import_module(name)
        with Foreign():
            self._make()
        sys.setswitchinterval(self._usual)

    def _make(self) -> None:
        """Make the database as the first line will use it; what runs code has to be trusted."""
        console = self._console
        here = LineApp(console, console.flags)
        if not here.config.untrusted():
            database = here.database()
            _ = database.factory
            console.names.learn(database)
