"""A flush, with what the database and the model say to it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from sqlsess_cli.core.transaction.faults import translated
from sqlsess_cli.core.transaction.state import INFO
from sqlsess_cli.dialects._faults import text_of
from sqlsess_cli.errors import RejectedError
from sqlsess_cli.foreign import Foreign


def flush(session: Session) -> None:
    """Send what is pending; listeners of the application's run.

    Raises:
        RejectedError: the database, a listener or a type refuses it.
        SqlsessError: the connection was lost.
    """
    with Foreign() as listeners, translated(session.info[INFO]):
        session.flush()
    if listeners.error is not None:
        error = listeners.error
        raise RejectedError(f"refused: {text_of(error) or type(error).__name__}") from error
