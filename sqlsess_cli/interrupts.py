"""Signals: where one arrives, the running statement is cancelled and the command unwinds."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType

from sqlsess_cli.errors import Interrupted

CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)

_WISHES = (signal.SIGINT, signal.SIGALRM)  # that may be granted without an end of everything

_ECHO = 0.3  # seconds in which a second signal is the same wish, sent twice by a wrapper
_AGAIN = 0.1  # seconds until a cancel request that changed nothing is sent again
_PATIENCE = 3.0  # seconds that a cancel request may take, and a COMMIT once we are to stop


@contextmanager
def ignored() -> Iterator[None]:
    """Leave Ctrl-C to a program that has the terminal."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Interrupts:
    """What happens when somebody wants us to stop.

    A driver written in C does not return to Python while it waits, so a handler alone comes too
    late: a thread that the interpreter wakes through a pipe cancels the statement on its server,
    the driver's call returns, and then the handler raises Interrupted in the main thread.

    Args:
        leave: ends the process at once with an exit code, from any thread.
    """

    def __init__(self, leave: Callable[[int], object]) -> None:
        self._leave = leave
        self._held = False
        self._polite = False
        self._hear: Callable[[int], bool] | None = None
        self._asked: float | None = None
        self._last: int | None = None
        self._first: float | None = None
        self._awaited: tuple[int, float] | None = None  # what came while held, and when

    def install(self) -> None:
        """Handle the signals from now on; one that was ignored at our start (nohup) stays so."""
        for signum in CAUGHT:
            if signal.getsignal(signum) is not signal.SIG_IGN:
                signal.signal(signum, self._handle)
        sys.unraisablehook = self._unraisable
        sys.excepthook = _unless_interrupted

    def limit(self, seconds: float) -> None:
        """Interrupt with SIGALRM after so many seconds; 0 takes the limit back."""
        signal.setitimer(signal.ITIMER_REAL, seconds)

    @contextmanager
    def within(self, seconds: float | None) -> Iterator[None]:
        """Give a block a limit of its own; after it, a limit that there was before goes on."""
        if seconds is None:
            yield
            return
        before, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, before)

    def check(self, cause: BaseException | None = None) -> None:
        """Interrupt now if a signal has arrived that did not: it was held off, or got lost.

        Args:
            cause: what was raised instead. Drivers drop what is raised in their callbacks, and a
                signal there shows as whatever they make of that.
        """
        lost = self._first is not None and not isinstance(cause, Interrupted)
        if self._last is not None and (cause is None or lost):
            raise Interrupted(self._last) from cause

    def _handle(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002  the signature of a handler
        if self._hear is not None and self._hear(signum):
            return
        self._last = signum
        if self._held:
            self._await_end(signum)
            return
        now = time.monotonic()
        if self._polite and signum in _WISHES:
            if self._asked is None:
                self._asked = now
            if now - self._asked <= _ECHO:
                return
        if self._first is None:
            self._first = now
            raise Interrupted(signum)
        if now - self._first > _ECHO:  # asked again while unwinding: leave at once
            if signum == signal.SIGALRM:
                self._leave(Interrupted(signum).exit_code)
            signal.signal(signum, signal.SIG_DFL)
            os.kill(os.getpid(), signum)

    def _await_end(self, signum: int) -> None:
        """Give a COMMIT a moment more; whoever asks again, or a server that is silent, ends it."""
        now = time.monotonic()
        if self._awaited is None:
            self._awaited = signum, now
            self.limit(_PATIENCE)
            return
        first, began = self._awaited
        if now - began > _ECHO:
            self._first, self._last = now, first
            raise Interrupted(first)

    def _unraisable(self, about: sys.UnraisableHookArgs) -> None:
        """Send a signal again that a destructor swallowed; what else fails in one tells nobody."""
        if isinstance(about.exc_value, Interrupted):
            from threading import Timer

            self._first = None
            # A moment later: raised in here it would be lost once more.
            Timer(0.05, os.kill, (os.getpid(), about.exc_value.signum)).start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing interrupt the block for a while: a COMMIT that was sent is to be awaited."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            if self._awaited is not None:
                self.limit(0)

    @contextmanager
    def heard(self, by: Callable[[int], bool]) -> Iterator[None]:
        """In the block a signal is told instead of raised, unless False is the answer.

        An event loop takes what is raised in one of its callbacks for an error of theirs.
        """
        self._hear = by
        try:
            yield
        finally:
            self._hear = None

    @contextmanager
    def polite(self) -> Iterator[None]:
        """Let the first Ctrl-C or time limit in the block only cancel what runs on the server.

        What is raised inside a driver's call costs the connection. A second one is raised; after
        the block, check() raises the first.
        """
        self._polite = True
        try:
            yield
        finally:
            self._polite = False
            if self._asked is not None and self._first is None:
                self._first = self._asked

    def reset(self) -> None:
        """Forget the signals so far: they were for a command that has ended and told of them."""
        self._last = self._first = self._asked = self._awaited = None

    @contextmanager
    def watching(self, cancel: Callable[[], None]) -> Iterator[None]:
        """While the block runs, call `cancel` from another thread as soon as a signal arrives."""
        from threading import Thread

        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        thread = Thread(target=self._wait, args=(reading, cancel), daemon=True)
        before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        thread.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            os.close(writing)
            thread.join(_PATIENCE)

    def _wait(self, reading: int, cancel: Callable[[], None]) -> None:
        from threading import Thread

        cancelling: Thread | None = None
        first, polite = 0.0, self._polite
        while arrived := os.read(reading, 1):
            if arrived[0] not in CAUGHT or self._held:
                continue
            if cancelling is None:
                first = time.monotonic()
                cancelling = Thread(target=self._insist, args=(cancel,), daemon=True)
                cancelling.start()
            elif polite and time.monotonic() - first > _ECHO:
                polite, first = False, time.monotonic()  # this one is raised
            elif time.monotonic() - first > _ECHO:  # a driver that hears nothing is left behind
                self._leave(Interrupted(arrived[0]).exit_code)
        os.close(reading)
        if cancelling is not None:
            cancelling.join(_PATIENCE)

    def _insist(self, cancel: Callable[[], None]) -> None:
        """Cancel until the main thread has heard: a statement may begin just after a request.

        Once the handler has run the driver's call is over, and our own rollback follows.
        """
        until = time.monotonic() + _PATIENCE
        _quietly(cancel)
        while self._first is None and time.monotonic() < until:
            time.sleep(_AGAIN)
            if self._first is None and not self._held:
                _quietly(cancel)


def _unless_interrupted(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Print what was raised, but a signal: a driver in C prints what it drops, and we send it anew.

    It drops what is raised in a callback, such as the one that hears a server's notices.
    """
    if not isinstance(error, Interrupted):
        sys.__excepthook__(kind, error, traceback)


def _quietly(cancel: Callable[[], None]) -> None:
    with suppress(Exception):  # the connection may be gone; the main thread tells what happened
        cancel()
