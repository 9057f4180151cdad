"""Code that is not ours (a model's, a type's, a driver's): it may raise anything."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlsess_cli.errors import Interrupted, SqlsessError

# What asks us to stop, and what was said in our own words already.
_PASSING = (Interrupted, KeyboardInterrupt, GeneratorExit, SqlsessError)


class Foreign:
    """A block that runs such code, and keeps what it raises for whoever knows what that means.

    Attributes:
        error: what the block raised; None when it ended well. SystemExit is an error like any
            other: a module that calls exit() must not decide how our command ends.
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Keep the error; let pass what is ours."""
        if isinstance(error, _PASSING):
            return False
        self.error = error
        return True
