"""The user's pager, as somewhere to write an answer."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

from sqlsess_cli.sinks import StreamSink


class Pager:
    """A running pager: a Sink whose reader may leave at any time."""

    def __init__(self, words: list[str], environ: Mapping[str, str], *, visible: bool) -> None:
        from subprocess import PIPE, Popen

        # LESSSECURE keeps a pager opened on somebody's data from running commands or opening files.
        env = {"LESS": "RSFX", "LESSCHARSET": "utf-8", **environ, "LESSSECURE": "1", "LESSOPEN": ""}
        self.process = Popen(words, stdin=PIPE, env=env, bufsize=0)
        if self.process.stdin is None:  # only for the type checker: we asked for a pipe
            raise OSError
        self.pipe = self.process.stdin
        self.stream = StreamSink(self.pipe, words[0], visible=visible)

    def write(self, text: str) -> None:
        """Write all of `text`; see Sink."""
        self.stream.write(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Close our end and wait until the person leaves; Ctrl-C is the pager's meanwhile."""
        with suppress(OSError):
            self.pipe.close()
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process.wait()
        finally:
            signal.signal(signal.SIGINT, before)
