"""What anybody's code raises is kept, and what asks us to stop is not."""

from __future__ import annotations

import signal

import pytest

from sqlsess_cli.errors import Interrupted, UsageError
from sqlsess_cli.foreign import Foreign


class Unusual(BaseException):
    """Neither an Exception nor one of Python's own."""


@pytest.mark.parametrize("error", [ValueError("a"), SystemExit(3), Unusual(), RecursionError()])
def test_what_it_raises_is_kept(error: BaseException) -> None:
    with Foreign() as tried:
        raise error
    assert tried.error is error


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), Interrupted(signal.SIGTERM), GeneratorExit(), UsageError("a")]
)
def test_what_is_ours_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as told, Foreign() as tried:
        raise error
    assert told.value is error
    assert tried.error is None


def test_a_block_that_ends_well_has_no_error() -> None:
    with Foreign() as tried:
        pass
    assert tried.error is None
