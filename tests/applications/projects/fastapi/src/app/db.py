from collections.abc import Iterator
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from app.settings import settings


class Base(DeclarativeBase):
    pass


class AppSession(Session):
    """A session that counts what it flushes, for the metrics."""

    flushes = 0


engine = create_engine(settings.database_url, pool_pre_ping=True)
SessionLocal = sessionmaker(
    bind=engine, class_=AppSession, autoflush=False, info={"service": "bookings"}
)


@event.listens_for(SessionLocal, "after_flush")
def count(session: AppSession, _context: Any) -> None:
    session.flushes += 1


def get_session() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session
